"""A report is taken in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.events import ReportReceived
from intake.models import Report, report_number
from intake.register.database import keyring_of
from intake.register.keyring import normalise_phone
from intake.register.ledger import emit
from intake.report import IncomingReport, number, readable

CHINA = ZoneInfo("Asia/Shanghai")


class MessageKeyReused(ValueError):
    """A message key that came before with another text: it would lose the second one."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender is given at once. `again`: the same message had come before, and this is its first answer."""

    report_id: UUID
    number: str
    return_code: str
    again: bool


def receive_report(session: Session, *, incoming: IncomingReport, home: str, now: datetime) -> Received:
    """Keeps the report as it came and says so (`ReportReceived`). Every door ends here.

    `home`: code of the city whose line this is. Idempotent by `incoming.message_key`, also when two requests
    with the same key race: the second waits for the first and is given its number. Raises MessageKeyReused when the
    key came before with another text.
    """
    keyring = keyring_of(session)
    key = (
        keyring.blind("message_key", f"{incoming.channel}:{incoming.message_key}")
        if incoming.message_key
        else None
    )
    first = _first(session, key)
    if first is not None:
        return _again(session, first, incoming)
    report_id = uuid_utils.compat.uuid7()
    return_code = keyring.return_code(str(report_id))
    sequence = session.execute(select(report_number.next_value())).scalar_one()
    given = number(year=now.astimezone(CHINA).year, sequence=sequence)
    written = session.execute(
        insert(Report)
        .values(
            id=report_id,
            number=given,
            channel=incoming.channel,
            received_at=now,
            division=home,
            text=readable(incoming.text),
            place=readable(incoming.place) or None,
            original=dict(incoming.original),
            phone_index=_phone_index(session, incoming.reporter_phone),
            code_index=keyring.blind("return_code", return_code),
            message_key=key,
        )
        .on_conflict_do_nothing(index_elements=[Report.message_key])
        .returning(Report.id)
    ).scalar_one_or_none()
    if written is None:  # another request with this key was faster
        session.expire_all()
        first = _first(session, key)
        assert first is not None
        return _again(session, first, incoming)
    event = ReportReceived(report_id=report_id, number=given, channel=incoming.channel)
    emit(session, event, at=now, actor="reporter")
    return Received(report_id, given, return_code, again=False)


def place_report(session: Session, *, report_id: UUID, division: str) -> None:
    """The report belongs to the division where the child is; idempotent."""
    session.execute(update(Report).where(Report.id == report_id).values(division=division))


def place_reports(session: Session, *, report_ids: Iterable[UUID], division: str) -> None:
    """All reports of a case that has moved; idempotent."""
    for report_id in report_ids:
        place_report(session, report_id=report_id, division=division)


def _first(session: Session, key: bytes | None) -> Report | None:
    """The report that this message key brought before."""
    return session.scalar(select(Report).where(Report.message_key == key)) if key is not None else None


def _again(session: Session, first: Report, incoming: IncomingReport) -> Received:
    if first.text != readable(incoming.text):
        raise MessageKeyReused("the message key was used before, for another text")
    return Received(first.id, first.number, keyring_of(session).return_code(str(first.id)), again=True)


def _phone_index(session: Session, phone: str) -> bytes | None:
    digits = normalise_phone(phone)
    return keyring_of(session).blind("phone", digits) if digits else None
