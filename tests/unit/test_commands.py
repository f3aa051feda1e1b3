"""`flask triage assess` and `flask routing locate`: contracts, kept without settings, database or Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def flask(*arguments: str, lines: str) -> tuple[int, list[dict[str, object]], str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=PROJECT,
        env={**bare, "DATA_DIR": "/proc/nowhere", "DATABASE_URL": "nonsense", "LANG": "C.UTF-8"},
        input=lines.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return done.returncode, answers, done.stderr.decode()


def test_assess() -> None:
    text = "榆次区张庆乡，四岁小孩现在正被他爸用棍子打，头上流血了"
    code, answers, said = flask(
        "triage", "assess", "--jsonl", lines=json.dumps({"id": "a", "channel": "call", "text": text}) + "\n"
    )
    assert (code, said) == (0, "")
    (answer,) = answers
    assert set(answer) == {"id", "level", "circumstances", "call_police", "ages", "evidence"}
    assert (answer["id"], answer["level"], answer["call_police"]) == ("a", "red", True)
    assert answer["ages"] == [[4, 4]]
    evidence = answer["evidence"]
    assert isinstance(evidence, list)
    assert evidence
    for item in evidence:
        assert set(item) == {"start", "end", "text", "signal", "counted", "why"}
        assert text[item["start"] : item["end"]] == item["text"]


def test_locate() -> None:
    line = {"id": 7, "home": "1407", "text": "孩子在太谷侯城乡惠安村"}
    code, answers, said = flask("routing", "locate", "--jsonl", lines=json.dumps(line) + "\n")
    assert (code, said) == (0, "")
    (answer,) = answers
    assert set(answer) == {"id", "code", "village", "needs_confirmation", "candidates", "question"}
    assert (answer["id"], answer["code"], answer["village"]) == (7, "140703200", "140703200216")
    assert answer["needs_confirmation"] is False


@pytest.mark.parametrize(("room", "command"), [("triage", "assess"), ("routing", "locate")])
def test_a_bad_line_is_named_and_the_others_are_answered(room: str, command: str) -> None:
    good = json.dumps({"id": "x", "channel": "web", "home": "1407", "text": "谢谢"})
    code, answers, said = flask(room, command, "--jsonl", lines=f'{good}\n{{"id": "y"}}\nnonsense\n{good}\n')
    assert code == 1
    assert len(answers) == 2
    assert "line 2" in said
    assert "line 3" in said
