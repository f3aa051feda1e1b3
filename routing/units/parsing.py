"""From sheets to records: which table a sheet is, what its columns are, and what each cell means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from routing.units.establishment import (
    KIND_OF_LENGTH,
    KIND_WORDS,
    POST_WORDS,
    Lists,
    Problem,
    StaffLine,
    StaffRecord,
    UnitLine,
    UnitRecord,
)
from routing.units.sheets import FORMULA, MAX_BYTES, Sheet, read

UNITS: Final = {
    "kind": ("类别", "单位类别"),
    "code": ("区划代码", "单位代码", "代码"),
    "name": ("名称", "单位名称"),
    "parent": ("上级代码", "上级单位代码"),
    "phone": ("电话", "联系电话"),
    "email": ("邮箱", "电子邮箱"),
    "covers": ("负责区划", "另负责区划"),
    "since": ("启用日期",),
    "until": ("停用日期",),
}
STAFF: Final = {
    "id": ("编号", "人员编号"),
    "unit": ("单位代码", "单位区划代码"),
    "name": ("姓名",),
    "post": ("职务", "role"),
    "phone": ("电话", "手机", "手机号", "联系电话"),
    "email": ("邮箱", "电子邮箱"),
    "villages": ("负责村", "负责村居"),
    "since": ("起始日期", "到岗日期"),
    "until": ("离任日期",),
}
"""Field to its headings; the first is what an export writes, and the field's own name is one as well."""
NEEDED: Final = {"units": ("kind", "code", "name", "parent"), "staff": ("unit", "name", "post", "phone")}
PASSED_OVER: Final = frozenset({"序号", "备注", "单位名称", "note"})
"""Columns that a list may have and that mean nothing to us."""
HEADER_WITHIN: Final = 5
"""Lists often begin with a title; the header is looked for in the first rows."""

NOTHING: Final = frozenset({"", "-", "—", "/", "无", "空"})
SEALED: Final = frozenset({"name", "phone", "email"})  # what stands there goes into no list of errors
PHONE: Final = re.compile(r"1\d{10}|0\d{9,11}")
UNIT_PHONE: Final = re.compile(r"1\d{10}|0\d{9,11}|\d{5,8}|[48]00\d{7}")
EMAIL: Final = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}\.[^@\s.<>\"',;]{2,}")
DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
PACKED_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
LONGEST: Final = 80


def parse(data: bytes, *, limit: int = MAX_BYTES) -> Lists:
    """What the file says, with every cell that cannot be understood. Sheets that are neither of the two tables are
    passed over, as long as one is. Takes seconds for a province: not to be done while a transaction is open.
    Raises Unreadable."""
    sheets = read(data, limit=limit)
    units: list[UnitLine] = []
    staff: list[StaffLine] = []
    problems: list[Problem] = []
    found: set[str] = set()
    for sheet in sheets:
        table = _table(sheet)
        if table is None:
            continue
        found.add(table.kind)
        problems += table.problems
        for row in _lines(table, sheet):
            if table.kind == "units":
                units += [UnitLine(sheet.name, row.number, _unit(row), table.given)]
            else:
                staff += [StaffLine(sheet.name, row.number, _person(row), table.given, row.uuid("id"))]
            problems += row.problems
    if not found:
        problems.append(Problem("", 1, "", "no_table"))
    return Lists(tuple(units), tuple(staff), "units" in found, "staff" in found, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Table:
    kind: str
    header: int
    columns: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def given(self) -> frozenset[str]:
        return frozenset(self.columns) - {"id"}


@dataclass(slots=True)
class _Row:
    sheet: str
    table: str
    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, why: str) -> None:
        value = "" if column in SEALED else self.cells.get(column, "")[:40]
        self.problems.append(Problem(self.sheet, self.number, column, why, value, self.table))

    def text(self, column: str, *, needed: bool = False) -> str:
        value = self.cells.get(column, "")
        if needed and not value and all(problem.column != column for problem in self.problems):
            self.wrong(column, "missing")
        if len(value) > LONGEST:
            self.wrong(column, "too_long")
        return value

    def code(self, column: str, *, needed: bool = False) -> str:
        value = self.text(column, needed=needed)
        if value and not _is_code(value):
            self.wrong(column, "bad_code")
        return value

    def word(self, column: str, words: Mapping[str, tuple[str, ...]], why: str) -> str:
        value = self.text(column, needed=True)
        for code, said in words.items():
            if value == code or value in said:
                return code
        if value:
            self.wrong(column, why)
        return ""

    def several(self, column: str) -> tuple[str, ...]:
        parts = re.split(r"[\s,，、;；|]+", self.cells.get(column, ""))
        return tuple(dict.fromkeys(part for part in parts if part))

    def phone(self, form: re.Pattern[str]) -> str:
        value = self.cells.get("phone", "")
        digits = re.sub(r"[\s()（）\-—–]", "", value)
        digits = re.sub(r"^(?:\+86|0086|86)(?=1\d{10}$)", "", digits)
        if digits and not form.fullmatch(digits):
            self.wrong("phone", "bad_phone")
        return digits

    def email(self) -> str:
        value = self.text("email")
        if value and not EMAIL.fullmatch(value):
            self.wrong("email", "bad_email")
        return value

    def day(self, column: str) -> date | None:
        value = self.cells.get(column, "")
        match = DATE.fullmatch(value) or PACKED_DATE.fullmatch(value)
        if value and match:
            with suppress(ValueError):
                return date(*map(int, match.groups()))
        if value:
            self.wrong(column, "bad_date")
        return None

    def days(self) -> tuple[date | None, date | None]:
        since, until = self.day("since"), self.day("until")
        if since and until and until < since:
            self.wrong("until", "ends_before")
        return since, until

    def uuid(self, column: str) -> UUID | None:
        value = self.cells.get(column, "")
        if not value:
            return None
        try:
            return UUID(value)
        except ValueError:
            self.wrong(column, "unknown_id")
            return None


def _is_code(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) in KIND_OF_LENGTH


def _unit(row: _Row) -> UnitRecord:
    kind, code = row.word("kind", KIND_WORDS, "unknown_kind"), row.code("code", needed=True)
    if kind and _is_code(code) and KIND_OF_LENGTH[len(code)] != kind:
        row.wrong("code", "kind_and_code")
    covers = row.several("covers")
    if not all(len(one) in (9, 12) and _is_code(one) for one in covers):
        row.wrong("covers", "bad_code")
    since, until = row.days()
    return UnitRecord(
        kind=kind,
        code=code,
        name=row.text("name", needed=True),
        parent=row.code("parent"),
        phone=row.phone(UNIT_PHONE),
        email=row.email(),
        covers=tuple(sorted(set(covers) - {code})),
        since=since,
        until=until,
    )


def _person(row: _Row) -> StaffRecord:
    since, until = row.days()
    return StaffRecord(
        unit=row.code("unit", needed=True),
        name=row.text("name", needed=True),
        post=row.word("post", POST_WORDS, "unknown_post"),
        phone=row.phone(PHONE),
        email=row.email(),
        villages=row.several("villages"),
        since=since,
        until=until,
    )


def _table(sheet: Sheet) -> _Table | None:
    """Which table the sheet is, by the first row that looks like a header of either; None when none does."""
    for number, cells in sheet.rows[:HEADER_WITHIN]:
        headings = [unicodedata.normalize("NFKC", cell).replace(" ", "").strip("*").lower() for cell in cells]
        known = {
            kind: {
                field: [place for place, heading in enumerate(headings) if heading in (field, *names)]
                for field, names in fields.items()
            }
            for kind, fields in (("units", UNITS), ("staff", STAFF))
        }
        kind = max(known, key=lambda one: sum(bool(known[one][field]) for field in NEEDED[one]))
        columns = {field: places for field, places in known[kind].items() if places}
        if len(columns) < 2:
            continue
        absent = [field for field in NEEDED[kind] if field not in columns]
        problems = [Problem(sheet.name, number, field, "no_column", table=kind) for field in absent]
        problems += [
            Problem(sheet.name, number, field, "doubled_column", table=kind)
            for field, places in columns.items()
            if len(places) > 1
        ]
        used = {place for places in columns.values() for place in places}
        problems += [
            Problem(sheet.name, number, "", "unknown_column", cells[place][:40])
            for place, heading in enumerate(headings)
            if heading and place not in used and heading not in PASSED_OVER
        ]
        return _Table(kind, number, {field: places[0] for field, places in columns.items()}, tuple(problems))
    return None


def _lines(table: _Table, sheet: Sheet) -> Iterator[_Row]:
    for number, cells in sheet.rows:
        if number <= table.header:
            continue
        row = _Row(sheet.name, table.kind, number, {})
        row.cells = {
            column: _clean(row, column, cells[place] if place < len(cells) else "")
            for column, place in table.columns.items()
        }
        if any(row.cells.values()) or row.problems:
            yield row


def _clean(row: _Row, column: str, cell: str) -> str:
    """One cell's text. What our own exports put before a sign that a spreadsheet would run is taken off again."""
    if cell == FORMULA:
        row.wrong(column, "formula")
        return ""
    text = unicodedata.normalize("NFKC", cell.translate(UNSEEN)).strip()
    if text.startswith("'") and text[1:2] in STARTS_FORMULA:
        text = text[1:]
    text = " ".join(text.split())
    if text in NOTHING:
        return ""
    if text[0] == "=" or (text[0] in STARTS_FORMULA and not (column == "phone" and text[0] == "+")):
        row.wrong(column, "formula")
        return ""
    return text


UNSEEN: Final = dict.fromkeys(
    [*range(9), *range(0x0B, 0x20), *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0xFEFF]
)
"""Characters that cannot be seen and that copying out of other programs leaves behind."""
STARTS_FORMULA: Final = tuple("=+-@")
"""With these a spreadsheet takes a text for something to run."""
