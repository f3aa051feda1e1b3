"""Lists of units and staff as clerks have them: read, checked line by line, compared."""

from __future__ import annotations

import io
import uuid
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from config.parts import TABLES
from config.staff_labels import LIST_PROBLEMS, STAFF_COLUMNS, STAFF_POSTS, UNIT_COLUMNS, UNIT_KINDS
from routing.places.divisions import Divisions
from routing.units import establishment
from routing.units.comparing import Kept, Plan, compare
from routing.units.establishment import StaffRecord, UnitRecord
from routing.units.parsing import STAFF, UNITS, parse
from routing.units.sheets import Unreadable, read
from routing.units.writing import csv_bytes, excel_bytes, staff_rows, unit_rows

ON = date(2026, 3, 5)
CITY = UnitRecord("city", "1407", "晋中市中心")
COUNTY = UnitRecord("county", "140702", "榆次区中心", "1407")
STATION = UnitRecord("station", "140702201", "乌金山镇站", "140702")
LI = StaffRecord("140702201", "李一", "officer", "10000000001")
HEAD = "类别,区划代码,名称,上级代码,负责区划\n"
PEOPLE = "单位代码,姓名,职务,电话,负责村,起始日期,离任日期\n"


@pytest.fixture(scope="module")
def divisions() -> Divisions:
    return Divisions.load(TABLES / "divisions.tsv.xz")


def plan(
    divisions: Divisions,
    data: bytes | str,
    *,
    units: tuple[UnitRecord, ...] = (CITY, COUNTY, STATION),
    staff: tuple[StaffRecord, ...] = (),
    area: str = "1407",
) -> Plan:
    return compare(
        parse(data.encode() if isinstance(data, str) else data),
        units=[Kept(uuid.uuid4(), unit) for unit in units],
        staff=[Kept(uuid.uuid4(), person) for person in staff],
        divisions=divisions,
        area=area,
        on=ON,
    )


def wrong(divisions: Divisions, data: bytes | str, **given: object) -> list[tuple[int, str, str]]:
    found = plan(divisions, data, **given)  # type: ignore[arg-type]
    return [(one.row, one.column, one.why) for one in found.problems]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("工作站,140702999,站,140702,", (2, "code", "unknown_code")),
        ("工作站,14070220,站,140702,", (2, "code", "bad_code")),
        ("工作站,140702,站,1407,", (2, "code", "kind_and_code")),
        ("派出所,140702202,站,140702,", (2, "kind", "unknown_kind")),
        ("工作站,140702202,站,,", (2, "parent", "no_parent")),
        ("工作站,140702202,站,140703,", (2, "parent", "unknown_parent")),
        ("工作站,140702202,站,140702201,", (2, "parent", "wrong_parent")),
        ("工作站,140702202,,140702,", (2, "name", "missing")),
        ("工作站,140702202,=1+1,140702,", (2, "name", "formula")),
        ("工作站,140702202,@SUM(A1),140702,", (2, "name", "formula")),
        ("工作站,140702202,站,140702,140702201", (2, "covers", "overlap")),
        ("工作站,140702202,站,140702,6105", (2, "covers", "bad_code")),
        ("工作站,610502100,站,140702,", (2, "code", "not_yours")),
        ("县级中心,140703,区,1407,140703100", (2, "covers", "covers_kind")),
        ("工作站,140702202,站,140702,\n工作站,140702202,站,140702,", (3, "code", "doubled_unit")),
    ],
)
def test_a_wrong_line_of_units_is_named(
    divisions: Divisions, line: str, problem: tuple[int, str, str]
) -> None:
    assert problem in wrong(divisions, HEAD + line)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("140702999,王二,值班员,10000000002,,,", (2, "unit", "unknown_unit")),
        ("140702201,王二,站长,10000000002,,,", (2, "post", "unknown_post")),
        ("140702201,王二,值班员,1000000000,,,", (2, "phone", "bad_phone")),
        ("140702201,王二,值班员,10000000001,,,", (2, "phone", "doubled_phone")),
        (
            "140702201,王二,值班员,10000000002,,,\n140702201,王三,副手,+86 100 0000 0002,,,",
            (3, "phone", "doubled_phone"),
        ),
        ("140702201,王二,儿童主任,10000000002,,,", (2, "villages", "no_village")),
        ("140702201,王二,儿童主任,10000000002,没有这个村,,", (2, "villages", "unknown_village")),
        ("140702201,王二,值班员,10000000002,,2026-02-30,", (2, "since", "bad_date")),
        ("140702201,王二,值班员,10000000002,,2026-03-02,2026年3月1日", (2, "until", "ends_before")),
        ("140702201,+王二,值班员,10000000002,,,", (2, "name", "formula")),
        ("140702201,,值班员,10000000002,,,", (2, "name", "missing")),
        ("140702201,李一,值班员,,,,\n140702201,李一,值班员,,,,", (3, "name", "doubled_person")),
    ],
)
def test_a_wrong_line_of_staff_is_named_and_says_no_name_and_no_phone(
    divisions: Divisions, line: str, problem: tuple[int, str, str]
) -> None:
    assert problem in wrong(divisions, PEOPLE + line, staff=(LI,))
    said = " ".join(map(str, plan(divisions, PEOPLE + line, staff=(LI,)).problems))
    assert "王二" not in said
    assert "1000000" not in said


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("名,电,话\n1,2,3", "no_table"),
        ("类别,区划代码,名称\n", "no_column"),
        ("类别,区划代码,名称,上级代码,天气\n", "unknown_column"),
        ("类别,区划代码,名称,上级代码,名称\n", "doubled_column"),
    ],
)
def test_a_wrong_header_is_named(divisions: Divisions, data: str, why: str) -> None:
    assert why in [problem[2] for problem in wrong(divisions, data)]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\x00\x01", "encoding"),
        ("类别,名称".encode("utf-16"), "encoding"),
        (b"PK\x03\x04nonsense", "file"),
        (zipped(a=b"0" * 50_000_000), "oversize"),
        (zipped(**{f"m{n}": b"" for n in range(600)}), "oversize"),
        (zipped(note=b"no workbook"), "file"),
        (b"\xd0\xcf\x11\xe0old", "old_excel"),
        (b"a" * 101, "oversize"),
        (b'a,"b\nc', "file"),
        (b"a,b\n" * 100_002, "rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data, limit=100 if data == b"a" * 101 else 10_000_000)
    assert refused.value.problem.why == why


def test_an_entity_bomb_is_refused() -> None:
    good = zipfile.ZipFile(io.BytesIO(excel_bytes([["a"]], [["b"]])))
    members = {name: good.read(name) for name in good.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(
        b"<worksheet", bomb + b"<worksheet", 1
    )
    with pytest.raises(Unreadable):
        read(zipped(**members))


def test_gb18030_semicolons_titles_and_empty_rows_are_read(divisions: Divisions) -> None:
    text = "榆次区名册;;;\n\n类别;区划代码;名称;上级代码;备注\n工作站;140702202;修文镇站;140702;好\n;;;\n"
    found = plan(divisions, text.encode("gb18030"))
    assert found.problems == ()
    assert [one.record.name for one in found.units.new] == ["修文镇站"]
    assert [one.record.code for one in found.units.left] == ["1407", "140702", "140702201"]


def test_excel_numbers_dates_and_formulas(divisions: Divisions) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位代码", "姓名", "职务", "电话", "起始日期"])
    sheet.append([140702201, "王二", "督导员", 10000000002.0, date(2026, 1, 2)])
    sheet.append([140702201, '=HYPERLINK("x")', "副手", "=1+1", None])
    out = io.BytesIO()
    book.save(out)
    found = plan(divisions, out.getvalue())
    assert [(one.row, one.column, one.why) for one in found.problems] == [
        (3, "name", "formula"),
        (3, "phone", "formula"),
    ]
    person = found.staff.new[0].record
    assert (person.unit, person.phone, person.post, person.since) == (
        "140702201",
        "10000000002",
        "supervisor",
        date(2026, 1, 2),
    )


def test_villages_may_be_named_and_a_home_needs_none(divisions: Divisions) -> None:
    code, name = divisions.villages("140702201")[3]
    home = UnitRecord("home", code, "之家", "140702201")
    text = PEOPLE + f"140702201,王二,儿童主任,10000000002,{name},,\n{code},王三,儿童主任,10000000003,,,"
    found = plan(divisions, text, units=(CITY, COUNTY, STATION, home))
    assert found.problems == ()
    assert [one.record.villages for one in found.staff.new] == [(code,), (code,)]


def test_whom_a_line_means(divisions: Divisions) -> None:
    """By name in the unit, else by name and phone; a phone that goes to another name is another person's."""
    other = UnitRecord("station", "140702202", "修文镇站", "140702")
    zhao = StaffRecord("140702201", "赵三", "deputy", "10000000003")
    units = (CITY, COUNTY, STATION, other)
    text = PEOPLE + "140702201,李一,督导员,10000000009,,,\n140702202,赵三,副手,10000000003,,,"
    found = plan(divisions, text, units=units, staff=(LI, zhao))
    assert (found.problems, found.staff.new) == ((), ())
    assert [one.fields for one in found.staff.changed] == [("post", "phone"), ("unit",)]
    handed = plan(
        divisions,
        PEOPLE + "140702201,李一,值班员,10000000001,,,2026-03-04\n140702201,孙四,值班员,10000000001,,,",
        staff=(LI,),
    )
    assert handed.problems == ()
    assert [one.record.name for one in handed.staff.new] == ["孙四"]


def test_nobody_is_taken_from_another_jurisdiction(divisions: Divisions) -> None:
    """By number, or by name and phone: to move somebody between counties is the city's to do."""
    other = UnitRecord("station", "140703101", "别县的站", "140703")
    away = StaffRecord("140703101", "赵三", "deputy", "10000000003")
    units = (CITY, COUNTY, STATION, UnitRecord("county", "140703", "别县", "1407"), other)
    text = PEOPLE + "140702201,赵三,副手,10000000003,,,"
    assert wrong(divisions, text, units=units, staff=(away,), area="140702") == [(2, "unit", "not_yours")]
    assert wrong(divisions, text, units=units, staff=(away,)) == []


def test_columns_that_a_list_lacks_stay_as_they_are(divisions: Divisions) -> None:
    li = StaffRecord("140702201", "李一", "officer", "10000000001", "li@example.org", since=date(2025, 1, 1))
    found = plan(divisions, "单位代码,姓名,职务,电话\n140702201,李一,值班员,10000000001\n", staff=(li,))
    assert (found.problems, found.staff.unchanged) == ((), 1)


def test_what_is_taken_out_and_brought_back_changes_nothing(divisions: Divisions) -> None:
    units = (
        CITY,
        COUNTY,
        UnitRecord("station", "140702201", "站", "140702", "03541234567", covers=("140702202",)),
    )
    staff = (LI, StaffRecord("140702201", "周五", "helper", until=date(2025, 1, 1)))
    both = excel_bytes(unit_rows(units), staff_rows((uuid.uuid4(), one) for one in staff))
    lists = parse(both)
    assert lists.problems == ()
    assert tuple(line.record for line in lists.units) == units
    assert tuple(line.record for line in lists.staff) == staff


@pytest.mark.parametrize("name", ["=1+1", "+8", "-2", "@x", "\t=1"])
def test_nothing_that_goes_out_begins_as_a_formula(name: str) -> None:
    rows = list(unit_rows([UnitRecord("city", "1407", name)]))
    line = csv_bytes(rows).decode("utf-8-sig").splitlines()[1]
    assert not line.split(",")[2].strip('"').startswith(("=", "+", "-", "@", "\t"))


def test_everything_that_can_be_wrong_has_words() -> None:
    assert set(LIST_PROBLEMS) == set(establishment.WHY)
    assert set(UNIT_COLUMNS) == set(UNITS)
    assert set(STAFF_COLUMNS) == set(STAFF)
    assert set(UNIT_KINDS) == set(establishment.KINDS)
    assert set(STAFF_POSTS) == set(establishment.POSTS)
