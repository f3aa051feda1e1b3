"""A list against what is there: every line checked, every unit and person matched, nothing written."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from routing.places.divisions import Divisions
from routing.units.checking import check_staff, check_units, named_villages
from routing.units.establishment import Lists, Problem, StaffLine, StaffRecord, UnitRecord

Record = TypeVar("Record", UnitRecord, StaffRecord)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Record]):
    """A unit or person that the database has."""

    id: UUID
    record: Record


@dataclass(frozen=True, slots=True)
class Change(Generic[Record]):
    """`id`: None when new. `fields`: what is changed."""

    id: UUID | None
    record: Record
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Record]):
    """`left`: in the database, in the area of the list, and not in the list. They stay as they are."""

    new: tuple[Change[Record], ...] = ()
    changed: tuple[Change[Record], ...] = ()
    unchanged: int = 0
    left: tuple[Kept[Record], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking the file over would do. With any problem, nothing is done."""

    units: Comparison[UnitRecord]
    staff: Comparison[StaffRecord]
    problems: tuple[Problem, ...]

    @property
    def does_nothing(self) -> bool:
        return not any((self.units.new, self.units.changed, self.staff.new, self.staff.changed))

    @property
    def counts(self) -> dict[str, tuple[int, int, int, int]]:
        """Units and staff: new, changed, unchanged, left."""
        return {
            name: (len(part.new), len(part.changed), part.unchanged, len(part.left))
            for name, part in (("units", self.units), ("staff", self.staff))
        }


def compare(
    lists: Lists,
    *,
    units: Iterable[Kept[UnitRecord]],
    staff: Iterable[Kept[StaffRecord]],
    divisions: Divisions,
    area: str,
    on: date,
) -> Plan:
    """`area`: the division whose staff brings the list, "" for all; a line outside it is refused."""
    kept_units = {kept.record.code: kept for kept in units}
    unit_lines = [
        dataclasses.replace(line, record=_merged(line.record, kept_units.get(line.record.code), line.given))
        for line in lists.units
    ]
    after = {code: kept.record for code, kept in kept_units.items()}
    after |= {line.record.code: line.record for line in unit_lines}
    problems = [*lists.problems, *check_units(unit_lines, after, divisions=divisions, area=area, on=on)]

    kept_staff = list(staff)
    staff_lines = [named_villages(line, after, divisions) for line in lists.staff]
    matched, unmatched = _match(staff_lines, kept_staff, problems)
    merged = [
        dataclasses.replace(line, record=_merged(line.record, kept, line.given))
        for line, kept in zip(staff_lines, matched, strict=True)
    ]
    problems += [
        Problem(line.sheet, line.row, "unit", "not_yours", table="staff")
        for line, kept in zip(staff_lines, matched, strict=True)
        if kept is not None and not kept.record.unit.startswith(area)
    ]
    others = [kept.record for kept in unmatched]
    problems += check_staff(merged, others, after, divisions=divisions, area=area, on=on)

    kept_of_units = [kept_units.get(line.record.code) for line in unit_lines]
    listed = {line.record.code for line in unit_lines}
    return Plan(
        units=_comparison(
            unit_lines,
            kept_of_units,
            (
                kept
                for code, kept in sorted(kept_units.items())
                if code not in listed and code.startswith(area)
            )
            if lists.has_units
            else (),
        ),
        staff=_comparison(
            merged,
            matched,
            (kept for kept in unmatched if kept.record.unit.startswith(area) and not kept.record.left(on))
            if lists.has_staff
            else (),
        ),
        problems=tuple(sorted(set(problems), key=lambda one: (one.sheet, one.row, one.column, one.why))),
    )


def _comparison(
    lines: Iterable[Any],
    kept: Iterable[Kept[Record] | None],
    left: Iterable[Kept[Record]],
) -> Comparison[Record]:
    new: list[Change[Record]] = []
    changed: list[Change[Record]] = []
    unchanged = 0
    for line, before in zip(lines, kept, strict=True):
        record = line.record
        if before is None:
            new.append(Change(None, record))
        elif fields := _differences(before.record, record):
            changed.append(Change(before.id, record, fields))
        else:
            unchanged += 1
    return Comparison(tuple(new), tuple(changed), unchanged, tuple(left))


def _differences(before: UnitRecord | StaffRecord, after: Any) -> tuple[str, ...]:
    names = [field.name for field in dataclasses.fields(before)]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _merged(record: Record, kept: Kept[Record] | None, given: frozenset[str]) -> Record:
    """The line's record, with what the list has no column for as it was before."""
    if kept is None:
        return record
    given_fields: Any = {name: getattr(record, name) for name in given}
    return dataclasses.replace(kept.record, **given_fields)


def _match(
    lines: list[StaffLine], staff: list[Kept[StaffRecord]], problems: list[Problem]
) -> tuple[list[Kept[StaffRecord] | None], list[Kept[StaffRecord]]]:
    """Whom each line means: by number; else of that name in that unit; else of that name with that phone, who has
    come from another unit. A phone alone is nobody: a duty phone goes from hand to hand."""
    free = {kept.id: kept for kept in staff}
    matched: list[Kept[StaffRecord] | None] = [None] * len(lines)

    def take(place: int, candidates: Mapping[Any, list[Kept[StaffRecord]]], key: object) -> None:
        record = lines[place].record
        open_ = [kept for kept in candidates.get(key, ()) if kept.id in free]
        if open_:
            best = max(open_, key=lambda kept: _likeness(kept.record, record))
            matched[place] = free.pop(best.id)

    for place, line in enumerate(lines):
        if line.id is not None:
            matched[place] = free.pop(line.id, None)
            if matched[place] is None:
                twice = any(one.id == line.id for one in lines[:place])
                why = "doubled_person" if twice else "unknown_id"
                problems.append(Problem(line.sheet, line.row, "id", why, table="staff"))
    keys: tuple[Callable[[StaffRecord], object], ...] = (
        lambda one: (one.unit, one.name, one.phone),
        lambda one: (one.unit, one.name),
        lambda one: (one.name, one.phone) if one.phone else None,
    )
    for key in keys:
        candidates: dict[object, list[Kept[StaffRecord]]] = defaultdict(list)
        for kept in free.values():
            candidates[key(kept.record)].append(kept)
        for place, line in enumerate(lines):
            if matched[place] is None and line.id is None and key(line.record) is not None:
                take(place, candidates, key(line.record))
    return matched, list(free.values())


def _likeness(one: StaffRecord, other: StaffRecord) -> tuple[bool, bool]:
    return (one.post == other.post, one.until == other.until)
