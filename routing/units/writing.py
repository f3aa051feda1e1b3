"""Lists as they are taken out again: the same columns, so that a list taken out and brought back changes nothing.
A cell that a spreadsheet would run begins with an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from openpyxl import Workbook

from routing.units.establishment import KIND_WORDS, POST_WORDS, StaffRecord, UnitRecord
from routing.units.parsing import STAFF, UNITS

SHEETS: Final = ("单位", "人员")
RUNS: Final = ("=", "+", "-", "@", "\t", "\r")


def unit_rows(units: Iterable[UnitRecord]) -> Iterator[list[str]]:
    """The header, and a line a unit."""
    yield [names[0] for names in UNITS.values()]
    for unit in units:
        yield [_cell(getattr(unit, field), KIND_WORDS if field == "kind" else {}) for field in UNITS]


def staff_rows(staff: Iterable[tuple[UUID, StaffRecord]]) -> Iterator[list[str]]:
    yield [names[0] for names in STAFF.values()]
    for number, person in staff:
        yield [
            str(number)
            if field == "id"
            else _cell(getattr(person, field), POST_WORDS if field == "post" else {})
            for field in STAFF
        ]


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a mark at its head, without which Excel takes it for another encoding."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def excel_bytes(units: Iterable[Sequence[str]], staff: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    for title, rows in zip(SHEETS, (units, staff), strict=True):
        sheet: Any = book.create_sheet(title)
        for row in rows:
            sheet.append([safe(cell) or None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RUNS) else cell


def _cell(value: object, words: dict[str, tuple[str, ...]]) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(value)
    return words[str(value)][0] if value in words else str(value)
