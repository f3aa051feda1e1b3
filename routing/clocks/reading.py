"""Reads and checks `clocks.toml`. Whatever is wrong is told with file, section and key; nothing is half-loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final, TypedDict

from routing.clocks.rules import Allowance, Deadlines, Reason
from routing.clocks.worktime import WorkingTime

LEVELS: Final = ("red", "orange", "yellow", "green")
ACTS: Final = ("acknowledge", "visit", "answer", "close")
REQUIRED: Final = {level: ACTS if level != "green" else ("answer",) for level in LEVELS}
MEETING: Final = ("CaseAcknowledged", "ChildVisited", "ReporterAnswered", "CaseClosed")
"""The events that can meet a clock, by the name that stands on the timeline."""
CALENDAR: Final = {"minutes": 60, "hours": 3600, "days": 86400}
WORKING: Final = ("working_hours", "working_days")
SECTIONS: Final = (*LEVELS, "order", "working_time", "met_by", "pauses", "returns")
KEYS: Final = (*ACTS, "ladder", "repeat", "warn", "overdue", "idle", "decide")


class ClockTableError(ValueError):
    """A table of clocks that cannot be used; says file, level and key."""


class Contents(TypedDict):
    working_time: WorkingTime
    levels: Mapping[str, Deadlines]
    order: tuple[str, ...]
    day_and_night: frozenset[str]
    met_by: Mapping[str, frozenset[str]]
    longest_pause: Allowance
    pause_reasons: Mapping[str, Reason]
    return_reasons: Mapping[str, Reason]


def read(path: Path) -> Contents:
    """Raises ClockTableError."""
    name = path.name
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClockTableError(f"{name}: {error}") from error
    unknown = set(raw) - set(SECTIONS)
    if unknown:
        raise ClockTableError(f"{name}: unknown section [{sorted(unknown)[0]}]")
    for section in (*LEVELS, "met_by"):
        _section(raw, section, name)
    office = _section(raw, "working_time", name)
    work = _working_time(office, name)
    levels = {level: _deadlines(raw, level, work, name) for level in LEVELS}
    pauses, returns = _section(raw, "pauses", name), _section(raw, "returns", name)
    if "longest" not in pauses:
        raise ClockTableError(f"{name}: [pauses] longest is missing")
    return Contents(
        working_time=work,
        levels=levels,
        order=_order(raw, name),
        day_and_night=_names(
            office.get("day_and_night", []), LEVELS, f"{name}: [working_time] day_and_night"
        ),
        met_by=_met_by(_section(raw, "met_by", name), name),
        longest_pause=_allowance(pauses["longest"], work, f"{name}: [pauses] longest"),
        pause_reasons=_reasons(pauses, f"{name}: [pauses.reasons]"),
        return_reasons=_reasons(returns, f"{name}: [returns.reasons]"),
    )


def _section(raw: Mapping[str, Any], section: str, name: str) -> Mapping[str, Any]:
    found = raw.get(section)
    if not isinstance(found, dict):
        raise ClockTableError(f"{name}: section [{section}] is missing")
    return found


def _order(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    order = raw.get("order", list(LEVELS))
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(LEVELS):
        raise ClockTableError(f"{name}: order must list each of {', '.join(LEVELS)} once, not {order!r}")
    return tuple(order)


def _names(value: Any, known: tuple[str, ...], where: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise ClockTableError(f"{where}: must be a list of {', '.join(known)}")
    for item in value:
        if item not in known:
            raise ClockTableError(f"{where}: {item!r} is not one of {', '.join(known)}")
    return frozenset(value)


def _met_by(section: Mapping[str, Any], name: str) -> Mapping[str, frozenset[str]]:
    for act in (*ACTS, *section):
        if act not in section:
            raise ClockTableError(f"{name}: [met_by] {act} is missing")
        if act not in ACTS:
            raise ClockTableError(f"{name}: [met_by] has an unknown key {act!r}")
        if not section[act]:
            raise ClockTableError(f"{name}: [met_by] {act}: at least one act must meet the clock")
    return {act: _names(section[act], MEETING, f"{name}: [met_by] {act}") for act in ACTS}


def _reasons(section: Mapping[str, Any], where: str) -> Mapping[str, Reason]:
    given = section.get("reasons")
    if not isinstance(given, dict) or not given:
        raise ClockTableError(f"{where} must name at least one reason")
    for code, words in given.items():
        if not isinstance(words, dict) or set(words) != {"zh", "en"} or not all(words.values()):
            raise ClockTableError(f'{where} {code}: must say it in both, as {{ zh = "…", en = "…" }}')
    return {code: Reason(str(words["zh"]), str(words["en"])) for code, words in given.items()}


def _working_time(section: Mapping[str, Any], name: str) -> WorkingTime:
    unknown = set(section) - {"periods", "day_and_night"}
    if unknown:
        raise ClockTableError(f"{name}: [working_time] has an unknown key {sorted(unknown)[0]!r}")
    try:
        periods = section["periods"]
        return WorkingTime(
            tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in periods)
        )
    except KeyError as error:
        raise ClockTableError(f"{name}: [working_time] periods is missing") from error
    except (TypeError, ValueError) as error:
        raise ClockTableError(f"{name}: [working_time] periods: {error}") from error


def _deadlines(raw: Mapping[str, Any], level: str, work: WorkingTime, name: str) -> Deadlines:
    section = _section(raw, level, name)
    unknown = set(section) - set(KEYS)
    if unknown:
        raise ClockTableError(f"{name}: [{level}] has an unknown key {sorted(unknown)[0]!r}")
    for key in (*REQUIRED[level], "ladder", "overdue", "decide"):
        if key not in section:
            raise ClockTableError(f"{name}: [{level}] {key} is missing")
    where = f"{name}: [{level}]"
    acts = {act: _allowance(section[act], work, f"{where} {act}") for act in ACTS if act in section}
    return Deadlines(
        acts=acts,
        ladder=_steps(section["ladder"], work, f"{where} ladder", "rung"),
        repeat=_positive(section, "repeat", work, where),
        warn=_warn(section.get("warn", {}), acts, work, f"{where} warn"),
        overdue=_steps(section["overdue"], work, f"{where} overdue", "step"),
        idle=_positive(section, "idle", work, where),
        decide=_allowance(section["decide"], work, f"{where} decide"),
    )


def _steps(value: Any, work: WorkingTime, where: str, step: str) -> tuple[Allowance, ...]:
    if not isinstance(value, list) or not value:
        raise ClockTableError(f"{where} must list at least one {step}")
    return tuple(_allowance(one, work, f"{where}, {step} {place}") for place, one in enumerate(value, 1))


def _warn(
    value: Any, acts: Mapping[str, Allowance], work: WorkingTime, where: str
) -> Mapping[str, Allowance]:
    """A span before the end, or a number between 0 and 1: the share of the allowance that is left when told."""
    if not isinstance(value, dict):
        raise ClockTableError(f"{where}: must be {{ act = span or share }}")
    found = {}
    for act, before in value.items():
        if act not in acts:
            raise ClockTableError(f"{where}: this level has no clock {act!r}")
        given = acts[act]
        if isinstance(before, int | float) and not isinstance(before, bool):
            if not 0 < before < 1:
                raise ClockTableError(f"{where} {act}: a share lies between 0 and 1, not {before}")
            found[act] = Allowance(before * given.span, given.working)
            continue
        found[act] = _allowance(before, work, f"{where} {act}")
        if not found[act].span or (found[act].working == given.working and found[act].span >= given.span):
            raise ClockTableError(f"{where} {act}: must be more than nothing and less than the clock itself")
    return found


def _positive(section: Mapping[str, Any], key: str, work: WorkingTime, where: str) -> Allowance | None:
    """What is done again and again must not be done again at once."""
    if key not in section:
        return None
    found = _allowance(section[key], work, f"{where} {key}")
    if not found.span:
        raise ClockTableError(f"{where} {key}: must be more than nothing")
    return found


def _allowance(value: Any, work: WorkingTime, where: str) -> Allowance:
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
    whole = timedelta(hours=amount) if unit == "working_hours" else amount * work.day
    return Allowance(whole, working=True)
