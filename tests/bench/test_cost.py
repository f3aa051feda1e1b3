"""`make bench`: what things cost, as ratios and growth in one run. Prints; fails only where nothing was measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import jieba

from config.parts import gazetteer, reader
from routing.places import locate

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
