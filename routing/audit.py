"""The auditor: goes over all open cases, some at a time, and raises an alarm where a due step was not done.

It trusts none of those who do the steps: it reads the cases, and the ledger, in which every step that was done stands.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.register.ledger import Entry, emit, timeline
from routing import events
from routing.clocks.table import ClockTable
from routing.faults import Queued, Reached, Watched, WatchedClock, faults
from routing.models import Alarm, AuditPass, Case, CaseReturn, Clock
from routing.timekeeping import PACE

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=1)
"""How long after the start of one pass over all open cases the next one starts, at the earliest."""
SETTLED: Final = ("NoticeSent", "NoticeFailed", "NoticeCancelled")
STEPS: Final = ("RungReached", "BreachEscalated", "NoticeQueued", *SETTLED)


@dataclass(frozen=True, slots=True)
class AlarmView:
    """A standing alarm; `cause`: one of `faults.CAUSES`."""

    number: str
    level: str
    cause: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class AuditView:
    """`alarms`: how many stand. `finished_at`: when the last whole pass ended; None before the first."""

    alarms: int
    finished_at: datetime | None


def audit_some(session: Session, *, clocks: ClockTable, now: datetime, limit: int = 100) -> int:
    """Audits the next `limit` open cases of the present pass; returns how many. One at a time, whoever asks."""
    session.execute(insert(AuditPass).values(name="cases", began_at=now).on_conflict_do_nothing())
    audit = session.scalar(
        select(AuditPass).where(AuditPass.name == "cases").with_for_update(skip_locked=True)
    )
    if audit is None:
        return 0
    if audit.after is None:
        if audit.finished_at is not None and now < audit.began_at + EVERY:
            return 0
        audit.began_at = now
    # Only what is judged: a whole case would be unsealed.
    following = (
        select(
            Case.id, Case.number, Case.level, PACE.label("pace"), Case.state, Case.next_rung_at, Case.idle_at
        )
        .where(Case.state != "closed")
        .order_by(Case.id)
        .limit(limit)
    )
    if audit.after is not None:
        following = following.where(Case.id > audit.after)
    rows = session.execute(following).all()
    _judge(session, _watched(session, rows, clocks=clocks), clocks=clocks, now=now)
    if len(rows) == limit:
        audit.after = rows[-1].id
    else:
        audit.after, audit.finished_at = None, now
        _clear_closed(session, now=now)
    session.flush()
    return len(rows)


def standing(session: Session, *, limit: int = 50) -> list[AlarmView]:
    """The alarms that stand, within the scope; the earliest first."""
    rows = session.execute(
        select(Case.number, Case.level, Alarm.cause, Alarm.found_at)
        .join(Case, Case.id == Alarm.case_id)
        .where(Alarm.cleared_at.is_(None))
        .order_by(Alarm.found_at)
        .limit(limit)
    )
    return [AlarmView(*row) for row in rows]


def summary(session: Session) -> AuditView:
    alarms = session.scalars(select(func.count()).select_from(Alarm).where(Alarm.cleared_at.is_(None))).one()
    return AuditView(alarms, session.scalar(select(AuditPass.finished_at).where(AuditPass.name == "cases")))


def _watched(session: Session, rows: Sequence[Any], *, clocks: ClockTable) -> list[Watched]:
    ids = [row.id for row in rows]
    own: dict[UUID, list[WatchedClock]] = defaultdict(list)
    columns = select(
        Clock.case_id,
        Clock.act,
        Clock.due_at,
        Clock.warn_at,
        Clock.met_at,
        Clock.breached_at,
        Clock.escalate_at,
    )
    for row in session.execute(columns.where(Clock.case_id.in_(ids))):
        own[row.case_id].append(WatchedClock(*row[1:]))
    done: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in timeline(session, ids, kinds=STEPS):
        done[UUID(entry.payload["case_id"])].append(entry)
    waiting = select(CaseReturn.case_id, CaseReturn.decide_by).where(
        CaseReturn.case_id.in_(ids), CaseReturn.state == "asked", CaseReturn.overdue_at.is_(None)
    )
    undecided = {row.case_id: row.decide_by for row in session.execute(waiting)}
    found = []
    for row in rows:
        entries = done[row.id]
        settled = {entry.payload["notice_id"] for entry in entries if entry.kind in SETTLED}
        found.append(
            Watched(
                id=row.id,
                number=row.number,
                level=row.level,
                pace=row.pace,
                state=row.state,
                next_rung_at=row.next_rung_at,
                idle_at=row.idle_at,
                clocks=own[row.id],
                reached=[
                    Reached(entry.at, frozenset(map(UUID, entry.payload["officers"])))
                    for entry in entries
                    if entry.kind == "RungReached"
                ],
                queued=[
                    Queued(
                        entry.at,
                        UUID(entry.payload["officer_id"]),
                        entry.payload["notice_id"] in settled,
                    )
                    for entry in entries
                    if entry.kind == "NoticeQueued"
                ],
                escalated=frozenset(
                    entry.payload["clock"] for entry in entries if entry.kind == "BreachEscalated"
                ),
                undecided=clocks.tellable(row.pace, undecided[row.id]) if row.id in undecided else None,
            )
        )
    return found


def _judge(session: Session, cases: Sequence[Watched], *, clocks: ClockTable, now: datetime) -> None:
    """Once for each case and cause; one that is in order again is cleared, and stands again if it comes back."""
    known: dict[UUID, dict[str, Alarm]] = defaultdict(dict)
    for alarm in session.scalars(select(Alarm).where(Alarm.case_id.in_([case.id for case in cases]))):
        known[alarm.case_id][alarm.cause] = alarm
    for case in cases:
        causes = faults(case, table=clocks, now=now)
        for cause, alarm in known[case.id].items():
            if cause not in causes:
                alarm.cleared_at = alarm.cleared_at or now
            elif alarm.cleared_at is not None:
                alarm.cleared_at = None
        for cause in causes:
            if cause in known[case.id]:
                continue
            session.add(
                Alarm(
                    id=uuid_utils.compat.uuid7(), case_id=case.id, cause=cause, found_at=now, cleared_at=None
                )
            )
            failed = events.AuditFailed(case_id=case.id, number=case.number, level=case.level, cause=cause)
            emit(session, failed, at=now, actor="system")
            log.error("AUDIT: case %s (%s): %s", case.number, case.level, cause)


def _clear_closed(session: Session, *, now: datetime) -> None:
    closed = select(Case.id).where(Case.id == Alarm.case_id, Case.state == "closed").exists()
    session.execute(update(Alarm).where(Alarm.cleared_at.is_(None), closed).values(cleared_at=now))
