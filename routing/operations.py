"""Cases are opened, answered, visited and closed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.orm import Session

from intake.queries import ReportView
from intake.register.ledger import emit
from routing import events, queries, timekeeping
from routing.cases import STATES
from routing.climbing import LOCK, tell_next
from routing.clocks.table import ACTS, ClockTable
from routing.models import Case, CaseReport
from routing.places.placement import Placement


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
    unit = queries.responsible_unit(
        session, code=placement.code, home=home, village=placement.village, at=now
    )
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
        hand=1,
        idle_step=0,
    )
    session.add(case)
    session.flush()
    session.add(CaseReport(report_id=report.id, case_id=case.id))
    timekeeping.start(session, case, clocks=clocks)
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
    tell_next(session, case, clocks=clocks, now=now)
    return case.id


def decline(
    session: Session, *, case_id: UUID, officer_id: UUID, rung: int, clocks: ClockTable, now: datetime
) -> None:
    """An officer cannot come: the next rung is told at once. If it is the one who had acknowledged, the case waits
    for an answer again, its acknowledge clock counting from receipt as before."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None:
        return
    if case.state == "acknowledged" and case.acknowledged_by == officer_id:
        unacknowledge(session, case, clocks=clocks)
        withdrawn = events.AcknowledgementWithdrawn(case_id=case.id, officer_id=officer_id)
        emit(session, withdrawn, at=now, actor=f"officer:{officer_id}")
        tell_next(session, case, clocks=clocks, now=now)
    elif case.state == "assigned" and case.rung <= rung:
        tell_next(session, case, clocks=clocks, now=now, again=False)


def unacknowledge(session: Session, case: Case, *, clocks: ClockTable) -> None:
    """Nobody goes any more: what the acknowledgement had met counts from receipt as before."""
    case.state, case.acknowledged_at, case.acknowledged_by = "assigned", None, None
    case.idle_at, case.idle_step = None, 0
    timekeeping.reopen(session, case, "CaseAcknowledged", clocks=clocks)


def acknowledge(
    session: Session,
    *,
    case_id: UUID,
    officer_id: UUID | None,
    how: str,
    actor: str,
    clocks: ClockTable,
    now: datetime,
) -> Acknowledgement:
    """Somebody goes: the acknowledge clock stops and the ladder ends. The first answer stands; a later one changes
    nothing and is on the timeline.
    LookupError when the case is not there, or not in the transaction's scope."""
    case = locked(session, case_id)
    if case.state != "assigned":
        again = events.AcknowledgedAgain(
            case_id=case.id, number=case.number, officer_id=officer_id, first_by=case.acknowledged_by, how=how
        )
        emit(session, again, at=now, actor=actor)
        return Acknowledgement(False, case.acknowledged_by, case.acknowledged_at)
    case.state, case.acknowledged_at, case.acknowledged_by = "acknowledged", now, officer_id
    case.next_rung_at = None
    case.idle_at, case.idle_step = clocks.idle(timekeeping.pace(case), since=now), 0
    timekeeping.meet(session, case, "CaseAcknowledged", clocks=clocks, now=now)
    event = events.CaseAcknowledged(case_id=case.id, number=case.number, officer_id=officer_id, how=how)
    emit(session, event, at=now, actor=actor)
    return Acknowledgement(True, officer_id, now)


def record_visit(
    session: Session,
    *,
    case_id: UUID,
    alone: bool,
    note: str,
    actor: str,
    clocks: ClockTable,
    now: datetime,
) -> None:
    """The child was seen. Raises CaseRefused before acknowledgement and after closing, and for an empty note.
    Not idempotent: a second visit is a second visit; the first one stops the clock."""
    case = locked(session, case_id)
    if case.state not in ("acknowledged", "visited"):
        raise CaseRefused("state", f"a case that is {case.state} cannot be visited")
    if not note.strip():
        raise CaseRefused("note", "what was found must be said")
    case.state, case.visit_note = "visited", "\n".join(filter(None, (case.visit_note, note.strip())))
    case.idle_at = None
    timekeeping.meet(session, case, "ChildVisited", clocks=clocks, now=now)
    emit(session, events.ChildVisited(case_id=case.id, alone=alone), at=now, actor=actor)


def answer_reporter(
    session: Session, *, case_id: UUID, actor: str, clocks: ClockTable, now: datetime
) -> None:
    """The reporter was told what was done. Raises CaseRefused while nobody has answered the case, and after closing.
    Not idempotent: a second answer is a second answer; the first one stops the clock."""
    case = locked(session, case_id)
    if case.state not in ("acknowledged", "visited"):
        raise CaseRefused("state", f"of a case that is {case.state} there is nothing to tell the reporter")
    timekeeping.meet(session, case, "ReporterAnswered", clocks=clocks, now=now)
    emit(session, events.ReporterAnswered(case_id=case.id), at=now, actor=actor)


def close(
    session: Session,
    *,
    case_id: UUID,
    outcome: str,
    note: str,
    actor: str,
    clocks: ClockTable,
    now: datetime,
) -> None:
    """Ends the case. Raises CaseRefused when nobody has answered, when the level asks for a visit and there was none,
    and for an empty note."""
    case = locked(session, case_id)
    if case.state == "closed":
        return
    if case.state == "assigned":
        raise CaseRefused("state", "a case that nobody has acknowledged cannot be closed")
    if case.level != "green" and case.state != "visited":
        raise CaseRefused("state", "the child has not been visited")
    if not note.strip():
        raise CaseRefused("note", "the outcome must be said")
    case.state, case.closed_at, case.closing_note = "closed", now, note.strip()
    case.idle_at = None
    timekeeping.meet(session, case, "CaseClosed", clocks=clocks, now=now)
    timekeeping.end_pauses(session, case, ACTS, clocks=clocks, now=now)
    emit(session, events.CaseClosed(case_id=case.id, outcome=outcome), at=now, actor=actor)


def locked(session: Session, case_id: UUID) -> Case:
    """The case, for whoever is going to change it. LookupError when it is not there, or not in the scope."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    assert case.state in STATES
    return case


def _jsonable(placement: Placement) -> dict[str, Any]:
    return dataclasses.asdict(placement)
