"""What a unit and a person of its staff are, as lists of them say it; and what can be wrong with a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

KIND_OF_LENGTH: Final = {2: "province", 4: "city", 6: "county", 9: "station", 12: "home"}
"""A unit's kind goes with the length of its division code (GB/T 2260, NBS)."""
KINDS: Final = tuple(KIND_OF_LENGTH.values())
PARENTS: Final = {
    "province": (),
    "city": ("province",),
    "county": ("city",),
    "station": ("county", "city"),
    "home": ("station", "county"),
}
"""Which kinds a unit may stand under."""

POSTS: Final = ("officer", "supervisor", "deputy", "director", "helper")

KIND_WORDS: Final = {
    "province": ("省级中心", "省级"),
    "city": ("市级中心", "市级", "市中心"),
    "county": ("县级中心", "县级", "县中心", "区级中心"),
    "station": ("工作站", "未保站", "未成年人保护工作站", "乡镇站"),
    "home": ("儿童之家", "村级"),
}
POST_WORDS: Final = {
    "officer": ("值班员", "工作人员", "专干"),
    "supervisor": ("督导员", "儿童督导员"),
    "deputy": ("副手", "副职", "替班"),
    "director": ("儿童主任", "村儿童主任"),
    "helper": ("志愿者", "帮扶人", "助手"),
}
WHY: Final = {
    "encoding": "neither UTF-8 nor GB18030",
    "file": "not a CSV or Excel (.xlsx) file that can be read",
    "old_excel": "an old (.xls) or encrypted Excel file: save it as .xlsx without a password",
    "oversize": "too large, or grows too large when unpacked",
    "rows": "too many rows",
    "no_table": "no table of units or staff: the header row is not known",
    "no_column": "this column is missing",
    "unknown_column": "this column is not known",
    "doubled_column": "this column stands twice",
    "formula": "a formula, or text that a spreadsheet would take for one",
    "missing": "must be given",
    "too_long": "too long",
    "bad_code": "not a division code of 2, 4, 6, 9 or 12 digits",
    "unknown_code": "this division code is not in the divisions table",
    "unknown_kind": "not a kind of unit",
    "kind_and_code": "the code's length does not fit this kind of unit",
    "no_parent": "a unit of this kind must have a unit above it",
    "unknown_parent": "there is no such unit, in the file or in the database",
    "wrong_parent": "a unit of this kind cannot stand under that one",
    "doubled_unit": "this unit stands twice in the file",
    "not_yours": "outside your jurisdiction",
    "covers_kind": "only a station covers other divisions",
    "overlap": "another station has this division already",
    "unknown_unit": "there is no such unit, in the file or in the database",
    "unknown_post": "not a role",
    "wrong_post": "there is no such role in a unit of this kind",
    "bad_phone": "not a phone number: 11 digits, or a landline with its area code",
    "doubled_phone": "somebody else has this phone: in the file, or in the database",
    "bad_email": "not an e-mail address",
    "unknown_village": "no such village in the unit's townships; use its 12-digit code",
    "no_village": "a children's director needs a village",
    "bad_date": "not a date such as 2026-03-01",
    "ends_before": "ends before it begins",
    "unknown_id": "nobody has this number",
    "doubled_person": "this person stands twice in the file",
}
"""Each kind of problem, said to an operator; what a screen says stands in `config.labels`."""


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """`parent`: division code of the unit above, or "". `covers`: divisions beyond its own that it answers for.
    `until`: the last day."""

    kind: str
    code: str
    name: str
    parent: str = ""
    phone: str = ""
    email: str = ""
    covers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def current(self, on: date) -> bool:
        return current(self.since, self.until, on)


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """`unit`: its division code. `villages`: a director's, 12 digits each. `until`: the last day."""

    unit: str
    name: str
    post: str
    phone: str = ""
    email: str = ""
    villages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def left(self, on: date) -> bool:
        return self.until is not None and self.until < on


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A line of a list of units. `given`: the fields that the list has a column for; others stay as they are."""

    sheet: str
    row: int
    record: UnitRecord
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A line of a list of staff. `id`: the person's number from an export, if the list has it."""

    sheet: str
    row: int
    record: StaffRecord
    given: frozenset[str]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """`row`: as a spreadsheet counts, from 1; 0 when it is not about one. `column`: a field. `why`: a key of `WHY`.
    `value`: what stands there; empty for names, phones and addresses, which go into no error list.
    `table`: "units" or "staff", where it is known."""

    sheet: str
    row: int
    column: str
    why: str
    value: str = ""
    table: str = ""

    def __str__(self) -> str:
        where = [self.sheet] if self.sheet else []
        where += [f"row {self.row}"] if self.row else []
        where += [self.column] if self.column else []
        return f"{', '.join(where)}: {WHY[self.why]}" + (f": {self.value}" if self.value else "")


@dataclass(frozen=True, slots=True)
class Lists:
    """What a file says. `problems`: of cells that cannot be understood."""

    units: tuple[UnitLine, ...]
    staff: tuple[StaffLine, ...]
    has_units: bool
    has_staff: bool
    problems: tuple[Problem, ...] = ()


def current(since: date | None, until: date | None, on: date) -> bool:
    return (since is None or since <= on) and (until is None or on <= until)
