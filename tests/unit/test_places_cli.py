"""``routing locate --jsonl``: a contract with whoever measures the places."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from routing.cli import places, routing


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


def measured(folder: Path, *lines: object, options: tuple[str, ...] = ()) -> Result:
    file = folder / "cases.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return CliRunner().invoke(places, ["evaluate", str(file), *options])


def case(name: str, text: str, gold: str, *accept: str) -> dict[str, object]:
    return {"id": name, "home": "6105", "text": text, "gold": gold, "accept": list(accept)}


def test_places_are_measured_as_the_bar_measures_them(tmp_path: Path) -> None:
    result = measured(
        tmp_path,
        case("right", "富平县美原镇有个娃没人管", "610528103"),
        case("asked", "富平县有个娃没人管", "610528103"),
        case("silent", "富平县庄里镇有个娃没人管", "610528103"),
        case("shared", "城关街道有个娃没人管", "", "610525001", "610528001"),
        options=("--misses",),
    )
    assert result.exit_code == 0, result.output
    head, ours, missed, silent = result.output.splitlines()
    assert " ".join(head.split()) == (
        "4 cases right without asking wrong without flag ambiguous flagged county right"
    )
    assert ours.split() == ["hutong", "0.333", "0.250", "1.000", "1.000"]
    assert missed == "  missed: asked silent"
    assert silent == "  silent: silent"


def test_peers_that_are_not_installed_are_told_with_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("jionlp", "cpca"):
        monkeypatch.setitem(sys.modules, name, None)
    result = measured(tmp_path, case("a", "富平县美原镇有个娃", "610528103"), options=("--compare",))
    assert result.exit_code == 0, result.output
    assert "jionlp is not installed: pip install jionlp==" in result.output
    assert "cpca is not installed: pip install cpca==" in result.output
    assert "hutong" in result.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"id": "a", "home": "6105", "gold": ""}, "line 1: text"),
        ({**case("a", "富平", "610528"), "accept": "610528"}, "line 1: accept"),
        ([], "line 1: an object"),
        ({**case("a", "富平", "610528"), "home": "9999"}, "home"),
    ],
)
def test_a_case_that_cannot_be_measured_is_told(tmp_path: Path, line: object, told: str) -> None:
    result = measured(tmp_path, line)
    assert result.exit_code != 0
    assert told in result.output
