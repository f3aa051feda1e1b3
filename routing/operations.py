"""Cases are opened, climb the ladder until somebody answers, and are closed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.queries import ReportView
from intake.register.ledger import emit
from routing import events, queries
from routing.cases import STATES, Rung, ladder
from routing.clocks.table import ClockTable
from routing.models import Case, CaseReport, Clock
from routing.places.placement import Placement

LOCK: Final = {"key_share": True}
"""FOR NO KEY UPDATE: whoever only refers to the row by its key, as a new notice does, need not wait for us."""


class CaseRefused(ValueError):
    """An act that cannot be, in this state or as it was given. `field`: what is wrong, "state" or "note"."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`first`: this one stopped the clock. Otherwise `by` and `at` tell who had been there before."""

    first: bool
    by: UUID | None
    at: datetime | None


def open_case(
    session: Session,
    *,
    report: ReportView,
    level: str,
    placement: Placement,
    clocks: ClockTable,
    home: str,
    now: datetime,
) -> UUID:
    """Opens the report's case with its owner and its clocks, which count from receipt, and tells the first rung.
    Idempotent: a report that has a case keeps it."""
    existing = queries.case_of_report(session, report.id)
    if existing is not None:
        return existing.id
    unit = queries.responsible_unit(session, code=placement.code, home=home)
    case = Case(
        id=uuid_utils.compat.uuid7(),
        number=report.number,
        level=level,
        state="assigned",
        division=unit.division,
        code=placement.code,
        village=placement.village,
        unit_id=unit.id,
        opened_at=report.received_at,
        needs_confirmation=placement.needs_confirmation,
        placement=_jsonable(placement),
        rung=-1,
    )
    session.add(case)
    session.flush()
    session.add(CaseReport(report_id=report.id, case_id=case.id))
    for act, due in clocks.clocks(level, since=report.received_at).items():
        session.add(Clock(case_id=case.id, act=act, started_at=report.received_at, due_at=due))
    session.flush()
    opened = events.CaseOpened(
        case_id=case.id,
        report_id=report.id,
        number=case.number,
        level=level,
        division=case.division,
        code=case.code,
        unit_id=unit.id,
        needs_confirmation=case.needs_confirmation,
    )
    emit(session, opened, at=now, actor="system")
    _climb(session, case, clocks=clocks, now=now)
    return case.id


def climb(
    session: Session, *, case_id: UUID, clocks: ClockTable, now: datetime, beyond: int | None = None
) -> None:
    """Tells the next rung, unless somebody has answered meanwhile.
    `beyond`: only if the ladder has not yet gone past this rung (a notice to it could not be delivered)."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None or case.state != "assigned" or (beyond is not None and case.rung > beyond):
        return
    _climb(session, case, clocks=clocks, now=now, again=False)


def decline(
    session: Session, *, case_id: UUID, officer_id: UUID, rung: int, clocks: ClockTable, now: datetime
) -> None:
    """An officer cannot come: the next rung is told at once. If it is the one who had acknowledged, the case waits
    for an answer again, its acknowledge clock counting from receipt as before."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None:
        return
    if case.state == "acknowledged" and case.acknowledged_by == officer_id:
        case.state, case.acknowledged_at, case.acknowledged_by = "assigned", None, None
        session.execute(
            update(Clock).where(Clock.case_id == case.id, Clock.act == "acknowledge").values(met_at=None)
        )
        withdrawn = events.AcknowledgementWithdrawn(case_id=case.id, officer_id=officer_id)
        emit(session, withdrawn, at=now, actor=f"officer:{officer_id}")
        _climb(session, case, clocks=clocks, now=now)
    elif case.state == "assigned" and case.rung <= rung:
        _climb(session, case, clocks=clocks, now=now, again=False)


def due_to_climb(session: Session, *, now: datetime, limit: int = 100) -> list[UUID]:
    """Cases whose next rung's time has come, the longest due first."""
    due = select(Case.id).where(Case.next_rung_at <= now).order_by(Case.next_rung_at).limit(limit)
    return list(session.scalars(due))


def climb_due(session: Session, *, case_id: UUID, clocks: ClockTable, now: datetime) -> None:
    """Climbs if it is still due and nobody else is at it. One transaction for each case, so that one that hangs or
    fails keeps no other from climbing."""
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.next_rung_at <= now)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if case is not None:
        _climb(session, case, clocks=clocks, now=now)


def breach_due(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Marks every clock that has run out; returns how many. A clock is breached once."""
    due = session.scalars(
        select(Clock)
        .where(Clock.due_at <= now, Clock.met_at.is_(None), Clock.breached_at.is_(None))
        .order_by(Clock.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for clock in due:
        clock.breached_at = now
        emit(session, events.ClockBreached(case_id=clock.case_id, clock=clock.act), at=now, actor="system")
    return len(due)


def acknowledge(
    session: Session, *, case_id: UUID, officer_id: UUID | None, how: str, actor: str, now: datetime
) -> Acknowledgement:
    """Somebody goes: the acknowledge clock stops and the ladder ends. The first answer stands; a later one changes
    nothing and is on the timeline.
    LookupError when the case is not there, or not in the transaction's scope."""
    case = _locked(session, case_id)
    if case.state != "assigned":
        again = events.AcknowledgedAgain(
            case_id=case.id, number=case.number, officer_id=officer_id, first_by=case.acknowledged_by, how=how
        )
        emit(session, again, at=now, actor=actor)
        return Acknowledgement(False, case.acknowledged_by, case.acknowledged_at)
    case.state, case.acknowledged_at, case.acknowledged_by = "acknowledged", now, officer_id
    case.next_rung_at = None
    _meet(session, case, "acknowledge", now)
    event = events.CaseAcknowledged(case_id=case.id, number=case.number, officer_id=officer_id, how=how)
    emit(session, event, at=now, actor=actor)
    return Acknowledgement(True, officer_id, now)


def record_visit(
    session: Session, *, case_id: UUID, alone: bool, note: str, actor: str, now: datetime
) -> None:
    """The child was seen. Raises CaseRefused before acknowledgement and after closing, and for an empty note.
    Not idempotent: a second visit is a second visit; the first one stops the clock."""
    case = _locked(session, case_id)
    if case.state not in ("acknowledged", "visited"):
        raise CaseRefused("state", f"a case that is {case.state} cannot be visited")
    if not note.strip():
        raise CaseRefused("note", "what was found must be said")
    case.state, case.visit_note = "visited", "\n".join(filter(None, (case.visit_note, note.strip())))
    _meet(session, case, "visit", now)
    emit(session, events.ChildVisited(case_id=case.id, alone=alone), at=now, actor=actor)


def close(session: Session, *, case_id: UUID, outcome: str, note: str, actor: str, now: datetime) -> None:
    """Ends the case. Raises CaseRefused when nobody has answered, when the level asks for a visit and there was none,
    and for an empty note."""
    case = _locked(session, case_id)
    if case.state == "closed":
        return
    if case.state == "assigned":
        raise CaseRefused("state", "a case that nobody has acknowledged cannot be closed")
    if case.level != "green" and case.state != "visited":
        raise CaseRefused("state", "the child has not been visited")
    if not note.strip():
        raise CaseRefused("note", "the outcome must be said")
    case.state, case.closed_at, case.closing_note = "closed", now, note.strip()
    for act in ("answer", "close"):
        _meet(session, case, act, now)
    emit(session, events.CaseClosed(case_id=case.id, outcome=outcome), at=now, actor=actor)


def _climb(session: Session, case: Case, *, clocks: ClockTable, now: datetime, again: bool = True) -> None:
    """To the next rung that has somebody; every rung passed is on the timeline. `again`: at the top, tell the top
    again; only the clock does, for a refusal that followed at once would be followed by the next one at once."""
    rungs = rungs_of(session, case)
    if not again and case.rung + 1 - case.ladder_rung >= len(rungs):
        return
    due = session.scalar(select(Clock.due_at).where(Clock.case_id == case.id, Clock.act == "acknowledge"))
    while True:
        case.rung += 1
        place = case.rung - case.ladder_rung
        # Past the top the last one that has anybody is told again: until somebody answers.
        rung = rungs[place] if place < len(rungs) else _last_reachable(rungs)
        reached = events.RungReached(
            case_id=case.id,
            number=case.number,
            level=case.level,
            rung=case.rung,
            post=rung.post,
            unit_id=rung.unit_id,
            officers=rung.officers,
            due_at=due.isoformat() if due else "",
        )
        emit(session, reached, at=now, actor="system")
        if rung.officers or place + 1 >= len(rungs):
            break
    case.next_rung_at = next_rung_at(case, rungs=len(rungs), clocks=clocks, now=now)
    session.flush()


def rungs_of(session: Session, case: Case) -> tuple[Rung, ...]:
    """The case's ladder as it is now."""
    unit = queries.responsible_unit(session, code=case.division, home=case.division[:4])
    line = queries.line_of(session, unit)
    return ladder(line, queries.reachable(session, [unit.id for unit in line]))


def next_rung_at(case: Case, *, rungs: int, clocks: ClockTable, now: datetime) -> datetime | None:
    """When the rung after the one told last is told, at the pace that the case's ladder has."""
    return clocks.next_rung(
        case.ladder_level or case.level,
        case.rung + 1 - case.ladder_rung,
        rungs=rungs,
        since=case.ladder_since or case.opened_at,
        now=now,
    )


def _last_reachable(rungs: Sequence[Rung]) -> Rung:
    """The highest rung on which somebody can be told; the highest of all when there is none."""
    return next((rung for rung in reversed(rungs) if rung.officers), rungs[-1])


def _meet(session: Session, case: Case, act: str, now: datetime) -> None:
    session.execute(
        update(Clock)
        .where(Clock.case_id == case.id, Clock.act == act, Clock.met_at.is_(None))
        .values(met_at=now)
    )


def _locked(session: Session, case_id: UUID) -> Case:
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    assert case.state in STATES
    return case


def _jsonable(placement: Placement) -> dict[str, Any]:
    return dataclasses.asdict(placement)
