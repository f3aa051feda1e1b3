"""What an open case must have had done to it by now, and the causes for alarm where it cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from routing.clocks.table import REQUIRED, ClockTable

TOLERANCE: Final = timedelta(minutes=2)
"""How late a step may be: more than any sweep, retry and restart takes when all is well."""
SENDING: Final = timedelta(minutes=10)
"""The same for a notice, whose provider may be tried again and again before it is given up."""

CAUSES: Final = (
    "clock_missing",
    "breach_unmarked",
    "breach_untold",
    "warning_untold",
    "rung_missing",
    "rung_late",
    "rung_untold",
    "notice_unsent",
    "idle_untold",
    "return_untold",
)


@dataclass(frozen=True, slots=True)
class WatchedClock:
    act: str
    due_at: datetime
    warn_at: datetime | None
    met_at: datetime | None
    breached_at: datetime | None
    escalate_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung that was reached, at its time, with the officers who were to be told."""

    at: datetime
    officers: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Queued:
    """A notice that was written to an officer; `settled`: it was sent, cancelled or given up."""

    at: datetime
    officer_id: UUID
    settled: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """An open case as the auditor sees it: its own row, its clocks, and what the ledger says was done.
    `pace`: the level whose times it keeps to.
    `undecided`: since when somebody above should have been told of a return that nobody decides."""

    id: UUID
    number: str
    level: str
    pace: str
    state: str
    next_rung_at: datetime | None
    idle_at: datetime | None
    clocks: Sequence[WatchedClock]
    reached: Sequence[Reached] = ()
    queued: Sequence[Queued] = ()
    escalated: frozenset[str] = field(default_factory=frozenset)
    undecided: datetime | None = None


def faults(case: Watched, *, table: ClockTable, now: datetime) -> tuple[str, ...]:
    """Codes of CAUSES, each once, for all that was due at least a tolerance ago and was not done."""
    return tuple(dict.fromkeys(_faults(case, table, now)))


def _faults(case: Watched, table: ClockTable, now: datetime) -> Iterator[str]:
    late = now - TOLERANCE
    if set(REQUIRED[case.pace]) - {clock.act for clock in case.clocks}:
        yield "clock_missing"
    for clock in case.clocks:
        if clock.met_at is not None:
            continue
        if clock.breached_at is None and clock.due_at < late:
            yield "breach_unmarked"
        if clock.breached_at is None and _past(clock.warn_at, late):
            yield "warning_untold"
        if clock.breached_at is not None and clock.act != "acknowledge":
            never = clock.act not in case.escalated and clock.escalate_at is None
            if never or _past(clock.escalate_at, late):
                yield "breach_untold"
    if case.state == "assigned":
        if case.next_rung_at is None and table.levels[case.pace].repeat is not None:
            yield "rung_missing"
        if _past(case.next_rung_at, late):
            yield "rung_late"
    if case.state == "acknowledged" and _past(case.idle_at, late):
        yield "idle_untold"
    if _past(case.undecided, late):
        yield "return_untold"
    for reached in case.reached:
        told = {notice.officer_id for notice in case.queued if notice.at >= reached.at}
        if reached.at < late and reached.officers - told:
            yield "rung_untold"
    if any(not notice.settled and notice.at < now - SENDING for notice in case.queued):
        yield "notice_unsent"


def _past(moment: datetime | None, late: datetime) -> bool:
    return moment is not None and moment < late
