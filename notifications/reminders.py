"""Notices that ask for no answer: a clock runs out, has run out, a case stands idle, a return waits, a case
has moved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import operations
from notifications.models import Notice
from notifications.wording import Wording
from routing import queries as routing
from routing.events import (
    BreachEscalated,
    CaseMoved,
    CaseReturned,
    ClockPauseAsked,
    ClockWarned,
    IdleReminded,
    ReturnDecided,
    ReturnOverdue,
)

Reminding = (
    ClockWarned
    | BreachEscalated
    | IdleReminded
    | ClockPauseAsked
    | CaseReturned
    | ReturnOverdue
    | ReturnDecided
)


def warned(session: Session, event: ClockWarned, *, wording: Wording, now: datetime) -> None:
    due = operations.clock_time(datetime.fromisoformat(event.due_at), now=now)
    _tell(session, event, "warned", wording=wording, now=now, clock=event.clock, due=due)


def overdue(session: Session, event: BreachEscalated, *, wording: Wording, now: datetime) -> None:
    _tell(session, event, "overdue", wording=wording, now=now, clock=event.clock)


def idle(session: Session, event: IdleReminded, *, wording: Wording, now: datetime) -> None:
    key = "idle" if event.step == 0 else "idle_above"
    _tell(session, event, key, wording=wording, now=now, until_met="visit")


def pause_asked(session: Session, event: ClockPauseAsked, *, wording: Wording, now: datetime) -> None:
    _tell(session, event, "pause_asked", wording=wording, now=now, clock=event.clock)


def returned(session: Session, event: CaseReturned, *, wording: Wording, now: datetime) -> None:
    due = operations.clock_time(datetime.fromisoformat(event.decide_by), now=now)
    _tell(session, event, "returned", wording=wording, now=now, due=due)


def return_overdue(session: Session, event: ReturnOverdue, *, wording: Wording, now: datetime) -> None:
    _tell(session, event, "return_overdue", wording=wording, now=now)


def return_decided(session: Session, event: ReturnDecided, *, wording: Wording, now: datetime) -> None:
    """Who keeps the case hears so; who is rid of it hears it by `moved`."""
    if not event.accepted:
        _tell(session, event, "return_refused", wording=wording, now=now)


def moved(session: Session, event: CaseMoved, *, wording: Wording, now: datetime) -> None:
    """What was queued for the unit that had it is cancelled; who held it, or was woken for it, need not go."""
    rows = session.scalars(
        select(Notice)
        .where(Notice.case_id == event.case_id, Notice.kind == "alert", Notice.hand < event.hand)
        .with_for_update(key_share=True)
    ).all()
    for row in rows:
        if row.state == "queued":
            operations.cancel(session, row, now=now)
    unit = routing.unit_names(session, [event.unit_id])[event.unit_id]
    woken = {row.officer_id for row in rows if row.attempt > 0}
    for officer_id in sorted({*woken, *event.relieved}):
        text = wording.moved(number=event.number, unit=unit)
        _write(session, officer_id, event.case_id, event.level, text, kind="stand_down", now=now)


def _tell(
    session: Session,
    event: Reminding,
    key: str,
    *,
    wording: Wording,
    now: datetime,
    clock: str = "",
    due: str = "",
    until_met: str = "",
) -> None:
    """`until_met`: the clock that makes the notice needless once it is met; by default the one it names."""
    text = wording.reminder(key, number=event.number, level=event.level, clock=clock, due=due)
    for officer_id in event.officers:
        about = until_met or clock or None
        _write(session, officer_id, event.case_id, event.level, text, kind="reminder", clock=about, now=now)


def _write(
    session: Session,
    officer_id: UUID,
    case_id: UUID,
    level: str,
    text: str,
    *,
    kind: str,
    now: datetime,
    clock: str | None = None,
) -> None:
    operations.write(
        session,
        officer_id=officer_id,
        case_id=case_id,
        kind=kind,
        level=level,
        text=text,
        clock=clock,
        now=now,
    )
