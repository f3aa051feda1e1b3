"""What routing does when it hears of something, and when the clock strikes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from intake import queries as intake
from intake.queries import ReportView
from routing import climbing, operations, queries, regrading
from routing.clocks.table import LEVELS, ClockTable
from routing.places import Gazetteer, Placement, locate
from routing.rota.events import OfficerDeparted
from triage import queries as triage
from triage.events import AssessmentOverridden, ReportAssessed

NOWHERE = Placement(
    code="",
    village="",
    sure=0.0,
    needs_confirmation=True,
    candidates=(),
    question="孩子现在在哪个县、哪个乡镇？",
    bridged=(),
    informed="",
)


LONGEST_STORY = 4_000
"""Characters in which a place is looked for: what it costs grows faster than the text."""


class Answer(Protocol):
    """An officer's answer, as the notifications room tells of it."""

    @property
    def case_id(self) -> UUID: ...
    @property
    def officer_id(self) -> UUID: ...
    @property
    def how(self) -> str: ...


class Declined(Protocol):
    """An officer's word that they cannot come."""

    @property
    def case_id(self) -> UUID: ...
    @property
    def officer_id(self) -> UUID: ...
    @property
    def rung(self) -> int: ...


class Unreached(Protocol):
    """A rung of the ladder whose officer was not reached."""

    @property
    def case_id(self) -> UUID | None: ...
    @property
    def rung(self) -> int: ...


def open_case(
    session: Session,
    event: ReportAssessed,
    *,
    gazetteer: Gazetteer,
    clocks: ClockTable,
    home: str,
    now: datetime,
) -> None:
    report = _report(session, event)
    placement = place(gazetteer, report, home=home)
    level = _level(session, event)
    operations.open_case(
        session, report=report, level=level, placement=placement, clocks=clocks, home=home, now=now
    )


def open_case_unplaced(
    session: Session, event: ReportAssessed, *, clocks: ClockTable, home: str, now: datetime
) -> None:
    """The last resort, after placing has failed again and again: the city's centre has it, and is asked to place it."""
    report = _report(session, event)
    level = _level(session, event)
    operations.open_case(
        session, report=report, level=level, placement=NOWHERE, clocks=clocks, home=home, now=now
    )


def regrade(session: Session, event: AssessmentOverridden, *, clocks: ClockTable, now: datetime) -> None:
    """The case has the level of its worst report, each by the word that stands on it."""
    case = queries.case_of_report(session, event.report_id)
    if case is None:
        raise LookupError(f"report {event.report_id} has no case yet")
    words = triage.standings(session, case.reports)
    regrading.regrade(
        session,
        case_id=case.id,
        level=min((word.level for word in words.values()), key=LEVELS.index),
        report_id=event.report_id,
        override_id=event.override_id,
        new_clocks=event.new_clocks,
        clocks=clocks,
        actor=event.actor,
        now=now,
    )


def acknowledge(session: Session, answer: Answer, *, clocks: ClockTable, now: datetime) -> None:
    operations.acknowledge(
        session,
        case_id=answer.case_id,
        officer_id=answer.officer_id,
        how=answer.how,
        actor=f"officer:{answer.officer_id}",
        clocks=clocks,
        now=now,
    )


def decline(session: Session, declined: Declined, *, clocks: ClockTable, now: datetime) -> None:
    operations.decline(
        session,
        case_id=declined.case_id,
        officer_id=declined.officer_id,
        rung=declined.rung,
        clocks=clocks,
        now=now,
    )


def departed(session: Session, event: OfficerDeparted, *, clocks: ClockTable, now: datetime) -> None:
    """No case of the unit waits for an answer of one who has left."""
    climbing.hasten(session, unit_id=event.unit_id, clocks=clocks, now=now)


def climb_past(session: Session, unreached: Unreached, *, clocks: ClockTable, now: datetime) -> None:
    """The officer of that rung knows of nothing: the next one is told at once, not when the wait is over."""
    if unreached.case_id is not None and unreached.rung >= 0:
        climbing.climb(session, case_id=unreached.case_id, clocks=clocks, now=now, beyond=unreached.rung)


def place(gazetteer: Gazetteer, report: ReportView, *, home: str) -> Placement:
    """Where the child is, by the place that the sender gave if that says it all, else by all that was said."""
    given = report.place.strip()
    if given.isdigit() and len(given) in (6, 9, 12):
        with suppress(KeyError):
            given = gazetteer.division(given).full_name
    if given:
        placement = locate(gazetteer, given, home=home)
        if len(placement.code) == 9 and not placement.needs_confirmation:
            return placement
    said = "。".join(filter(None, (given, report.text)))[:LONGEST_STORY]
    return locate(gazetteer, said, home=home) if said else NOWHERE


def _level(session: Session, event: ReportAssessed) -> str:
    """By the word that stands now: a human may have spoken before the case could be opened."""
    word = triage.standing(session, event.report_id)
    return word.level if word else event.level


def _report(session: Session, event: ReportAssessed) -> ReportView:
    report = intake.report(session, event.report_id)
    if report is None:
        raise LookupError(f"report {event.report_id} is not there")
    return report
