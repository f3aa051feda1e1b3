"""What must hold for the joined reader, rules and model, whatever text comes."""

from __future__ import annotations

from pathlib import Path

import opencc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage.protocol import CHANNELS, CIRCUMSTANCES, Level
from triage.reader import Reader

TABLES = Path(__file__).resolve().parents[2] / "config" / "tables"
CALM = (
    "小区门口的路灯坏了三天,请尽快派人来修",
    "孙子今年八岁,爸妈在外打工,由我们老两口带着,吃饭穿衣都好",
    "我想咨询一下落户要带哪些材料",
    "女儿初二,最近不想上学,说同学不跟她玩",
    "昨天的讲座很好,谢谢老师",
    "楼上装修太吵,打了几次电话没人管",
)
GRAVE = (
    "孩子昏迷不醒,叫不醒了",
    "他割腕了,血流了一地,孩子才十三岁",
    "三岁的孩子被反锁在屋里,屋里着火了",
    "十二岁的女儿怀孕了",
)
# Without an end of clause, or with a marker beside every danger: work must not grow with the square of the length.
HOSTILE = tuple(
    (part * 20_000)[:20_000]
    for part in (
        "没有打孩子",
        "没有被打,",
        "打孩子流血了",
        "如果昨天小孩5岁没有自杀,",
        "刀片割手腕",
        "不 想 活 了 ",
    )
)
DENIED = ("孩子没有受伤", "没有人打他", "他没有自杀的想法", "孩子没有失踪")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(TABLES)


def rank(reader: Reader, text: str, channel: str = "call") -> int:
    return Level(reader.read(text, channel=channel).level).rank


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=120)
    | st.lists(st.sampled_from("孩子打没有不见了十岁,。 \n血死刀😀關"), max_size=60).map("".join),
    channel=st.sampled_from(CHANNELS),
)
def test_any_text_is_answered_and_evidence_lies_inside_it(reader: Reader, text: str, channel: str) -> None:
    reading = reader.read(text, channel=channel)

    assert reading == reader.read(text, channel=channel)
    assert reading.level in [str(level) for level in Level]
    assert set(reading.circumstances) <= set(CIRCUMSTANCES)
    assert 0.0 <= reading.confidence <= 1.0
    for one in reading.evidence:
        assert text[one.start : one.end] == one.text != ""
        assert one.why


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "\ud800", "\x00", "?" * 20_000, "孩子不见了。" * 3_333, "关(guān)" * 500, *HOSTILE],
)
def test_odd_and_long_texts(reader: Reader, text: str) -> None:
    assert reader.read(text, channel="sms").level


def test_an_unknown_channel_is_refused_by_name(reader: Reader) -> None:
    with pytest.raises(ValueError, match="fax"):
        reader.read("喂", channel="fax")


@pytest.mark.parametrize("grave", GRAVE)
@pytest.mark.parametrize("calm", CALM)
def test_a_plain_red_sentence_never_lowers_the_level(reader: Reader, calm: str, grave: str) -> None:
    assert rank(reader, f"{calm}。{grave}。") >= rank(reader, calm)


@pytest.mark.parametrize("denied", DENIED)
@pytest.mark.parametrize("text", [*CALM, *GRAVE])
def test_a_denied_sentence_never_raises_it(reader: Reader, text: str, denied: str) -> None:
    assert rank(reader, f"{text}。{denied}。") <= rank(reader, text)


@pytest.mark.parametrize("text", [*CALM, *GRAVE, *DENIED])
def test_traditional_characters_get_the_same_answer(reader: Reader, text: str) -> None:
    traditional = opencc.OpenCC("s2t").convert(text)
    one, other = (reader.read(written, channel="web") for written in (text, traditional))

    assert (one.level, one.circumstances, one.ages) == (other.level, other.circumstances, other.ages)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("孩子昏迷不醒,叫不醒了", Level.RED),
        ("孩子喝了农药", Level.RED),
        ("娃不见了", Level.RED),
        ("三岁的孩子一个人在家", Level.RED),
        ("我女儿被人强奸了", Level.ORANGE),
        ("我儿子要自杀", Level.ORANGE),
        ("孩子天天挨打,身上都是伤", Level.ORANGE),
    ],
)
def test_what_is_said_plainly_is_heard(reader: Reader, text: str, least: Level) -> None:
    assert rank(reader, text) >= least.rank


def test_red_and_the_nine_circumstances_call_the_police(reader: Reader) -> None:
    reading = reader.read("孩子昏迷不醒,叫不醒了,才四岁,喝了农药", channel="call")

    assert reading.level == "red"
    assert reading.call_police
    assert (4, 4) in reading.ages


def test_what_the_model_saw_is_told_in_words(reader: Reader) -> None:
    reading = reader.read("崽崽喝了爷爷放在墙角那瓶水,现在口吐白沫,身子发软", channel="call")

    told = [one for one in reading.evidence if one.signal == "model"]
    assert told
    assert all(Level(reading.level).chinese in one.why for one in told)


def test_lexicon_and_weights_are_both_named(reader: Reader) -> None:
    assert reader.read("喂", channel="call").lexicon.count("sha256:") == 2


@pytest.mark.parametrize(
    "said",
    [
        "晚上一个人的时候特别想死",
        "考研二战失败,朋友都上岸了,我天天想死,不知道跟谁说",
        "我妈说我矫情。我是真的不想活了。明天还要上学。",
    ],
)
def test_a_wish_to_die_that_is_said_plainly_is_at_least_orange(reader: Reader, said: str) -> None:
    assert rank(reader, said, "web") >= Level.ORANGE.rank


@pytest.mark.parametrize(
    "said",
    [
        "我没有想死,就是累",
        "热得想死,空调什么时候修",
        "想死你了,什么时候回来",
    ],
)
def test_what_only_sounds_like_a_wish_to_die_raises_nothing(reader: Reader, said: str) -> None:
    assert rank(reader, said, "web") < Level.ORANGE.rank


def test_a_wish_to_die_said_on_a_roof_is_red(reader: Reader) -> None:
    assert rank(reader, "我不想活了,我在学校楼顶", "sms") == Level.RED.rank


def test_a_neighbour_in_a_complaint_is_no_child(reader: Reader) -> None:
    assert rank(reader, "楼上装修太吵,打了几次电话没人管", "call") < Level.ORANGE.rank
