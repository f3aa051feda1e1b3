"""The table of clocks, `config/tables/clocks.toml`: how long each level gives for each act, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from routing.clocks import reading
from routing.clocks.reading import ACTS, LEVELS, REQUIRED, ClockTableError
from routing.clocks.rules import Allowance, Deadlines, Reason
from routing.clocks.worktime import WorkingTime

__all__ = [
    "ACTS",
    "LEVELS",
    "REQUIRED",
    "Allowance",
    "ClockTable",
    "ClockTableError",
    "Deadlines",
    "Reason",
    "load",
]

AT_ONCE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class ClockTable:
    """`order`: the levels as screens list them, the most urgent first. `day_and_night`: levels whose people are told at
    any hour; those of the others in working time only. `met_by`: act to the events that meet its clock.
    `longest_pause`,
    `pause_reasons`, `return_reasons`: what a pause and a return may be."""

    working_time: WorkingTime
    levels: Mapping[str, Deadlines]
    order: tuple[str, ...]
    day_and_night: frozenset[str]
    met_by: Mapping[str, frozenset[str]]
    longest_pause: Allowance
    pause_reasons: Mapping[str, Reason]
    return_reasons: Mapping[str, Reason]

    def due(self, allowance: Allowance, *, since: datetime) -> datetime:
        if allowance.working:
            return self.working_time.after(since, allowance.span)
        return since + allowance.span

    def clocks(self, level: str, *, since: datetime) -> dict[str, datetime]:
        """Act to due time, for a case of this level received at `since`."""
        return {act: self.due(allowance, since=since) for act, allowance in self.levels[level].acts.items()}

    def rung(self, level: str, rung: int, *, since: datetime) -> datetime | None:
        """When rung `rung` (0 the officer) is told; None past the end of the ladder."""
        ladder = self.levels[level].ladder
        return self.due(ladder[rung], since=since) if rung < len(ladder) else None

    def next_rung(
        self, level: str, rung: int, *, rungs: int, since: datetime, now: datetime
    ) -> datetime | None:
        """When rung `rung` of a ladder of `rungs` is told, for a case that the unit has had since `since`;
        past the top, when the top is told again after `now`."""
        planned = self.rung(level, rung, since=since) if rung < rungs else None
        repeat = self.levels[level].repeat
        return planned if planned or repeat is None else self.due(repeat, since=now)

    def tellable(self, level: str, moment: datetime) -> datetime:
        """`moment`, or when offices open after it if this level's people are not told at any hour."""
        return moment if level in self.day_and_night else self.working_time.opening(moment)

    def warning(self, level: str, act: str, *, since: datetime, due: datetime) -> datetime | None:
        """When the holder is warned that the clock of `act`, which has run since `since`, will run out at `due`; None
        where there is no warning, or no time for one."""
        warn = self.levels[level].warn.get(act)
        if warn is None:
            return None
        moment = self.working_time.before(due, warn.span) if warn.working else due - warn.span
        told = self.tellable(level, moment)
        if told >= due:
            told = self.working_time.before(moment, AT_ONCE)
        return told if told > since else None

    def overdue(self, level: str, step: int, *, since: datetime) -> datetime | None:
        """When step `step` (0 the unit above, 1 the one above that) is told of a clock breached at `since`."""
        steps = self.levels[level].overdue
        if step >= len(steps):
            return None
        return self.tellable(level, self.due(steps[step], since=since))

    def idle(self, level: str, *, since: datetime) -> datetime | None:
        """When somebody is told again that a case acknowledged (or told of) at `since` was not visited."""
        idle = self.levels[level].idle
        return self.tellable(level, self.due(idle, since=since)) if idle else None

    def decide_by(self, level: str, *, since: datetime) -> datetime:
        """By when a return asked for at `since` is to be decided."""
        return self.due(self.levels[level].decide, since=since)

    def after_pause(self, level: str, act: str, *, due: datetime, start: datetime, end: datetime) -> datetime:
        """Where a clock that was to run out at `due` does so, paused from `start` to `end`: working time moves by the
        working time that passed, calendar time by what passed."""
        allowance = self.levels[level].acts.get(act)
        if allowance is not None and allowance.working:
            return self.working_time.after(due, self.working_time.between(start, end))
        return due + (end - start)


def load(path: Path) -> ClockTable:
    """Raises ClockTableError, naming the file, the level and the key."""
    table = reading.read(path)
    return ClockTable(**table)
