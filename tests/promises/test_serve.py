"""`make run`: it answers, stops, keeps its data, and says in one line what is in its way."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from config import embedded
from config.serve import MARK
from config.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 200.0
STOP_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environ(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return {**kept, "DATA_DIR": str(data_dir), "PORT": str(port), **more}


def left_running(data_dir: Path, module: str = "") -> list[psutil.Process]:
    """What a run on `data_dir` has started, or only those that run `module`."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # gone meanwhile, or dead and not yet buried
            ours = process.environ().get(MARK) == str(data_dir) and process.status() != psutil.STATUS_ZOMBIE
            if ours and (not module or module in process.cmdline()):
                found.append(process)
    return found


class Run:
    """One `python -m config.serve`, and all that it has printed so far."""

    def __init__(self, data_dir: Path, port: int, **more: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=ROOT,
            env=environ(data_dir, port, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            self.lines.extend(line.rstrip("\n") for line in stdout)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, *, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.output:
            assert self.process.poll() is None, f"it ended:\n{self.output}"
            assert time.monotonic() < deadline, f"no {text!r} within {seconds} s:\n{self.output}"
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(STOP_SECONDS)
        self.reader.join(STOP_SECONDS)
        return code

    def kill_everything(self) -> None:
        self.process.kill()
        self.process.wait()
        for process in left_running(self.data_dir):
            process.kill()


@contextmanager
def running(data_dir: Path, port: int, **more: str) -> Iterator[Run]:
    run = Run(data_dir, port, **more)
    try:
        run.wait_for("Hutong answers on")
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def service() -> Iterator[Run]:
    # Not below tmp_path: every pytest that starts shuts the way to it for PostgreSQL's user.
    with tempfile.TemporaryDirectory(prefix="hutong-") as name, running(Path(name), free_port()) as run:
        yield run


def report(url: str) -> str:
    """Send a report; its return code."""
    answer = httpx.post(f"{url}/api/v1/reports", json={"text": "太谷区胡村镇有个孩子没人管"}, trust_env=False)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["return_code"])


def number_of(url: str, return_code: str) -> str:
    answer = httpx.get(f"{url}/api/v1/reports/{return_code}", trust_env=False)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["number"])


def test_it_is_healthy_when_it_says_where_it_is(service: Run) -> None:
    assert httpx.get(f"{service.url}/healthz", trust_env=False).status_code == 200
    assert service.url in service.output


def test_each_process_has_its_log(service: Run) -> None:
    logs = {path.name for path in (service.data_dir / "log").iterdir()}
    assert logs >= {"web.log", "worker-1.log", "worker-2.log", "clock.log", "postgres.log", "redis.log"}


def test_a_second_run_on_the_same_directory_says_so(service: Run) -> None:
    refused_in_one_line(
        environ(service.data_dir, free_port()), f"in use by process {service.process.pid}", naming="DATA_DIR"
    )
    assert httpx.get(f"{service.url}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize("module", ["config.worker", "config.schedule"])
def test_what_is_killed_is_started_again(service: Run, module: str) -> None:
    before = left_running(service.data_dir, module)
    before[0].kill()
    deadline = time.monotonic() + 30
    while len(set(left_running(service.data_dir, module)) - {before[0]}) < len(before):
        assert time.monotonic() < deadline, service.output
        time.sleep(0.2)
    name = {"config.worker": "worker-", "config.schedule": "clock"}[module]
    assert re.search(rf"hutong: {name}\d? was killed: starting it again", service.output)


def refused_in_one_line(env: dict[str, str], *texts: str, naming: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode not in (0, None), said
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if line.startswith("hutong: ")]
    assert len(lines) == 1, said
    for text in (naming, *texts):
        assert text in lines[0]
    assert "hidden-password" not in said


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused_in_one_line(environ(tmp_path, port), str(port), "is taken", naming="PORT")


def test_a_data_dir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused_in_one_line(environ(tmp_path / "file" / "data", free_port()), str(tmp_path), naming="DATA_DIR")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://somebody:hidden-password@127.0.0.1:1/hutong",
        "postgresql://somebody:hidden-password@/hutong?host=/nowhere",
        "mysql://somebody:hidden-password@127.0.0.1/hutong",
    ],
)
def test_a_wrong_database_url(tmp_path: Path, url: str) -> None:
    refused_in_one_line(environ(tmp_path, free_port(), DATABASE_URL=url), naming="DATABASE_URL")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:hidden-password@127.0.0.1:1/0",
        "unix:///nowhere/redis.sock",
        "http://:hidden-password@127.0.0.1",
    ],
)
def test_a_wrong_redis_url(tmp_path: Path, url: str) -> None:
    refused_in_one_line(environ(tmp_path, free_port(), REDIS_URL=url), naming="REDIS_URL")
    assert left_running(tmp_path) == []


def test_a_demo_is_not_shown_to_the_network(tmp_path: Path) -> None:
    refused_in_one_line(environ(tmp_path, free_port(), HOST="0.0.0.0"), "loopback", naming="HOST")


@pytest.mark.slow
def test_with_both_urls_given_neither_embedded_server_starts(tmp_path: Path) -> None:
    with (
        embedded.for_tests() as urls,
        running(tmp_path, free_port(), DATABASE_URL=urls.owner_url, REDIS_URL=urls.redis_url) as run,
    ):
        assert number_of(run.url, report(run.url))
        names = {process.name() for process in left_running(tmp_path)}
        assert names
        assert names.isdisjoint({"postgres", "redis-server"})
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "redis").exists()


@pytest.mark.slow
def test_however_it_ends_it_starts_again_with_its_data(service: Run) -> None:
    """The last test of this file: it ends the service that the others look at."""
    return_code = report(service.url)
    number = number_of(service.url, return_code)
    assert service.end(signal.SIGINT) == 0, service.output
    assert left_running(service.data_dir) == []
    assert service.lines[-1] == "hutong: stopped"
    assert "Traceback" not in service.output

    with running(service.data_dir, free_port()) as run:
        assert number_of(run.url, return_code) == number
        orphans = left_running(run.data_dir)
        run.process.kill()
        run.process.wait()
    with running(service.data_dir, free_port()) as run:
        assert "that a killed run left behind" in run.output
        assert not [process for process in orphans if process.is_running()]
        assert number_of(run.url, return_code) == number
        run.kill_everything()
    with running(service.data_dir, free_port()) as run:
        assert number_of(run.url, return_code) == number
        assert run.end(signal.SIGTERM) == 0, run.output
    assert left_running(service.data_dir) == []
