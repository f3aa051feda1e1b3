"""Questions about units, their staff, and which station answers for which village."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.clocks.worktime import CHINA
from routing.models import Officer, Unit
from routing.places.divisions import Divisions
from routing.units import coverage as covering
from routing.units.comparing import Kept, Plan, compare
from routing.units.coverage import Coverage
from routing.units.establishment import Lists, StaffRecord, UnitRecord, current
from routing.units.models import CoverageRow, OfficerVillage, StaffList


def day(now: datetime) -> date:
    """The day it is in China."""
    return now.astimezone(CHINA).date()


def units(session: Session, *, area: str = "") -> list[Kept[UnitRecord]]:
    """Every unit of `area`, from the top down."""
    rows = session.scalars(select(Unit)).all()
    codes = {row.id: row.division for row in rows}
    covers: dict[UUID, list[str]] = {}
    for claim in session.scalars(select(CoverageRow).order_by(CoverageRow.division)):
        covers.setdefault(claim.unit_id, []).append(claim.division)
    found = [
        Kept(
            row.id,
            UnitRecord(
                kind=row.kind,
                code=row.division,
                name=row.name,
                parent=codes[row.parent_id] if row.parent_id else "",
                phone=row.phone or "",
                email=row.email or "",
                covers=tuple(covers.get(row.id, ())),
                since=row.since,
                until=row.until,
            ),
        )
        for row in rows
        if row.division.startswith(area)
    ]
    return sorted(found, key=lambda kept: (len(kept.record.code), kept.record.code))


def staff(session: Session, *, area: str = "") -> list[Kept[StaffRecord]]:
    """Everybody of `area`'s units, those who have left as well, by unit and then as they came."""
    villages: dict[UUID, list[str]] = {}
    for row in session.scalars(select(OfficerVillage).order_by(OfficerVillage.division)):
        villages.setdefault(row.officer_id, []).append(row.division)
    rows = session.execute(
        select(Officer, Unit.division)
        .join(Unit, Unit.id == Officer.unit_id)
        .where(Unit.division >= area, Unit.division < area + ":")
        .order_by(Unit.division, Officer.id)
    )
    return [
        Kept(
            officer.id,
            StaffRecord(
                unit=division,
                name=officer.name,
                post=officer.post,
                phone=officer.phone or "",
                email=officer.email or "",
                villages=tuple(villages.get(officer.id, ())),
                since=officer.since,
                until=officer.until,
            ),
        )
        for officer, division in rows
    ]


def plan(session: Session, lists: Lists, *, divisions: Divisions, area: str, now: datetime) -> Plan:
    """What taking the lists over would do, with every line that is wrong."""
    return compare(
        lists, units=units(session), staff=staff(session), divisions=divisions, area=area, on=day(now)
    )


def coverage(session: Session, *, divisions: Divisions, area: str, now: datetime) -> Coverage:
    """What the stations cover of `area`: gaps and overlaps by name."""
    records = [kept.record for kept in units(session)]
    return covering.coverage(records, divisions, area=area, on=day(now))


def station_for(session: Session, *, codes: Iterable[str], on: date | None = None) -> Unit | None:
    """The station of the narrowest of these divisions (village, township) that one answers for: because a list says
    so, else as its own. `on`: only stations working on that day."""
    wanted = [code for code in codes if code]
    listed = session.execute(
        select(CoverageRow.division, Unit)
        .join(Unit, Unit.id == CoverageRow.unit_id)
        .where(CoverageRow.division.in_(wanted))
    ).all()
    own = session.scalars(select(Unit).where(Unit.division.in_(wanted), Unit.kind == "station")).all()
    found = [(len(division), unit) for division, unit in listed] + [
        (len(unit.division), unit) for unit in own
    ]
    working = [(length, unit) for length, unit in found if on is None or current(unit.since, unit.until, on)]
    return max(working, key=lambda one: one[0])[1] if working else None


@dataclass(frozen=True, slots=True)
class ListView:
    id: UUID
    direction: str
    division: str
    at: datetime
    taken_at: datetime | None


def lists(session: Session, *, limit: int = 20) -> list[ListView]:
    """The last lists that came in or went out, of the transaction's scope."""
    rows = session.execute(
        select(StaffList.id, StaffList.direction, StaffList.division, StaffList.at, StaffList.taken_at)
        .order_by(StaffList.at.desc())
        .limit(limit)
    )
    return [ListView(row.id, row.direction, row.division, row.at, row.taken_at) for row in rows]


def counts(session: Session, *, area: str) -> dict[str, int]:
    """Units by kind, and staff who have not left by post, of `area`."""
    inside = (Unit.division >= area, Unit.division < area + ":")
    found: dict[str, int] = {}
    for kind, number in session.execute(select(Unit.kind, func.count()).where(*inside).group_by(Unit.kind)):
        found[kind] = number
    people = (
        select(Officer.post, func.count()).join(Unit).where(*inside, Officer.active).group_by(Officer.post)
    )
    for post, number in session.execute(people):
        found[f"post:{post}"] = number
    return found
