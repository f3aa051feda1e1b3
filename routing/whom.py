"""Whom to tell of a case besides its ladder: who holds it, and the units above."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.cases import UnitView

Told = tuple[UnitView, tuple[UUID, ...]]
"""A unit, and those of it who can be told; there may be none."""


def holder(session: Session, *, unit_id: UUID, acknowledged_by: UUID | None) -> Told:
    """The officer who said that they go, with their own unit; else the responsible unit's, or where nobody there can be
    told, those of the next unit above where somebody can."""
    if acknowledged_by is not None:
        officer = queries.officers(session, [acknowledged_by]).get(acknowledged_by)
        if officer is not None:
            unit = queries.unit_by_id(session, officer.unit_id)
            if acknowledged_by in _of(session, unit):
                return unit, (acknowledged_by,)
    return first_reachable(session, line(session, unit_id))


def line(session: Session, unit_id: UUID) -> tuple[UnitView, ...]:
    """The unit and those above it."""
    return queries.line_of(session, queries.unit_by_id(session, unit_id))


def above(session: Session, unit_id: UUID) -> tuple[UnitView, ...]:
    """The units above this one, the nearest first; the city's centre has none but itself."""
    own, *higher = line(session, unit_id)
    return tuple(higher) or (own,)


def first_reachable(session: Session, units: tuple[UnitView, ...]) -> Told:
    """The first of `units` with somebody who can be told; the last of them, with nobody, where there is none."""
    for unit in units:
        officers = _of(session, unit)
        if officers:
            return unit, officers
    return units[-1], ()


def officers_of(session: Session, unit_id: UUID) -> tuple[UUID, ...]:
    """Those of a unit who can be told."""
    return _of(session, queries.unit_by_id(session, unit_id))


def _of(session: Session, unit: UnitView) -> tuple[UUID, ...]:
    return tuple(who.id for who in queries.reachable(session, [unit.id]) if who.unit_id == unit.id)
