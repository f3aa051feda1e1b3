"""`make bench`: what one preview costs through the WSGI app, beside one bare `jieba.lcut` of the same text."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable

import jieba
from flask import Flask

from tests.bench.test_cost import PLAIN
from tests.integration.test_staff import sign_in, token

LONG = "".join(itertools.islice(itertools.cycle(PLAIN), 400))
CALLS = 400


def rounds(work: Callable[[], object]) -> list[float]:
    """Milliseconds of each of `CALLS` calls, the shortest first."""
    work()
    found = []
    for _ in range(CALLS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def test_preview_against_jieba(app: Flask) -> None:
    staff = sign_in(app, "officer")
    staff.environ_base["HTTP_X_CSRFTOKEN"] = token(staff.get("/desk").text)
    body = json.dumps({"text": LONG, "channel": "call"})

    def preview() -> None:
        answer = staff.post("/api/v1/triage/preview", data=body, content_type="application/json")
        assert answer.status_code == 200

    ours, theirs = rounds(preview), rounds(lambda: jieba.lcut(LONG))
    cut = statistics.median(theirs)
    for name, place in (("p50", CALLS // 2), ("p99", CALLS * 99 // 100)):
        print(
            f"\n  preview {name}, 400 characters: {ours[place]:.1f} ms, {ours[place] / cut:.1f} x jieba.lcut",
            end="",
        )
    print()
