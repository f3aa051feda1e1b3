"""What triage does when it hears of something."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake import queries
from intake.events import ReportReceived
from triage import operations
from triage.reader import Reader


def assess(session: Session, event: ReportReceived, *, now: datetime, reader: Reader) -> None:
    report = queries.report(session, event.report_id)
    if report is None:
        raise LookupError(f"report {event.report_id} is not there")
    reading = reader.read(report.text, channel=report.channel)
    operations.record_reading(session, report_id=report.id, reading=reading, now=now)


def assess_unread(session: Session, event: ReportReceived, *, now: datetime) -> None:
    """The last resort, after reading has failed again and again."""
    operations.record_unread(session, report_id=event.report_id, now=now)
