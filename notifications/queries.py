"""Questions about notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.register.database import keyring_of
from notifications.models import HandsetMessage, InboundMessage, Notice
from routing import queries as routing


@dataclass(frozen=True, slots=True)
class Asked:
    """An alert that waits, or waited, for an officer's answer. `open`: nobody has answered the case yet;
    `answered_by`: who has."""

    notice_id: UUID
    case_id: UUID
    number: str
    level: str
    unit: str
    officer_id: UUID
    rung: int
    open: bool
    answered_by: UUID | None


@dataclass(frozen=True, slots=True)
class HandsetView:
    """A message on a demo phone, as `GET /handset/messages` gives it. `incoming`: the phone wrote it."""

    id: int
    phone: str
    officer: str
    unit: str
    text: str
    at: datetime
    incoming: bool


@dataclass(frozen=True, slots=True)
class InboundView:
    id: UUID
    message_key: str
    received_at: datetime
    phone: str
    text: str


def asked(session: Session, officer_id: UUID) -> list[Asked]:
    """The cases this officer has been alerted to, the latest first."""
    rows = session.scalars(
        select(Notice)
        .where(Notice.officer_id == officer_id, Notice.kind == "alert", Notice.attempt > 0)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(500)
    )
    found: dict[UUID, Asked] = {}
    for row in rows:
        view = _asked(session, row)
        if view is not None:
            found.setdefault(view.case_id, view)
    return list(found.values())


def asked_by_link(session: Session, token: str) -> Asked | None:
    """The alert whose one-tap link holds `token`."""
    index = keyring_of(session).blind("link", token)
    row = session.scalar(select(Notice).where(Notice.link_index == index))
    return _asked(session, row) if row else None


def handset_messages(session: Session, *, after: int = 0, limit: int = 2000) -> list[HandsetView]:
    """What the demo phones show, the oldest first, `limit` of them: the latest, or with `after` the first that have a
    higher id."""
    order = HandsetMessage.id if after else HandsetMessage.id.desc()
    rows = sorted(
        session.scalars(select(HandsetMessage).where(HandsetMessage.id > after).order_by(order).limit(limit)),
        key=lambda row: row.id,
    )
    holders = {phone: routing.officer_by_phone(session, phone) for phone in {row.phone for row in rows}}
    return [
        HandsetView(
            id=row.id,
            phone=row.phone,
            officer=holder.name if (holder := holders[row.phone]) else "",
            unit=holder.unit if holder else "",
            text=row.text,
            at=row.at,
            incoming=row.incoming,
        )
        for row in rows
    ]


def inbound_message(session: Session, message_id: UUID) -> InboundView | None:
    row = session.get(InboundMessage, message_id)
    return InboundView(row.id, row.message_key, row.received_at, row.phone, row.text) if row else None


def _asked(session: Session, row: Notice) -> Asked | None:
    case = routing.case_by_id(session, row.case_id) if row.case_id else None
    if case is None or case.hand != row.hand:  # another unit has it now: this alert is void
        return None
    return Asked(
        notice_id=row.id,
        case_id=case.id,
        number=case.number,
        level=case.level,
        unit=case.unit,
        officer_id=row.officer_id,
        rung=row.rung or 0,
        open=case.waiting,
        answered_by=case.acknowledged_by,
    )
