"""Rosters meet returns, regrading, reminders and departures: who is told is who is on duty, at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries
from routing.cases import ON_CALL
from routing.duty.roster import Period
from routing.duty.rules import GivenSlot
from routing.models import Alarm, Officer, Unit
from routing.operations import CaseRefused
from routing.rota import operations as rota
from tests.casework import CITY, COUNTY, DEPUTY, HERE, NEIGHBOUR, OFFICER, Casework
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_returns import ask, decide, unit

THERE, THEIR_DEPUTY = "10007020021", "10007020022"
"""The officers of the station to which cases are moved here."""


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def officer(work: Casework, phone: str) -> UUID:
    with work.parts.database.begin(SERVICE) as session:
        found = queries.officer_by_phone(session, phone)
    assert found is not None
    return found.id


def roster(work: Casework, division: str, *rows: tuple[str, str, str, str]) -> None:
    """Phone, weekday, from, to. It is two in the morning of a Thursday when a test begins."""
    given = [GivenSlot(row, str(officer(work, phone)), *times) for row, (phone, *times) in enumerate(rows, 1)]
    with work.parts.database.begin(SERVICE) as session:
        rota.set_pattern(
            session, unit_id=unit(work, division), given=given, actor="system", now=work.clock.at
        )


def on_leave(work: Casework, division: str) -> None:
    with work.parts.database.begin(SERVICE) as session:
        place = session.scalars(select(Unit.id).where(Unit.division == division)).one()
        everybody = session.scalars(
            select(Officer.id).where(Officer.unit_id == place, Officer.post.in_(ON_CALL))
        ).all()
        for who in everybody:
            leave = Period(who, work.clock.at, work.clock.at + timedelta(days=30))
            rota.add_leave(session, unit_id=place, leave=leave, actor="system", now=work.clock.at)


def depart(work: Casework, phone: str, heir: str) -> None:
    with work.parts.database.begin(SERVICE) as session:
        rota.depart(
            session,
            officer_id=officer(work, phone),
            last_day=date(2026, 3, 4),
            successor_id=officer(work, heir),
            actor="system",
            now=work.clock.at,
        )
    work.answer_bell()


def alerts(provider: FakeProvider, *, since: int = 0) -> list[str]:
    return [to for _, to, said in provider.sent[since:] if "签收" in said and "已签收" not in said]


def reminded(provider: FakeProvider, words: str, *, since: int = 0) -> set[str]:
    return {to for _, to, said in provider.sent[since:] if words in said}


def alarms(work: Casework) -> list[str]:
    with work.parts.database.begin(SERVICE) as session:
        return list(session.scalars(select(Alarm.cause)))


def test_moved_the_new_units_pattern_says_who_is_told(work: Casework, provider: FakeProvider) -> None:
    """The night is the deputy's there; here it is the officer's."""
    roster(work, HERE, (OFFICER, "3", "20:00", "08:00"))
    roster(work, NEIGHBOUR, (THEIR_DEPUTY, "3", "20:00", "08:00"), (THERE, "4", "08:00", "20:00"))
    case = work.open("orange")
    decide(work, ask(work, case))
    assert alerts(provider) == [OFFICER, THEIR_DEPUTY]
    work.forward(minutes=10)
    assert alerts(provider) == [OFFICER, THEIR_DEPUTY, THERE], "no deputy is left: the colleague stands in"


def test_raised_the_ladder_restarts_with_whoever_is_on_duty_by_then(
    work: Casework, provider: FakeProvider
) -> None:
    roster(work, HERE, (OFFICER, "3", "20:00", "02:30"), (DEPUTY, "4", "02:30", "08:00"))
    case = work.open("yellow")
    assert alerts(provider) == [OFFICER]
    work.clock.forward(minutes=31)
    work.regrade(case, "red")
    assert alerts(provider) == [OFFICER, DEPUTY], "the deputy has been on duty for a minute"
    work.forward(minutes=3)
    assert alerts(provider) == [OFFICER, DEPUTY, OFFICER]


def test_a_breach_and_a_return_are_told_to_whom_the_centre_has_on_duty(
    work: Casework, provider: FakeProvider
) -> None:
    first, second = sorted(COUNTY)
    roster(work, "140702", (second, "3", "20:00", "08:00"), (first, "4", "08:00", "20:00"))
    case = work.open("red")
    work.acknowledge(case)
    ask(work, case)
    assert reminded(provider, "有退单") == {second}
    since = len(provider.sent)
    work.forward(hours=2, minutes=1)
    assert reminded(provider, "超时", since=since) == {second}, "it is four in the morning"
    assert alarms(work) == []


def test_who_goes_is_reminded_off_duty_and_on_leave_whoever_is_there(
    work: Casework, provider: FakeProvider
) -> None:
    roster(work, HERE, (OFFICER, "3", "20:00", "02:10"), (DEPUTY, "4", "02:10", "08:00"))
    case = work.open("red")
    work.acknowledge(case)
    work.forward(minutes=31)
    told = {UUID(who) for event in work.events(case, "IdleReminded") for who in event["officers"]}
    assert told == {officer(work, OFFICER)}, "off duty for twenty minutes, but it is they who go"
    on_leave(work, HERE)
    work.forward(minutes=60)
    (warned,) = work.events(case, "ClockWarned")
    assert {UUID(who) for who in warned["officers"]} == {officer(work, phone) for phone in COUNTY}


def test_a_departure_wakes_the_deputy_at_night_only_of_what_is_urgent(
    work: Casework, provider: FakeProvider
) -> None:
    work.open("yellow")
    urgent = work.open("orange")
    depart(work, OFFICER, DEPUTY)
    work.sweep()
    assert alerts(provider) == [OFFICER, OFFICER, DEPUTY]
    assert urgent.number in provider.to(DEPUTY)[-1]
    work.forward(hours=6, minutes=31)
    assert alerts(provider, since=3).count(DEPUTY) == 1, "at half past eight, and not after two working hours"
    assert alarms(work) == []


def test_after_a_departure_the_reminders_are_the_heirs(work: Casework, provider: FakeProvider) -> None:
    case = work.open("red")
    leaver = work.acknowledge(case)
    depart(work, OFFICER, DEPUTY)
    heir = work.case(case.number).acknowledged_by
    assert heir == officer(work, DEPUTY) != leaver
    for _ in range(91):
        work.forward(minutes=1)
    (warned,) = work.events(case, "ClockWarned")
    idle = work.events(case, "IdleReminded")
    assert [warned["officers"], idle[0]["officers"]] == [[str(heir)], [str(heir)]]
    assert not any(to == OFFICER and case.number in said for _, to, said in provider.sent[1:])
    assert alarms(work) == [], "handed over, its steps are all proved"


def test_the_auditor_says_nothing_of_rungs_where_nobody_can_be_reached(
    work: Casework, provider: FakeProvider
) -> None:
    for division in (HERE, "140702"):
        on_leave(work, division)
    case, left = work.open("red"), work.open("orange", code=NEIGHBOUR)
    assert set(alerts(provider)) == CITY | {THERE}
    work.acknowledge(left)
    depart(work, THERE, THEIR_DEPUTY)
    for _ in range(45):
        work.forward(minutes=1)
    empty = [event["post"] for event in work.events(case, "RungReached") if not event["officers"]]
    assert empty[:3] == ["officer", "deputy", "county"]
    assert alarms(work) == []


def test_a_return_names_no_unit_that_does_not_work_any_more(work: Casework) -> None:
    case = work.open("orange")
    with work.parts.database.begin(SERVICE) as session:
        session.get_one(Unit, unit(work, NEIGHBOUR)).until = date(2026, 3, 4)
    with pytest.raises(CaseRefused) as refused:
        ask(work, case)
    assert refused.value.field == "named_unit"
