"""``routing locate --jsonl``: a contract with whoever measures the places."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from routing.cli import routing


def run(*lines: str) -> Result:
    return CliRunner().invoke(routing, ["locate", "--jsonl"], input="\n".join(lines) + "\n")


def asked(text: str, *, name: str = "a", home: str = "6105") -> str:
    return json.dumps({"id": name, "home": home, "text": text}, ensure_ascii=False)


def test_each_line_is_answered_in_order() -> None:
    result = run(
        asked("富平县美原镇盘龙村有个娃没人管", name="one"), "", asked("城关街道有个娃没人管", name="two")
    )
    assert result.exit_code == 0, result.stderr
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {
        "id": "one",
        "code": "610528103",
        "village": "610528103213",
        "needs_confirmation": False,
        "candidates": [
            {
                "code": "610528103",
                "name": "陕西省渭南市富平县美原镇盘龙村委会",
                "score": first["candidates"][0]["score"],
                "words": "富平县美原镇盘龙村",
            }
        ],
        "question": "",
    }
    assert 0.9 <= first["candidates"][0]["score"] <= 1
    assert second["id"] == "two"
    assert second["needs_confirmation"] is True
    assert {"610524001", "610525001", "610527001", "610528001"} <= {
        one["code"] for one in second["candidates"]
    }
    assert "城关街道" in second["question"]


def test_a_bad_line_is_told_and_the_others_are_answered() -> None:
    result = run(
        "{",
        json.dumps({"id": "x", "text": "富平县"}),
        json.dumps({"id": "x", "home": "6105", "text": 7}),
        json.dumps({"id": None, "home": "6105", "text": "富平县"}),
        asked("富平县", home="9999"),
        "[1]",
        asked("富平县美原镇", name="good"),
    )
    assert result.exit_code != 0
    told = result.stderr.splitlines()
    assert told[0].startswith("line 1: not JSON")
    assert told[1] == "line 2: home: missing"
    assert told[2].startswith("line 3: text: a string")
    assert told[3].startswith("line 4: id: a string")
    assert told[4].startswith("line 5: home: '9999'")
    assert told[5] == "line 6: not a JSON object"
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["good"]


def test_a_line_that_is_not_utf_8_is_told() -> None:
    result = CliRunner().invoke(
        routing,
        ["locate", "--jsonl"],
        input=asked("富平县").encode("gb18030") + b"\n" + asked("富平县").encode(),
    )
    assert result.exit_code != 0
    assert result.stderr.startswith("line 1: not JSON in UTF-8")
    assert len(result.stdout.splitlines()) == 1
