"""Rosters in the database: who is told of a case, and who goes on with it when somebody leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from config.parts import Parts
from config.schedule import sweep
from intake.register.database import SERVICE, jurisdiction
from intake.register.ledger import EventRow
from routing import queries as routing
from routing.duty.roster import Period
from routing.duty.rules import DutyRefused, GivenSlot
from routing.models import Officer, Unit
from routing.rota import operations, queries
from routing.rota.models import DutyPeriod
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_line import DEPUTY, OFFICER, send

STATION = "140702201"
COUNTY = ("10001407021", "10001407022")
"""张庆乡's station in the demo; the officers of its county's centre."""


def unit(session: Session, code: str = STATION) -> Unit:
    return session.scalars(select(Unit).where(Unit.division == code)).one()


def officer(session: Session, phone: str) -> UUID:
    found = routing.officer_by_phone(session, phone)
    assert found is not None
    return found.id


def on_leave(parts: Parts, clock: FakeClock, *phones: str) -> None:
    with parts.database.begin(SERVICE) as session:
        for phone in phones:
            period = Period(officer(session, phone), clock.at, clock.at + timedelta(days=3))
            operations.add_leave(
                session, unit_id=unit(session).id, leave=period, actor="system", now=clock.at
            )


def told(provider: FakeProvider) -> list[str]:
    return [to for _, to, _ in provider.sent]


def test_whoever_is_on_leave_is_passed_over_without_waiting(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    on_leave(parts, clock, OFFICER)
    send(client)
    answer_bell()
    assert told(provider) == [DEPUTY]


def test_the_county_stands_in_for_a_station_where_nobody_can_be_reached(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    on_leave(parts, clock, OFFICER, DEPUTY)
    given = send(client)
    answer_bell()
    assert len(told(provider)) == 2
    assert not {OFFICER, DEPUTY} & set(told(provider))
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None
        rungs = [e.payload for e in routing.case_timeline(session, case) if e.kind == "RungReached"]
        assert [(rung["post"], len(rung["officers"])) for rung in rungs] == [
            ("officer", 0),
            ("deputy", 0),
            ("county", 2),
        ]


def test_the_pattern_says_who_is_told_first(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    """It is two in the morning of a Thursday; the deputy has Wednesday's night."""
    with parts.database.begin(SERVICE) as session:
        rows = [
            GivenSlot(1, str(officer(session, OFFICER)), "4", "08:00", "20:00"),
            GivenSlot(2, str(officer(session, DEPUTY)), "3", "20:00", "08:00"),
        ]
        operations.set_pattern(session, unit_id=unit(session).id, given=rows, actor="system", now=clock.at)
    send(client)
    answer_bell()
    assert told(provider) == [DEPUTY]
    clock.forward(minutes=4)
    sweep(parts)
    answer_bell()
    assert told(provider) == [DEPUTY, OFFICER], "no deputy is left, so the colleague stands in"


def test_a_pattern_with_one_wrong_row_changes_nothing(parts: Parts, clock: FakeClock) -> None:
    with parts.database.begin(SERVICE) as session:
        mine = str(officer(session, OFFICER))
        good = [GivenSlot(1, mine, "1", "08:00", "20:00")]
        operations.set_pattern(session, unit_id=unit(session).id, given=good, actor="system", now=clock.at)
    rows = [*good, GivenSlot(2, mine, "1", "10:00", "11:00")]
    with (
        parts.database.begin(SERVICE) as session,
        pytest.raises(DutyRefused, match="row 2, begins: overlaps"),
    ):
        operations.set_pattern(session, unit_id=unit(session).id, given=rows, actor="system", now=clock.at)
    with parts.database.begin(SERVICE) as session:
        assert len(queries.roster(session, unit(session).id, now=clock.at).pattern) == 1
        kinds = session.scalars(select(EventRow.kind).where(EventRow.stream == unit(session).id)).all()
    assert kinds == ["PatternSet"]


def test_a_swap_holds_when_the_one_who_was_asked_says_yes(parts: Parts, clock: FakeClock) -> None:
    with parts.database.begin(SERVICE) as session:
        mine, theirs = officer(session, OFFICER), officer(session, DEPUTY)
        place = unit(session).id
        whole = [GivenSlot(n, str(mine), str(n), "00:00", "00:00") for n in range(1, 8)]
        operations.set_pattern(session, unit_id=place, given=whole, actor="system", now=clock.at)
        swap = operations.propose_swap(
            session,
            unit_id=place,
            gives=mine,
            takes=theirs,
            begins=clock.at,
            ends=clock.at + timedelta(hours=8),
            actor="system",
            now=clock.at,
        )
        assert queries.reachable(session, [place], at=clock.at)[0].id == mine

        def answer(by: UUID | None) -> None:
            operations.answer_swap(
                session, swap_id=swap, accepted=True, officer_id=by, actor="system", now=clock.at
            )

        with pytest.raises(DutyRefused, match="only the officer who was asked"):
            answer(mine)
        answer(theirs)
        assert queries.reachable(session, [place], at=clock.at)[0].id == theirs
        with pytest.raises(DutyRefused, match="not open any more"):
            answer(theirs)


def acknowledged(client: FlaskClient, answer_bell: Callable[[], int]) -> str:
    number = send(client)["number"]
    answer_bell()
    assert client.post("/handset/reply", json={"phone": OFFICER, "text": "收到"}).status_code == 201
    answer_bell()
    return number


def holder(parts: Parts, number: str) -> UUID | None:
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, number)
        assert case is not None
        return case.acknowledged_by


def test_whoever_leaves_hands_over_to_somebody_named_at_once(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    number = acknowledged(client, answer_bell)
    clock.forward(minutes=5)
    with parts.database.begin(SERVICE) as session:
        leaver, heir = officer(session, OFFICER), officer(session, DEPUTY)
        with pytest.raises(DutyRefused, match="successor"):
            operations.depart(
                session,
                officer_id=leaver,
                last_day=date(2026, 3, 4),
                successor_id=leaver,
                actor="system",
                now=clock.at,
            )
        handed = operations.depart(
            session,
            officer_id=leaver,
            last_day=date(2026, 3, 4),
            successor_id=heir,
            actor="system",
            now=clock.at,
        )
        assert handed == 1
        assert routing.officer_by_phone(session, OFFICER) is None
        case = routing.case_by_number(session, number)
        assert case is not None
        kinds = [entry.kind for entry in routing.case_timeline(session, case)]
    assert kinds[-1] == "CaseHandedOver"
    assert holder(parts, number) == heir
    answer_bell()
    assert number in provider.to(DEPUTY)[-1]
    assert "接手" in provider.to(DEPUTY)[-1]


def test_a_last_day_that_passes_hands_over_by_itself(
    client: FlaskClient, parts: Parts, clock: FakeClock, answer_bell: Callable[[], int]
) -> None:
    """Set by a list, and nobody is named: whoever would be told next in the unit goes on."""
    number = acknowledged(client, answer_bell)
    with parts.database.begin(SERVICE) as session:
        leaver, heir = officer(session, OFFICER), officer(session, DEPUTY)
        session.get_one(Officer, leaver).until = date(2026, 3, 5)
    sweep(parts)
    assert holder(parts, number) == leaver, "the last day is not over"
    clock.forward(hours=22)
    sweep(parts)
    assert holder(parts, number) == heir
    sweep(parts)
    with parts.database.begin(SERVICE) as session:
        kinds = select(func.count()).select_from(EventRow).where(EventRow.kind == "CaseHandedOver")
        assert session.scalar(kinds) == 1


def test_a_case_that_waits_for_one_who_leaves_goes_on_at_once(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    send(client)
    answer_bell()
    with parts.database.begin(SERVICE) as session:
        operations.depart(
            session,
            officer_id=officer(session, OFFICER),
            last_day=date(2026, 3, 4),
            successor_id=officer(session, DEPUTY),
            actor="system",
            now=clock.at,
        )
    sweep(parts)
    answer_bell()
    assert told(provider) == [OFFICER, DEPUTY], "before the deputy's three minutes are over"


def test_rosters_are_read_by_all_and_written_in_ones_own_jurisdiction(parts: Parts, clock: FakeClock) -> None:
    on_leave(parts, clock, OFFICER)
    with parts.database.begin(jurisdiction("140703")) as session:
        assert session.scalars(select(DutyPeriod)).all()
        leave = session.scalars(select(DutyPeriod)).one()
        place, who, begins = leave.unit_id, leave.officer_id, leave.begins
    written = DutyPeriod(unit_id=place, officer_id=who, kind="leave", begins=begins, ends=clock.at)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        parts.database.begin(jurisdiction("140703")) as session,
    ):
        session.add(written)


def test_the_days_ahead_show_where_nobody_can_be_reached(parts: Parts, clock: FakeClock) -> None:
    on_leave(parts, clock, OFFICER, DEPUTY)
    with parts.database.begin(jurisdiction("140702")) as session:
        (seen,) = [one for one in queries.ahead(session, area="140702", now=clock.at) if one.holes]
        assert (seen.code, [hole.why for hole in seen.holes]) == (STATION, ["leave"])
        assert seen.holes[0].ends == clock.at + timedelta(days=3)
        assert seen.holes[0].stand_in is False
        assert [one.code for one in queries.tonight(session, area="140702", now=clock.at)] == [STATION]


def test_nothing_of_a_person_is_in_the_events(parts: Parts, clock: FakeClock) -> None:
    on_leave(parts, clock, OFFICER)
    with parts.database.begin(SERVICE) as session:
        payloads = session.scalars(select(EventRow.payload).where(EventRow.kind == "LeaveAdded")).all()
    assert OFFICER not in json.dumps(payloads)
    assert "演示员" not in json.dumps(payloads, ensure_ascii=False)
