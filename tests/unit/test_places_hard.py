"""Hard cases of our own, measured as the bar measures; the truth is from ``config/tables/divisions.tsv.xz``.

``half`` is mend (faults seen here were mended), held (written last, only measured), or address (delivery addresses
in the manner of real ones). The floors are a little below what was measured (routing/README.md has the first runs).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from routing.places import Gazetteer, locate
from routing.places.measure import Case, Measures, measure

TABLES = Path(__file__).resolve().parents[2] / "config" / "tables"
HARD = Path(__file__).with_name("places_hard.jsonl")


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(TABLES / "divisions.tsv.xz", TABLES / "places.toml")


@cache
def measured(half: str) -> Measures:
    lines = [json.loads(line) for line in HARD.read_text(encoding="utf-8").splitlines()]
    cases = [Case.from_fields(line) for line in lines if line["half"] == half]
    return measure(cases, lambda text, home: locate(gazetteer(), text, home=home))


@pytest.mark.parametrize(
    ("half", "right", "silent", "flagged", "county"),
    [
        ("mend", 0.96, 0.0, 1.0, 0.98),
        ("held", 0.96, 0.0, 1.0, 0.97),
        ("address", 0.93, 0.0, 0.0, 0.97),
    ],
)
def test_the_measures_hold(half: str, right: float, silent: float, flagged: float, county: float) -> None:
    found = measured(half)
    assert found.cases >= 100
    assert found.right_without_asking >= right, found
    assert found.wrong_without_flag <= silent, found.silent
    assert found.ambiguous_flagged >= flagged, found
    assert found.county_right >= county, found


def test_every_truth_is_a_division() -> None:
    for line in HARD.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for code in [case["gold"], case.get("village", ""), *case["accept"]]:
            assert not code or code in gazetteer().divisions, case["id"]


@pytest.mark.parametrize(
    ("text", "home", "code", "told"),
    [
        ("榆社讲堂乡有个孩子没人管", "1407", "140721102", "讲堂乡（旧乡镇名）→郝北镇"),
        ("和顺阳光占乡有个孩子没人管", "1407", "140723104", "阳光占乡（旧乡镇名）→横岭镇"),
        ("远安荷花镇有个伢儿", "4205", "420525106", "荷花镇（旧乡镇名）→嫘祖镇"),
    ],
)
def test_a_township_that_is_gone_is_found_by_where_its_villages_are(
    text: str, home: str, code: str, told: str
) -> None:
    found = locate(gazetteer(), text, home=home)
    assert (found.code, found.needs_confirmation) == (code, False)
    assert told in found.bridged


def test_a_township_that_was_split_is_asked_about() -> None:
    found = locate(gazetteer(), "大荔县城关街道有个娃没人管", home="6105")
    assert found.needs_confirmation
    assert {one.code for one in found.candidates} == {"610523001", "610523002"}


def test_two_children_in_two_places_are_both_asked_about() -> None:
    found = locate(gazetteer(), "姐姐在富平庄里跟外婆，弟弟在蒲城孙镇跟奶奶，没人管", home="6105")
    assert found.needs_confirmation
    assert found.question == "说到的孩子不在一处（富平县庄里镇、蒲城县孙镇），是不是每一处都要派人？"
    assert {one.code for one in found.candidates} == {"610528101", "610526102"}


@pytest.mark.parametrize(
    "text",
    [
        "姐姐和弟弟都在富平庄里镇，爸爸打他们",
        "儿子在西安服刑，孙子在富平庄里镇没人管",
        "哥哥在蒲城县上大学，弟弟在富平庄里镇被后妈打",
    ],
)
def test_one_place_of_children_is_not_asked_twice(text: str) -> None:
    found = locate(gazetteer(), text, home="6105")
    assert (found.code, found.needs_confirmation) == ("610528101", False)


def test_a_village_unknown_in_its_township_does_not_move_the_child_to_another_county() -> None:
    found = locate(gazetteer(), "蒲城县孙镇罗刘村三组有个娃", home="6105")
    assert (found.code, found.village, found.needs_confirmation) == ("610526102", "", False)


def test_a_long_text_is_read_a_section_at_a_time() -> None:
    text = "平遥县没有镇，太谷区城关街道。" * 200 + "娃在富平县美原镇盘龙村。"
    found = locate(gazetteer(), text, home="6105")
    assert found.needs_confirmation, "who names so many places must be asked"
    assert all(text[one.start : one.end] == one.words for one in found.candidates)


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("她买了去西安的票，十四岁，一个人", "1407"),
        ("听声音定位在渭南城区，孩子不说话", "1407"),
        ("桌上放着三张一百的，娃不见了", "6105"),
        ("校外奶茶店有人给学生递烟", "5205"),
        ("爸爸在采石场上班，孩子没户口", "5205"),
        ("早上村口来了个打针的，怀里抱个婴儿", "1407"),
        ("能不能让老师多写点阳光的", "5201"),
        ("鸽子飞过黄河就不回来了", "5201"),
        ("我爱拍古村落，见到一个孩子", "4205"),
        ("城关镇东大街有孩子喊救命", "5201"),
        ("桥南街道朝阳路有孩子喊救命", "6105"),
        ("伍家岗某小区有孩子哭", "4307"),
        ("好像是孙镇那边的娃，我也记不清", "6105"),
        ("他同学孙镇打了我家娃", "6105"),
    ],
)
def test_what_only_looks_like_a_place_is_not_settled(text: str, home: str) -> None:
    assert locate(gazetteer(), text, home=home).needs_confirmation


def test_the_reporters_place_is_the_childs_only_when_somebody_says_so() -> None:
    alone = locate(gazetteer(), "举报人地址：富平县庄里镇。孩子天天挨打", home="6105")
    assert (alone.code, alone.needs_confirmation) == ("610528101", True)
    assert alone.question == "孩子现在也在富平县庄里镇吗？"
    both = locate(gazetteer(), "举报人地址：富平县庄里镇。孩子住蒲城县孙镇", home="6105")
    assert (both.code, both.needs_confirmation) == ("610526102", False)


def test_a_county_elsewhere_right_before_a_township_is_believed() -> None:
    found = locate(gazetteer(), "潼关桐峪镇一村民来电，说侄媳妇生了两个女娃没人管", home="1407")
    assert found.code == "610522103", "and not 桐峪镇 of 左权, though that is at home"
