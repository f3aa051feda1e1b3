"""The case follows a human's word: raised at once, lowered without taking anybody's time away unasked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from config.parts import Parts
from config.schedule import sweep
from intake.register.database import SERVICE
from intake.register.ledger import Entry
from routing import queries as routing
from routing.models import Case
from routing.queries import CaseView
from tests.conftest import NIGHT, FakeClock, FakeProvider
from tests.integration.test_overrides import REASON, override
from tests.integration.test_staff import report, sign_in

RED = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，快来人。"
YELLOW = "榆次区张庆乡，初二的孩子不想上学，在家打游戏，爸妈在外打工。"
GREEN = "榆次区张庆乡，请问困境儿童的生活补贴怎么申请？"
OFFICER, DEPUTY = "10007022011", "10007022012"
COUNTY, CITY = "10000007021", "10000000071"


class Line:
    """One case, its clocks and its phones, after somebody has set its level."""

    def __init__(
        self, app: Flask, parts: Parts, clock: FakeClock, provider: FakeProvider, bell: Callable[[], int]
    ) -> None:
        self.parts, self.clock, self.provider, self.bell = parts, clock, provider, bell
        self.client = app.test_client()
        self.staff = sign_in(app, "city")
        self.number = ""

    def opened(self, text: str, level: str) -> Line:
        self.number = report(self.client, text)
        assert self.case.level == level, "this test wants another text"
        self.bell()
        return self

    def set(self, level: str, **said: Any) -> str:
        page = override(self.staff, self.number, level=level, **said)
        self.bell()
        return page

    def after(self, **delta: float) -> None:
        """Time goes by; the clock process looks once."""
        self.clock.forward(**delta)
        sweep(self.parts)
        self.bell()

    def answer(self, phone: str = OFFICER, text: str = "收到") -> None:
        self.client.post("/handset/reply", json={"phone": phone, "text": text})
        self.bell()

    @property
    def case(self) -> CaseView:
        with self.parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, self.number)
        assert case is not None
        return case

    @property
    def due(self) -> dict[str, timedelta]:
        """Act to time since receipt."""
        return {clock.act: clock.due_at - self.case.opened_at for clock in self.case.clocks}

    def happened(self, kind: str) -> list[Entry]:
        with self.parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, self.number)
            assert case is not None
            return [entry for entry in routing.case_timeline(session, case) if entry.kind == kind]

    def alerts(self, phone: str) -> int:
        return sum("签收" in text and "已签收" not in text for text in self.provider.to(phone))


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
