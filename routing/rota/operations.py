"""Rosters are changed; whoever leaves hands over. Every verb raises DutyRefused with all that is wrong, and then has
done nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from intake.register.database import keyring_of
from intake.register.ledger import emit
from routing.duty import rules
from routing.duty.roster import Period
from routing.duty.rules import DutyRefused, Fault, GivenSlot
from routing.models import Case, Officer, Unit
from routing.rota import events, queries
from routing.rota.models import DutyFeed, DutyPeriod, DutySlot, DutySwap
from routing.units.queries import day

HELD: Final = ("acknowledged", "visited")
"""States of a case that somebody is on."""


def set_pattern(
    session: Session, *, unit_id: UUID, given: Sequence[GivenSlot], actor: str, now: datetime
) -> None:
    """Puts the unit's weekly pattern in place of the one before; an empty one means that everybody is on duty."""
    _lock(session, unit_id)
    slots = rules.pattern(given, queries.roster(session, unit_id, now=now), on=day(now))
    session.execute(delete(DutySlot).where(DutySlot.unit_id == unit_id))
    session.add_all(
        DutySlot(
            unit_id=unit_id, officer_id=one.officer, weekday=one.weekday, begins=one.begins, ends=one.ends
        )
        for one in slots
    )
    session.flush()
    emit(session, events.PatternSet(unit_id, len(slots)), at=now, actor=actor)


def add_shift(session: Session, *, unit_id: UUID, shift: Period, actor: str, now: datetime) -> UUID:
    """A single shift, which stands above the weekly pattern while it lasts."""
    _lock(session, unit_id)
    rules.shift(shift, queries.roster(session, unit_id, now=now), now=now)
    added = _period(session, unit_id, "shift", shift)
    event = events.ShiftAdded(unit_id, shift.officer, shift.begins.isoformat(), shift.ends.isoformat())
    emit(session, event, at=now, actor=actor)
    return added


def add_leave(session: Session, *, unit_id: UUID, leave: Period, actor: str, now: datetime) -> UUID:
    """Whoever is on leave is not told of cases."""
    _lock(session, unit_id)
    rules.leave(leave, queries.roster(session, unit_id, now=now), now=now)
    added = _period(session, unit_id, "leave", leave)
    event = events.LeaveAdded(unit_id, leave.officer, leave.begins.isoformat(), leave.ends.isoformat())
    emit(session, event, at=now, actor=actor)
    return added


def remove_period(session: Session, *, unit_id: UUID, period_id: UUID, actor: str, now: datetime) -> None:
    """Takes a shift or leave back. Idempotent: one that is not there is gone already."""
    row = session.get(DutyPeriod, period_id)
    if row is None or row.unit_id != unit_id:
        return
    session.delete(row)
    session.flush()
    emit(session, events.PeriodRemoved(unit_id, row.officer_id, row.kind), at=now, actor=actor)


def propose_swap(
    session: Session,
    *,
    unit_id: UUID,
    gives: UUID,
    takes: UUID,
    begins: datetime,
    ends: datetime,
    actor: str,
    now: datetime,
) -> UUID:
    """Asks a colleague to take one's duty; it holds when they accept."""
    _lock(session, unit_id)
    rules.swap(gives, takes, begins, ends, queries.roster(session, unit_id, now=now), now=now)
    swap = DutySwap(
        id=uuid_utils.compat.uuid7(),
        unit_id=unit_id,
        gives_id=gives,
        takes_id=takes,
        begins=begins,
        ends=ends,
        state="proposed",
    )
    session.add(swap)
    session.flush()
    event = events.SwapProposed(unit_id, swap.id, gives, takes, begins.isoformat(), ends.isoformat())
    emit(session, event, at=now, actor=actor)
    return swap.id


def answer_swap(
    session: Session, *, swap_id: UUID, accepted: bool, officer_id: UUID | None, actor: str, now: datetime
) -> None:
    """`officer_id`: who answers; only the one who was asked may. None: a superior decides.
    LookupError when there is no such swap."""
    swap = session.get(DutySwap, swap_id, with_for_update=True)
    if swap is None:
        raise LookupError(f"swap {swap_id} is not there")
    if officer_id is not None and officer_id != swap.takes_id:
        raise DutyRefused(Fault(0, "takes", "not_asked"))
    if swap.state != "proposed":
        raise DutyRefused(Fault(0, "state", "state"))
    if accepted:
        plan = queries.roster(session, swap.unit_id, now=now)
        rules.swap(swap.gives_id, swap.takes_id, swap.begins, swap.ends, plan, now=now)
    swap.state = "accepted" if accepted else "declined"
    session.flush()
    emit(session, events.SwapAnswered(swap.unit_id, swap.id, accepted), at=now, actor=actor)


def depart(
    session: Session, *, officer_id: UUID, last_day: date, successor_id: UUID, actor: str, now: datetime
) -> int:
    """An officer leaves; whoever is named goes on with their open cases, at once when the last day is over. Returns how
    many cases were handed over now. LookupError when there is no such officer."""
    officer = session.get(Officer, officer_id, with_for_update={"key_share": True})
    if officer is None:
        raise LookupError(f"officer {officer_id} is not there")
    heir = session.get(Officer, successor_id)
    faults = []
    if (
        heir is None
        or heir.id == officer.id
        or not heir.active
        or heir.phone_index is None
        or (heir.until is not None and heir.until <= last_day)
    ):
        faults.append(Fault(0, "successor", "successor"))
    if not officer.active:
        faults.append(Fault(0, "officer", "departed"))
    if officer.since is not None and last_day < officer.since:
        faults.append(Fault(0, "until", "ends_before"))
    if faults:
        raise DutyRefused(*faults)
    officer.until, officer.successor_id = last_day, successor_id
    session.flush()
    if last_day >= day(now):
        return 0
    _departed(session, officer, actor=actor, now=now)
    return len(_hand_over(session, officer_id=officer.id, now=now, limit=1_000_000))


def departures_due(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Marks those whose last day is over, by list or by hand, and hands over every open case of anybody who has left.
    Returns how many cases that were."""
    over = session.scalars(
        select(Officer)
        .where(Officer.active, Officer.until < day(now))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for officer in over:
        _departed(session, officer, actor="system", now=now)
    return len(_hand_over(session, now=now, limit=limit))


def make_feed(session: Session, *, officer_id: UUID, actor: str, now: datetime) -> str:
    """A new private address of the officer's duty calendar: its token, told this once. The one before is
    good no more."""
    officer = session.get_one(Officer, officer_id)
    token = secrets.token_urlsafe(24)
    session.execute(delete(DutyFeed).where(DutyFeed.officer_id == officer_id))
    index = keyring_of(session).blind("duty feed", token)
    session.add(DutyFeed(officer_id=officer_id, unit_id=officer.unit_id, token_index=index, made_at=now))
    session.flush()
    emit(session, events.FeedMade(officer.unit_id, officer_id), at=now, actor=actor)
    return token


def revoke_feed(session: Session, *, officer_id: UUID, actor: str, now: datetime) -> None:
    feed = session.get(DutyFeed, officer_id)
    if feed is not None:
        session.delete(feed)
        session.flush()
        emit(session, events.FeedRevoked(feed.unit_id, officer_id), at=now, actor=actor)


def _departed(session: Session, officer: Officer, *, actor: str, now: datetime) -> None:
    """No more told of cases; by the event, the unit's cases that wait for an answer go up their ladder."""
    officer.active, officer.phone_index = False, None
    session.execute(delete(DutyFeed).where(DutyFeed.officer_id == officer.id))
    session.flush()
    emit(
        session,
        events.OfficerDeparted(officer.unit_id, officer.id, officer.successor_id),
        at=now,
        actor=actor,
    )


def _hand_over(session: Session, *, now: datetime, limit: int, officer_id: UUID | None = None) -> list[UUID]:
    """Cases that somebody was on who has left: each gets a named officer, if anybody anywhere can be reached."""
    held = select(Case, Officer).join(Officer, Officer.id == Case.acknowledged_by)
    held = held.where(Case.state.in_(HELD), or_(~Officer.active, Officer.until < day(now)))
    if officer_id is not None:
        held = held.where(Officer.id == officer_id)
    rows = session.execute(
        held.order_by(Case.id).limit(limit).with_for_update(of=Case, skip_locked=True, key_share=True)
    ).all()
    heirs: dict[UUID, UUID | None] = {}
    done: list[UUID] = []
    for case, officer in rows:
        if officer.id not in heirs:
            heirs[officer.id] = queries.successor(session, officer, now=now)
        heir = heirs[officer.id]
        if heir is None:
            continue
        case.acknowledged_by = heir
        event = events.CaseHandedOver(case.id, case.number, heir, officer.id)
        emit(session, event, at=now, actor="system")
        done.append(case.id)
    session.flush()
    return done


def _period(session: Session, unit_id: UUID, kind: str, period: Period) -> UUID:
    row = DutyPeriod(
        id=uuid_utils.compat.uuid7(),
        unit_id=unit_id,
        officer_id=period.officer,
        kind=kind,
        begins=period.begins,
        ends=period.ends,
    )
    session.add(row)
    session.flush()
    return row.id


def _lock(session: Session, unit_id: UUID) -> None:
    """One change of a roster at a time: two shifts that overlap must not pass each other."""
    session.get_one(Unit, unit_id, with_for_update={"key_share": True})
