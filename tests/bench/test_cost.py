"""`make bench`: what things cost, as ratios and growth in one run. Prints; fails only where nothing was measured."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import jieba

from config.parts import gazetteer, reader
from routing.places import locate

CORPUS = Path(__file__).resolve().parents[2] / "triage" / "corpus" / "w10.jsonl"
PLAIN = (
    "您好，我是太谷区侯城乡小学的老师，班上有个八岁的男孩，最近总是穿得很少，手上有几道旧伤，问他就说是自己摔的，"
    "今天他说爸爸喝了酒就打他，昨晚不敢回家，在村口坐到十点多，请你们派人去看看孩子。"
)


def seconds(
    work: Callable[[], object], *, times: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Time of one call, the median of five rounds. By processor time other work on the machine does not count; what
    waits for a server needs `time.perf_counter`."""
    work()
    rounds = []
    for _ in range(5):
        start = clock()
        for _ in range(times):
            work()
        rounds.append((clock() - start) / times)
    return statistics.median(rounds)


def test_reading_against_jieba() -> None:
    read = reader()
    jieba.lcut(PLAIN)
    ours = seconds(lambda: read.read(PLAIN, channel="web"), times=50)
    theirs = seconds(lambda: jieba.lcut(PLAIN), times=50)
    print(f"\n  triage.read / jieba.lcut, {len(PLAIN)} characters: {ours / theirs:.2f}")
    texts = [json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()[::2]]
    ours = seconds(lambda: [read.read(text, channel="web") for text in texts], times=1)
    theirs = seconds(lambda: [jieba.lcut(text) for text in texts], times=1)
    print(f"  triage.read / jieba.lcut, {len(texts)} texts of the corpus: {ours / theirs:.2f}")
    assert ours > 0


def test_reading_grows_with_the_text() -> None:
    read = reader()
    short = seconds(lambda: read.read(PLAIN, channel="web"), times=20)
    long = seconds(lambda: read.read(PLAIN * 10, channel="web"), times=4)
    print(f"\n  triage.read, ten times the text: {long / short:.1f} times the time")
    hostile = "没有打孩子" * 400
    once = seconds(lambda: read.read(hostile, channel="web"), times=1)
    ten_times = seconds(lambda: read.read(hostile * 10, channel="web"), times=1)
    print(f"\n  triage.read, nothing but denials, ten times the text: {ten_times / once:.1f} times the time")
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
