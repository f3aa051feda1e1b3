"""Notices are written, claimed, sent, answered. Nothing here talks to a provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.register.database import keyring_of
from intake.register.ledger import emit
from notifications import events
from notifications.models import Notice
from notifications.wording import Wording
from routing import queries as routing
from routing.events import RungReached

CHINA: Final = ZoneInfo("Asia/Shanghai")
PATIENCE: Final = timedelta(seconds=30)
"""How long a notice may be `sending` before whoever sends it is taken for dead; longer than any provider's time-out."""
RETRY: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120))
"""Waits after the first, second, … attempt that could not reach the provider; after the last one it has failed."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed notice: what to send, and to whom. `key` is the same for every attempt at one notice."""

    notice_id: UUID
    attempt: int
    key: str
    to: str
    text: str


def tell(
    session: Session,
    *,
    reached: RungReached,
    wording: Wording,
    link_base: str,
    carries_links: bool,
    now: datetime,
) -> None:
    """Queues an alert to each officer of a rung. Idempotent by case, officer and rung."""
    keyring = keyring_of(session)
    due = clock_time(datetime.fromisoformat(reached.due_at), now=now) if reached.due_at else ""
    for officer_id in reached.officers:
        notice_id = uuid_utils.compat.uuid7()
        token = keyring.token("link", str(notice_id))
        text = wording.alert(
            number=reached.number,
            level=reached.level,
            due=due,
            link=f"{link_base}/a/{token}" if carries_links else "",
        )
        written = session.execute(
            insert(Notice)
            .values(
                id=notice_id,
                case_id=reached.case_id,
                officer_id=officer_id,
                kind="alert",
                rung=reached.rung,
                hand=reached.hand,
                level=reached.level,
                state="queued",
                text=text,
                link_index=keyring.blind("link", token),
                created_at=now,
                due_at=now + PATIENCE,
                attempt=0,
            )
            .on_conflict_do_nothing()
            .returning(Notice.id)
        ).scalar_one_or_none()
        if written is not None:
            _queued(session, session.get_one(Notice, notice_id), now=now)


def write(
    session: Session,
    *,
    officer_id: UUID,
    case_id: UUID | None,
    kind: str,
    level: str,
    text: str,
    now: datetime,
    clock: str | None = None,
) -> None:
    """Queues a text that asks for no answer: a stand-down, a reply, a reminder of `clock`. Once per call: the relay
    calls once."""
    notice = Notice(
        id=uuid_utils.compat.uuid7(),
        case_id=case_id,
        officer_id=officer_id,
        kind=kind,
        level=level,
        state="queued",
        text=text,
        hand=1,
        clock=clock,
        created_at=now,
        due_at=now + PATIENCE,
        attempt=0,
    )
    session.add(notice)
    session.flush()
    _queued(session, notice, now=now)


def stand_down(
    session: Session, *, case_id: UUID, answered_by: UUID | None, wording: Wording, now: datetime
) -> None:
    """Somebody goes: what is queued for others is cancelled, and those already woken are told."""
    case = routing.case_by_id(session, case_id)
    if case is None:
        raise LookupError(f"case {case_id} is not there")
    rows = session.scalars(
        select(Notice)
        .where(Notice.case_id == case_id, Notice.kind == "alert", Notice.hand == case.hand)
        .with_for_update(key_share=True)
    ).all()
    who = routing.officers(session, [answered_by]).get(answered_by) if answered_by else None
    unit = who.unit if who else case.unit
    told = {row.officer_id for row in rows if row.attempt > 0} - {answered_by}
    for row in rows:
        if row.state == "queued":
            cancel(session, row, now=now)
    for officer_id in sorted(told):
        text = wording.stand_down(number=case.number, unit=unit)
        write(
            session,
            officer_id=officer_id,
            case_id=case_id,
            kind="stand_down",
            level=case.level,
            text=text,
            now=now,
        )


def claim(session: Session, *, notice_id: UUID, attempt: int, provider: str, now: datetime) -> Sending | None:
    """Takes a queued notice for sending, or None when it is not to be sent any more: taken, cancelled, or its case
    answered meanwhile (asked here, at the moment of sending)."""
    notice = session.get(Notice, notice_id, with_for_update={"key_share": True})
    if notice is None or notice.state != "queued" or notice.attempt >= attempt:
        return None
    if _needless(session, notice):
        cancel(session, notice, now=now)
        return None
    officer = routing.officers(session, [notice.officer_id]).get(notice.officer_id)
    if officer is None or not officer.phone:
        _fail(session, notice, reason="no phone", now=now)
        return None
    notice.state, notice.attempt, notice.due_at, notice.provider = (
        "sending",
        attempt,
        now + PATIENCE,
        provider,
    )
    return Sending(notice.id, attempt, str(notice.id), officer.phone, notice.text)


def _needless(session: Session, notice: Notice) -> bool:
    """Somebody has answered an alert's case meanwhile, or another unit has it; the clock of a reminder was met."""
    if notice.case_id is None or (notice.kind != "alert" and notice.clock is None):
        return False
    case = routing.case_by_id(session, notice.case_id)
    if case is None:
        return True
    if notice.kind == "alert":
        return not case.waiting or case.hand != notice.hand
    return any(clock.act == notice.clock and clock.met_at is not None for clock in case.clocks)


def record_sent(session: Session, *, sending: Sending, reference: str, now: datetime) -> None:
    """The provider took it. Also when we had given up on it meanwhile: then it is not sent again."""
    notice = session.get_one(Notice, sending.notice_id, with_for_update={"key_share": True})
    if notice.attempt != sending.attempt or notice.state not in ("sending", "unknown", "queued"):
        return
    notice.state, notice.sent_at, notice.reference, notice.error = "sent", now, reference, None
    event = events.NoticeSent(
        notice_id=notice.id,
        case_id=notice.case_id,
        officer_id=notice.officer_id,
        kind=notice.kind,
        provider=notice.provider or "",
        reference=reference,
    )
    emit(session, event, at=now, actor="system")


def record_failure(session: Session, *, sending: Sending, reason: str, final: bool, now: datetime) -> None:
    """The provider did not take it. `final`: no further attempt can help."""
    notice = session.get_one(Notice, sending.notice_id, with_for_update={"key_share": True})
    if notice.attempt != sending.attempt or notice.state not in ("sending", "unknown"):
        return
    if final or notice.attempt > len(RETRY):
        _fail(session, notice, reason=reason, now=now)
    else:
        notice.state, notice.error, notice.due_at = "queued", reason, now + RETRY[notice.attempt - 1]


def sweep_notices(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Queues again what waits for its next attempt, and what was being sent by somebody who died: that one may arrive
    twice, and must not be lost. What was never tried is the outbox's. Returns how many it moved."""
    waits = and_(Notice.state == "queued", Notice.error.is_not(None))
    rows = session.scalars(
        select(Notice)
        .where(or_(Notice.state == "sending", waits), Notice.due_at <= now)
        .order_by(Notice.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for notice in rows:
        if notice.state == "sending":
            unknown = events.NoticeUnknown(
                notice_id=notice.id, case_id=notice.case_id, officer_id=notice.officer_id
            )
            emit(session, unknown, at=now, actor="system")
        if notice.attempt > len(RETRY):
            _fail(session, notice, reason=notice.error or "no answer", now=now)
            continue
        notice.state, notice.error, notice.due_at = "queued", None, now + PATIENCE
        _queued(session, notice, now=now)
    return len(rows)


def clock_time(moment: datetime, *, now: datetime) -> str:
    """The time of day in China, with the date when it is not today."""
    local = moment.astimezone(CHINA)
    return f"{local:%H:%M}" if local.date() == now.astimezone(CHINA).date() else f"{local:%m-%d %H:%M}"


def _queued(session: Session, notice: Notice, *, now: datetime) -> None:
    event = events.NoticeQueued(
        notice_id=notice.id,
        case_id=notice.case_id,
        officer_id=notice.officer_id,
        kind=notice.kind,
        level=notice.level,
        attempt=notice.attempt + 1,
    )
    emit(session, event, at=now, actor="system")


def cancel(session: Session, notice: Notice, *, now: datetime) -> None:
    """A notice that nobody needs any more."""
    notice.state = "cancelled"
    event = events.NoticeCancelled(notice_id=notice.id, case_id=notice.case_id, officer_id=notice.officer_id)
    emit(session, event, at=now, actor="system")


def _fail(session: Session, notice: Notice, *, reason: str, now: datetime) -> None:
    notice.state, notice.error = "failed", reason
    event = events.NoticeFailed(
        notice_id=notice.id,
        case_id=notice.case_id,
        officer_id=notice.officer_id,
        kind=notice.kind,
        rung=notice.rung if notice.rung is not None else -1,
        reason=reason,
    )
    emit(session, event, at=now, actor="system")
