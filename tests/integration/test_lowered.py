"""A case is lowered by a human's word: nobody gets more time, or is told less soon, unasked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from config.parts import Parts
from tests.conftest import NIGHT, FakeClock, FakeProvider
from tests.integration.graded import CITY, COUNTY, DEPUTY, GREEN, OFFICER, RED, Line
from tests.integration.test_overrides import REASON


@pytest.fixture
def line(
    app: Flask, parts: Parts, clock: FakeClock, provider: FakeProvider, answer_bell: Callable[[], int]
) -> Line:
    return Line(app, parts, clock, provider, answer_bell)


def test_a_breached_clock_stays_breached(line: Line) -> None:
    line.opened(RED, "red")
    line.after(minutes=11)
    before = {clock.act: clock for clock in line.case.clocks}
    assert before["acknowledge"].breached_at is not None
    line.set("yellow", new_clocks="yes")
    assert {clock.act: clock for clock in line.case.clocks}["acknowledge"] == before["acknowledge"]
    line.set("red")
    assert {clock.act: clock for clock in line.case.clocks}["acknowledge"] == before["acknowledge"]
    assert len(line.happened("ClockBreached")) == 1


def test_lowered_nobody_gets_more_time_unasked(line: Line) -> None:
    line.opened(RED, "red")
    before = line.case.clocks
    line.set("yellow", circumstances=["neglect"])
    assert line.case.level == "yellow"
    assert line.case.clocks == before
    page = line.staff.get(f"/cases/{line.number}").text
    assert "时限不变" in page
    assert "要同时报警" not in page, "110 follows the word that stands"
    for minutes, phone in ((3, DEPUTY), (3, COUNTY), (4, CITY)):
        line.after(minutes=minutes)
        assert line.alerts(phone) == 1, "nor does the ladder slow down"
    assert [entry.payload["clock"] for entry in line.happened("ClockBreached")] == ["acknowledge"]
    line.after(minutes=10)
    assert line.alerts(CITY) == 2


def test_lowered_with_the_new_clocks_on_purpose(line: Line) -> None:
    line.opened(RED, "red")
    line.clock.forward(minutes=1)
    page = line.set("yellow", new_clocks="yes")
    assert next(c for c in line.case.clocks if c.act == "acknowledge").due_at == datetime(
        2026, 3, 5, 6, 30, tzinfo=UTC
    ), "four working hours from two at night"
    (event,) = line.happened("CaseRegraded")
    assert event.payload["new_clocks"] is True
    assert "改用新等级的时限" in page
    assert page.count(REASON) == 3, "the history, the word and the clocks"
    line.after(hours=2)
    assert line.alerts(DEPUTY) == 0, "the ladder has the new level's pace as well"
    line.clock.at = NIGHT + timedelta(hours=8, minutes=30)
    line.after(minutes=0)
    assert line.alerts(DEPUTY) == 1, "two working hours after 8:30"


def test_lowered_to_green_with_its_clocks_nobody_is_asked_any_more(line: Line) -> None:
    line.opened(RED, "red")
    line.set("green", circumstances=["inquiry"], new_clocks="yes")
    assert set(line.due) == {"answer"}
    line.after(minutes=30)
    assert line.alerts(DEPUTY) == 0
    assert line.happened("ClockBreached") == []
    cancelled = {act for act, _, due in line.happened("CaseRegraded")[0].payload["clocks"] if not due}
    assert cancelled == {"acknowledge", "visit", "close"}


def test_lowered_and_raised_again(line: Line) -> None:
    line.opened(RED, "red")
    first = line.due
    line.set("green", circumstances=["inquiry"], new_clocks="yes")
    line.clock.forward(minutes=2)
    line.set("red")
    assert line.due == first
    line.after(minutes=3)
    assert line.alerts(DEPUTY) == 1


def test_raised_less_far_than_it_was_lowered_nothing_slows_down(line: Line) -> None:
    line.opened(RED, "red")
    before = line.due
    line.set("yellow")
    line.set("orange")
    assert line.due == before
    line.after(minutes=3)
    assert line.alerts(DEPUTY) == 1, "still the pace of red"


def test_lowered_while_somebody_goes_who_then_cannot(line: Line) -> None:
    line.opened(RED, "red")
    line.answer()
    line.set("yellow")
    line.answer(OFFICER, "去不了")
    assert line.alerts(DEPUTY) == 1
    line.after(minutes=6)
    assert line.alerts(COUNTY) == 1, "the ladder goes on as fast as it was"


def test_other_circumstances_at_the_same_level_move_nothing(line: Line) -> None:
    line.opened(RED, "red")
    before = line.case
    line.set("red", circumstances=["violence", "neglect"])
    assert line.case == before
    assert line.happened("CaseRegraded") == []
    assert line.alerts(OFFICER) == 1


def test_a_closed_case_changes_its_level_and_wakes_nobody(line: Line) -> None:
    line.opened(GREEN, "green")
    line.answer()
    page = line.staff.get(f"/cases/{line.number}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    line.staff.post(
        f"/cases/{line.number}/close", data={"csrf_token": token, "outcome": "safe", "note": "已答复"}
    )
    before, sent = line.case.clocks, len(line.provider.sent)
    page = line.set("red")
    assert (line.case.state, line.case.level, line.case.clocks) == ("closed", "red", before)
    assert len(line.provider.sent) == sent
    assert "只改记录，不再派人" in page
