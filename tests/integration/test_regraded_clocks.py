"""A case whose clocks were warned of, paused, breached or left idle gets another level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries
from routing.models import Case
from tests.casework import CITY, COUNTY, Casework
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_audit import causes, whole_pass
from tests.integration.test_pauses import ask, decide, kinds

FRIDAY = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
"""09:00 in China; a yellow case's visit is then due on Wednesday at 09:00, an orange one's on Saturday at 09:00."""
MONDAY = FRIDAY + timedelta(days=3)


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def told(provider: FakeProvider, words: str) -> set[str]:
    return {to for _, to, said in provider.sent if words in said}


def since(case: queries.CaseView) -> dict[str, timedelta]:
    return {item.act: item.due_at - case.opened_at for item in case.clocks}


def silent(work: Casework, case: queries.CaseView) -> bool:
    """The auditor, over all open cases, after the clock process has had its turn."""
    work.sweep()
    whole_pass(work)
    return causes(work, case) == set()


def test_raised_to_red_what_was_paused_or_asked_for_is_over_at_once(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    decide(work, ask(work, case))
    asked = ask(work, case, act="answer")
    work.clock.forward(minutes=20)
    red = work.regrade(case, "red")
    assert set(kinds(work, case)[-2:]) == {"ClockPauseEnded", "ClockPauseRefused"}
    assert since(red)["visit"] == timedelta(hours=2), "the time it stood still does not count"
    with pytest.raises(ValueError, match="refused already"):
        decide(work, asked)
    work.forward(minutes=71)
    assert [event["clock"] for event in work.events(case, "ClockWarned")] == ["visit"]
    work.forward(minutes=30)
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["visit"]
    assert silent(work, case)


def test_raised_to_orange_a_granted_pause_still_counts(work: Casework, clock: FakeClock) -> None:
    clock.at = FRIDAY
    case = work.open("yellow")
    work.acknowledge(case)
    clock.at = FRIDAY + timedelta(hours=7, minutes=30)  # 16:30
    decide(work, ask(work, case, until=MONDAY + timedelta(minutes=30)))
    clock.forward(hours=2)
    orange = work.regrade(case, "orange")
    paused = timedelta(days=2, hours=17)
    assert since(orange)["visit"] == timedelta(hours=24) + paused, "the time of day and night, not of offices"
    assert kinds(work, case)[-1] == "ClockPauseGranted"
    clock.at = MONDAY + timedelta(minutes=31)
    work.sweep()
    assert kinds(work, case)[-1] == "ClockPauseEnded"
    assert since(work.case(case.number))["visit"] == timedelta(hours=24) + paused
    late = [event["clock"] for event in work.events(case, "ClockBreached")]
    assert late == ["answer"], "which was not paused: three days, on Monday at nine"
    assert silent(work, case)


def test_raised_to_orange_and_seen_before_the_pause_is_over(work: Casework, clock: FakeClock) -> None:
    clock.at = FRIDAY
    case = work.open("yellow")
    work.acknowledge(case)
    decide(work, ask(work, case, until=MONDAY))
    clock.forward(hours=2)
    work.regrade(case, "orange")
    clock.forward(hours=1)
    work.visit(case)
    assert since(work.case(case.number))["visit"] == timedelta(hours=27), "three hours were used"


def test_a_pause_that_began_after_the_new_level_would_have_run_out_saves_nothing(
    work: Casework, clock: FakeClock, provider: FakeProvider
) -> None:
    clock.at = FRIDAY
    case = work.open("yellow")
    work.acknowledge(case)
    clock.at = MONDAY
    decide(work, ask(work, case, until=MONDAY + timedelta(days=2)))
    clock.forward(hours=1)
    orange = work.regrade(case, "orange")
    assert since(orange)["visit"] == timedelta(hours=24)
    assert kinds(work, case)[-1] == "ClockPauseEnded"
    work.sweep()
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["visit", "answer"]
    assert [event["clock"] for event in work.events(case, "ClockWarned")] == [], "nobody is warned too late"
    assert told(provider, "见到孩子") == COUNTY
    assert silent(work, case)


def test_lowered_with_the_new_clocks_the_pause_goes_with_the_clock_or_stays_on_it(
    work: Casework, clock: FakeClock
) -> None:
    clock.at = FRIDAY
    gone, kept = work.open("orange"), work.open("orange")
    for case in (gone, kept):
        work.acknowledge(case)
        decide(work, ask(work, case, until=FRIDAY + timedelta(hours=2)))
    clock.forward(hours=1)
    green = work.regrade(gone, "green", new_clocks=True)
    assert set(since(green)) == {"acknowledge", "answer"}
    assert kinds(work, gone)[-1] == "ClockPauseEnded"
    yellow = work.regrade(kept, "yellow", new_clocks=True)
    wednesday = FRIDAY + timedelta(days=5, hours=2)
    assert {item.act: item.due_at for item in yellow.clocks}["visit"] == wednesday, "two working hours more"
    work.forward(hours=2)
    assert kinds(work, kept)[-1] == "ClockPauseEnded"
    assert work.clock_of(kept, "visit").due_at == wednesday
    assert silent(work, kept)
    assert silent(work, gone)


def test_raised_the_holder_is_warned_by_the_new_end(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    work.clock.forward(hours=1)
    work.regrade(case, "red")
    work.forward(minutes=29)
    assert work.events(case, "ClockWarned") == []
    work.forward(minutes=2)
    (warned,) = work.events(case, "ClockWarned")
    assert datetime.fromisoformat(warned["due_at"]) == case.opened_at + timedelta(hours=2)


def test_raised_what_has_run_out_by_then_is_told_at_once_by_night_and_not_warned_of(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("green")
    work.acknowledge(case)
    work.clock.forward(hours=3)
    work.regrade(case, "red")
    assert silent(work, case)
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["visit"]
    assert work.events(case, "ClockWarned") == []
    assert told(provider, "见到孩子已超时") == COUNTY
    work.forward(minutes=30)
    assert told(provider, "见到孩子已超时") == COUNTY | CITY


def test_raised_a_breach_goes_up_as_fast_as_the_new_level_asks(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    work.forward(hours=24, minutes=1)
    assert [event["step"] for event in work.events(case, "BreachEscalated")] == [0]
    before = work.clock_of(case, "visit")
    work.forward(minutes=10)
    work.regrade(case, "red")
    assert work.clock_of(case, "visit") == before, "breached it stays, at the time when it was"
    work.forward(minutes=18)
    assert [event["step"] for event in work.events(case, "BreachEscalated")] == [0]
    work.forward(minutes=3)
    assert [event["step"] for event in work.events(case, "BreachEscalated")] == [0, 1], "not after two hours"
    assert silent(work, case)


@pytest.mark.parametrize("level", ["yellow", "green"])
def test_raised_an_idle_case_is_asked_after_sooner(work: Casework, level: str) -> None:
    case = work.open(level)
    work.acknowledge(case)
    work.forward(minutes=40)
    work.regrade(case, "red")
    work.forward(minutes=29)
    assert work.events(case, "IdleReminded") == []
    work.forward(minutes=2)
    work.forward(minutes=31)
    assert [event["step"] for event in work.events(case, "IdleReminded")] == [0, 1]
    assert silent(work, case)


def test_lowered_unasked_warnings_breaches_and_reminders_keep_their_pace(
    work: Casework, provider: FakeProvider
) -> None:
    """Two in the morning, and of a yellow case nobody would be told before offices open."""
    case = work.open("red")
    work.acknowledge(case)
    work.regrade(case, "yellow")
    work.forward(minutes=31)
    assert [event["step"] for event in work.events(case, "IdleReminded")] == [0]
    work.forward(hours=1)
    assert [event["clock"] for event in work.events(case, "ClockWarned")] == ["visit"]
    work.forward(minutes=30)
    assert told(provider, "见到孩子已超时") == COUNTY
    work.forward(minutes=31)
    assert told(provider, "见到孩子已超时") == COUNTY | CITY
    assert silent(work, case)


def test_lowered_with_the_new_clocks_everything_has_the_new_pace(work: Casework) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.regrade(case, "yellow", new_clocks=True)
    work.forward(hours=3)
    for kind in ("IdleReminded", "ClockWarned", "ClockBreached"):
        assert work.events(case, kind) == []
    with work.parts.database.begin(SERVICE) as session:
        idle_at = session.get_one(Case, case.id).idle_at
    assert idle_at == datetime(2026, 3, 6, 0, 30, tzinfo=UTC), "one working day after, when offices open"
    assert silent(work, case)


def test_what_was_done_and_taken_back_does_not_meet_a_clock_that_is_added(work: Casework) -> None:
    case = work.open("green")
    officer = work.acknowledge(case)
    added = work.regrade(case, "orange")
    assert {item.act for item in added.clocks if item.met_at} == {"acknowledge"}
    other = work.open("green")
    assert work.acknowledge(other) == officer
    work.client.post("/handset/reply", json={"phone": "10007020011", "text": f"{other.number} 去不了"})
    work.answer_bell()
    assert work.case(other.number).state == "assigned"
    added = work.regrade(other, "orange")
    assert {item.act for item in added.clocks if item.met_at} == set()
    work.forward(minutes=31)
    assert [event["clock"] for event in work.events(other, "ClockBreached")] == ["acknowledge"]
    assert silent(work, other)
