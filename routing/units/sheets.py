"""Files as clerks have them: CSV in UTF-8 or GB18030, Excel. Read as text, within limits, formulas told as such."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from xml.parsers import expat

from openpyxl import load_workbook

from routing.units.establishment import Problem

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 150
"""An honest sheet packs to about a tenth; what packs better than this is made to burst."""
MAX_MEMBERS: Final = 500
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 40
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
FORMULA: Final = "\0formula"
"""Stands in a cell that holds a formula: what it would come to is not what somebody wrote."""


class Unreadable(ValueError):
    """A file of which nothing can be read."""

    def __init__(self, why: str, sheet: str = "") -> None:
        self.problem = Problem(sheet, 0, "", why)
        super().__init__(str(self.problem))


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: (number as a spreadsheet counts, cells as text); empty rows are left out."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(data: bytes, *, limit: int = MAX_BYTES) -> tuple[Sheet, ...]:
    """Every sheet of the file; a CSV has one, named "". Raises Unreadable."""
    if len(data) > limit:
        raise Unreadable("oversize")
    if data.startswith(OLD_EXCEL):
        raise Unreadable("old_excel")
    return _excel(data) if data.startswith(b"PK") else (_csv(data),)


def _csv(data: bytes) -> Sheet:
    if b"\0" in data:
        raise Unreadable("encoding")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise Unreadable("encoding") from None
    head = text.lstrip().partition("\n")[0]
    delimiter = max(",\t;", key=head.count)
    try:
        rows = _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), "")
    except csv.Error:
        raise Unreadable("file") from None
    return Sheet("", rows)


def _excel(data: bytes) -> tuple[Sheet, ...]:
    """Only what the archive promises is unpacked, and it must promise little."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Unreadable("file") from None
    unpacked = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > 1_000_000 and member.file_size > MAX_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or swollen:
        raise Unreadable("oversize")
    try:
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                _plain(archive.read(member))
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            try:
                return tuple(
                    Sheet(sheet.title, _rows(_cells(sheet), sheet.title)) for sheet in book.worksheets
                )
            finally:
                book.close()
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl raises whatever its parts raise on a damaged file; none of it is the clerk's to read.
        raise Unreadable("file") from error


def _plain(document: bytes) -> None:
    """Refuses a document type: none is in an honest workbook, and it is where entities grow. So entities need no
    further guard while openpyxl reads the sheet, which would make that four times slower."""

    def refuse(*_declared: object) -> None:
        raise Unreadable("file")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(document, True)


def _cells(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS):
        yield [FORMULA if cell.data_type == "f" else _text(cell.value) for cell in row]


def _rows(source: Iterable[list[str]], name: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    rows = []
    for number, cells in enumerate(source, start=1):
        if number > MAX_ROWS:
            raise Unreadable("rows", name)
        if any(cell.strip() for cell in cells):
            rows.append((number, tuple(cells[:MAX_COLUMNS])))
    return tuple(rows)


def _text(value: object) -> str:
    """A cell's value as somebody would have typed it: a code or a phone that Excel keeps as a number is its digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
