"""Lists of units and staff of a real city's or province's size, made from the divisions table. Nobody exists."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice

from routing.places.divisions import Divisions
from routing.units.parsing import STAFF, UNITS
from routing.units.writing import csv_bytes, excel_bytes

Row = Sequence[str]


def city(
    divisions: Divisions,
    code: str,
    *,
    counties: int,
    stations: int,
    homes: int,
    supervisors: int,
    directors: int,
) -> tuple[list[Row], list[Row]]:
    """Units and staff of a city, each with its header. Stations are shared out over the counties; a township that
    gets none is covered by the one before it, so that every village has one."""
    units: list[Row] = [
        [names[0] for names in UNITS.values()],
        _unit("市级中心", code, divisions.name(code), ""),
    ]
    chosen = divisions.below(code, 6)
    units += [_unit("县级中心", county, divisions.name(county), code) for county in chosen[:counties]]
    townships = [one for county in chosen[:counties] for one in divisions.below(county, 9)]
    spare = max(0, len(townships) - stations)
    kept: list[list[str]] = []
    for township in townships:
        if spare and kept and kept[-1][0][:6] == township[:6] and len(kept[-1]) == 1:
            kept[-1].append(township)
            spare -= 1
        elif len(kept) < stations:
            kept.append([township])
    for own, *others in kept:
        units.append(_unit("工作站", own, divisions.full_name(own, start=6), own[:6], others))
    villages = [village for own, *_ in kept for village, _name in divisions.villages(own)]
    step = max(1, len(villages) // max(homes, 1))
    units += [
        _unit("儿童之家", one, divisions.name(one), one[:9]) for one in islice(villages, 0, None, step)
    ][:homes]
    posts = islice(cycle(own for own, *_ in kept), supervisors)
    staff: list[Row] = [[names[0] for names in STAFF.values()]]
    staff += [_person(number, township, "督导员") for number, township in enumerate(posts)]
    step = max(1, len(villages) // directors)
    chosen_villages = list(islice(villages, 0, None, step))[:directors]
    staff += [
        _person(number, village[:9], "儿童主任", village)
        for number, village in enumerate(chosen_villages, start=supervisors)
    ]
    return units, staff


def province(divisions: Divisions, code: str) -> tuple[list[Row], list[Row]]:
    """Five levels: a centre for the province, each city and county, a station for each township with a supervisor,
    a home with its director for each village."""
    units: list[Row] = [
        [names[0] for names in UNITS.values()],
        _unit("省级中心", code, divisions.name(code), ""),
    ]
    staff: list[Row] = [[names[0] for names in STAFF.values()]]
    units += [_unit("市级中心", one, divisions.name(one), code) for one in divisions.below(code, 4)]
    units += [_unit("县级中心", one, divisions.name(one), one[:4]) for one in divisions.below(code, 6)]
    number = 0
    for township in divisions.below(code, 9):
        units.append(_unit("工作站", township, divisions.full_name(township, start=6), township[:6]))
        staff.append(_person(number := number + 1, township, "督导员"))
        for village, name in divisions.villages(township):
            units.append(_unit("儿童之家", village, name, township))
            staff.append(_person(number := number + 1, village, "儿童主任", village))
    return units, staff


def weinan(divisions: Divisions) -> tuple[list[Row], list[Row]]:
    """渭南: 10 county centres, 128 stations, 154 homes, 136 supervisors, 2,073 directors."""
    return city(divisions, "6105", counties=10, stations=128, homes=154, supervisors=136, directors=2073)


def as_excel(lists: tuple[list[Row], list[Row]]) -> bytes:
    return excel_bytes(*lists)


def as_csv(lists: tuple[list[Row], list[Row]]) -> tuple[bytes, bytes]:
    return csv_bytes(lists[0]), csv_bytes(lists[1])


def _unit(kind: str, code: str, name: str, parent: str, covers: Sequence[str] = ()) -> Row:
    cells = {"kind": kind, "code": code, "name": name, "parent": parent, "covers": "、".join(covers)}
    return [cells.get(field, "") for field in UNITS]


def _person(number: int, unit: str, post: str, village: str = "") -> Row:
    """Phones begin with 101, as no mobile of China does."""
    cells = {
        "unit": unit,
        "name": f"演示员{number}",
        "post": post,
        "phone": f"101{number:08d}",
        "villages": village,
    }
    return [cells.get(field, "") for field in STAFF]
