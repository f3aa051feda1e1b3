"""Where the child is: our own cases of all kinds, and the shared ones where they are at hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from routing.places import Gazetteer, Placement, locate

PROJECT = Path(__file__).resolve().parents[2]
TABLES = PROJECT / "config" / "tables"
OWN = Path(__file__).with_name("places_cases.jsonl")
SHARED = PROJECT / ".." / "shared" / "places" / "dev.jsonl"
Case = dict[str, Any]


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(TABLES / "divisions.tsv.xz", TABLES / "places.toml")


def read(text: str, home: str = "6105") -> Placement:
    return locate(gazetteer(), text, home=home)


def cases(path: Path) -> list[Case]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


OWN_CASES = cases(OWN)


def placed(case: Case) -> Placement:
    return read(case["text"], case["home"])


def right(case: Case) -> bool:
    """Right without asking; for a place that several townships share, right when all of them are asked about."""
    found = placed(case)
    if case["accept"]:
        return found.needs_confirmation and set(case["accept"]) <= {one.code for one in found.candidates}
    if case["level"] in ("township", "village"):
        return bool(found.code == case["gold"]) and not found.needs_confirmation
    return bool(found.code == case["gold"])


@pytest.mark.parametrize(
    "case", OWN_CASES, ids=[f"{case['id']}-{'-'.join(case['tags'])}" for case in OWN_CASES]
)
def test_own_case(case: Case) -> None:
    found = placed(case)
    assert right(case), f"{case['text']}: {found}"
    if "village" in case:
        assert found.village == case["village"]


def test_the_shared_cases_meet_the_measures() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED.name} is not there: the shared places are not measured")
    shared = cases(SHARED)
    fixed = [case for case in shared if case["level"] in ("township", "village") and not case["accept"]]
    silent = [
        case["id"]
        for case in shared
        if not (found := placed(case)).needs_confirmation and (case["accept"] or found.code != case["gold"])
    ]
    shares = [case for case in shared if case["accept"]]
    assert len(fixed) > 20
    assert sum(map(right, fixed)) >= 0.92 * len(fixed)
    assert not silent
    assert sum(placed(case).needs_confirmation for case in shares) >= 0.95 * len(shares)


def test_evidence_is_told_in_the_text_as_received() -> None:
    text = "你好，富平縣美原鎮,盤龍村有個娃"
    found = read(text).candidates[0]
    assert text[found.start : found.end] == found.words == "富平縣美原鎮,盤龍村"


@pytest.mark.parametrize(
    ("text", "home", "code", "told"),
    [
        ("太谷县范村镇有个娃", "1407", "140703102", "太谷县（2019年改）→太谷区"),
        ("兴山高阳镇有个伢", "4205", "420526102", "高阳镇（旧称）→昭君镇"),
        ("平遥香勒乡有个娃", "1407", "140728208", "香勒乡（同音）→香乐乡"),
        ("长阳津洋口镇有个伢", "4205", "420528101", "津洋口镇（旧乡镇名）→龙舟坪镇"),
        ("云岩区三桥街道有个娃", "5201", "520103029", "三桥街道→三桥路街道"),
        ("富平庄里有个娃", "6105", "610528101", "庄里→庄里镇"),
        ("潼关县泰要镇有个娃", "6105", "610522102", "泰要镇（同音）→太要镇"),
        ("长阳贺家平镇有个伢", "4205", "420528108", "贺家平镇（同音）→贺家坪镇"),
    ],
)
def test_names_are_bridged_and_the_bridge_is_told(text: str, home: str, code: str, told: str) -> None:
    found = read(text, home)
    assert (found.code, found.needs_confirmation) == (code, False)
    assert told in found.bridged


@pytest.mark.parametrize(
    ("text", "home", "code", "asked"),
    [
        ("白水县孙镇有个娃没人管", "6105", "6105", "是白水县还是蒲城县的孙镇？"),
        ("流长那边有个娃没人管", "5201", "5201", "是息烽县流长镇还是清镇市流长苗族乡？"),
        ("习水县沙坝村有个娃", "5203", "520330", "是习水县温水镇还是习水县二郎镇的沙坝村？"),
        ("安乡县安德乡有个伢", "4307", "430721", "安德乡"),
        ("大荔县没听过镇有个娃", "6105", "610523", "大荔县现在没有查到“没听过镇”，它归哪个乡镇（街道）？"),
        ("户口在澄城县尧头镇，娃没人管", "6105", "610525103", "户籍在澄城县尧头镇，孩子现在也住在那里吗？"),
        ("富平县有个娃没人管", "6105", "610528", "孩子现在在富平县的哪个乡镇（街道）？"),
        ("娃他爸说带去西安了", "6105", "6101", "西安市"),
        ("向阳村有个娃让他爸打坏了", "6105", "610528001", "是富平县城关街道向阳村吗？"),
        ("兴隆社区有个伢天天被打", "4205", "", "没有查到“兴隆社区”，请问是哪个县（区）的？"),
        ("娃不在渭南了", "6105", "", "孩子现在在哪个县（区）、哪个乡镇（街道）？"),
        ("左权县粟城乡有个娃没爹没娘", "1407", "140722", "是左权县辽阳镇还是左权县桐峪镇？"),
        ("介休洪善镇有个娃", "1407", "1407", "是介休市洪山镇还是平遥县洪善镇？"),
    ],
)
def test_what_is_not_certain_is_asked(text: str, home: str, code: str, asked: str) -> None:
    found = read(text, home)
    assert found.needs_confirmation
    assert found.code == code
    assert asked in found.question


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我们学校是富平淡村镇的，学生家在庄里镇，家长说送到耀县亲戚家了", {"610204", "610528101"}),
        ("她家在蒲城苏坊镇，被一个男的骗到华阴的旅社", {"610582", "610526108"}),
        ("孙女最后在大荔两宜镇上的车，有人说在合阳网吧见过", {"610523104", "610524"}),
    ],
)
def test_two_places_that_may_both_be_meant_are_both_told(text: str, codes: set[str]) -> None:
    found = read(text)
    assert found.needs_confirmation
    assert codes <= {one.code for one in found.candidates}
    assert sum(one.score for one in found.candidates) <= 1
    assert found.candidates == tuple(sorted(found.candidates, key=lambda one: -one.score))


def test_a_registration_elsewhere_informs_the_home_place() -> None:
    found = read("户口是毕节大方羊场镇的，现在住云岩区金关街道", "5201")
    assert (found.code, found.informed) == ("520103031", "520521104")
    assert read("户口在富平县，人住富平县美原镇", "6105").informed == "", (
        "the same place is not informed twice"
    )


def test_nothing_is_made_of_words_that_only_look_like_places() -> None:
    for text in (
        "娃平时大方得很，一家和顺，就求个平安",
        "学生李安顺，男，十岁，脸上有伤",
        "人民政府管不管，街道上的人都看见了",
        "他爱吃富平柿饼，爱喝白水",
        "我住长沙路，楼上打孩子",
    ):
        for home in ("6105", "5205", "1407", "4307"):
            found = read(text, home)
            assert (found.code, found.needs_confirmation) == ("", True), text


def test_the_home_city_weighs_most() -> None:
    assert read("西城街道有个娃", "6105").code == "610523001"
    assert read("高桥乡有个伢", "4205").code[:4] == "4205"
    assert read("城关镇有个娃", "5226").code == "522623100"


def test_the_home_may_be_a_county_a_province_or_nothing() -> None:
    text = "富平县美原镇有个娃"
    assert {read(text, home).code for home in ("6105", "610528", "61", "")} == {"610528103"}
    for home in ("9999", "610528103", "六"):
        with pytest.raises(ValueError, match="home"):
            read(text, home)


@pytest.mark.parametrize(
    "text", ["", " ", "。。。", "\n\t", "a" * 500, "镇" * 300, "村村村乡乡乡县县县", "𠮷野家🙂"]
)
def test_odd_texts_are_survived(text: str) -> None:
    found = read(text)
    assert (found.code, found.village) == ("", "")
    assert all(text[one.start : one.end] == one.words for one in found.candidates)
