"""A report is given its level: by the machine, and by people, whose word stands above it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.register.ledger import emit
from intake.report import readable, says_something
from triage import queries
from triage.events import AssessmentOverridden, ReportAssessed
from triage.models import Assessment, Override
from triage.protocol import CIRCUMSTANCES, Level, must_call_police
from triage.queries import OverrideView
from triage.reader import Reading

LONGEST_REASON: Final = 2_000
"""Characters."""


class OverrideRefused(ValueError):
    """A human's word that cannot be taken as it was given. `field`: "level", "circumstances", "reason", "key" (used
    before, for something else) or "seen" (somebody else has spoken meanwhile)."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


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


def override(
    session: Session,
    *,
    report_id: UUID,
    level: str,
    circumstances: Sequence[str],
    reason: str,
    new_clocks: bool,
    account_id: UUID,
    name: str,
    key: str,
    seen: UUID | None,
    now: datetime,
) -> OverrideView:
    """Keeps a human's word on a report beside the machine's reading, which stays as it was, and says so
    (`AssessmentOverridden`).

    `account_id`, `name`: who says it. `seen`: the word that was before them (`Standing.word`); None does not ask.
    `new_clocks`: the case of a report that is lowered shall have the new level's clocks. Idempotent by `key`.
    Raises OverrideRefused; LookupError when the report has not been read, or is not in the transaction's scope.
    """
    _check(level, circumstances, reason, key)
    # Whoever speaks at the same time waits here, and then sees what was said.
    read = select(Assessment.id).where(Assessment.report_id == report_id)
    session.execute(read.order_by(Assessment.id).with_for_update(key_share=True))
    said = readable(reason).strip()
    codes = [code for code in CIRCUMSTANCES if code in circumstances]
    first = session.scalar(select(Override).where(Override.key == key))
    if first is not None:
        same = (first.report_id, first.level, first.circumstances, first.reason, first.new_clocks)
        if same != (report_id, level, codes, said, new_clocks):
            raise OverrideRefused("key", "the form was sent before, with something else in it")
        return queries.override_view(first)
    before = queries.standing(session, report_id)
    if before is None:
        raise LookupError(f"report {report_id} has not been read")
    if seen is not None and seen != before.word:
        raise OverrideRefused("seen", "somebody else has set the level meanwhile")
    if level == before.level and set(codes) == set(before.circumstances):
        raise OverrideRefused("level", "level and circumstances are these already")
    row = Override(
        id=uuid_utils.compat.uuid7(),
        report_id=report_id,
        assessment_id=before.assessment_id,
        at=now,
        account_id=account_id,
        name=name,
        was_level=before.level,
        was_circumstances=list(before.circumstances),
        level=level,
        circumstances=codes,
        reason=said,
        new_clocks=new_clocks,
        key=key,
    )
    session.add(row)
    session.flush()
    event = AssessmentOverridden(
        report_id=report_id,
        assessment_id=before.assessment_id,
        override_id=row.id,
        level=level,
        circumstances=tuple(codes),
        call_police=must_call_police(Level(level), tuple(codes)),
        was=before.level,
        was_circumstances=before.circumstances,
        new_clocks=new_clocks,
        actor=f"account:{account_id}",
    )
    emit(session, event, at=now, actor=event.actor)
    return queries.override_view(row)


def _check(level: str, circumstances: Sequence[str], reason: str, key: str) -> None:
    if level not in [str(known) for known in Level]:
        raise OverrideRefused("level", f"{level!r} is no level")
    unknown = [code for code in circumstances if code not in CIRCUMSTANCES]
    if unknown:
        raise OverrideRefused("circumstances", f"unknown code {unknown[0]!r}")
    if not says_something(reason):
        raise OverrideRefused("reason", "why the level is another must be said")
    if len(reason) > LONGEST_REASON:
        raise OverrideRefused("reason", f"at most {LONGEST_REASON} characters")
    if not key:
        raise OverrideRefused("key", "missing")


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
