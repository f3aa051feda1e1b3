"""What a case is, apart from where it is kept: its states, and the ladder of those who are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

STATES: Final = ("received", "assigned", "acknowledged", "visited", "closed")
"""In order; a case only moves to the right."""


@dataclass(frozen=True, slots=True)
class UnitView:
    """`kind`: "city", "county" or "station"."""

    id: UUID
    kind: str
    division: str
    name: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class Reachable:
    """An officer who can be told: active, and with a phone."""

    id: UUID
    unit_id: UUID
    post: str


@dataclass(frozen=True, slots=True)
class Rung:
    """`post`: "officer", "deputy", "county" or "city"."""

    post: str
    unit_id: UUID
    officers: tuple[UUID, ...]


def ladder(line: tuple[UnitView, ...], reachable: tuple[Reachable, ...]) -> tuple[Rung, ...]:
    """Who is told, one rung after the other: the responsible unit's officer, its deputy, then each unit above.

    `line`: the responsible unit first, then its parents. A rung may have nobody; whoever climbs does not wait on it.
    """

    def those(unit: UnitView, post: str | None) -> tuple[UUID, ...]:
        return tuple(who.id for who in reachable if who.unit_id == unit.id and post in (None, who.post))

    def rungs() -> Iterator[Rung]:
        own, *above = line
        yield Rung("officer", own.id, those(own, "officer"))
        yield Rung("deputy", own.id, those(own, "deputy"))
        for unit in above:
            yield Rung(unit.kind, unit.id, those(unit, None))

    return tuple(rungs())
