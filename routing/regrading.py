"""A case's level follows the human's word: clocks, ladder, and who must hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.register.ledger import emit, timeline
from routing import events, operations
from routing.clocks.table import LEVELS, ClockTable
from routing.models import Case, Clock

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
    have are added; the ladder starts again now at the new level's pace, or, when somebody goes already, whoever that is
    hears of it. Lowered: clocks and ladder stay as they are, unless `new_clocks`. A breached clock stays breached. Of a
    closed case the level changes and nothing else. LookupError when the case is not there.
    """
    case = session.get(Case, case_id, with_for_update=operations.LOCK)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    if case.level == level:
        return
    was, case.level = case.level, level
    raised = LEVELS.index(level) < LEVELS.index(was)
    waits, closed = case.state == "assigned", case.state == "closed"
    wanted = {} if closed or not (raised or new_clocks) else clocks.clocks(level, since=case.opened_at)
    event = events.CaseRegraded(
        case_id=case.id,
        number=case.number,
        report_id=report_id,
        override_id=override_id,
        level=level,
        was=was,
        raised=raised,
        new_clocks=new_clocks and not raised and not closed,
        clocks=_move(session, case, wanted, never_later=raised) if wanted else (),
        officers=_going(session, case) if raised and not waits and not closed else (),
    )
    emit(session, event, at=now, actor=actor)
    if not closed:
        _set_ladder(session, case, was=was, raised=raised, new_clocks=new_clocks, clocks=clocks, now=now)


def _set_ladder(
    session: Session,
    case: Case,
    *,
    was: str,
    raised: bool,
    new_clocks: bool,
    clocks: ClockTable,
    now: datetime,
) -> None:
    """Also while somebody goes: whoever goes may find that they cannot, and then the ladder goes on."""
    kept, waits = case.ladder_level or was, case.state == "assigned"
    # A pace that was kept when the level was lowered is kept when it is raised less far than it was.
    faster = LEVELS.index(kept) < LEVELS.index(case.level)
    case.ladder_level = kept if faster and not (new_clocks and not raised) else None
    if waits and raised:
        case.ladder_rung, case.ladder_since = case.rung + 1, now
        session.flush()
        operations.climb(session, case_id=case.id, clocks=clocks, now=now)
    elif waits and new_clocks:
        rungs = operations.rungs_of(session, case)
        case.next_rung_at = operations.next_rung_at(case, rungs=len(rungs), clocks=clocks, now=now)
    session.flush()


def _move(
    session: Session, case: Case, wanted: Mapping[str, datetime], *, never_later: bool
) -> tuple[Moved, ...]:
    """Open clocks to the times wanted; what is missing is added, already met where its act has been done."""
    rows = session.scalars(
        select(Clock).where(Clock.case_id == case.id).order_by(Clock.due_at).with_for_update(key_share=True)
    ).all()
    moved: list[Moved] = []
    for clock in rows:
        if clock.met_at is not None or clock.breached_at is not None:
            continue
        due = wanted.get(clock.act)
        if due is None and not never_later:
            session.delete(clock)
            moved.append((clock.act, clock.due_at.isoformat(), ""))
        elif due is not None and due != clock.due_at and (due < clock.due_at or not never_later):
            moved.append((clock.act, clock.due_at.isoformat(), due.isoformat()))
            clock.due_at = due
    had = {clock.act for clock in rows}
    done = _done(session, case)
    for act, due in wanted.items():
        if act not in had:
            session.add(
                Clock(case_id=case.id, act=act, started_at=case.opened_at, due_at=due, met_at=done.get(act))
            )
            moved.append((act, "", due.isoformat()))
    session.flush()
    return tuple(moved)


def _done(session: Session, case: Case) -> dict[str, datetime]:
    """Which acts have been done, and when first."""
    done: dict[str, datetime] = {}
    if case.acknowledged_at is not None:
        done["acknowledge"] = case.acknowledged_at
    for entry in timeline(session, [case.id]):
        if entry.kind == "ChildVisited":
            done.setdefault("visit", entry.at)
    return done


def _going(session: Session, case: Case) -> tuple[UUID, ...]:
    """Who must hear that it is more urgent: whoever goes, or if no officer is known for that, the first rung of the
    ladder that has somebody."""
    if case.acknowledged_by is not None:
        return (case.acknowledged_by,)
    return next((rung.officers for rung in operations.rungs_of(session, case) if rung.officers), ())
