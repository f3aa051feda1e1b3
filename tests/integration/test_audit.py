"""The auditor: each fault, made in the database, is found, once; an ordinary line raises no alarm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from config.parts import Parts
from intake.register.database import SERVICE
from intake.register.ledger import emit
from routing import audit, queries
from routing.events import RungReached
from routing.models import Alarm, Case, CaseReturn, Clock
from routing.whom import officers_of
from tests.casework import NEIGHBOUR, Casework
from tests.conftest import FakeClock
from tests.integration.test_returns import ask, decide
from tests.integration.test_staff import sign_in


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def whole_pass(work: Casework) -> None:
    """The auditor alone, over all open cases; nothing else runs, so nothing is mended on the way."""
    work.clock.forward(minutes=1)
    while True:
        with work.parts.database.begin(SERVICE) as session:
            if not audit.audit_some(session, clocks=work.parts.tools.clocks, now=work.clock.at, limit=2):
                return


def causes(work: Casework, case: queries.CaseView) -> set[str]:
    return {event["cause"] for event in work.events(case, "AuditFailed")}


def test_the_ordinary_line_raises_no_alarm(work: Casework) -> None:
    """Answered and not, visited and not, moved, sent back, overdue, by day and by night, with the clock at work."""
    seen, idle, ignored = work.open("red"), work.open("orange"), work.open("red")
    routine, moved = work.open("yellow"), work.open("orange", code=NEIGHBOUR)
    work.open("green")
    for case in (seen, idle, routine):
        work.acknowledge(case)
    work.visit(seen)
    decide(work, ask(work, work.open("orange")))
    ask(work, idle)
    for _ in range(40):
        work.forward(minutes=1)
    for _ in range(40):
        work.forward(minutes=31)
    for _ in range(12):
        work.forward(days=2)
    with work.parts.database.begin(SERVICE) as session:
        assert session.scalars(select(Alarm.cause)).all() == []
        assert audit.summary(session).finished_at is not None
    assert work.events(ignored, "ClockBreached")
    assert work.events(moved, "BreachEscalated")


def clock_gone(work: Casework, case: queries.CaseView) -> None:
    with work.parts.database.begin(SERVICE) as session:
        session.execute(delete(Clock).where(Clock.case_id == case.id, Clock.act == "visit"))


def breach_not_marked(work: Casework, case: queries.CaseView) -> None:
    work.change(case, "visit", due_at=work.clock.at - timedelta(minutes=5), warn_at=None)


def breach_without_escalation(work: Casework, case: queries.CaseView) -> None:
    long_ago = work.clock.at - timedelta(hours=1)
    work.change(case, "visit", due_at=long_ago, breached_at=long_ago, escalate_at=None)


def breach_whose_escalation_is_late(work: Casework, case: queries.CaseView) -> None:
    long_ago = work.clock.at - timedelta(hours=1)
    work.change(case, "answer", due_at=long_ago, breached_at=long_ago, escalate_at=long_ago)


def warning_late(work: Casework, case: queries.CaseView) -> None:
    work.change(case, "answer", warn_at=work.clock.at - timedelta(minutes=5))


def no_next_rung(work: Casework, case: queries.CaseView) -> None:
    with work.parts.database.begin(SERVICE) as session:
        session.execute(update(Case).where(Case.id == case.id).values(next_rung_at=None))


def next_rung_long_past(work: Casework, case: queries.CaseView) -> None:
    with work.parts.database.begin(SERVICE) as session:
        past = work.clock.at - timedelta(minutes=5)
        session.execute(update(Case).where(Case.id == case.id).values(next_rung_at=past))


def rung_nobody_was_told_of(work: Casework, case: queries.CaseView) -> None:
    with work.parts.database.begin(SERVICE) as session:
        session.info["unheard"] = frozenset({"RungReached"})  # its listener never hears
        unit = queries.responsible_unit(session, code="140702", home="1407")
        reached = RungReached(
            case_id=case.id,
            number=case.number,
            level=case.level,
            rung=2,
            post="county",
            unit_id=unit.id,
            officers=officers_of(session, unit.id, at=work.clock.at),
            due_at="",
        )
        emit(session, reached, at=work.clock.at - timedelta(minutes=5), actor="system")


def idle_late(work: Casework, case: queries.CaseView) -> None:
    past = work.clock.at - timedelta(minutes=5)
    with work.parts.database.begin(SERVICE) as session:
        session.execute(update(Case).where(Case.id == case.id).values(state="acknowledged", idle_at=past))


def return_nobody_decides(work: Casework, case: queries.CaseView) -> None:
    row = ask(work, case)
    with work.parts.database.begin(SERVICE) as session:
        past = work.clock.at - timedelta(minutes=5)
        session.execute(update(CaseReturn).where(CaseReturn.id == row).values(decide_by=past))


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (clock_gone, "clock_missing"),
        (breach_not_marked, "breach_unmarked"),
        (breach_without_escalation, "breach_untold"),
        (breach_whose_escalation_is_late, "breach_untold"),
        (warning_late, "warning_untold"),
        (no_next_rung, "rung_missing"),
        (next_rung_long_past, "rung_late"),
        (rung_nobody_was_told_of, "rung_untold"),
        (idle_late, "idle_untold"),
        (return_nobody_decides, "return_untold"),
    ],
)
def test_a_fault_is_found_once_and_is_the_only_one_told(
    work: Casework,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Casework, queries.CaseView], None],
    cause: str,
) -> None:
    good, bad = work.open("orange"), work.open("orange")
    fault(work, bad)
    with caplog.at_level(logging.ERROR, "routing.audit"):
        whole_pass(work)
        whole_pass(work)
    assert causes(work, bad) == {cause}
    assert len(work.events(bad, "AuditFailed")) == 1
    assert causes(work, good) == set()
    assert [record.getMessage() for record in caplog.records] == [
        f"AUDIT: case {bad.number} (orange): {cause}"
    ]


def test_a_notice_that_never_left_is_found(work: Casework) -> None:
    case = work.open("orange")
    work.parts.doorbell.redis.flushall()
    work.answer_bell = lambda: 0  # no worker, and Redis answers: the bell is rung and nobody comes
    other = work.open("orange")
    work.clock.forward(minutes=11)
    whole_pass(work)
    assert "notice_unsent" in causes(work, other)
    assert "notice_unsent" not in causes(work, case)


def test_an_alarm_stands_on_the_citys_desk_and_in_the_health_until_it_is_mended(
    work: Casework, app: Flask, client: FlaskClient
) -> None:
    case = work.open("orange")
    assert client.get("/healthz").get_json()["audit"]["alarms"] == 0
    next_rung_long_past(work, case)
    whole_pass(work)
    assert client.get("/healthz").get_json()["audit"]["alarms"] == 1
    city, county = sign_in(app, "city"), sign_in(app, "county")
    assert "查到漏办" in city.get("/desk").text
    assert "该找下一级没有找" in city.get("/desk").text
    assert "查到漏办" not in county.get("/desk").text
    assert "查到漏办" in county.get(f"/cases/{case.number}").text, "it is on the timeline"
    work.sweep()  # climbs
    whole_pass(work)
    assert client.get("/healthz").get_json()["audit"]["alarms"] == 0
    assert "查到漏办" not in city.get("/desk").text


def test_closed_cases_are_left_alone_and_their_alarms_cleared(work: Casework) -> None:
    case = work.open("orange")
    next_rung_long_past(work, case)
    whole_pass(work)
    with work.parts.database.begin(SERVICE) as session:
        session.execute(update(Case).where(Case.id == case.id).values(state="closed", next_rung_at=None))
    whole_pass(work)
    with work.parts.database.begin(SERVICE) as session:
        assert audit.standing(session) == []


def test_two_auditors_at_once_do_not_do_the_same(work: Casework, parts: Parts) -> None:
    """A second one finds the pass taken, and a pass that was finished is not begun again at once."""
    work.open("orange")
    whole_pass(work)
    with work.parts.database.begin(SERVICE) as session:
        assert audit.audit_some(session, clocks=parts.tools.clocks, now=work.clock.at) == 0
        assert session.scalar(text("select finished_at from audit_pass")) is not None
