"""`make bench`: what things cost, as ratios and growth in one run. Prints; fails only where nothing was measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import jieba
import pytest
from sqlalchemy import text

from config.app import create_app
from config.parts import Parts, gazetteer, reader
from config.schedule import sweep
from intake.register.database import SERVICE
from routing.places import locate
from tests.conftest import FakeClock

PLAIN = (
    "您好，我是太谷区侯城乡小学的老师，班上有个八岁的男孩，最近总是穿得很少，手上有几道旧伤，问他就说是自己摔的，"
    "今天他说爸爸喝了酒就打他，昨晚不敢回家，在村口坐到十点多，请你们派人去看看孩子。"
)


def seconds(work: Callable[[], object], *, times: int) -> float:
    """The median of five rounds, for one call."""
    work()
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - start) / times)
    return statistics.median(rounds)


def test_reading_against_jieba() -> None:
    read = reader()
    jieba.lcut(PLAIN)
    ours = seconds(lambda: read.read(PLAIN, channel="web"), times=50)
    theirs = seconds(lambda: jieba.lcut(PLAIN), times=50)
    print(f"\n  triage.read / jieba.lcut, {len(PLAIN)} characters: {ours / theirs:.2f}")
    assert ours > 0


def test_reading_grows_with_the_text() -> None:
    read = reader()
    short = seconds(lambda: read.read(PLAIN, channel="web"), times=20)
    long = seconds(lambda: read.read(PLAIN * 10, channel="web"), times=4)
    print(f"\n  triage.read, ten times the text: {long / short:.1f} times the time")
    assert long > 0


def test_placing_against_reading() -> None:
    places = gazetteer()
    places.warm(["1407"])
    place = seconds(lambda: locate(places, PLAIN, home="1407"), times=50)
    cut = seconds(lambda: jieba.lcut(PLAIN), times=50)
    print(f"\n  routing.locate / jieba.lcut, {len(PLAIN)} characters: {place / cut:.2f}")
    assert place > 0


def test_placing_a_long_text() -> None:
    """20,000 characters of names in every line; the bar for 100 characters of plain text is 0.5 ms."""
    places = gazetteer()
    places.warm(["1407"])
    plain = seconds(lambda: locate(places, PLAIN, home="1407"), times=50) * 100 / len(PLAIN)
    dense = "平遥县没有镇有个孩子，太谷区侯城乡的，奶奶家在祁县城区。"
    short = seconds(lambda: locate(places, dense * 40, home="1407"), times=1)
    long = seconds(lambda: locate(places, dense * 700, home="1407"), times=1)
    print(
        f"\n  routing.locate: {plain * 1000:.2f} ms per 100 characters; {len(dense * 700):,} dense: {long:.2f} s"
    )
    print(f"  of {len(dense * 40):,} and {len(dense * 700):,} characters: {long / short:.1f} times the time")
    assert long > 0


@pytest.mark.parametrize("few", [200])
def test_a_sweep_costs_what_is_due_not_what_exists(parts: Parts, clock: FakeClock, few: int) -> None:
    """Ten times the open clocks, none of them due."""
    client = create_app(parts.settings, parts=parts).test_client()
    client.post("/api/v1/reports", json={"text": PLAIN})
    clock.forward(seconds=1)

    def fill(number: int) -> None:
        with parts.database.begin(SERVICE) as session:
            session.execute(
                text(
                    "insert into clock (id, case_id, act, started_at, due_at) select gen_random_uuid(), "
                    '(select id from "case" order by opened_at desc limit 1), :tag || n, :now, :due '
                    "from generate_series(1, :number) n"
                ),
                {
                    "tag": f"x{number}-",
                    "now": clock.at,
                    "due": clock.at + timedelta(days=30),
                    "number": number,
                },
            )

    fill(few)
    before = seconds(lambda: sweep(parts), times=5)
    fill(few * 99)
    after = seconds(lambda: sweep(parts), times=5)
    print(f"\n  one sweep, {few * 100} open clocks against {few}: {after / before:.2f} times the time")
    assert after > 0
