"""Whom to tell of a case besides its ladder: who holds it, and the units above. Of a unit those are told who are on
duty at that moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.cases import UnitView, told_of
from routing.models import Case

Told = tuple[UnitView, tuple[UUID, ...]]
"""A unit, and those of it who can be told; there may be none."""


def holder(session: Session, case: Case, *, at: datetime) -> Told:
    """The officer who goes, with their own unit, on duty or not. Where they cannot be told at that moment (on leave,
    left), or nobody goes: those of the responsible unit, or where nobody there can be told, of the next unit above
    where somebody can."""
    if case.acknowledged_by is not None:
        officer = queries.officers(session, [case.acknowledged_by]).get(case.acknowledged_by)
        if officer is not None and queries.able(session, officer.id, officer.unit_id, at=at):
            return queries.unit_by_id(session, officer.unit_id), (officer.id,)
    return first_reachable(session, line(session, case.unit_id), at=at)


def line(session: Session, unit_id: UUID) -> tuple[UnitView, ...]:
    """The unit and those above it."""
    return queries.line_of(session, queries.unit_by_id(session, unit_id))


def above(session: Session, unit_id: UUID) -> tuple[UnitView, ...]:
    """The units above this one, the nearest first; the city's centre has none but itself."""
    own, *higher = line(session, unit_id)
    return tuple(higher) or (own,)


def first_reachable(session: Session, units: tuple[UnitView, ...], *, at: datetime) -> Told:
    """The first of `units` with somebody who can be told; the last of them, with nobody, where there is none."""
    for unit in units:
        officers = officers_of(session, unit.id, at=at)
        if officers:
            return unit, officers
    return units[-1], ()


def officers_of(session: Session, unit_id: UUID, *, at: datetime) -> tuple[UUID, ...]:
    """Those of a unit who are told: who is on duty, or where none of them can be told, who stands in."""
    return told_of(unit_id, queries.reachable(session, [unit_id], at=at))
