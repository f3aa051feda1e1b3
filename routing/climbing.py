"""A case climbs its ladder until somebody answers: officer, deputy, the units above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from intake.register.ledger import emit
from routing import events, queries, whom
from routing.cases import Rung, ladder
from routing.clocks.table import ClockTable
from routing.models import Case, Clock
from routing.timekeeping import PACE, pace

LOCK: Final = {"key_share": True}
"""FOR NO KEY UPDATE: whoever only refers to the row by its key, as a new notice does, need not wait for us."""


def climb(
    session: Session, *, case_id: UUID, clocks: ClockTable, now: datetime, beyond: int | None = None
) -> None:
    """Tells the next rung, unless somebody has answered meanwhile.
    `beyond`: only if the ladder has not yet gone past this rung (a notice to it could not be delivered)."""
    case = session.get(Case, case_id, with_for_update=LOCK)
    if case is None or case.state != "assigned" or (beyond is not None and case.rung > beyond):
        return
    tell_next(session, case, clocks=clocks, now=now, again=False)


def restart(session: Session, case: Case, *, clocks: ClockTable, now: datetime) -> None:
    """The ladder begins anew, now, at its first rung: another unit has the case, or it was raised. Its rungs go on
    counting from the last one told, so that no notice is taken for one that was written before."""
    case.ladder_rung, case.ladder_since = case.rung + 1, now
    tell_next(session, case, clocks=clocks, now=now)


def replan(session: Session, case: Case, *, clocks: ClockTable, now: datetime) -> None:
    """The pace has changed: when the next rung is told."""
    case.next_rung_at = _next_rung_at(case, rungs=len(_rungs(session, case, now=now)), clocks=clocks, now=now)


def hasten(session: Session, *, unit_id: UUID, clocks: ClockTable, now: datetime) -> None:
    """Somebody of the unit has left, and it may be them that its cases wait for: the next rung is told now, or
    where the pace leaves people their night, when offices open; never later than it would have been."""
    for level in clocks.levels:
        told = clocks.tellable(level, now)
        waiting = (
            Case.unit_id == unit_id,
            Case.state == "assigned",
            PACE.in_((level,)),
            Case.next_rung_at > told,
        )
        session.execute(update(Case).where(*waiting).values(next_rung_at=told))


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
        tell_next(session, case, clocks=clocks, now=now)


def tell_next(session: Session, case: Case, *, clocks: ClockTable, now: datetime, again: bool = True) -> None:
    """To the next rung that has somebody; every rung passed is on the timeline. `again`: at the top, tell the top
    again; only the clock does, for a refusal that followed at once would be followed by the next one at once."""
    rungs = _rungs(session, case, now=now)
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
            hand=case.hand,
        )
        emit(session, reached, at=now, actor="system")
        if rung.officers or place + 1 >= len(rungs):
            break
    case.next_rung_at = _next_rung_at(case, rungs=len(rungs), clocks=clocks, now=now)
    session.flush()


def _rungs(session: Session, case: Case, *, now: datetime) -> tuple[Rung, ...]:
    """The case's ladder as it is now, by who is on duty now."""
    line = whom.line(session, case.unit_id)
    return ladder(line, queries.reachable(session, [unit.id for unit in line], at=now))


def _next_rung_at(case: Case, *, rungs: int, clocks: ClockTable, now: datetime) -> datetime | None:
    """When the rung after the one told last is told, at the pace that the case has."""
    return clocks.next_rung(
        pace(case),
        case.rung + 1 - case.ladder_rung,
        rungs=rungs,
        since=case.ladder_since or case.opened_at,
        now=now,
    )


def _last_reachable(rungs: Sequence[Rung]) -> Rung:
    """The highest rung on which somebody can be told; the highest of all when there is none."""
    return next((rung for rung in reversed(rungs) if rung.officers), rungs[-1])
