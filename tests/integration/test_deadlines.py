"""Clocks lead somewhere: the holder is warned, the units above hear of a breach, idle cases are told again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from config.parts import Parts
from intake.register.database import SERVICE
from intake.register.ledger import verify
from routing import queries
from routing.models import Officer
from tests.casework import CITY, COUNTY, DEPUTY, OFFICER, Casework
from tests.conftest import FakeClock, FakeProvider


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def told(provider: FakeProvider, words: str) -> list[str]:
    return [to for _, to, text in provider.sent if words in text]


def test_the_holder_is_warned_once_before_the_visit_is_due(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    work.forward(hours=19, minutes=59)
    assert work.events(case, "ClockWarned") == []
    work.forward(minutes=2)
    work.forward(hours=1)
    (warned,) = work.events(case, "ClockWarned")
    assert warned["clock"] == "visit"
    assert told(provider, "见到孩子时限是") == [OFFICER], "who said that they go, and nobody else"
    assert work.clock_of(case, "visit").warned_at is not None
    assert work.clock_of(case, "visit").breached_at is None


def test_whoever_has_done_it_is_not_warned(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    work.visit(case)
    work.forward(hours=23)
    assert [event["clock"] for event in work.events(case, "ClockWarned")] == []
    assert told(provider, "见到孩子时限是") == []


def test_a_warning_written_and_not_sent_yet_is_not_sent_once_the_child_was_seen(
    work: Casework, provider: FakeProvider
) -> None:
    from config.schedule import sweep

    case = work.open("orange")
    work.acknowledge(case)
    work.clock.forward(hours=20, minutes=1)
    sweep(work.parts)  # the notice is rung for, and nobody has answered the bell
    work.visit(case)
    work.answer_bell()
    assert len(work.events(case, "ClockWarned")) == 1
    assert told(provider, "见到孩子时限是") == []


def test_a_routine_case_is_warned_of_in_working_time_only(
    work: Casework, provider: FakeProvider, clock: FakeClock
) -> None:
    clock.at = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # Friday, 16:00 in China
    case = work.open("yellow")
    work.acknowledge(case)
    visit = work.clock_of(case, "visit")  # three working days: Wednesday, 16:00
    assert visit.due_at == datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
    # Due at ten on Wednesday, four working hours before; the service is away, and back at lunch time.
    clock.at = datetime(2026, 3, 11, 4, 30, tzinfo=UTC)
    work.sweep()
    assert work.events(case, "ClockWarned") == [], "offices open again at 14:00"
    clock.at = datetime(2026, 3, 11, 6, 1, tzinfo=UTC)
    work.sweep()
    work.sweep()
    assert [event["clock"] for event in work.events(case, "ClockWarned")] == ["visit"]


def test_a_breached_visit_goes_to_the_county_then_to_the_city(work: Casework, provider: FakeProvider) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.forward(hours=2, minutes=1)
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["visit"]
    assert set(told(provider, "见到孩子已超时")) == COUNTY
    work.forward(minutes=29)
    assert set(told(provider, "见到孩子已超时")) == COUNTY
    work.forward(minutes=2)
    assert set(told(provider, "见到孩子已超时")) == COUNTY | CITY
    work.forward(hours=5)
    assert [event["step"] for event in work.events(case, "BreachEscalated")] == [0, 1]
    with work.parts.database.begin(SERVICE) as session:
        assert list(verify(session)) == []


def test_a_visit_ends_the_escalation(work: Casework, provider: FakeProvider) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.forward(hours=2, minutes=1)
    work.visit(case)
    work.forward(hours=1)
    assert set(told(provider, "见到孩子已超时")) == COUNTY


def test_a_unit_where_nobody_can_be_told_is_passed_over_at_once(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.acknowledge(case)
    with work.parts.database.begin(SERVICE) as session:
        unit = queries.responsible_unit(session, code="140702", home="1407")
        session.execute(update(Officer).where(Officer.unit_id == unit.id).values(active=False))
    work.forward(hours=2, minutes=1)
    assert set(told(provider, "见到孩子已超时")) == CITY
    first, second = work.events(case, "BreachEscalated")
    assert (first["officers"], second["step"]) == ([], 1)


def test_an_unanswered_case_is_its_ladders_and_the_breach_tells_nobody_twice(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.forward(minutes=11)
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["acknowledge"]
    assert work.events(case, "BreachEscalated") == []


def test_acknowledged_and_idle_the_officer_is_told_again_then_the_county(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.forward(minutes=31)
    assert told(provider, "您已签收") == [OFFICER]
    work.forward(minutes=31)
    assert told(provider, "您已签收") == [OFFICER]
    assert set(told(provider, "已签收，还没有走访记录，请督促")) == COUNTY
    work.forward(minutes=50)
    assert len(work.events(case, "IdleReminded")) == 2, "then the visit's own clock speaks"
    assert DEPUTY not in told(provider, "走访记录")


def test_who_has_been_there_is_not_called_idle(work: Casework, provider: FakeProvider) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.visit(case)
    work.forward(minutes=61)
    assert work.events(case, "IdleReminded") == []


def test_the_reporters_answer_meets_its_own_clock_and_no_other(work: Casework) -> None:
    from routing import operations

    case = work.open("orange")
    work.acknowledge(case)
    with work.parts.database.begin(SERVICE) as session:
        operations.answer_reporter(
            session, case_id=case.id, actor="system", clocks=work.parts.tools.clocks, now=work.clock.at
        )
    met = {item.act for item in work.case(case.number).clocks if item.met_at}
    assert met == {"acknowledge", "answer"}


def test_a_level_made_shorter_or_longer_by_hand_is_warned_of_by_its_present_end(work: Casework) -> None:
    """Whoever changes an end need not know of warnings."""
    case = work.open("orange")
    work.acknowledge(case)
    work.change(case, "visit", due_at=work.clock.at + timedelta(hours=48))
    work.forward(hours=21)
    assert work.events(case, "ClockWarned") == []
    work.forward(hours=24)
    assert len(work.events(case, "ClockWarned")) == 1
