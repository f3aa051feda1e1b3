"""A unit's roster, and what it says for one moment: who is on duty, who can be reached, who is told first and then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from routing.clocks.worktime import CHINA

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a unit who is told of cases. `deputy`: told when those on duty do not answer. `since` to `until`:
    the days on which they are there, both included."""

    id: UUID
    has_phone: bool
    deputy: bool = False
    since: date | None = None
    until: date | None = None
    active: bool = True

    def there(self, on: date) -> bool:
        return (
            self.active
            and (self.since is None or self.since <= on)
            and (self.until is None or on <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of the weekly pattern, in China's time. `weekday`: 1 is Monday. One that ends no later than it begins
    ends on the next day; from 00:00 to 00:00 is the whole day."""

    officer: UUID
    weekday: int
    begins: time
    ends: time

    def on(self, day: date) -> Period:
        """The slot as it falls on that day, which must be its weekday."""
        begins = datetime.combine(day, self.begins, CHINA)
        ends = datetime.combine(day if self.ends > self.begins else day + DAY, self.ends, CHINA)
        return Period(self.officer, begins, ends)


@dataclass(frozen=True, slots=True)
class Period:
    """An officer, from `begins` until just before `ends`: a shift, or a leave."""

    officer: UUID
    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Swap:
    """Accepted: while it lasts `takes` is on duty where `gives` would be."""

    gives: UUID
    takes: UUID
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    """What a unit has planned. `shifts`: single ones, which stand above the weekly pattern while they last."""

    members: tuple[Member, ...]
    pattern: tuple[Slot, ...] = ()
    shifts: tuple[Period, ...] = ()
    leave: tuple[Period, ...] = ()
    swaps: tuple[Swap, ...] = ()

    @property
    def planned(self) -> bool:
        return bool(self.pattern or self.shifts)


@dataclass(frozen=True, slots=True)
class Called:
    """Who is told: `first`, and if they do not answer `then`. All of them can be reached."""

    first: tuple[UUID, ...]
    then: tuple[UUID, ...]


def on_duty(roster: Roster, at: datetime) -> tuple[UUID, ...]:
    """Who is on duty, whether or not they can be reached. With no plan at all, everybody who is there and no deputy."""
    if not roster.planned:
        day = at.astimezone(CHINA).date()
        return tuple(one.id for one in roster.members if one.there(day) and not one.deputy)
    shifts = [shift.officer for shift in roster.shifts if shift.holds(at)]
    planned = shifts or [period.officer for period in _around(roster, at) if period.holds(at)]
    standing_in = {swap.gives: swap.takes for swap in roster.swaps if swap.begins <= at < swap.ends}
    return tuple(dict.fromkeys(standing_in.get(officer, officer) for officer in planned))


def can_be_reached(roster: Roster, officer: UUID, at: datetime) -> bool:
    """Has a phone, is there, and is not on leave."""
    day = at.astimezone(CHINA).date()
    member = next((one for one in roster.members if one.id == officer), None)
    if member is None or not member.has_phone or not member.there(day):
        return False
    return not any(leave.officer == officer and leave.holds(at) for leave in roster.leave)


def called(roster: Roster, at: datetime) -> Called:
    """Those on duty first; then the deputies, and where there is none the others of the unit."""
    able = [one for one in roster.members if can_be_reached(roster, one.id, at)]
    duty = set(on_duty(roster, at))
    first = tuple(one.id for one in able if one.id in duty)
    rest = [one for one in able if one.id not in duty]
    deputies = tuple(one.id for one in rest if one.deputy)
    return Called(first, deputies or tuple(one.id for one in rest))


def duties(roster: Roster, officer: UUID, begins: datetime, ends: datetime) -> tuple[Period, ...]:
    """When the officer is on duty between the two moments, as pieces in order that do not touch."""
    edges = sorted({begins, ends, *(edge for edge in _edges(roster, begins, ends) if begins < edge < ends)})
    pieces: list[Period] = []
    for start, stop in pairwise(edges):
        if officer not in on_duty(roster, start):
            continue
        if pieces and pieces[-1].ends == start:
            pieces[-1] = Period(officer, pieces[-1].begins, stop)
        else:
            pieces.append(Period(officer, start, stop))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Hole:
    """From `begins` to `ends` nobody of the unit who is on duty can be reached. `why`: "nobody" (nobody is on duty),
    or for those who are "departed", "leave", "phone". `stand_in`: somebody else of the unit can be reached."""

    begins: datetime
    ends: datetime
    why: str
    stand_in: bool


def holes(roster: Roster, begins: datetime, ends: datetime) -> tuple[Hole, ...]:
    """Where the roster leaves a station with nobody on duty who can be reached, pieces of one kind joined."""
    edges = sorted({begins, ends, *(edge for edge in _edges(roster, begins, ends) if begins < edge < ends)})
    found: list[Hole] = []
    for start, stop in pairwise(edges):
        told = called(roster, start)
        if told.first:
            continue
        hole = Hole(start, stop, _why(roster, start), bool(told.then))
        if found and (found[-1].ends, found[-1].why, found[-1].stand_in) == (start, hole.why, hole.stand_in):
            hole = Hole(found.pop().begins, stop, hole.why, hole.stand_in)
        found.append(hole)
    return tuple(found)


def _why(roster: Roster, at: datetime) -> str:
    day = at.astimezone(CHINA).date()
    duty = set(on_duty(roster, at))
    there = [one for one in roster.members if one.id in duty and one.there(day)]
    if not duty:
        return "nobody"
    if not there:
        return "departed"
    return "leave" if any(one.has_phone for one in there) else "phone"


def _around(roster: Roster, at: datetime) -> Iterator[Period]:
    """The pattern's pieces that may hold `at`: of its day, and of the day before, over midnight."""
    today = at.astimezone(CHINA).date()
    for day in (today - DAY, today):
        yield from (slot.on(day) for slot in roster.pattern if slot.weekday == day.isoweekday())


def _edges(roster: Roster, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """Every moment at which what the roster says may change, and midnight, at which somebody may come or go."""
    for period in (*roster.shifts, *roster.leave):
        yield from (period.begins, period.ends)
    for swap in roster.swaps:
        yield from (swap.begins, swap.ends)
    day = begins.astimezone(CHINA).date() - DAY
    while day <= ends.astimezone(CHINA).date():
        yield datetime.combine(day, time(), CHINA)
        for slot in roster.pattern:
            if slot.weekday == day.isoweekday():
                period = slot.on(day)
                yield from (period.begins, period.ends)
        day += DAY
