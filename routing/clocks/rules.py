"""What a level's section of the table of clocks says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long something may take: `span` of calendar time, or of working time."""

    span: timedelta
    working: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`acts`: what must be done by when. `ladder`: when each rung is told, the first at once. `repeat`: how long the
    top of the ladder has before it is told again; None where it is not. `warn`: act to how long before its end the
    holder is warned. `overdue`: how long after a breach each unit above is told. `idle`: how long an acknowledged case
    may go unvisited before the officer, then the unit above, is told. `decide`: how long a return may wait."""

    acts: Mapping[str, Allowance]
    ladder: tuple[Allowance, ...]
    repeat: Allowance | None
    warn: Mapping[str, Allowance]
    overdue: tuple[Allowance, ...]
    idle: Allowance | None
    decide: Allowance


@dataclass(frozen=True, slots=True)
class Reason:
    """A named reason, in the words of each language."""

    zh: str
    en: str
