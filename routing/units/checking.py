"""What a line may not say, given the divisions, the other lines and what the database has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from routing.places.divisions import Divisions
from routing.places.names import village_stem
from routing.units.coverage import claims
from routing.units.establishment import PARENTS, Problem, StaffLine, StaffRecord, UnitLine, UnitRecord


def check_units(
    lines: Sequence[UnitLine],
    after: Mapping[str, UnitRecord],
    *,
    divisions: Divisions,
    area: str,
    on: date,
) -> list[Problem]:
    """`after`: every unit as it would be, by code."""
    problems: list[Problem] = []
    seen: set[str] = set()
    claimed = claims(after.values(), on=on)
    for line in lines:
        record = line.record

        def wrong(column: str, why: str, value: str = "", line: UnitLine = line) -> None:
            problems.append(Problem(line.sheet, line.row, column, why, value, "units"))

        if record.code and record.code in seen:
            wrong("code", "doubled_unit", record.code)
        seen.add(record.code)
        if record.code and record.code.isdigit() and record.code not in divisions:
            wrong("code", "unknown_code", record.code)
        if not record.code.startswith(area):
            wrong("code", "not_yours", record.code)
        _check_parent(record, after, wrong)
        if record.covers and record.kind and record.kind != "station":
            wrong("covers", "covers_kind")
        for code in record.covers:
            if len(code) in (9, 12) and code.isdigit() and code not in divisions:
                wrong("covers", "unknown_code", code)
            if not code.startswith(area):
                wrong("covers", "not_yours", code)
        for code in (record.code, *record.covers):
            others = {claim.station for claim in claimed.get(code, ())} - {record.code}
            if others and record.kind == "station" and record.current(on):
                column = "code" if code == record.code else "covers"
                wrong(column, "overlap", f"{code} {'、'.join(sorted(after[one].name for one in others))}")
    return problems


def check_staff(
    lines: Sequence[StaffLine],
    others: Iterable[StaffRecord],
    units: Mapping[str, UnitRecord],
    *,
    divisions: Divisions,
    area: str,
    on: date,
) -> list[Problem]:
    """`others`: whom the database has beside those of the list. Whoever has left no longer holds a phone."""
    problems: list[Problem] = []
    phones = {other.phone for other in others if other.phone and not other.left(on)}
    seen: set[tuple[str, str, str, str]] = set()
    for line in lines:
        record = line.record

        def wrong(column: str, why: str, value: str = "", line: StaffLine = line) -> None:
            problems.append(Problem(line.sheet, line.row, column, why, value, "staff"))

        person = (record.unit, record.name, record.phone, record.post)
        if record.name and person in seen and line.id is None:
            wrong("name", "doubled_person")
        elif record.phone and not record.left(on):
            if record.phone in phones:
                wrong("phone", "doubled_phone")
            phones.add(record.phone)
        seen.add(person)
        unit = units.get(record.unit)
        if record.unit and unit is None:
            wrong("unit", "unknown_unit", record.unit)
        if not record.unit.startswith(area):
            wrong("unit", "not_yours", record.unit)
        if unit is None:
            continue
        if unit.kind == "home" and record.post not in ("director", "helper", ""):
            wrong("post", "wrong_post", record.post)
        if record.post == "director" and not record.villages:
            wrong("villages", "no_village")
        for village in record.villages:
            if len(village) != 12 or village not in divisions:
                wrong("villages", "unknown_village", village)
    return problems


def named_villages(line: StaffLine, units: Mapping[str, UnitRecord], divisions: Divisions) -> StaffLine:
    """The line with its villages as codes. A list may name them, as they are called in the unit's own townships;
    what names none, or several, stays as it stands and is refused. In a village's own home they need no saying."""
    record = line.record
    unit = units.get(record.unit)
    if unit is None:
        return line
    if not record.villages and record.post == "director" and unit.kind == "home":
        return _with_villages(line, (unit.code,))
    if all(village.isdigit() for village in record.villages):
        return _with_villages(line, tuple(sorted(record.villages)))
    townships = {unit.code[:9], *(code[:9] for code in unit.covers)}
    villages = [one for township in sorted(townships) for one in divisions.villages(township)]

    def code(said: str) -> str:
        if said.isdigit():
            return said
        found = [code for code, name in villages if name == said]
        found = found or [code for code, name in villages if village_stem(name) == village_stem(said)]
        return found[0] if len(found) == 1 else said

    return _with_villages(line, tuple(sorted({code(said) for said in record.villages})))


def _with_villages(line: StaffLine, villages: tuple[str, ...]) -> StaffLine:
    return dataclasses.replace(
        line, record=dataclasses.replace(line.record, villages=villages), given=line.given | {"villages"}
    )


def _check_parent(record: UnitRecord, units: Mapping[str, UnitRecord], wrong: object) -> None:
    assert callable(wrong)
    if not record.kind:
        return
    if not record.parent:
        if record.kind not in ("province", "city"):
            wrong("parent", "no_parent")
        return
    parent = units.get(record.parent)
    if parent is None:
        wrong("parent", "unknown_parent", record.parent)
    elif parent.kind not in PARENTS[record.kind] or not record.code.startswith(parent.code):
        wrong("parent", "wrong_parent", record.parent)
