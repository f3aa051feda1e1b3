"""What waits for a superior's word, or had it: pauses of clocks and returns (退单) of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from routing.cases import UnitView
from routing.models import Case, CaseReturn, ClockPause, Unit
from routing.units.establishment import current
from routing.units.queries import day


@dataclass(frozen=True, slots=True)
class PauseView:
    """`state`: "asked", "granted", "refused" or "ended". `due_before`: when the clock would have run out without it."""

    id: UUID
    case_id: UUID
    clock: str
    reason: str
    until: datetime
    state: str
    asked_by: UUID


@dataclass(frozen=True, slots=True)
class ReturnView:
    """`state`: "asked", "accepted" or "refused". `from_unit`, `named_unit`, `decider`: by name;
    `decider_division`: whose
    staff, or who stands above them, may decide. `overdue`: the city was told that it was not decided in time."""

    id: UUID
    case_id: UUID
    from_unit: str
    named_unit: str
    named_unit_id: UUID
    decider: str
    decider_division: str
    reason: str
    note: str
    state: str
    asked_by: UUID
    decide_by: datetime
    overdue: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case of which something waits to be decided. `kind`: "return" or "pause"; `decide_by`: of a return."""

    kind: str
    number: str
    level: str
    unit: str
    decide_by: datetime | None


def above(division: str, other: str) -> bool:
    """Whether who has `division` stands above who has `other`."""
    return len(division) < len(other) and other.startswith(division)


def pauses_of(session: Session, case_id: UUID) -> list[PauseView]:
    """The latest first."""
    rows = session.scalars(
        select(ClockPause).where(ClockPause.case_id == case_id).order_by(ClockPause.asked_at.desc())
    )
    return [
        PauseView(row.id, row.case_id, row.act, row.reason, row.until, row.state, row.asked_by)
        for row in rows
    ]


def returns_of(session: Session, case_id: UUID) -> list[ReturnView]:
    """The latest first."""
    giver, named, decider = aliased(Unit), aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(CaseReturn, giver.name, named.name, decider.name, decider.division)
        .join(giver, giver.id == CaseReturn.from_unit_id)
        .join(named, named.id == CaseReturn.named_unit_id)
        .join(decider, decider.id == CaseReturn.decider_id)
        .where(CaseReturn.case_id == case_id)
        .order_by(CaseReturn.asked_at.desc())
    )
    return [
        ReturnView(
            id=row.id,
            case_id=row.case_id,
            from_unit=giver_name,
            named_unit=named_name,
            named_unit_id=row.named_unit_id,
            decider=decider_name,
            decider_division=division,
            reason=row.reason,
            note=row.note,
            state=row.state,
            asked_by=row.asked_by,
            decide_by=row.decide_by,
            overdue=row.overdue_at is not None,
            answer=row.answer or "",
        )
        for row, giver_name, named_name, decider_name, division in rows
    ]


def waiting_for(session: Session, *, division: str, account_id: UUID) -> list[Waiting]:
    """What the staff of `division` may decide now, returns first, the earliest due of them first."""
    decider = aliased(Unit)
    returns = session.execute(
        select(Case.number, Case.level, Unit.name, CaseReturn.decide_by, decider.division)
        .select_from(CaseReturn)
        .join(Case, Case.id == CaseReturn.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .join(decider, decider.id == CaseReturn.decider_id)
        .where(CaseReturn.state == "asked", CaseReturn.asked_by != account_id)
        .order_by(CaseReturn.decide_by)
    ).all()
    pauses = session.execute(
        select(Case.number, Case.level, Unit.name, Case.division)
        .select_from(ClockPause)
        .join(Case, Case.id == ClockPause.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(ClockPause.state == "asked", ClockPause.asked_by != account_id)
        .order_by(ClockPause.asked_at)
    ).all()
    return [
        Waiting("return", number, level, unit, decide_by)
        for number, level, unit, decide_by, decides in returns
        if decides.startswith(division)
    ] + [
        Waiting("pause", number, level, unit, None)
        for number, level, unit, owned in pauses
        if above(division, owned)
    ]


def units_within(session: Session, division: str, *, at: datetime) -> Sequence[UnitView]:
    """Those that can have a case at that moment, of this division and below it, in the order of their codes."""
    rows = session.scalars(
        select(Unit)
        .where(Unit.division.startswith(division), Unit.kind.in_(("city", "county", "station")))
        .order_by(Unit.division)
    )
    return [
        UnitView(row.id, row.kind, row.division, row.name, row.parent_id)
        for row in rows
        if current(row.since, row.until, day(at))
    ]
