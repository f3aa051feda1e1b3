"""A report is given its level."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.orm import Session

from intake.register.ledger import emit
from triage.events import ReportAssessed
from triage.models import Assessment
from triage.reader import Reading


def record_reading(session: Session, *, report_id: UUID, reading: Reading, now: datetime) -> None:
    """Keeps what the machine read. Once per report: the relay calls it once per `ReportReceived`."""
    _record(
        session,
        now=now,
        assessment=Assessment(
            id=uuid_utils.compat.uuid7(),
            report_id=report_id,
            at=now,
            level=reading.level,
            circumstances=list(reading.circumstances),
            call_police=reading.call_police,
            ages=[list(age) for age in reading.ages],
            evidence=[dataclasses.asdict(item) for item in reading.evidence],
            confidence=reading.confidence,
            please_read=reading.please_read,
            source="machine",
            lexicon=reading.lexicon,
        ),
    )


def record_unread(session: Session, *, report_id: UUID, now: datetime) -> None:
    """The machine could not read this report. Protocol, rule 11: in doubt the higher level, so it is orange,
    a human is asked to read it, and its clocks run from receipt like any other's."""
    _record(
        session,
        now=now,
        assessment=Assessment(
            id=uuid_utils.compat.uuid7(),
            report_id=report_id,
            at=now,
            level="orange",
            circumstances=[],
            call_police=False,
            ages=[],
            evidence=[],
            confidence=0.0,
            please_read=True,
            source="unread",
            lexicon="",
        ),
    )


def _record(session: Session, *, assessment: Assessment, now: datetime) -> None:
    session.add(assessment)
    session.flush()
    event = ReportAssessed(
        report_id=assessment.report_id,
        assessment_id=assessment.id,
        level=assessment.level,
        call_police=assessment.call_police,
        source=assessment.source,
    )
    emit(session, event, at=now, actor="system")
