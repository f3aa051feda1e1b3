"""Questions about how soon somebody must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import Assessment


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """`evidence`: mappings with start, end, text, signal, counted, why."""

    id: UUID
    report_id: UUID
    level: str
    circumstances: tuple[str, ...]
    call_police: bool
    ages: tuple[tuple[int, int], ...]
    evidence: tuple[dict[str, Any], ...]
    confidence: float
    please_read: bool
    source: str


def assessment(session: Session, report_id: UUID) -> AssessmentView | None:
    """The latest reading of a report; None while it has not been read."""
    row = session.scalar(
        select(Assessment)
        .where(Assessment.report_id == report_id)
        .order_by(Assessment.at.desc(), Assessment.id.desc())
        .limit(1)
    )
    return _view(row) if row else None


def unread(session: Session, report_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these reports the machine could not read."""
    rows = session.scalars(
        select(Assessment.report_id).where(
            Assessment.report_id.in_(report_ids), Assessment.source == "unread"
        )
    )
    return frozenset(rows)


def _view(row: Assessment) -> AssessmentView:
    return AssessmentView(
        id=row.id,
        report_id=row.report_id,
        level=row.level,
        circumstances=tuple(row.circumstances),
        call_police=row.call_police,
        ages=tuple((low, high) for low, high in row.ages),
        evidence=tuple(row.evidence),
        confidence=row.confidence,
        please_read=row.please_read,
        source=row.source,
    )
