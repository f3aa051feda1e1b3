"""Questions about reports."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models import Report
from intake.register.database import keyring_of


@dataclass(frozen=True, slots=True)
class ReportView:
    id: UUID
    number: str
    channel: str
    received_at: datetime
    division: str
    text: str
    place: str
    original: dict[str, Any]


def report(session: Session, report_id: UUID) -> ReportView | None:
    row = session.get(Report, report_id)
    return _view(row) if row else None


def report_by_number(session: Session, number: str) -> ReportView | None:
    row = session.scalar(select(Report).where(Report.number == number))
    return _view(row) if row else None


def reports(session: Session, *, before: UUID | None, since: datetime | None, limit: int) -> list[ReportView]:
    """The newest first, from behind `before` on: keys are in order of time, so a caller may go on batch by batch."""
    statement = select(Report).order_by(Report.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Report.id < before)
    if since is not None:
        statement = statement.where(Report.received_at >= since)
    return [_view(row) for row in session.scalars(statement)]


def report_by_code(session: Session, return_code: str) -> ReportView | None:
    """The report whose sender holds `return_code`; spaces and dashes in it do not matter."""
    code = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", return_code))
    row = session.scalar(
        select(Report).where(Report.code_index == keyring_of(session).blind("return_code", code))
    )
    return _view(row) if row else None


def _view(row: Report) -> ReportView:
    return ReportView(
        id=row.id,
        number=row.number,
        channel=row.channel,
        received_at=row.received_at,
        division=row.division,
        text=row.text,
        place=row.place or "",
        original=row.original,
    )
