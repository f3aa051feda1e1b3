"""Questions about how soon somebody must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.models import Assessment, Override
from triage.protocol import Level, must_call_police


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """What the machine read. `evidence`: mappings with start, end, text, signal, counted, why. `lexicon`: version and
    SHA-256 of the lexicon and of the weights it was read with."""

    id: UUID
    report_id: UUID
    at: datetime
    level: str
    circumstances: tuple[str, ...]
    call_police: bool
    ages: tuple[tuple[int, int], ...]
    evidence: tuple[dict[str, Any], ...]
    confidence: float
    please_read: bool
    source: str
    lexicon: str


@dataclass(frozen=True, slots=True)
class OverrideView:
    """A human's word, from which one and why. `name`: who it was, as they were called then."""

    id: UUID
    report_id: UUID
    assessment_id: UUID
    at: datetime
    account_id: UUID
    name: str
    was_level: str
    was_circumstances: tuple[str, ...]
    level: str
    circumstances: tuple[str, ...]
    reason: str
    new_clocks: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The word that stands on a report. `source`: "human", "machine", or "unread" when the machine could not read it.
    `assessment_id`: the machine's last reading. `override_id`: the human's word, when it is one."""

    report_id: UUID
    level: str
    circumstances: tuple[str, ...]
    call_police: bool
    source: str
    assessment_id: UUID
    override_id: UUID | None

    @property
    def word(self) -> UUID:
        """Which word it is: the override's id, or the reading's."""
        return self.override_id or self.assessment_id


@dataclass(frozen=True, slots=True)
class Grading:
    """All that was said of one report: the machine's last reading, and every human's word in order of time."""

    machine: AssessmentView | None
    overrides: tuple[OverrideView, ...]
    standing: Standing | None


def standings(session: Session, report_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """The word that stands on each of these reports: the latest human's, else the machine's latest reading. Whoever
    shows a level or acts on one asks this. A report that has not been read is not in the answer."""
    columns = (
        Assessment.id,
        Assessment.report_id,
        Assessment.level,
        Assessment.circumstances,
        Assessment.call_police,
        Assessment.source,
    )
    read = select(*columns).where(Assessment.report_id.in_(report_ids))
    said = select(Override.id, Override.report_id, Override.level, Override.circumstances).where(
        Override.report_id.in_(report_ids)
    )
    words = {
        row.report_id: Standing(
            report_id=row.report_id,
            level=row.level,
            circumstances=tuple(row.circumstances),
            call_police=row.call_police,
            source=row.source,
            assessment_id=row.id,
            override_id=None,
        )
        for row in session.execute(read.order_by(Assessment.at, Assessment.id))
    }
    for row in session.execute(said.order_by(Override.at, Override.id)):
        words[row.report_id] = Standing(
            report_id=row.report_id,
            level=row.level,
            circumstances=tuple(row.circumstances),
            call_police=must_call_police(Level(row.level), tuple(row.circumstances)),
            source="human",
            assessment_id=words[row.report_id].assessment_id,
            override_id=row.id,
        )
    return words


def standing(session: Session, report_id: UUID) -> Standing | None:
    """`standings` of one report; None while it has not been read."""
    return standings(session, [report_id]).get(report_id)


def grading(session: Session, report_id: UUID) -> Grading:
    return Grading(
        machine=assessments(session, [report_id]).get(report_id),
        overrides=overrides(session, [report_id]).get(report_id, ()),
        standing=standing(session, report_id),
    )


def assessments(session: Session, report_ids: Sequence[UUID]) -> dict[UUID, AssessmentView]:
    """What the machine read, of each report the last time; for how soon somebody must go, ask `standings`."""
    rows = session.scalars(
        select(Assessment).where(Assessment.report_id.in_(report_ids)).order_by(Assessment.at, Assessment.id)
    )
    return {row.report_id: _view(row) for row in rows}


def overrides(session: Session, report_ids: Sequence[UUID]) -> dict[UUID, tuple[OverrideView, ...]]:
    """Every human's word on these reports, in order of time."""
    found: dict[UUID, tuple[OverrideView, ...]] = {}
    rows = session.scalars(
        select(Override).where(Override.report_id.in_(report_ids)).order_by(Override.at, Override.id)
    )
    for row in rows:
        found[row.report_id] = (*found.get(row.report_id, ()), override_view(row))
    return found


def overridden(session: Session, *, after: UUID | None, limit: int) -> list[UUID]:
    """Reports that have a human's word, by their id, from behind `after` on."""
    statement = select(Override.report_id).distinct().order_by(Override.report_id).limit(limit)
    return list(session.scalars(statement if after is None else statement.where(Override.report_id > after)))


def override_view(row: Override) -> OverrideView:
    return OverrideView(
        id=row.id,
        report_id=row.report_id,
        assessment_id=row.assessment_id,
        at=row.at,
        account_id=row.account_id,
        name=row.name,
        was_level=row.was_level,
        was_circumstances=tuple(row.was_circumstances),
        level=row.level,
        circumstances=tuple(row.circumstances),
        reason=row.reason,
        new_clocks=row.new_clocks,
    )


def _view(row: Assessment) -> AssessmentView:
    return AssessmentView(
        id=row.id,
        report_id=row.report_id,
        at=row.at,
        level=row.level,
        circumstances=tuple(row.circumstances),
        call_police=row.call_police,
        ages=tuple((low, high) for low, high in row.ages),
        evidence=tuple(row.evidence),
        confidence=row.confidence,
        please_read=row.please_read,
        source=row.source,
        lexicon=row.lexicon,
    )
