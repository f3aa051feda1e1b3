"""A clock is paused: for a named reason, by the word of somebody above who holds the case, until a given time."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.register.accounts.queries import AccountView
from intake.register.ledger import emit
from routing import events, requests, timekeeping, whom
from routing.clocks.table import ClockTable
from routing.models import Case, Clock, ClockPause
from routing.operations import CaseRefused, locked

PAUSABLE: Final = ("visit", "answer", "close")
"""Never the acknowledge clock: somebody must say that they go. And no clock of a red case."""


def ask(
    session: Session,
    *,
    case_id: UUID,
    act: str,
    reason: str,
    until: datetime,
    account: AccountView,
    clocks: ClockTable,
    now: datetime,
) -> UUID:
    """Asks for a pause of the clock `act` until `until` (aware); the clock runs on until it is granted.
    Raises CaseRefused, naming "state", "asker", "unit", "clock", "reason" or "until". One at a time for each clock."""
    case = locked(session, case_id)
    if account.division != case.division:
        raise CaseRefused("asker", "only staff of the unit that holds the case can ask")
    _pausable(session, case, act, now=now)
    if reason not in clocks.pause_reasons:
        raise CaseRefused("reason", f"{reason!r} is not one of {', '.join(clocks.pause_reasons)}")
    if until <= now:
        raise CaseRefused("until", "must be in the future")
    if until > (longest := clocks.due(clocks.longest_pause, since=now)):
        raise CaseRefused("until", f"a pause ends by {longest:%Y-%m-%d %H:%M} at the latest")
    above = whom.above(session, case.unit_id)
    if above[0].id == case.unit_id:
        raise CaseRefused("unit", "there is no unit above that could grant it")
    going = select(ClockPause.id).where(
        ClockPause.case_id == case.id, ClockPause.act == act, ClockPause.state.in_(("asked", "granted"))
    )
    if session.scalar(going) is not None:
        raise CaseRefused("clock", "a pause of this clock was asked for already")
    pause = ClockPause(
        id=uuid_utils.compat.uuid7(),
        case_id=case.id,
        act=act,
        reason=reason,
        until=until,
        state="asked",
        asked_at=now,
        asked_by=account.id,
    )
    session.add(pause)
    session.flush()
    unit, officers = whom.first_reachable(session, above, at=now)
    asked = events.ClockPauseAsked(
        case_id=case.id,
        number=case.number,
        level=case.level,
        pause_id=pause.id,
        clock=act,
        reason=reason,
        until=until.isoformat(),
        unit_id=unit.id,
        officers=officers,
    )
    emit(session, asked, at=now, actor=f"account:{account.id}")
    return pause.id


def decide(
    session: Session, *, pause_id: UUID, grant: bool, account: AccountView, clocks: ClockTable, now: datetime
) -> None:
    """Grants or refuses. Granted, the clock stands from `now` until the time asked for: its end moves at once by all of
    that, and goes back by what was not used if the pause ends earlier.
    Raises CaseRefused, naming "state", "decider", "clock" or "until"; LookupError when it is not in the scope."""
    found = session.get(ClockPause, pause_id)
    if found is None:
        raise LookupError(f"pause {pause_id} is not there")
    case = locked(session, found.case_id)
    pause = session.get_one(ClockPause, pause_id, with_for_update={"key_share": True})
    session.refresh(pause)
    if pause.state != "asked":
        raise CaseRefused("state", f"this pause is {pause.state} already")
    if account.id == pause.asked_by:
        raise CaseRefused("decider", "nobody grants a pause to themselves")
    if not requests.above(account.division, case.division):
        raise CaseRefused("decider", "only staff of a unit above decide")
    if grant:
        clock = _pausable(session, case, pause.act, now=now)
        if pause.until <= now:
            raise CaseRefused("until", "the time asked for is over")
        pause.due_before = clock.due_at
        clock.due_at = clocks.after_pause(
            timekeeping.pace(case), pause.act, due=clock.due_at, start=now, end=pause.until
        )
        pause.due_after = clock.due_at
        timekeeping.set_warning(case, clock, clocks=clocks)
    pause.state, pause.decided_at, pause.decided_by = ("granted" if grant else "refused"), now, account.id
    decided: events.ClockPauseGranted | events.ClockPauseRefused = (
        events.ClockPauseGranted(
            case_id=case.id, pause_id=pause.id, clock=pause.act, until=pause.until.isoformat()
        )
        if grant
        else events.ClockPauseRefused(case_id=case.id, pause_id=pause.id, clock=pause.act)
    )
    emit(session, decided, at=now, actor=f"account:{account.id}")
    session.flush()


def _pausable(session: Session, case: Case, act: str, *, now: datetime) -> Clock:
    if case.state == "closed":
        raise CaseRefused("state", "the case is closed")
    if case.level == "red":
        raise CaseRefused("level", "a red case is never paused")
    if act not in PAUSABLE:
        raise CaseRefused("clock", f"{act!r} is not one of {', '.join(PAUSABLE)}")
    clock = session.scalar(
        select(Clock).where(Clock.case_id == case.id, Clock.act == act).with_for_update(key_share=True)
    )
    if clock is None:
        raise CaseRefused("clock", "this case has no such clock")
    if clock.met_at is not None:
        raise CaseRefused("clock", "it has been met")
    if clock.breached_at is not None or clock.due_at <= now:
        raise CaseRefused("clock", "it has run out already")
    return clock
