"""A case's level follows the human's word: clocks, pauses, ladder, and who must hear of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.register.ledger import emit, timeline
from routing import climbing, events, timekeeping, whom
from routing.clocks.table import ACTS, LEVELS, ClockTable
from routing.models import Case, CaseReturn, Clock, ClockPause

Moved = tuple[str, str, str]
"""An act, when it was due and when it is now; empty where there was no such clock, or is none any more."""


def regrade(
    session: Session,
    *,
    case_id: UUID,
    level: str,
    report_id: UUID,
    override_id: UUID,
    new_clocks: bool,
    clocks: ClockTable,
    actor: str,
    now: datetime,
) -> None:
    """Gives the case this level, unless it has it.

    Raised: every open clock is due at the new level's time, counted from receipt, if that is earlier; clocks it did not
    have are added; what a breach, an idle case or a return leads to follows sooner; the ladder starts again now at the
    new level's pace, or, when somebody goes already, whoever that is hears of it. Lowered: clocks, ladder and their
    pace stay as they are, unless `new_clocks`. What a clock was paused for counts at the new level as well, except
    that all pauses of a case that becomes red end. A breached clock stays breached. Of a closed case the level changes
    and nothing else. LookupError when the case is not there.
    """
    case = session.get(Case, case_id, with_for_update=climbing.LOCK)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    if case.level == level:
        return
    raised, closed = LEVELS.index(level) < LEVELS.index(case.level), case.state == "closed"
    if level == "red" and not closed:
        timekeeping.end_pauses(session, case, ACTS, clocks=clocks, now=now)
    was, case.level = case.level, level
    moved: tuple[Moved, ...] = ()
    if not closed:
        _set_pace(case, was=was, new_clocks=new_clocks and not raised)
        if raised or new_clocks:
            moved = _move(session, case, never_later=raised, clocks=clocks, now=now)
    event = events.CaseRegraded(
        case_id=case.id,
        number=case.number,
        report_id=report_id,
        override_id=override_id,
        level=level,
        was=was,
        raised=raised,
        new_clocks=new_clocks and not raised and not closed,
        clocks=moved,
        officers=_going(session, case, now=now)
        if raised and case.state in ("acknowledged", "visited")
        else (),
    )
    emit(session, event, at=now, actor=actor)
    if raised and not closed:
        _hasten(session, case, clocks=clocks, now=now)
    elif new_clocks and not closed:
        _slow(session, case, clocks=clocks, now=now)
    session.flush()


def _set_pace(case: Case, *, was: str, new_clocks: bool) -> None:
    """A pace that was kept when the level was lowered is kept when it is raised less far than it was. Also while
    somebody goes: whoever goes may find that they cannot, and then the ladder goes on."""
    kept = case.ladder_level or was
    faster = LEVELS.index(kept) < LEVELS.index(case.level)
    case.ladder_level = kept if faster and not new_clocks else None


def _hasten(session: Session, case: Case, *, clocks: ClockTable, now: datetime) -> None:
    """Raised: what follows from clocks that have run out, from an idle case and from a return comes no later than at
    the new pace; where nobody goes yet the ladder starts again."""
    pace = timekeeping.pace(case)
    overdue = select(Clock).where(
        Clock.case_id == case.id, Clock.met_at.is_(None), Clock.escalate_at.is_not(None)
    )
    for clock in session.scalars(overdue.with_for_update(key_share=True)):
        told = clocks.overdue(pace, clock.escalated, since=clock.breached_at or now)
        clock.escalate_at = _earlier(clock.escalate_at, told)
    if case.state == "acknowledged":
        case.idle_step = case.idle_step if case.idle_at else 0
        case.idle_at = _earlier(case.idle_at, clocks.idle(pace, since=now))
    undecided = select(CaseReturn).where(CaseReturn.case_id == case.id, CaseReturn.state == "asked")
    for row in session.scalars(undecided.with_for_update(key_share=True)):
        row.decide_by = min(row.decide_by, clocks.decide_by(pace, since=now))
    if case.state == "assigned":
        climbing.restart(session, case, clocks=clocks, now=now)


def _slow(session: Session, case: Case, *, clocks: ClockTable, now: datetime) -> None:
    """Lowered, with the new level's clocks: the next steps come at its pace."""
    if case.idle_at is not None:
        case.idle_at = clocks.idle(timekeeping.pace(case), since=now)
    if case.state == "assigned":
        climbing.replan(session, case, clocks=clocks, now=now)


def _move(
    session: Session, case: Case, *, never_later: bool, clocks: ClockTable, now: datetime
) -> tuple[Moved, ...]:
    """Open clocks to the times of the case's level; what is missing is added, already met where its act was done."""
    wanted = clocks.clocks(case.level, since=case.opened_at)
    pauses = _pauses(session, case)
    rows = session.scalars(
        select(Clock).where(Clock.case_id == case.id).order_by(Clock.due_at).with_for_update(key_share=True)
    ).all()
    moved: list[Moved] = []
    for clock in rows:
        if clock.met_at is not None or clock.breached_at is not None:
            continue
        was, due = clock.due_at.isoformat(), wanted.get(clock.act)
        if due is None and not never_later:
            timekeeping.end_pauses(session, case, [clock.act], clocks=clocks, now=now)
            session.delete(clock)
            moved.append((clock.act, was, ""))
        elif due is not None:
            _set_due(session, case, clock, pauses[clock.act], due, never_later, clocks=clocks, now=now)
            if clock.due_at.isoformat() != was:
                moved.append((clock.act, was, clock.due_at.isoformat()))
    had = {clock.act for clock in rows}
    done = _done(session, case, clocks.met_by)
    for act, due in wanted.items():
        if act not in had:
            timekeeping.add(session, case, act, due=due, clocks=clocks, met_at=done.get(act))
            moved.append((act, "", due.isoformat()))
    session.flush()
    return tuple(moved)


def _set_due(
    session: Session,
    case: Case,
    clock: Clock,
    pauses: Sequence[ClockPause],
    due: datetime,
    never_later: bool,
    *,
    clocks: ClockTable,
    now: datetime,
) -> None:
    """To `due`, and what the clock was paused for on top of it; a pause that began after `due` came too late."""
    before = due
    for pause in pauses:
        assert pause.decided_at is not None
        if case.level == "red" or due <= pause.decided_at:
            if pause.state == "granted":
                timekeeping.end_pause(session, case, pause, clocks=clocks, now=now)
            continue
        before, end = due, pause.ended_at or pause.until
        due = clocks.after_pause(timekeeping.pace(case), clock.act, due=due, start=pause.decided_at, end=end)
    if due > clock.due_at and never_later:
        return
    for pause in pauses:
        if pause.state == "granted":
            pause.due_before, pause.due_after = before, due
    clock.due_at = due
    timekeeping.set_warning(case, clock, clocks=clocks)


def _pauses(session: Session, case: Case) -> Mapping[str, list[ClockPause]]:
    """Those that are going and those that were, in order of time; one at a time for each clock."""
    found: dict[str, list[ClockPause]] = defaultdict(list)
    granted = ClockPause.case_id == case.id, ClockPause.state.in_(("granted", "ended"))
    rows = session.scalars(
        select(ClockPause).where(*granted).order_by(ClockPause.decided_at).with_for_update(key_share=True)
    )
    for pause in rows:
        found[pause.act].append(pause)
    return found


def _done(session: Session, case: Case, met_by: Mapping[str, frozenset[str]]) -> dict[str, datetime]:
    """Which acts have been done and stand, and when first."""
    done: dict[str, datetime] = {}
    for entry in timeline(session, [case.id]):
        for act, kinds in met_by.items():
            if entry.kind in kinds:
                done.setdefault(act, entry.at)
            elif entry.kind in ("AcknowledgementWithdrawn", "CaseMoved") and "CaseAcknowledged" in kinds:
                done.pop(act, None)
    return done


def _going(session: Session, case: Case, *, now: datetime) -> tuple[UUID, ...]:
    """Who must hear that it is more urgent: whoever goes, or if no officer is known for that, who else holds it."""
    return whom.holder(session, case, at=now)[1]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
