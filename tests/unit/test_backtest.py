"""A new lexicon is tried on what was read before, and says what it would cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from config.commands import create_commands
from triage.backtest import Backtest, Past, seen
from triage.evidence import Evidence
from triage.reader import Reading

TABLES = Path(__file__).resolve().parents[2] / "config" / "tables" / "lexicon"
LINES = (
    {"id": "a", "channel": "call", "text": "孩子昏迷不醒，叫不醒了", "level": "red"},
    {"id": "b", "channel": "web", "text": "请问困境儿童的生活补贴怎么申请？", "level": "green"},
)


def reading(level: str, *words: tuple[str, str, bool]) -> Reading:
    evidence = tuple(Evidence(0, len(text), text, signal, counted, "x") for text, signal, counted in words)
    return Reading(level, (), False, (), evidence, 0.9, False, "x")


def past(was: str, human: str | None = None) -> Past:
    recorded = [{"text": "打", "signal": "beating", "counted": True, "why": "x"}]
    return Past("26-000001", "call", "他爸打他", was, seen(recorded), human)


def test_the_same_level_is_no_change() -> None:
    tested = Backtest()
    assert tested.compare(past("red"), reading("red", ("刀", "weapon", True))) is None
    assert (tested.compared, tested.changes.total()) == (1, 0)


def test_a_change_says_the_words_that_come_and_go() -> None:
    change = Backtest().compare(
        past("red", "yellow"), reading("yellow", ("打", "beating", False), ("作业", "school", True))
    )
    assert change is not None
    assert str(change) == (
        "26-000001  red -> yellow  human: yellow  -打(beating) +作业(school) +打(beating, aside)"
    )


@pytest.mark.parametrize(
    ("was", "now", "lowered"),
    [
        ("red", "orange", True),
        ("red", "green", True),
        ("orange", "yellow", True),
        ("orange", "red", False),
        ("yellow", "green", False),
        ("unread", "green", False),
    ],
)
def test_what_counts_as_an_alarm_lost(was: str, now: str, lowered: bool) -> None:
    tested = Backtest()
    change = tested.compare(past(was), reading(now))
    assert change is not None
    assert change.alarm_lowered is lowered
    assert tested.lowered == lowered


def test_totals_say_how_a_human_would_have_it() -> None:
    tested = Backtest()
    tested.compare(past("red", "orange"), reading("orange"))
    tested.compare(past("red", "red"), reading("orange"))
    tested.compare(past("yellow"), reading("yellow"))
    assert tested.table().splitlines() == [
        "3 compared, 2 would change level",
        "     red -> orange       2",
        "1 towards a human's word, 1 away from one that agreed",
        "2 red or orange would be lower",
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("corpus") / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return file


def run(*arguments: str | Path) -> Result:
    runner = create_commands().test_cli_runner()
    assert isinstance(runner, FlaskCliRunner)
    return runner.invoke(args=["triage", "backtest", *map(str, arguments)])


def test_the_present_tables_change_nothing(corpus: Path) -> None:
    done = run("--lexicon", TABLES, "--corpus", corpus)
    assert done.exit_code == 0, done.output
    assert "2 compared, 0 would change level" in done.output
    assert done.output.count("sha256:") == 2


def test_a_red_one_lost_is_an_error_until_it_is_accepted(corpus: Path, tmp_path: Path) -> None:
    """One file of the lexicon, in which the word for child denies whatever is near it."""
    markers = (TABLES / "markers.toml").read_text(encoding="utf-8").replace("words = [", 'words = ["孩子", ')
    (tmp_path / "markers.toml").write_text(markers, encoding="utf-8")
    done = run("--lexicon", tmp_path / "markers.toml", "--corpus", corpus)
    assert done.exit_code == 1
    (line,) = [one for one in done.output.splitlines() if one.startswith("a  red -> ")]
    assert "human: red" in line
    assert "-叫不醒(unconscious)" in line
    assert "+叫不醒(unconscious, aside)" in line
    assert "1 red or orange would be lower" in done.output
    accepted = run("--lexicon", tmp_path / "markers.toml", "--corpus", corpus, "--accept", "--limit", "1")
    assert (accepted.exit_code, "1 compared" in accepted.output) == (0, True)


def test_a_bad_table_is_named_with_its_line(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "extra.toml").write_text('[signal.new]\nmeans = "x"\nword = ["y"]\n')
    done = run("--lexicon", tmp_path / "extra.toml", "--corpus", corpus)
    assert done.exit_code == 1
    assert "extra.toml: line 3: signal.new.word: unknown key" in done.output
    (tmp_path / "weights").write_bytes(b"nonsense")
    assert "weights: " in run("--weights", tmp_path / "weights", "--corpus", corpus).output
    (tmp_path / "bad.jsonl").write_text('{"id": "a", "channel": "pigeon", "text": "x", "level": "red"}\n')
    done = run("--lexicon", TABLES, "--corpus", tmp_path / "bad.jsonl")
    assert "bad.jsonl: line 1: channel" in done.output


@pytest.mark.parametrize(
    "arguments", [(), ("--lexicon", TABLES, "--corpus", __file__, "--since", "2026-01-01")]
)
def test_what_makes_no_sense_together(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
