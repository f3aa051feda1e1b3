"""Past reports beside other tables, and what people said of them as candidates for the corpus."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

import triage.review
from config.commands import create_commands
from config.parts import TABLES, Parts
from config.settings import Settings
from intake import queries as intake
from intake.register.database import SERVICE
from intake.register.service import DATABASE
from tests.conftest import PROJECT
from tests.integration.test_overrides import REASON, override
from tests.integration.test_staff import HERE, report, sign_in
from triage import operations

LEXICON = TABLES / "lexicon"


def run(parts: Parts, *arguments: str | Path) -> Result:
    commands = create_commands()
    commands.extensions[DATABASE] = lambda: contextlib.nullcontext(parts.database)
    return commands.test_cli_runner().invoke(args=["triage", *map(str, arguments)])


@pytest.fixture
def denying(tmp_path: Path) -> Path:
    """A lexicon's file in which the word for child denies whatever is near it."""
    markers = (LEXICON / "markers.toml").read_text(encoding="utf-8").replace("words = [", 'words = ["孩子", ')
    (tmp_path / "markers.toml").write_text(markers, encoding="utf-8")
    return tmp_path / "markers.toml"


def test_past_reports_are_read_with_the_new_tables(
    app: Flask, client: FlaskClient, parts: Parts, denying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage.review, "BATCH", 2)
    grave = [report(client, "榆次区北关街道，孩子昏迷不醒，叫不醒了") for _ in range(3)]
    calm = report(client, "榆次区北关街道，请问生活补贴怎么申请？")
    override(sign_in(app, "officer"), grave[0], level="yellow")

    same = run(parts, "backtest", "--lexicon", LEXICON, "--limit", "4")
    assert same.exit_code == 0, same.output
    assert "4 compared, 0 would change level" in same.output

    done = run(parts, "backtest", "--lexicon", denying, "--limit", "4")
    assert done.exit_code == 1, done.output
    changed = {line.split()[0]: line for line in done.output.splitlines() if line.startswith("26-")}
    assert set(changed) == set(grave)
    assert all(" red -> " in line for line in changed.values())
    assert ["human: yellow" in changed[number] for number in grave] == [True, False, False]
    assert calm not in done.output
    assert "3 red or orange would be lower" in done.output


def test_since_is_a_day_in_china(client: FlaskClient, parts: Parts, denying: Path) -> None:
    """The clock stands at two in the morning of 5 March in China, which is 4 March in UTC."""
    number = report(client, "榆次区北关街道，孩子昏迷不醒，叫不醒了")

    def found(day: str) -> bool:
        done = run(parts, "backtest", "--lexicon", denying, "--since", day, "--accept")
        assert done.exit_code == 0, done.output
        return number in done.output

    assert found("2026-03-05")
    assert not found("2026-03-06")


def test_what_could_not_be_read_had_no_level_to_lose(client: FlaskClient, parts: Parts) -> None:
    number = report(client, "榆次区北关街道，请问生活补贴怎么申请？")
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        assert found is not None
        operations.record_unread(session, report_id=found.id, now=parts.tools.now())
    done = run(parts, "backtest", "--lexicon", LEXICON, "--limit", "1")
    assert done.exit_code == 0, done.output
    assert f"{number}  unread -> green" in done.output


def test_candidates_are_written_for_one_pair_of_eyes(
    app: Flask, client: FlaskClient, parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage.review, "BATCH", 1)
    numbers = [report(client, HERE) for _ in range(3)]
    staff = sign_in(app, "officer")
    override(staff, numbers[0], level="orange")
    override(staff, numbers[0], level="yellow", circumstances=["neglect"], reason="第二次看")
    override(staff, numbers[2])

    file = tmp_path / "candidates.jsonl"
    done = run(parts, "candidates", file)
    assert done.exit_code == 0, done.output
    assert "棍子" not in done.output, "no text on the terminal"
    assert "names" in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = {line["id"]: line for line in map(json.loads, file.read_text(encoding="utf-8").splitlines())}
    assert set(numbers) & set(lines) == {numbers[0], numbers[2]}
    assert lines[numbers[0]] == {
        "id": numbers[0],
        "channel": "web",
        "text": HERE,
        "level": "yellow",
        "circumstances": ["neglect"],
        "tags": [],
        "machine": "red",
        "machine_circumstances": ["violence"],
        "reason": "第二次看",
    }
    assert lines[numbers[2]]["reason"] == REASON

    before = file.read_bytes()
    again = run(parts, "candidates", file)
    assert again.exit_code == 1
    assert "not overwritten" in again.output
    assert file.read_bytes() == before
    assert run(parts, "candidates").exit_code == 2, "a file must be named"
    assert run(parts, "candidates", tmp_path / "nowhere" / "x.jsonl").exit_code == 1


def test_the_command_finds_the_database_by_the_settings(settings: Settings, tmp_path: Path) -> None:
    def flask(**environ: str) -> subprocess.CompletedProcess[str]:
        bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "flask", "triage", "candidates", str(tmp_path / "out.jsonl")],
            cwd=PROJECT,
            env={**bare, "LANG": "C.UTF-8", **environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    away = flask(**settings.to_environ() | {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"})
    assert away.returncode == 1
    assert "the database does not answer" in away.stderr
    assert not (tmp_path / "out.jsonl").exists(), "nothing half-done is left"
    wrong = flask(HUTONG_MODE="nonsense")
    assert (wrong.returncode, "HUTONG_MODE" in wrong.stderr) == (1, True)
    done = flask(**settings.to_environ())
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.jsonl").exists()
