"""What a roster may not say; every fault with its row and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from routing.clocks.worktime import CHINA
from routing.duty.roster import Period, Roster, Slot

WHY: Final = {
    "bad_weekday": "not a day of the week from 1 (Monday) to 7",
    "bad_time": "not a time such as 08:00",
    "bad_date": "not a date and time such as 2026-03-01 08:00",
    "unknown_officer": "nobody of this unit who is told of cases",
    "departed": "has departed by then",
    "overlap": "overlaps another shift of the same officer",
    "ends_before": "ends before it begins, or when it begins",
    "self": "a swap with oneself",
    "past": "lies in the past",
    "too_long": "longer than a year",
    "state": "is not open any more",
    "not_asked": "only the officer who was asked may answer",
    "successor": "must be somebody else who is there and has a phone",
}
"""Each kind of fault, as an operator is told; what a screen says stands in `config.labels`."""
MONDAY: Final = date(2024, 1, 1)
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Fault:
    """`row`: of the pattern, from 1; 0 for what is no list. `why`: a key of `WHY`."""

    row: int
    field: str
    why: str

    def __str__(self) -> str:
        return (f"row {self.row}, " if self.row else "") + f"{self.field}: {WHY[self.why]}"


class DutyRefused(ValueError):
    """What was asked for cannot be, and nothing of it was done."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class GivenSlot:
    """A row of a weekly pattern as somebody filled it in: weekday "1" to "7", times "08:00"."""

    row: int
    officer: str
    weekday: str
    begins: str
    ends: str


def pattern(given: Sequence[GivenSlot], roster: Roster, *, on: date) -> tuple[Slot, ...]:
    """The slots; raises DutyRefused with every fault there is."""
    members = {str(one.id): one for one in roster.members}
    faults: list[Fault] = []
    slots: list[tuple[int, Slot]] = []
    for one in given:
        member = members.get(one.officer)
        weekday = int(one.weekday) if one.weekday in {*"1234567"} else 0
        times = [_time(value) for value in (one.begins, one.ends)]
        if member is None:
            faults.append(Fault(one.row, "officer", "unknown_officer"))
        elif not member.active or (member.until and member.until < on):
            faults.append(Fault(one.row, "officer", "departed"))
        if not weekday:
            faults.append(Fault(one.row, "weekday", "bad_weekday"))
        faults += [
            Fault(one.row, field, "bad_time")
            for field, value in zip(("begins", "ends"), times, strict=True)
            if value is None
        ]
        begins, ends = times
        if member is not None and weekday and begins is not None and ends is not None:
            slots.append((one.row, Slot(member.id, weekday, begins, ends)))
    faults += [Fault(row, "begins", "overlap") for row in _overlapping(slots)]
    if faults:
        raise DutyRefused(*sorted(faults, key=lambda fault: fault.row))
    return tuple(slot for _, slot in slots)


def shift(given: Period, roster: Roster, *, now: datetime) -> None:
    """Raises DutyRefused when the single shift cannot be."""
    faults = [*_period(given, now=now), *_officer(given, roster)]
    others = [one for one in roster.shifts if one.officer == given.officer]
    if any(one.begins < given.ends and given.begins < one.ends for one in others):
        faults.append(Fault(0, "begins", "overlap"))
    if faults:
        raise DutyRefused(*faults)


def leave(given: Period, roster: Roster, *, now: datetime) -> None:
    faults = [*_period(given, now=now), *_officer(given, roster, may_depart=True)]
    if faults:
        raise DutyRefused(*faults)


def swap(
    gives: UUID, takes: UUID, begins: datetime, ends: datetime, roster: Roster, *, now: datetime
) -> None:
    faults = _period(Period(gives, begins, ends), now=now)
    if gives == takes:
        faults.append(Fault(0, "takes", "self"))
    faults += _officer(Period(gives, begins, ends), roster, field="gives")
    faults += _officer(Period(takes, begins, ends), roster, field="takes")
    if faults:
        raise DutyRefused(*faults)


def _period(given: Period, *, now: datetime) -> list[Fault]:
    if given.ends <= given.begins:
        return [Fault(0, "ends", "ends_before")]
    if given.ends <= now:
        return [Fault(0, "ends", "past")]
    return [Fault(0, "ends", "too_long")] if given.ends - given.begins > LONGEST else []


def _officer(
    given: Period, roster: Roster, *, field: str = "officer", may_depart: bool = False
) -> list[Fault]:
    member = next((one for one in roster.members if one.id == given.officer), None)
    if member is None:
        return [Fault(0, field, "unknown_officer")]
    last = given.begins if may_depart else given.ends - timedelta(microseconds=1)
    gone = member.until is not None and member.until < last.astimezone(CHINA).date()
    return [Fault(0, field, "departed")] if gone or not member.active else []


def _overlapping(slots: Sequence[tuple[int, Slot]]) -> list[int]:
    """Rows that overlap an earlier one of the same officer, also over midnight and over the end of the week."""
    week = timedelta(days=7)
    pieces: list[tuple[int, Period]] = []
    rows: list[int] = []
    for row, slot in slots:
        period = slot.on(MONDAY + timedelta(days=slot.weekday - 1))
        for _, other in pieces:
            if other.officer == slot.officer and any(
                other.begins + shift < period.ends and period.begins < other.ends + shift
                for shift in (-week, timedelta(), week)
            ):
                rows.append(row)
                break
        pieces.append((row, period))
    return rows


def _time(value: str) -> time | None:
    try:
        found = time.fromisoformat("00:00" if value == "24:00" else value)
    except ValueError:
        return None
    return found if found.tzinfo is None else None
