"""The embedded servers: real, alone in their directory, and what PostgreSQL was told it keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from config import embedded
from config.processes import ProcessError

ROOT = Path(__file__).resolve().parents[2]
RUN_BOTH = """
import sys, time
from pathlib import Path
from config import embedded
with embedded.postgres(Path(sys.argv[1])), embedded.redis(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def here() -> Iterator[Path]:
    """Not `tmp_path`: every pytest that starts shuts the way to it for PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="hutong-") as name:
        yield Path(name)


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"))


def add_row(url: str) -> int:
    """One more row in a table; how many there are then."""
    with connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_the_owner_is_no_superuser_and_may_make_roles() -> None:
    with embedded.for_tests() as urls, connect(urls.owner_url) as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolcreaterole, rolbypassrls,"
            " current_setting('server_version_num'),"
            " (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database())"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row is not None
        user, superuser, may_make_roles, bypasses, version, owner = row
        assert (user, superuser, may_make_roles, bypasses, owner) == (
            "hutong_owner",
            False,
            True,
            False,
            "hutong_owner",
        )
        assert version.startswith("18")
        with Redis.from_url(urls.redis_url) as client:
            assert client.ping()


def test_data_survives_stop_and_start_where_the_path_is_long_and_odd(here: Path) -> None:
    data_dir = here / "数据, with blank" / ("x" * 100)
    with embedded.postgres(data_dir) as url:
        assert add_row(url) == 1
    with embedded.postgres(data_dir) as url, embedded.redis(data_dir) as redis_url:
        assert add_row(url) == 2
        with Redis.from_url(redis_url) as client:
            assert client.ping()


def test_a_second_one_on_the_same_directory_is_refused_in_one_line(here: Path) -> None:
    with embedded.postgres(here):
        with (
            pytest.raises(ProcessError, match=rf"in use by process {os.getpid()}$"),
            embedded.postgres(here),
        ):
            pass
        assert embedded.postgres_answers(here)


@pytest.mark.parametrize("killed", ["the parent", "the servers", "everything"])
def test_data_survives_a_kill(here: Path, killed: str) -> None:
    with embedded.postgres(here) as url:
        assert add_row(url) == 1
    parent = subprocess.Popen(
        [sys.executable, "-c", RUN_BOTH, str(here)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    try:
        assert parent.stdout.readline() == "up\n"
        assert add_row(url) == 2
        below = psutil.Process(parent.pid).children(recursive=True)
        servers = psutil.Process(parent.pid).children()
        assert len(servers) == 2
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    for process in {"the parent": [], "the servers": servers, "everything": below}[killed]:
        with suppress(psutil.NoSuchProcess):  # the children of a killed postmaster end by themselves
            process.kill()
    began = time.monotonic()
    with embedded.postgres(here) as url, embedded.redis(here):
        assert add_row(url) == 3
    assert time.monotonic() - began < 30
    assert not [process for process in below if process.is_running()]


def test_a_number_that_another_process_got_is_not_taken_for_the_server(here: Path) -> None:
    with embedded.postgres(here):
        pass
    (here / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{here}/postgres\n")
    with embedded.postgres(here) as url:
        assert add_row(url) == 1
