"""What a notice says, and what an officer's answer means."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import advice
from config.parts import TABLES
from notifications import wording
from notifications.replies import read_reply
from notifications.wording import ONE_SMS, WordingError

OPEN = ("26-000123", "26-000124")


@pytest.mark.parametrize(
    "text",
    [
        *("1", "收到", "收到！", " 收 到 ", "１", "好的", "OK", "收到马上去", "签收"),
        *("知道了。", "我去", "我马上去", "👌", "收到，已打110", "1，10分钟到", "收到，10分钟到"),
        *("在路上", "已到现场", "可以", "嗯", "回复1"),
    ],
)
def test_yes(text: str) -> None:
    assert read_reply(text, open_numbers=OPEN).meaning == "acknowledge"


@pytest.mark.parametrize(
    "text",
    [
        *("2", "去不了", "不去", "来不了", "２", "2，去不了", "2去不了", "我去不了", "去不了，在外地"),
        *("没空",),
    ],
)
def test_no(text: str) -> None:
    assert read_reply(text, open_numbers=OPEN).meaning == "decline"


@pytest.mark.parametrize(
    "text",
    [
        *("", "？", "什么事", "没收到吗", "收不到", "我在开会晚点看", "11", "3", "收到了吗？"),
        *("好像发错了", "去外地了", "去开会了", "是打错了吧", "是骚扰短信", "是别的所管的", "好的找别人"),
        *("收到，别人去", "收到但我在外地", "明白，找副手", "好累", "1小时后再说", "1点以后可能"),
        *("1号楼着火",),
    ],
)
def test_neither(text: str) -> None:
    assert read_reply(text, open_numbers=OPEN).meaning == "unclear"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("收到26-000123", ("26-000123",)),
        ("26-000124 收到", ("26-000124",)),
        ("000124", ("26-000124",)),
        ("123收到", ("26-000123",)),
        ("26000123", ("26-000123",)),
        ("收到26-000123，26-000124", OPEN),
    ],
)
def test_a_number_says_which(text: str, numbers: tuple[str, ...]) -> None:
    reply = read_reply(text, open_numbers=OPEN)
    assert (reply.meaning, reply.numbers) == ("acknowledge", numbers)


@pytest.mark.parametrize("text", ["收到26-000999", "25-000123", "收到 26-000123 和 26-000999"])
def test_a_number_of_another_case_is_never_taken_for_one_of_these(text: str) -> None:
    assert read_reply(text, open_numbers=OPEN).meaning == "unclear"


@pytest.mark.parametrize("level", wording.LEVELS)
@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_a_notice_fits_one_sms_and_holds_what_is_needed(level: str, language: str) -> None:
    words = wording.load(TABLES / "wording.toml", language=language)
    text = words.alert(number="26-000123", level=level, due="12-31 23:59", link="")
    assert "26-000123" in text
    assert "1" in text
    if language == "zh":
        assert len(text) <= ONE_SMS
    assert "http" not in text
    assert words.alert(number="26-000123", level=level, due="", link="http://x/a/1").endswith("http://x/a/1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{level} {number} 请立即到场", "{child} {number} 请立即到场"), "{child}"),
        (('yellow = "黄色"', ""), "yellow is missing"),
        (("请立即到场", "请立即到场" * 20), "70"),
        (("[en.stand_down]", "[en.sit_down]"), "[en.stand_down] is missing"),
        (('green = "绿色"', "green = 3"), "green"),
    ],
)
def test_wording_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = (TABLES / "wording.toml").read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "wording.toml"
    broken.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(WordingError) as refused:
        wording.load(broken, language="zh")
    assert said in str(refused.value)
    assert "wording.toml" in str(refused.value)


def test_advice_on_red_is_to_call_the_police() -> None:
    words = advice.load(TABLES / "advice.toml")
    assert words["zh"]["red"].startswith("请立即拨打110")
    assert "110" in words["zh"]["unread"]
