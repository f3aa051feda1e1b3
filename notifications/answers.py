"""An officer answers: by SMS or by the one-tap link."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.register.ledger import emit
from notifications import events, operations, queries
from notifications.models import HandsetMessage, InboundMessage
from notifications.replies import read_reply
from notifications.wording import Wording
from routing import queries as routing

LONGEST_ANSWER: Final = 20
"""Characters. An officer of whom an answer is awaited, and who writes more than this, is reporting something."""
LONGEST_NOISE: Final = 4
"""The same when no answer is awaited."""


def receive_sms(
    session: Session, *, phone: str, text: str, message_key: str, wording: Wording, now: datetime
) -> None:
    """An SMS came in. An officer's answer is taken for one; whatever it is that an officer or anybody else writes
    beyond that is a report, so that none is lost. Idempotent by `message_key`, the provider's id."""
    message_id = session.execute(
        insert(InboundMessage)
        .values(
            id=uuid_utils.compat.uuid7(), message_key=message_key, received_at=now, phone=phone, text=text
        )
        .on_conflict_do_nothing(index_elements=[InboundMessage.message_key])
        .returning(InboundMessage.id)
    ).scalar_one_or_none()
    if message_id is None:
        return
    officer = routing.officer_by_phone(session, phone)
    if officer is None:
        emit(session, events.MessageReceived(message_id), at=now, actor="reporter")
        return
    _answer(session, officer_id=officer.id, text=text, message_id=message_id, wording=wording, now=now)


def keep_on_handset(session: Session, *, phone: str, text: str, key: str, now: datetime) -> None:
    """What a demo phone wrote, for the page that shows it. Idempotent by `key`."""
    row = insert(HandsetMessage).values(key=key, phone=phone, text=text, at=now, incoming=True)
    session.execute(row.on_conflict_do_nothing(index_elements=[HandsetMessage.key]))


def acknowledge_by_link(session: Session, *, token: str, now: datetime) -> queries.Asked | None:
    """None when no notice has this link. A link of a case that is answered already changes nothing."""
    asked = queries.asked_by_link(session, token)
    if asked is not None:
        event = events.NoticeAcknowledged(case_id=asked.case_id, officer_id=asked.officer_id, how="link")
        emit(session, event, at=now, actor=f"officer:{asked.officer_id}")
    return asked


def _answer(
    session: Session, *, officer_id: UUID, text: str, message_id: UUID, wording: Wording, now: datetime
) -> None:
    asked = queries.asked(session, officer_id)
    waiting = [item for item in asked if item.open]
    known = waiting or asked[:1]
    reply = read_reply(text, open_numbers=[item.number for item in asked])
    meant = [item for item in asked if item.number in reply.numbers] or (known if len(known) == 1 else [])
    numbers = tuple(item.number for item in waiting)

    def say(key: str, *, number: str = "") -> None:
        case_id = meant[0].case_id if meant else None
        level = meant[0].level if meant else "red"
        words = wording.reply(key, number=number, numbers=numbers)
        operations.write(
            session, officer_id=officer_id, case_id=case_id, kind="reply", level=level, text=words, now=now
        )

    if reply.meaning == "unclear" and len(text.strip()) > (LONGEST_ANSWER if waiting else LONGEST_NOISE):
        emit(session, events.MessageReceived(message_id), at=now, actor=f"officer:{officer_id}")
        say("taken")
    elif reply.meaning == "unclear":
        say("unclear" if waiting else "none")
    elif not known:
        say("none")
    elif not meant:
        say("which")
    elif reply.meaning == "acknowledge":
        for item in meant:
            event = events.NoticeAcknowledged(case_id=item.case_id, officer_id=officer_id, how="sms")
            emit(session, event, at=now, actor=f"officer:{officer_id}")
    else:
        for item in meant:
            if not item.open and item.answered_by != officer_id:
                say("already", number=item.number)
                continue
            declined = events.NoticeDeclined(case_id=item.case_id, officer_id=officer_id, rung=item.rung)
            emit(session, declined, at=now, actor=f"officer:{officer_id}")
            say("declined", number=item.number)
