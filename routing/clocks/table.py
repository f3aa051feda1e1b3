"""The table of clocks, `config/tables/clocks.toml`: how long each level gives for each act."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from routing.clocks.worktime import WorkingTime

LEVELS: Final = ("red", "orange", "yellow", "green")
ACTS: Final = ("acknowledge", "visit", "answer", "close")
REQUIRED: Final = {level: ACTS if level != "green" else ("answer",) for level in LEVELS}
CALENDAR: Final = {"minutes": 60, "hours": 3600, "days": 86400}
WORKING: Final = ("working_hours", "working_days")


class ClockTableError(ValueError):
    """A table of clocks that cannot be used; says file, level and key."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long something may take: `span` of calendar time, or of working time."""

    span: timedelta
    working: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`acts`: what must be done by when. `ladder`: when each rung is told, the first at once. `repeat`: how long the
    top of the ladder has before it is told again; None where it is not."""

    acts: Mapping[str, Allowance]
    ladder: tuple[Allowance, ...]
    repeat: Allowance | None


@dataclass(frozen=True, slots=True)
class ClockTable:
    working_time: WorkingTime
    levels: Mapping[str, Deadlines]

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
        """When rung `rung` of a ladder of `rungs` is told, for a case received at `since`; past the top, when the top
        is told again after `now`."""
        planned = self.rung(level, rung, since=since) if rung < rungs else None
        repeat = self.levels[level].repeat
        return planned if planned or repeat is None else self.due(repeat, since=now)


def load(path: Path) -> ClockTable:
    """Raises ClockTableError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ClockTableError(f"{path.name}: {error}") from error
    unknown = set(raw) - {*LEVELS, "working_time"}
    if unknown:
        raise ClockTableError(f"{path.name}: unknown section [{sorted(unknown)[0]}]")
    working_time = _working_time(raw, path)
    return ClockTable(working_time, {level: _deadlines(raw, level, working_time, path) for level in LEVELS})


def _working_time(raw: Mapping[str, Any], path: Path) -> WorkingTime:
    try:
        periods = raw["working_time"]["periods"]
        return WorkingTime(
            tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in periods)
        )
    except KeyError as error:
        raise ClockTableError(f"{path.name}: [working_time] periods is missing") from error
    except (TypeError, ValueError) as error:
        raise ClockTableError(f"{path.name}: [working_time] periods: {error}") from error


def _deadlines(raw: Mapping[str, Any], level: str, working_time: WorkingTime, path: Path) -> Deadlines:
    section = raw.get(level)
    if not isinstance(section, dict):
        raise ClockTableError(f"{path.name}: section [{level}] is missing")
    unknown = set(section) - {*ACTS, "ladder", "repeat"}
    if unknown:
        raise ClockTableError(f"{path.name}: [{level}] has an unknown key {sorted(unknown)[0]!r}")
    for act in (*REQUIRED[level], "ladder"):
        if act not in section:
            raise ClockTableError(f"{path.name}: [{level}] {act} is missing")
    acts = {
        act: _allowance(section[act], working_time, f"{path.name}: [{level}] {act}")
        for act in ACTS
        if act in section
    }
    ladder = section["ladder"]
    if not isinstance(ladder, list) or not ladder:
        raise ClockTableError(f"{path.name}: [{level}] ladder must list at least one rung")
    rungs = tuple(
        _allowance(rung, working_time, f"{path.name}: [{level}] ladder, rung {place}")
        for place, rung in enumerate(ladder, 1)
    )
    repeat = section.get("repeat")
    where = f"{path.name}: [{level}] repeat"
    return Deadlines(acts, rungs, _allowance(repeat, working_time, where) if repeat is not None else None)


def _allowance(value: Any, working_time: WorkingTime, where: str) -> Allowance:
    if not isinstance(value, dict) or len(value) != 1:
        raise ClockTableError(
            f"{where}: must be one of {', '.join((*CALENDAR, *WORKING))}, as {{ minutes = 10 }}"
        )
    (unit, amount), *_ = value.items()
    if unit not in CALENDAR and unit not in WORKING:
        raise ClockTableError(f"{where}: unknown unit {unit!r}")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
        raise ClockTableError(f"{where}: {unit} must be a number, not {amount!r}")
    if unit in CALENDAR:
        return Allowance(timedelta(seconds=amount * CALENDAR[unit]), working=False)
    whole = timedelta(hours=amount) if unit == "working_hours" else amount * working_time.day
    return Allowance(whole, working=True)
