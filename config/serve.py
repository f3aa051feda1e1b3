"""`python -m config.serve`: the whole service in one terminal, from nothing.

Checks what can be checked, starts the embedded servers where no URL is given, migrates, loads the demo city,
then runs web server, workers and clock under Supervisor until Ctrl-C. What stands in the way is said in one
line.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
from dotenv import load_dotenv
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from config import embedded
from config.processes import ProcessError, Program, claim, stop
from config.settings import FROM_FILE, Settings, SettingsError
from config.supervision import Supervised, supervise

ROOT = Path(__file__).resolve().parents[1]
MARK = "HUTONG_RUN_BY"  # in the environment of all we start, so that a later run knows them again


def main() -> int:
    """Run until told to stop; the exit code: 0 stopped, 1 something cannot run, 2 the settings are wrong."""
    load_dotenv(ROOT / ".env")
    try:
        settings = Settings.from_environ()
    except SettingsError as error:
        for problem in error.problems:
            _say(problem)
        return 2
    try:
        with ExitStack() as stack:
            return _serve(settings, stack)
    except ProcessError as error:
        _say(str(error))
        return 1


def _serve(settings: Settings, stack: ExitStack) -> int:
    data_dir = settings.data_dir
    stack.enter_context(claim(data_dir, "hutong"))
    print(f"  settings  {settings.mode}, city {settings.home_city}, data in {data_dir}", flush=True)
    _stop_left_over(data_dir)
    _check_port(settings.host, settings.port)
    print(f"  port      {settings.port} on {settings.host} is free", flush=True)
    if settings.database_url is not None:
        _check_database(settings.database_url)
    if settings.redis_url is not None:
        _check_redis(settings.redis_url)
    servers: list[Supervised] = []
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url is None:
        program = stack.enter_context(embedded.ready_postgres(data_dir))
        servers.append(Supervised(program=program, stage=1, rank=10, server=True))
        database_url = embedded.addresses(data_dir).owner_url
    print(f"  database  {'embedded PostgreSQL' if servers else 'answers'}", flush=True)
    if redis_url is None:
        program = stack.enter_context(embedded.ready_redis(data_dir))
        servers.append(Supervised(program=program, stage=1, rank=10, server=True))
        redis_url = embedded.addresses(data_dir).redis_url
    print(f"  redis     {'embedded' if settings.redis_url is None else 'answers'}", flush=True)
    # The children are told through the environment: a file with secrets in it would stay behind.
    for name in FROM_FILE:
        os.environ.pop(f"{name}_FILE", None)
    os.environ |= replace(settings, database_url=database_url, redis_url=redis_url).to_environ()
    os.environ |= {MARK: str(data_dir), "PYTHONUNBUFFERED": "1"}
    code = supervise([*servers, *_our_own(settings)], data_dir=data_dir)
    _say("stopped" if code == 0 else "stopped, it could not start")
    return code


def _our_own(settings: Settings) -> Iterator[Supervised]:
    def python(name: str, *arguments: str) -> Program:
        command = (sys.executable, "-m", *arguments)
        return Program(name=name, command=command, directory=ROOT, user=None, stop_signal=signal.SIGTERM)

    yield Supervised(
        program=python("prepare", "config.bringup", "prepare-database"), stage=1, rank=20, once=True
    )
    yield Supervised(
        program=python("web", "gunicorn", "--config", "python:config.webserver"), stage=2, rank=30
    )
    yield Supervised(program=python("worker", "config.worker"), stage=2, rank=20, copies=settings.workers)
    yield Supervised(program=python("clock", "config.schedule"), stage=2, rank=20)
    yield Supervised(program=python("welcome", "config.bringup", "welcome"), stage=2, rank=40, once=True)


def _stop_left_over(data_dir: Path) -> None:
    """Stop what a killed run left behind; the embedded servers are looked after by `config.embedded`."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get(MARK) == str(data_dir) and process.pid != os.getpid()
            if ours and process.name() not in ("postgres", "redis-server"):
                found.append(process)
        except psutil.Error:
            continue  # gone, or somebody else's
    if found:
        _say(f"stopping {len(found)} processes that a killed run left behind")
        stop(found, signal.SIGTERM)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ProcessError(f"PORT {port} on {host} is taken by another program") from error
            raise ProcessError(f"cannot listen on HOST {host}, PORT {port}: {error.strerror}") from error


def _check_database(url: str) -> None:
    libpq = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(libpq, connect_timeout=10).close()
    except psycopg.Error as error:
        raise ProcessError(f"DATABASE_URL does not work: {' '.join(str(error).split())}") from error


def _check_redis(url: str) -> None:
    try:
        with Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        raise ProcessError(f"REDIS_URL does not work: {' '.join(str(error).split())}") from error


def _say(text: str) -> None:
    print(f"hutong: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
