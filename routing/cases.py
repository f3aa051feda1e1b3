"""What a case is, apart from where it is kept: its states, and the ladder of those who are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

STATES: Final = ("received", "assigned", "acknowledged", "visited", "closed")
"""In order; a case only moves to the right."""

ON_CALL: Final = ("officer", "supervisor", "deputy")
"""The posts that are told of a case. A station's 督导员 is its duty officer; directors and helpers see no case."""


@dataclass(frozen=True, slots=True)
class UnitView:
    """`kind`: one of `units.establishment.KINDS`."""

    id: UUID
    kind: str
    division: str
    name: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who can be told. `post`: "officer" for whoever is told first, "deputy" for who stands in.
    `on_duty`: of a unit above, these are told, and the others only when there is none."""

    id: UUID
    unit_id: UUID
    post: str
    on_duty: bool = True


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

    def those(unit: UnitView, post: str) -> tuple[UUID, ...]:
        return tuple(who.id for who in reachable if who.unit_id == unit.id and who.post == post)

    def rungs() -> Iterator[Rung]:
        own, *above = line
        yield Rung("officer", own.id, those(own, "officer"))
        yield Rung("deputy", own.id, those(own, "deputy"))
        for unit in above:
            yield Rung(unit.kind, unit.id, told_of(unit.id, reachable))

    return tuple(rungs())


def told_of(unit_id: UUID, reachable: tuple[Reachable, ...]) -> tuple[UUID, ...]:
    """Of a unit that is told as a whole: those on duty, or where there is none, whoever stands in for them."""
    own = [who for who in reachable if who.unit_id == unit_id]
    return tuple(who.id for who in own if who.on_duty) or tuple(who.id for who in own)
