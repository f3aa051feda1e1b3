"""Tables of the notifications room."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Identified, Model, Sealed


class Notice(Identified, Model):
    """One message to one officer. `kind`: "alert" (answer this), "regraded", "stand_down", "reply" or "reminder".
    `hand`: which hand had the case when an alert was written; one of an earlier hand is void. `clock`: the clock that a
    reminder is about; once that is met, it is not sent.
    `state`: queued -> sending -> sent | failed | cancelled; a temporary failure, or a sender that died, goes back to
    queued.
    `text` names no child and no allegation; it is sealed because it may hold the one-tap link."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("case_id", "officer_id", "kind", "rung"),
        Index("ix_notice_moving", "state", "due_at", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    kind: Mapped[str]
    rung: Mapped[int | None]
    hand: Mapped[int] = mapped_column(default=1, server_default="1")
    clock: Mapped[str | None]
    level: Mapped[str]
    state: Mapped[str]
    text: Mapped[str] = mapped_column(Sealed("notice.text"))
    link_index: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    # When the present state is over-due: the next attempt of a queued one, the end of patience with a sending one.
    due_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    provider: Mapped[str | None]
    reference: Mapped[str | None]
    error: Mapped[str | None]


class InboundMessage(Identified, Model):
    """An SMS as it came in. `message_key`: the provider's id; the same message twice is one row."""

    __tablename__ = "inbound_message"

    message_key: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    phone: Mapped[str] = mapped_column(Sealed("inbound_message.phone"))
    text: Mapped[str] = mapped_column(Sealed("inbound_message.text"))


class HandsetMessage(Model):
    """What a demo phone shows. `key` is the sender's: a message sent twice under one key is shown once."""

    __tablename__ = "handset_message"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    at: Mapped[datetime]
    incoming: Mapped[bool]
