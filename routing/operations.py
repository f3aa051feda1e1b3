"""Cases are opened, climb the ladder until somebody answers, and are closed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from intake.queries import ReportView
from intake.register.ledger import emit
from routing import events, queries, timekeeping
from routing.cases import STATES, Rung, ladder
from routing.clocks.table import ACTS, ClockTable
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
        hand=1,
        idle_step=0,
    )
    session.add(case)
    session.flush()
    session.add(CaseReport(report_id=report.id, case_id=case.id))
    timekeeping.start(session, case, clocks=clocks, since=report.received_at)
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
        unacknowledge(session, case, clocks=clocks)
        withdrawn = events.AcknowledgementWithdrawn(case_id=case.id, officer_id=officer_id)
        emit(session, withdrawn, at=now, actor=f"officer:{officer_id}")
        _climb(session, case, clocks=clocks, now=now)
    elif case.state == "assigned" and case.rung <= rung:
        _climb(session, case, clocks=clocks, now=now, again=False)


def unacknowledge(session: Session, case: Case, *, clocks: ClockTable) -> None:
    """Nobody goes any more: what the acknowledgement had met counts from receipt as before."""
    case.state, case.acknowledged_at, case.acknowledged_by = "assigned", None, None
    case.idle_at, case.idle_step = None, 0
    timekeeping.reopen(session, case, "CaseAcknowledged", clocks=clocks)


def restart_ladder(session: Session, case: Case, *, clocks: ClockTable, now: datetime) -> None:
    """Another unit has the case, since now: its ladder begins at its first rung."""
    case.rung, case.handed_at = -1, now
    _climb(session, case, clocks=clocks, now=now)


def due_to_climb(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Cases whose next rung's time has come, the longest due first."""
    return select(Case.id).where(Case.next_rung_at <= now).order_by(Case.next_rung_at).limit(limit)


def climb_due(session: Session, case_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    """Climbs if it is still due and nobody else is at it. One transaction for each case, so that one that hangs or
    fails keeps no other from climbing."""
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.next_rung_at <= now)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if case is not None:
        _climb(session, case, clocks=clocks, now=now)


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
    case.idle_at, case.idle_step = clocks.idle(case.level, since=now), 0
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


def _climb(session: Session, case: Case, *, clocks: ClockTable, now: datetime, again: bool = True) -> None:
    """To the next rung that has somebody; every rung passed is on the timeline. `again`: at the top, tell the top
    again; only the clock does, for a refusal that followed at once would be followed by the next one at once."""
    line = queries.line_of(
        session, queries.responsible_unit(session, code=case.division, home=case.division[:4])
    )
    rungs = ladder(line, queries.reachable(session, [unit.id for unit in line]))
    if not again and case.rung + 1 >= len(rungs):
        return
    due = session.scalar(select(Clock.due_at).where(Clock.case_id == case.id, Clock.act == "acknowledge"))
    while True:
        case.rung += 1
        # Past the top the last one that has anybody is told again: until somebody answers.
        rung = rungs[case.rung] if case.rung < len(rungs) else _last_reachable(rungs)
        reached = events.RungReached(
            case_id=case.id,
            number=case.number,
            level=case.level,
            rung=case.rung,
            post=rung.post,
            unit_id=rung.unit_id,
            officers=rung.officers,
            due_at=due.isoformat() if due else "",
            hand=case.hand,
        )
        emit(session, reached, at=now, actor="system")
        if rung.officers or case.rung + 1 >= len(rungs):
            break
    case.next_rung_at = clocks.next_rung(
        case.level, case.rung + 1, rungs=len(rungs), since=case.handed_at or case.opened_at, now=now
    )
    session.flush()


def _last_reachable(rungs: Sequence[Rung]) -> Rung:
    """The highest rung on which somebody can be told; the highest of all when there is none."""
    return next((rung for rung in reversed(rungs) if rung.officers), rungs[-1])


def locked(session: Session, case_id: UUID) -> Case:
    """The case, for whoever is going to change it. LookupError when it is not there, or not in the scope."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    assert case.state in STATES
    return case


def _jsonable(placement: Placement) -> dict[str, Any]:
    return dataclasses.asdict(placement)
