"""A case is raised by a human's word: no clock gets later, and whoever must know is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from config.parts import Parts
from intake.register.database import SERVICE
from routing.models import Case
from tests.conftest import FakeClock, FakeProvider
from tests.integration.graded import CITY, COUNTY, DEPUTY, GREEN, OFFICER, YELLOW, Line


@pytest.fixture
def line(
    app: Flask, parts: Parts, clock: FakeClock, provider: FakeProvider, answer_bell: Callable[[], int]
) -> Line:
    return Line(app, parts, clock, provider, answer_bell)


def test_raised_every_clock_counts_from_receipt_and_none_gets_later(line: Line) -> None:
    line.opened(YELLOW, "yellow")
    answer = line.due["answer"]
    assert line.due["acknowledge"] > timedelta(hours=8)
    line.clock.forward(minutes=5)
    line.set("orange")
    assert line.case.level == "orange"
    assert line.due["acknowledge"] == timedelta(minutes=30)
    assert line.due["visit"] == timedelta(hours=24)
    assert line.due["answer"] == timedelta(days=3) < answer
    assert line.due["close"] == timedelta(days=90)
    (event,) = line.happened("CaseRegraded")
    assert (event.payload["was"], event.payload["level"], event.payload["raised"]) == (
        "yellow",
        "orange",
        True,
    )
    assert {act for act, _, _ in event.payload["clocks"]} == {"acknowledge", "visit", "answer"}


def test_raised_from_green_the_missing_clocks_are_added(line: Line) -> None:
    line.opened(GREEN, "green")
    assert set(line.due) == {"answer"}
    line.clock.forward(minutes=5)
    page = line.set("red")
    assert set(line.due) == {"acknowledge", "visit", "answer", "close"}
    assert line.due["acknowledge"] == timedelta(minutes=10)
    assert line.due["visit"] == timedelta(hours=2)
    assert not any(clock.met_at for clock in line.case.clocks)
    assert "要同时报警" in page
    line.after(minutes=5)
    assert [entry.payload["clock"] for entry in line.happened("ClockBreached")] == ["acknowledge"]


def test_raised_with_nobody_going_the_ladder_starts_again_at_the_new_pace(line: Line) -> None:
    line.opened(YELLOW, "yellow")
    assert line.alerts(OFFICER) == 1
    line.after(minutes=90)
    assert line.alerts(DEPUTY) == 0
    line.set("red")
    assert line.alerts(OFFICER) == 2, "the officer hears of it at once, and it is not the old message"
    assert "红色" in line.provider.to(OFFICER)[-1]
    line.after(minutes=2)
    assert line.alerts(DEPUTY) == 0
    line.after(minutes=1)
    assert (line.alerts(DEPUTY), line.alerts(COUNTY)) == (1, 0), "counted from when it was raised"
    line.after(minutes=3)
    assert (line.alerts(COUNTY), line.alerts(CITY)) == (1, 0)
    line.after(minutes=4)
    assert line.alerts(CITY) == 1
    line.after(minutes=10)
    assert line.alerts(CITY) == 2, "and the top again and again"
    rungs = [entry.payload["rung"] for entry in line.happened("RungReached")]
    assert rungs == sorted(set(rungs)), "every rung is told under a number of its own"


def test_raised_twice_the_ladder_starts_twice(line: Line) -> None:
    line.opened(YELLOW, "yellow")
    line.set("orange")
    line.after(minutes=10)
    assert line.alerts(DEPUTY) == 1
    line.set("red")
    assert line.alerts(OFFICER) == 3
    posts = [entry.payload["post"] for entry in line.happened("RungReached")]
    assert posts == ["officer", "officer", "deputy", "officer"]
    line.answer(DEPUTY)
    assert line.case.state == "acknowledged", "a deputy told before answers for it still"


def test_an_officer_who_declines_after_the_restart_passes_it_on(line: Line) -> None:
    line.opened(YELLOW, "yellow")
    line.set("red")
    line.answer(OFFICER, "去不了")
    assert line.alerts(DEPUTY) == 1


def test_raised_while_somebody_goes_they_are_told(line: Line) -> None:
    line.opened(YELLOW, "yellow")
    line.clock.forward(minutes=3)
    line.answer()
    line.clock.forward(minutes=3)
    line.set("red")
    assert "升为红色" in line.provider.to(OFFICER)[-1]
    assert line.case.state == "acknowledged"
    assert line.due["visit"] == timedelta(hours=2)
    (event,) = line.happened("CaseRegraded")
    assert len(event.payload["officers"]) == 1
    assert [entry.payload["kind"] for entry in line.happened("NoticeSent")][-1] == "regraded"
    line.after(minutes=30)
    assert line.alerts(DEPUTY) == 0, "nobody else is woken"
    acknowledged = next(clock for clock in line.case.clocks if clock.act == "acknowledge")
    assert acknowledged.breached_at is None


def test_raised_after_a_supervisors_answer_the_station_is_told(line: Line) -> None:
    """Whoever pressed the button may be no officer: then the first of the ladder who can be reached."""
    line.opened(GREEN, "green")
    page = line.staff.get(f"/cases/{line.number}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    line.staff.post(f"/cases/{line.number}/acknowledge", data={"csrf_token": token})
    line.bell()
    with line.parts.database.begin(SERVICE) as session:
        session.get_one(Case, line.case.id).acknowledged_by = None
    line.set("red")
    assert "升为红色" in line.provider.to(OFFICER)[-1]
    met = {clock.act for clock in line.case.clocks if clock.met_at}
    assert met == {"acknowledge"}, "the added clock of what has been done is met"
