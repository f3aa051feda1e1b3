"""The clocks of cases: started, met, warned of, breached, and what a breach or an idle case leads to.

All that is asked by the clock (`*_due`, `due_to_*`) goes by a partial index on what is still open: it costs what is
due, not what exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from intake.register.ledger import emit, emit_all
from routing import events, whom
from routing.clocks.table import ClockTable
from routing.models import Case, Clock, ClockPause

MARK_BREACHED: Final = text(
    "update clock set breached_at = :now, escalate_at = due.told from "
    "unnest(cast(:ids as uuid[]), cast(:told as timestamptz[])) due(id, told) where clock.id = due.id"
)


def pace(case: Case) -> str:
    """The level whose times the case keeps to in all that follows from its clocks and its ladder: its own, unless it
    was lowered and nobody asked for the new level's clocks."""
    return case.ladder_level or case.level


PACE: Final = func.coalesce(Case.ladder_level, Case.level)
"""The same, in a question to the database."""


def start(session: Session, case: Case, *, clocks: ClockTable) -> None:
    """All clocks of the case's level, counted from its receipt."""
    for act, due in clocks.clocks(case.level, since=case.opened_at).items():
        add(session, case, act, due=due, clocks=clocks)
    session.flush()


def add(
    session: Session,
    case: Case,
    act: str,
    *,
    due: datetime,
    clocks: ClockTable,
    met_at: datetime | None = None,
) -> None:
    """A clock that the case did not have, running since its receipt; `met_at`: when its act was done already."""
    clock = Clock(case_id=case.id, act=act, started_at=case.opened_at, due_at=due, met_at=met_at, escalated=0)
    set_warning(case, clock, clocks=clocks)
    session.add(clock)


def meet(session: Session, case: Case, kind: str, *, clocks: ClockTable, now: datetime) -> None:
    """What happened, by the name of its event, meets the clocks that the table lists for it; a pause of theirs ends."""
    acts = [act for act, kinds in clocks.met_by.items() if kind in kinds]
    end_pauses(session, case, acts, clocks=clocks, now=now)
    for clock in _clocks(session, case.id, acts):
        clock.met_at = clock.met_at or now
    session.flush()


def reopen(session: Session, case: Case, kind: str, *, clocks: ClockTable) -> None:
    """What had met clocks is taken back: they count from receipt as before."""
    for clock in _clocks(session, case.id, [act for act, kinds in clocks.met_by.items() if kind in kinds]):
        clock.met_at = None
    session.flush()


def end_pauses(
    session: Session, case: Case, acts: Sequence[str], *, clocks: ClockTable, now: datetime
) -> None:
    """Pauses of these clocks end now, those that were only asked for as well."""
    going = select(ClockPause).where(
        ClockPause.case_id == case.id, ClockPause.act.in_(acts), ClockPause.state.in_(("asked", "granted"))
    )
    for pause in session.scalars(going.with_for_update(key_share=True)).all():
        if pause.state == "granted":
            end_pause(session, case, pause, clocks=clocks, now=now)
            continue
        pause.state, pause.decided_at = "refused", now
        refused = events.ClockPauseRefused(case_id=case.id, pause_id=pause.id, clock=pause.act)
        emit(session, refused, at=now, actor="system")
    session.flush()


def end_pause(session: Session, case: Case, pause: ClockPause, *, clocks: ClockTable, now: datetime) -> None:
    """The clock goes on; its end has moved by exactly what was paused, working time by working time."""
    assert pause.decided_at is not None
    assert pause.due_before is not None
    assert pause.due_after is not None
    pause.state, pause.ended_at = "ended", min(now, pause.until)
    (clock,) = _clocks(session, case.id, [pause.act])
    due = clocks.after_pause(
        pace(case), pause.act, due=pause.due_before, start=pause.decided_at, end=pause.ended_at
    )
    clock.due_at = min(
        due, pause.due_after
    )  # raised meanwhile, it may count other time; never does it get later
    set_warning(case, clock, clocks=clocks)
    ended = events.ClockPauseEnded(
        case_id=case.id, pause_id=pause.id, clock=pause.act, due_at=clock.due_at.isoformat()
    )
    emit(session, ended, at=now, actor="system")


def pauses_due(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Pauses whose time is over, and those of cases that have become red, which is never paused."""
    over = or_(ClockPause.until <= now, Case.level == "red")
    due = select(ClockPause.id).join(Case, Case.id == ClockPause.case_id)
    return due.where(ClockPause.state == "granted", over).limit(limit)


def end_pause_due(session: Session, pause_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    pause = session.scalar(
        select(ClockPause)
        .where(ClockPause.id == pause_id, ClockPause.state == "granted")
        .with_for_update(skip_locked=True, key_share=True)
    )
    if pause is not None:
        end_pause(session, session.get_one(Case, pause.case_id), pause, clocks=clocks, now=now)


def set_warning(case: Case, clock: Clock, *, clocks: ClockTable) -> None:
    """When the holder is warned, by the clock's present end. To be called whenever an end was moved; nobody is warned
    twice of one clock."""
    if clock.warned_at is None:
        clock.warn_at = clocks.warning(pace(case), clock.act, since=clock.started_at, due=clock.due_at)


def due_to_warn(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Clocks of which the holder is to be warned, the longest due first."""
    warnable = Clock.warn_at.is_not(None), Clock.met_at.is_(None), Clock.breached_at.is_(None)
    return select(Clock.id).where(*warnable, Clock.warn_at <= now).order_by(Clock.warn_at).limit(limit)


def warn(session: Session, clock_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    """Warns whoever holds the case, once. Not before the time that the clock's present end asks for, and at night only
    where the level says so."""
    clock = session.scalar(
        select(Clock)
        .where(Clock.id == clock_id, Clock.warn_at <= now, Clock.met_at.is_(None))
        .with_for_update(skip_locked=True, key_share=True)
    )
    if clock is None:
        return
    case = session.get_one(Case, clock.case_id)
    planned = clocks.warning(pace(case), clock.act, since=clock.started_at, due=clock.due_at)
    tellable = clocks.tellable(pace(case), now)
    if planned is None or clock.due_at <= now or case.state == "closed":
        clock.warn_at = None
    elif planned > now or tellable > now:
        clock.warn_at = max(planned, tellable)
    else:
        clock.warn_at, clock.warned_at = None, now
        unit, officers = whom.holder(session, case, at=now)
        warned = events.ClockWarned(
            case_id=case.id,
            number=case.number,
            level=case.level,
            clock=clock.act,
            due_at=clock.due_at.isoformat(),
            unit_id=unit.id,
            officers=officers,
        )
        emit(session, warned, at=now, actor="system")


def breach_due(session: Session, *, clocks: ClockTable, now: datetime, limit: int = 100) -> int:
    """Marks every clock that has run out; returns how many. A clock is breached once. What comes of it is said by
    `escalate`; the acknowledge clock has its ladder."""
    due = session.execute(
        select(Clock.id, Clock.case_id, Clock.act, PACE.label("pace"))
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.due_at <= now, Clock.met_at.is_(None), Clock.breached_at.is_(None))
        .order_by(Clock.due_at)
        .limit(limit)
        .with_for_update(of=Clock, skip_locked=True, key_share=True)
    ).all()
    if not due:
        return 0
    told = {level: clocks.overdue(level, 0, since=now) for level in {row.pace for row in due}}
    session.execute(
        MARK_BREACHED,
        {
            "now": now,
            "ids": [row.id for row in due],
            "told": [told[row.pace] if row.act != "acknowledge" else None for row in due],
        },
    )
    breached = [events.ClockBreached(case_id=row.case_id, clock=row.act) for row in due]
    emit_all(session, breached, at=now, actor="system")
    return len(due)


def due_to_escalate(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Breached clocks of which the next unit above is to be told, the longest due first."""
    due = select(Clock.id).where(
        Clock.escalate_at <= now, Clock.escalate_at.is_not(None), Clock.met_at.is_(None)
    )
    return due.order_by(Clock.escalate_at).limit(limit)


def escalate(session: Session, clock_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    """Tells the next unit above of a breached clock; a unit where nobody can be told is passed over at once."""
    clock = session.scalar(
        select(Clock)
        .where(Clock.id == clock_id, Clock.escalate_at <= now, Clock.met_at.is_(None))
        .with_for_update(skip_locked=True, key_share=True)
    )
    if clock is None:
        return
    case = session.get_one(Case, clock.case_id)
    if case.state == "closed":
        clock.escalate_at = None
        return
    if (told := clocks.tellable(pace(case), now)) > now:
        clock.escalate_at = told
        return
    above = whom.above(session, case.unit_id)
    since = clock.breached_at or now
    while True:
        unit = above[min(clock.escalated, len(above) - 1)]
        officers = whom.officers_of(session, unit.id, at=now)
        reached = events.BreachEscalated(
            case_id=case.id,
            number=case.number,
            level=case.level,
            clock=clock.act,
            step=clock.escalated,
            unit_id=unit.id,
            officers=officers,
        )
        emit(session, reached, at=now, actor="system")
        clock.escalated += 1
        more = clock.escalated < len(above)
        clock.escalate_at = clocks.overdue(pace(case), clock.escalated, since=since) if more else None
        if officers or not more:
            return


def due_idle(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Cases that were acknowledged and not visited, of which somebody is to be told again."""
    due = select(Case.id).where(Case.idle_at <= now, Case.idle_at.is_not(None))
    return due.order_by(Case.idle_at).limit(limit)


def remind_idle(session: Session, case_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    """Tells the officer who said that they go; the next time the unit above that officer's. Then the visit's own clock
    is left to speak."""
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.idle_at <= now)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if case is None:
        return
    if case.state != "acknowledged":
        case.idle_at = None
        return
    if (told := clocks.tellable(pace(case), now)) > now:
        case.idle_at = told
        return
    unit, officers = whom.holder(session, case, at=now)
    step = case.idle_step
    if step > 0:
        unit, officers = whom.first_reachable(session, whom.above(session, unit.id), at=now)
    reminded = events.IdleReminded(
        case_id=case.id,
        number=case.number,
        level=case.level,
        step=step,
        unit_id=unit.id,
        officers=officers,
    )
    emit(session, reminded, at=now, actor="system")
    case.idle_step = step + 1
    case.idle_at = clocks.idle(pace(case), since=now) if step == 0 else None


def _clocks(session: Session, case_id: UUID, acts: Sequence[str]) -> Sequence[Clock]:
    return session.scalars(
        select(Clock)
        .where(Clock.case_id == case_id, Clock.act.in_(acts))
        .order_by(Clock.act)
        .with_for_update(key_share=True)
    ).all()
