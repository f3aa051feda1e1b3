"""退单: a unit sends a case back, once, naming who should have it; the county decides, and its clocks run on.

The unit that holds it keeps it until somebody above has decided: no child is nobody's in between.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from intake.register.accounts.queries import AccountView
from intake.register.ledger import emit
from routing import climbing, events, queries, timekeeping, whom
from routing.cases import UnitView
from routing.clocks.table import ACTS, ClockTable
from routing.models import Case, CaseReturn, Unit
from routing.operations import CaseRefused, locked, unacknowledge
from routing.units.establishment import current
from routing.units.queries import day

HANDS: Final = 3
"""After so many hands the city decides."""


def ask(
    session: Session,
    *,
    case_id: UUID,
    named_unit_id: UUID | None,
    reason: str,
    note: str,
    account: AccountView,
    clocks: ClockTable,
    now: datetime,
) -> UUID:
    """The unit that holds the case sends it back, naming who should have it. Once for each unit.
    Raises CaseRefused, naming "state", "asker", "unit", "named_unit", "reason" or "note"."""
    case = locked(session, case_id)
    if case.state not in ("assigned", "acknowledged"):
        raise CaseRefused("state", f"a case that is {case.state} is not sent back")
    if account.division != case.division:
        raise CaseRefused("asker", "only staff of the unit that holds the case can send it back")
    own, *higher = whom.line(session, case.unit_id)
    if not higher:
        raise CaseRefused("unit", "the city's centre has nobody to send it back to")
    before = select(CaseReturn.id).where(CaseReturn.case_id == case.id, CaseReturn.from_unit_id == own.id)
    if session.scalar(before) is not None:
        raise CaseRefused("unit", "this unit has sent the case back before")
    named = _unit(session, named_unit_id, within=higher[-1].division, but=own.id, field="named_unit", now=now)
    if reason not in clocks.return_reasons:
        raise CaseRefused("reason", f"{reason!r} is not one of {', '.join(clocks.return_reasons)}")
    if not note.strip():
        raise CaseRefused("note", "why it should be another's must be said")
    decider = _decider(tuple(higher), named, hand=case.hand)
    row = CaseReturn(
        id=uuid_utils.compat.uuid7(),
        case_id=case.id,
        hand=case.hand,
        from_unit_id=own.id,
        named_unit_id=named.id,
        decider_id=decider.id,
        reason=reason,
        note=note.strip(),
        state="asked",
        asked_at=now,
        asked_by=account.id,
        decide_by=clocks.decide_by(timekeeping.pace(case), since=now),
    )
    session.add(row)
    session.flush()
    unit, officers = whom.first_reachable(session, whom.line(session, decider.id), at=now)
    returned = events.CaseReturned(
        case_id=case.id,
        number=case.number,
        level=case.level,
        from_unit_id=own.id,
        named_unit_id=named.id,
        reason=reason,
        hand=case.hand,
        unit_id=unit.id,
        decide_by=row.decide_by.isoformat(),
        officers=officers,
    )
    emit(session, returned, at=now, actor=f"account:{account.id}")
    return row.id


def decide(
    session: Session,
    *,
    return_id: UUID,
    accept: bool,
    unit_id: UUID | None,
    answer: str,
    account: AccountView,
    clocks: ClockTable,
    now: datetime,
) -> None:
    """Accepts: the case goes to `unit_id`, by default the unit that was named. Or refuses: it stays where it
    is. Whoever decides does so within their own jurisdiction; row-level security lets no case out of it.
    Raises CaseRefused, naming "state", "decider", "unit" or "answer"; LookupError when it is not in the scope."""
    found = session.get(CaseReturn, return_id)
    if found is None:
        raise LookupError(f"return {return_id} is not there")
    case = locked(session, found.case_id)
    row = session.get_one(CaseReturn, return_id, with_for_update={"key_share": True})
    session.refresh(row)
    if row.state != "asked":
        raise CaseRefused("state", f"this return is {row.state} already")
    if case.state == "closed":
        raise CaseRefused("state", "the case is closed")
    decider = session.get_one(Unit, row.decider_id)
    if account.id == row.asked_by or not decider.division.startswith(account.division):
        raise CaseRefused("decider", f"{decider.name}, or who stands above it, decides")
    actor = f"account:{account.id}"
    row.decided_at, row.decided_by, row.answer = now, account.id, answer.strip() or None
    if not accept:
        if not answer.strip():
            raise CaseRefused("answer", "why it stays must be said")
        row.state = "refused"
        _, officers = whom.holder(session, case, at=now)
        _emit_decided(session, case, accepted=False, officers=officers, actor=actor, now=now)
        return
    to = _unit(
        session,
        unit_id or row.named_unit_id,
        within=account.division,
        but=case.unit_id,
        field="unit",
        now=now,
    )
    row.state, row.moved_to_id = "accepted", to.id
    _move(session, case, to, clocks=clocks, actor=actor, now=now)


def due_undecided(*, now: datetime, limit: int = 100) -> Select[UUID]:
    """Returns whose time to be decided is over, and of which nobody above has been told."""
    due = select(CaseReturn.id).where(
        CaseReturn.state == "asked", CaseReturn.overdue_at.is_(None), CaseReturn.decide_by <= now
    )
    return due.order_by(CaseReturn.decide_by).limit(limit)


def tell_undecided(session: Session, return_id: UUID, *, clocks: ClockTable, now: datetime) -> None:
    """The unit above whoever should have decided is told, and may decide as well."""
    row = session.scalar(
        select(CaseReturn)
        .where(CaseReturn.id == return_id, CaseReturn.state == "asked", CaseReturn.overdue_at.is_(None))
        .with_for_update(skip_locked=True, key_share=True)
    )
    if row is None:
        return
    case = session.get_one(Case, row.case_id)
    if clocks.tellable(timekeeping.pace(case), now) > now:
        return
    row.overdue_at = now
    unit, officers = whom.first_reachable(session, whom.above(session, row.decider_id), at=now)
    overdue = events.ReturnOverdue(
        case_id=case.id, number=case.number, level=case.level, unit_id=unit.id, officers=officers
    )
    emit(session, overdue, at=now, actor="system")


def _move(
    session: Session, case: Case, to: UnitView, *, clocks: ClockTable, actor: str, now: datetime
) -> None:
    """The case, and what belongs to it, is another unit's. Its clocks count from receipt as before; whoever
    had said that they go no longer does; the new unit's ladder begins now."""
    relieved = (case.acknowledged_by,) if case.acknowledged_by else ()
    left = case.unit_id
    timekeeping.end_pauses(session, case, ACTS, clocks=clocks, now=now)
    unacknowledge(session, case, clocks=clocks)
    case.unit_id, case.division, case.hand = to.id, to.division, case.hand + 1
    session.flush()
    _emit_decided(session, case, accepted=True, officers=(), actor=actor, now=now)
    view = queries.case_by_id(session, case.id)
    assert view is not None
    moved = events.CaseMoved(
        case_id=case.id,
        number=case.number,
        level=case.level,
        from_unit_id=left,
        unit_id=to.id,
        division=to.division,
        hand=case.hand,
        reports=view.reports,
        relieved=relieved,
    )
    emit(session, moved, at=now, actor=actor)
    climbing.restart(session, case, clocks=clocks, now=now)


def _emit_decided(
    session: Session, case: Case, *, accepted: bool, officers: tuple[UUID, ...], actor: str, now: datetime
) -> None:
    decided = events.ReturnDecided(
        case_id=case.id,
        number=case.number,
        level=case.level,
        accepted=accepted,
        unit_id=case.unit_id,
        officers=officers,
    )
    emit(session, decided, at=now, actor=actor)


def _decider(higher: tuple[UnitView, ...], named: UnitView, *, hand: int) -> UnitView:
    """The nearest unit above that has both in its jurisdiction; after the third hand the city."""
    if hand >= HANDS:
        return higher[-1]
    return next((unit for unit in higher if named.division.startswith(unit.division)), higher[-1])


def _unit(
    session: Session, unit_id: UUID | None, *, within: str, but: UUID, field: str, now: datetime
) -> UnitView:
    row = session.get(Unit, unit_id) if unit_id else None
    if row is None or not row.division.startswith(within) or row.kind not in ("city", "county", "station"):
        raise CaseRefused(field, f"must be a unit within {within}")
    if not current(row.since, row.until, day(now)):
        raise CaseRefused(field, "must be a unit that works today")
    if row.id == but:
        raise CaseRefused(field, "must be another unit than the one that has the case")
    return queries.unit_by_id(session, row.id)
