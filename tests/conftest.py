"""What tests stand on: a real PostgreSQL and Redis, a transaction that is rolled back, a service that really runs.

Fakes stand at three seams only: the provider, the clock, and a Redis that is down.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_socket import socket_allow_hosts
from redis import Redis

from config import embedded
from config.app import create_app
from config.demo import load_demo
from config.migrate import service_url, upgrade
from config.parts import Parts, assemble, keyring
from config.relay import QUEUES
from config.settings import Settings
from intake.register.database import Database, connect
from notifications.providers.provider import Refused, Unreachable

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"

NIGHT = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
"""Two in the morning of Thursday, 5 March 2026, in China."""


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    """A test that reaches for the outside world fails."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@dataclass
class FakeClock:
    """The clock seam: stands still until it is told to go on."""

    at: datetime = NIGHT

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)


@dataclass
class FakeProvider:
    """The provider seam: keeps what it was asked to carry; fails in the way that `fails` says, once for each entry."""

    name: str = "fake"
    carries_links: bool = False
    repeats_safely: bool = False
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    fails: list[Refused | Unreachable] = field(default_factory=list)

    def send(self, *, key: str, to: str, text: str) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((key, to, text))
        return f"FAKE{len(self.sent)}"

    def to(self, phone: str) -> list[str]:
        return [text for _, to, text in self.sent if to == phone]


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Addresses]:
    with embedded.for_tests() as addresses:
        yield addresses


@pytest.fixture(scope="session")
def settings(servers: embedded.Addresses, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A demo on the test's own servers, migrated and with the demo city in it."""
    settings = Settings.from_environ(
        {
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "DATABASE_URL": servers.owner_url,
            "REDIS_URL": servers.redis_url,
        }
    )
    assert settings.database_url is not None
    upgrade(settings.database_url, settings)
    load_demo(settings)
    return settings


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The service's own role, inside one transaction that is rolled back at the end."""
    assert settings.database_url is not None
    engine = connect(service_url(settings, settings.database_url), keyring(settings))
    with engine.connect() as connection:
        outer = connection.begin()
        yield Database(connection)
        outer.rollback()
    engine.dispose()


@pytest.fixture
def parts(
    settings: Settings, database: Database, clock: FakeClock, provider: FakeProvider
) -> Iterator[Parts]:
    parts = assemble(settings, now=clock, database=database, provider=provider)
    parts.doorbell.redis.flushall()
    yield parts
    parts.doorbell.redis.close()


@pytest.fixture
def app(settings: Settings, parts: Parts) -> Flask:
    app = create_app(settings, parts=parts)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def answer_bell(parts: Parts) -> Callable[[], int]:
    """Does what a worker does: takes what lies in the queues and delivers it. Returns how many jobs it took."""

    def work() -> int:
        done = 0
        while True:
            for name in QUEUES:
                queue = parts.doorbell.queue(name)
                for job_id in queue.job_ids:
                    job = queue.fetch_job(job_id)
                    queue.remove(job_id)
                    assert job is not None
                    event_id, consumer = job.args
                    parts.relay.deliver(UUID(event_id), consumer)
                    done += 1
            if not any(parts.doorbell.queue(name).count for name in QUEUES):
                return done

    return work


@dataclass
class Running:
    """A service that really runs: web, workers and clock under the supervisor, on servers of their own or given."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **params: str | int) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", params=params, timeout=30, trust_env=False)

    def report(self, text: str, **more: object) -> dict[str, object]:
        answer = httpx.post(
            f"{self.url}/api/v1/reports", json={"text": text, **more}, timeout=30, trust_env=False
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def handset(self) -> list[dict[str, object]]:
        return list(self.get("/handset/messages").json())

    def pids(self, program: str) -> list[int]:
        """Process ids of this service's processes whose command line holds `program`."""
        mine = psutil.Process(self.process.pid).children(recursive=True)
        return [child.pid for child in mine if program in " ".join(child.cmdline())]

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


def wait_until(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Fails, saying `what`, when the condition does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_service(data_dir: Path, **environ: str) -> Running:
    """Starts `python -m config.serve` and waits until it is well."""
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "terminal.log"
    inherited = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=PROJECT,
            env={**inherited, "PORT": str(port), "DATA_DIR": str(data_dir), **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Running(f"http://127.0.0.1:{port}", data_dir, process, log)

    def well() -> bool:
        if process.poll() is not None:
            pytest.fail(f"the service ended with {process.returncode}:\n{log.read_text()[-3000:]}")
        try:
            return running.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    wait_until(well, seconds=120, what=f"the service answers; it says:\n{log.read_text()[-3000:]}")
    return running


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A directory that PostgreSQL's own user gets through to, when we are root; pytest's is closed to others."""
    with _scratch() as directory:
        yield directory


@contextmanager
def _scratch() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="hutong-"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    """One running demo for all journeys."""
    with _scratch() as directory:
        running = start_service(directory / "service")
        yield running
        assert running.stop() == 0


@pytest.fixture(scope="session")
def base_url(service: Running) -> str:
    return service.url


@pytest.fixture
def redis_down() -> Redis:
    """The third seam: a Redis that nobody answers at."""
    return Redis(host="127.0.0.1", port=free_port(), socket_connect_timeout=1)
