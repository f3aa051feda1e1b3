"""Questions about rosters: as they stand, for one moment, and for the days ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from intake.register.database import keyring_of
from routing.cases import ON_CALL, Reachable
from routing.duty.roster import (
    Called,
    Hole,
    Member,
    Period,
    Roster,
    Slot,
    Swap,
    called,
    can_be_reached,
    duties,
    holes,
)
from routing.models import Officer, Unit
from routing.rota.models import DutyFeed, DutyPeriod, DutySlot, DutySwap
from routing.units.establishment import current
from routing.units.queries import day

AHEAD: Final = timedelta(days=14)
CALENDAR: Final = timedelta(days=60)
"""How far ahead an officer's calendar reaches."""
BEFORE: Final = timedelta(days=2)


def rosters(
    session: Session, units: Iterable[UUID], *, since: datetime, until: datetime, departed: bool = False
) -> dict[UUID, Roster]:
    """The rosters of these units, with what touches the time between the two moments. `departed`: with those who have
    left among the members."""
    ids = list(units)
    members: dict[UUID, list[Member]] = {unit: [] for unit in ids}
    for who in session.execute(
        select(
            Officer.id,
            Officer.unit_id,
            Officer.post,
            Officer.phone_index,
            Officer.since,
            Officer.until,
            Officer.active,
        )
        .where(
            Officer.unit_id.in_(ids),
            true() if departed else Officer.active,
            Officer.post.in_(ON_CALL),
        )
        .order_by(Officer.id)
    ):
        phone = who.phone_index is not None
        member = Member(who.id, phone, who.post == "deputy", who.since, who.until, who.active)
        members[who.unit_id].append(member)
    pattern: dict[UUID, list[Slot]] = {}
    for slot in session.scalars(
        select(DutySlot)
        .where(DutySlot.unit_id.in_(ids))
        .order_by(DutySlot.weekday, DutySlot.begins, DutySlot.id)
    ):
        pattern.setdefault(slot.unit_id, []).append(
            Slot(slot.officer_id, slot.weekday, slot.begins, slot.ends)
        )
    periods: dict[tuple[UUID, str], list[Period]] = {}
    touching = (DutyPeriod.ends > since, DutyPeriod.begins < until)
    for row in session.scalars(select(DutyPeriod).where(DutyPeriod.unit_id.in_(ids), *touching)):
        periods.setdefault((row.unit_id, row.kind), []).append(Period(row.officer_id, row.begins, row.ends))
    swaps: dict[UUID, list[Swap]] = {}
    for swap in session.scalars(
        select(DutySwap).where(
            DutySwap.unit_id.in_(ids),
            DutySwap.state == "accepted",
            DutySwap.ends > since,
            DutySwap.begins < until,
        )
    ):
        swaps.setdefault(swap.unit_id, []).append(Swap(swap.gives_id, swap.takes_id, swap.begins, swap.ends))
    return {
        unit: Roster(
            members=tuple(members[unit]),
            pattern=tuple(pattern.get(unit, ())),
            shifts=tuple(periods.get((unit, "shift"), ())),
            leave=tuple(periods.get((unit, "leave"), ())),
            swaps=tuple(swaps.get(unit, ())),
        )
        for unit in ids
    }


def roster(session: Session, unit_id: UUID, *, now: datetime) -> Roster:
    """One unit's roster, from now on, with those who have left."""
    until = now + timedelta(days=400)
    return rosters(session, [unit_id], since=now - BEFORE, until=until, departed=True)[unit_id]


def reachable(session: Session, units: Sequence[UUID], *, at: datetime) -> tuple[Reachable, ...]:
    """Whom the ladder may tell at that moment: those on duty as "officer", who would stand in for them as "deputy"."""
    found: list[Reachable] = []
    for unit, plan in rosters(session, units, since=at, until=at + timedelta(seconds=1)).items():
        told: Called = called(plan, at)
        found += [Reachable(who, unit, "officer") for who in told.first]
        found += [Reachable(who, unit, "deputy", on_duty=not plan.planned) for who in told.then]
    return tuple(found)


def able(session: Session, officer_id: UUID, unit_id: UUID, *, at: datetime) -> bool:
    """Whether this officer of that unit can be told at that moment, on duty or not: has a phone, is there, and is not
    on leave."""
    plan = rosters(session, [unit_id], since=at, until=at + timedelta(seconds=1))[unit_id]
    return can_be_reached(plan, officer_id, at)


def successor(session: Session, officer: Officer, *, now: datetime) -> UUID | None:
    """Who goes on with an officer's cases: whom they named, else whoever would be told in their unit, else in the
    units above; None when nobody can be reached anywhere."""
    named = session.get(Officer, officer.successor_id) if officer.successor_id else None
    if (
        named is not None
        and named.active
        and named.phone_index
        and not (named.until and named.until < day(now))
    ):
        return named.id
    unit_id: UUID | None = officer.unit_id
    while unit_id is not None:
        told = [who.id for who in reachable(session, [unit_id], at=now) if who.id != officer.id]
        if told:
            return told[0]
        unit_id = session.get_one(Unit, unit_id).parent_id
    return None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A unit's next days: where nobody on duty can be reached. `staffed`: it has somebody who is told of cases."""

    unit_id: UUID
    code: str
    name: str
    kind: str
    planned: bool
    staffed: bool
    holes: tuple[Hole, ...]


def ahead(session: Session, *, area: str, now: datetime, span: timedelta = AHEAD) -> list[Ahead]:
    """Every centre and station of `area` that works now, from the top down."""
    units = [
        unit
        for unit in session.scalars(
            select(Unit)
            .where(
                Unit.division >= area,
                Unit.division < area + ":",
                Unit.kind.in_(("city", "county", "station")),
            )
            .order_by(Unit.division)
        )
        if current(unit.since, unit.until, day(now))
    ]
    plans = rosters(session, [unit.id for unit in units], since=now, until=now + span)
    return [
        Ahead(
            unit.id,
            unit.division,
            unit.name,
            unit.kind,
            plans[unit.id].planned,
            bool(plans[unit.id].members),
            holes(plans[unit.id], now, now + span),
        )
        for unit in units
    ]


def tonight(session: Session, *, area: str, now: datetime) -> list[Ahead]:
    """Units of `area` with a hole in the next twelve hours."""
    return [one for one in ahead(session, area=area, now=now, span=timedelta(hours=12)) if one.holes]


@dataclass(frozen=True, slots=True)
class SwapView:
    id: UUID
    gives_id: UUID
    takes_id: UUID
    begins: datetime
    ends: datetime
    state: str


def swaps(session: Session, unit_id: UUID, *, now: datetime) -> list[SwapView]:
    """Swaps that are not over, the next first."""
    rows = session.scalars(
        select(DutySwap)
        .where(DutySwap.unit_id == unit_id, DutySwap.ends > now)
        .order_by(DutySwap.begins, DutySwap.id)
    )
    return [SwapView(row.id, row.gives_id, row.takes_id, row.begins, row.ends, row.state) for row in rows]


@dataclass(frozen=True, slots=True)
class PeriodView:
    id: UUID
    officer_id: UUID
    kind: str
    begins: datetime
    ends: datetime


def periods(session: Session, unit_id: UUID, *, now: datetime) -> list[PeriodView]:
    """Shifts and leave that are not over."""
    rows = session.scalars(
        select(DutyPeriod)
        .where(DutyPeriod.unit_id == unit_id, DutyPeriod.ends > now)
        .order_by(DutyPeriod.begins, DutyPeriod.id)
    )
    return [PeriodView(row.id, row.officer_id, row.kind, row.begins, row.ends) for row in rows]


def unit_by_code(session: Session, code: str) -> Unit | None:
    """The centre or station of a division; a village's home has no duty."""
    return session.scalar(select(Unit).where(Unit.division == code, Unit.kind != "home"))


def calendar_of(session: Session, token: str, *, now: datetime) -> tuple[str, tuple[Period, ...]] | None:
    """The unit's name, and when the owner of the token is on duty; None for a token that is not good."""
    index = keyring_of(session).blind("duty feed", token)
    feed = session.scalar(select(DutyFeed).where(DutyFeed.token_index == index))
    if feed is None:
        return None
    officer = session.get_one(Officer, feed.officer_id)
    if not officer.active:
        return None
    unit = session.get_one(Unit, officer.unit_id)
    begins = now.replace(minute=0, second=0, microsecond=0) - BEFORE
    plan = rosters(session, [unit.id], since=begins, until=now + CALENDAR)[unit.id]
    return unit.name, duties(plan, officer.id, begins, now + CALENDAR)


def has_feed(session: Session, officer_id: UUID) -> bool:
    return session.get(DutyFeed, officer_id) is not None


@dataclass(frozen=True, slots=True)
class Colleague:
    """`reachable`: has a phone, and is there today."""

    id: UUID
    name: str
    post: str
    reachable: bool
    until: date | None


def colleagues(session: Session, unit_id: UUID, *, now: datetime) -> list[Colleague]:
    """Who of the unit is told of cases, and has not departed."""
    rows = session.scalars(
        select(Officer)
        .where(Officer.unit_id == unit_id, Officer.active, Officer.post.in_(ON_CALL))
        .order_by(Officer.id)
    )
    return [
        Colleague(
            row.id,
            row.name,
            row.post,
            row.phone_index is not None and current(row.since, row.until, day(now)),
            row.until,
        )
        for row in rows
    ]


def officer_of_account(session: Session, account_id: UUID) -> UUID | None:
    return session.scalar(select(Officer.id).where(Officer.account_id == account_id, Officer.active))
