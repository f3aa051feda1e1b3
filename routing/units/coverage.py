"""Which station answers for which village: its own township's unless a list gives it to another; narrower wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from routing.places.divisions import Divisions
from routing.units.establishment import UnitRecord


@dataclass(frozen=True, slots=True)
class Claim:
    """A station answers for a division, as its own township or (`listed`) because a list says so."""

    division: str
    station: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A township with no station, or villages of one (`villages`) where others of it are somebody's.
    Its county's centre answers, else the city's."""

    division: str
    name: str
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """A division that several stations claim."""

    division: str
    name: str
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """`stations`: township to the code of its station. `carved`: villages that another station has."""

    stations: Mapping[str, str]
    carved: Mapping[str, str]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]


def claims(units: Iterable[UnitRecord], *, on: date) -> dict[str, list[Claim]]:
    """Division to those stations, working on that day, that claim it."""
    found: dict[str, list[Claim]] = {}
    for unit in units:
        if unit.kind == "station" and unit.current(on):
            own = Claim(unit.code, unit.code, listed=False)
            for claim in (own, *(Claim(code, unit.code, listed=True) for code in unit.covers)):
                found.setdefault(claim.division, []).append(claim)
    return found


def coverage(units: Iterable[UnitRecord], divisions: Divisions, *, area: str, on: date) -> Coverage:
    """What the stations of `area` (a code of 2, 4 or 6 digits) cover of its townships and villages."""
    found = claims(units, on=on)
    stations: dict[str, str] = {}
    gaps = []
    for township in divisions.below(area, 9):
        if township in found:
            stations[township] = found[township][0].station
            continue
        name = divisions.full_name(township, start=6)
        villages = divisions.villages(township)
        left = tuple(village for code, village in villages if code not in found)
        if len(left) == len(villages):
            gaps.append(Gap(township, name))
        elif left:
            gaps.append(Gap(township, name, left))
    carved = {code: those[0].station for code, those in found.items() if len(code) == 12}
    overlaps = tuple(
        Overlap(code, _name(divisions, code), tuple(claim.station for claim in those))
        for code, those in sorted(found.items())
        if len(those) > 1 and code.startswith(area)
    )
    return Coverage(stations, carved, tuple(gaps), overlaps)


def _name(divisions: Divisions, code: str) -> str:
    return divisions.full_name(code, start=6) if code in divisions else code
