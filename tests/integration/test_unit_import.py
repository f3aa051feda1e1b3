"""Lists of units and staff in the database: all or nothing, the same list twice, whose they are, on the record."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from config.parts import Parts, gazetteer
from intake.register.database import SERVICE, jurisdiction
from intake.register.ledger import EventRow
from routing import queries as routing
from routing.models import Officer, Unit
from routing.units import operations, queries
from routing.units.models import CoverageRow, StaffList
from routing.units.operations import ListRefused
from routing.units.parsing import parse
from tests.conftest import FakeClock
from tests.integration.test_staff import sign_in, token

UNITS = "类别,区划代码,名称,上级代码,负责区划\n"
STAFF = "单位代码,姓名,职务,电话,负责村,离任日期\n"
CITY = "6105"
LIST = UNITS + (
    "市级中心,6105,渭南市中心,,\n县级中心,610502,临渭区中心,6105,\n"
    "工作站,610502001,杜桥站,610502,610502002\n工作站,610502003,向阳站,610502,{village}\n"
)


@pytest.fixture
def village() -> str:
    """One of the township that 杜桥's station covers."""
    return gazetteer().divisions.villages("610502002")[2][0]


def take(session: Session, text: str, clock: FakeClock, division: str = "") -> tuple[int, ...]:
    found = operations.take_over(
        session,
        parse(text.encode()),
        divisions=gazetteer().divisions,
        division=division,
        actor="system",
        now=clock.at,
    )
    return found.counts["units"] + found.counts["staff"]


def station(session: Session, code: str, village: str = "") -> str:
    return routing.responsible_unit(session, code=code, home=CITY, village=village).name


def test_every_village_has_one_station(parts: Parts, clock: FakeClock, village: str) -> None:
    with parts.database.begin(SERVICE) as session:
        assert take(session, LIST.format(village=village), clock)[:2] == (4, 0)
        assert station(session, "610502001") == "杜桥站"
        assert station(session, "610502002") == "杜桥站", "the list gives it to a neighbour"
        assert station(session, "610502002", village) == "向阳站", "and one village of it to another"
        assert station(session, "610502004") == "临渭区中心", "no station: the county's centre"
        assert station(session, "610503100") == "渭南市中心"
        found = queries.coverage(session, divisions=gazetteer().divisions, area="610502", now=clock.at)
    assert found.overlaps == ()
    assert found.stations["610502002"] == "610502001"
    assert found.carved == {village: "610502003"}
    assert "610502004" in {gap.division for gap in found.gaps}
    assert not {"610502001", "610502002", "610502003"} & {gap.division for gap in found.gaps}


def test_a_case_goes_to_the_station_that_covers_the_township(
    parts: Parts, clock: FakeClock, client: FlaskClient
) -> None:
    """修文镇's station is closed, and its neighbour has the township from then on."""
    closing = (
        "类别,区划代码,名称,上级代码,负责区划,停用日期\n"
        "工作站,140702203,张庆乡站,140702,,\n工作站,140702202,旧站,140702,,2026-03-04\n"
        "工作站,140702201,新站,140702,140702202,\n"
    )
    with parts.database.begin(SERVICE) as session:
        name = session.scalars(select(Unit.name).where(Unit.division == "140702202")).one()
        place = gazetteer().division("140702202").full_name
        take(session, closing, clock, "1407")
    sent = {"text": f"{place}，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了。"}
    given = client.post("/api/v1/reports", json=sent).get_json()
    progress = client.get(f"/api/v1/reports/{given['return_code']}").get_json()
    assert progress["steps"][-1]["unit"] == "新站"
    assert name != "新站"


def test_the_same_list_twice_changes_nothing(parts: Parts, clock: FakeClock, village: str) -> None:
    staff = STAFF + f"610502001,李一,督导员,10061050001,,\n610502001,王二,儿童主任,10061050002,{village},\n"
    with parts.database.begin(SERVICE) as session:
        take(session, LIST.format(village=village), clock)
        assert take(session, staff, clock, CITY) == (0, 0, 0, 0, 2, 0, 0, 0)
        before = session.scalar(select(func.count()).select_from(Officer))
        assert take(session, staff, clock, CITY) == (0, 0, 0, 0, 0, 0, 2, 0)
        assert take(session, LIST.format(village=village), clock, CITY)[:4] == (0, 0, 4, 0)
        assert session.scalar(select(func.count()).select_from(Officer)) == before
        out = operations.take_out(
            session, division=CITY, form="xlsx", account_id=None, actor="system", now=clock.at
        )
        again = queries.plan(
            session, parse(out.file()), divisions=gazetteer().divisions, area=CITY, now=clock.at
        )
        assert (again.problems, again.does_nothing) == ((), True)
        kinds = session.scalars(select(EventRow.kind).where(EventRow.kind.like("List%"))).all()
    assert kinds.count("ListTakenOver") == 4
    assert kinds.count("ListTakenOut") == 1


def test_a_list_with_one_wrong_line_changes_nothing(parts: Parts, clock: FakeClock, village: str) -> None:
    with parts.database.begin(SERVICE) as session:
        units = session.scalar(select(func.count()).select_from(Unit))
    with pytest.raises(ListRefused) as refused, parts.database.begin(SERVICE) as session:
        take(session, LIST.format(village=village) + "工作站,610502999,没有,610502,\n", clock)
    assert [(one.row, one.column, one.why) for one in refused.value.plan.problems] == [
        (6, "code", "unknown_code")
    ]
    with parts.database.begin(SERVICE) as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == units
        assert session.scalars(select(EventRow).where(EventRow.kind == "ListTakenOver")).all() == []


def test_whoever_is_missing_stays_and_whoever_departs_frees_the_phone(
    parts: Parts, clock: FakeClock, village: str
) -> None:
    with parts.database.begin(SERVICE) as session:
        take(session, LIST.format(village=village), clock)
        take(session, STAFF + "610502001,李一,督导员,10061050001,,\n610502001,赵三,副手,,,\n", clock, CITY)
        handed = (
            STAFF + "610502001,李一,督导员,10061050001,,2026-03-01\n610502001,孙四,督导员,10061050001,,\n"
        )
        assert take(session, handed, clock, CITY)[4:] == (1, 1, 0, 1)
        found = routing.officer_by_phone(session, "10061050001")
        assert found is not None
        assert found.name == "孙四"
        names = [(kept.record.name, kept.record.until) for kept in queries.staff(session, area=CITY)]
        assert [name for name, _ in names] == ["李一", "赵三", "孙四"]
        unit = routing.responsible_unit(session, code="610502001", home=CITY)
        told = routing.officers(
            session, [who.id for who in routing.reachable(session, [unit.id], at=clock.at)]
        )
        assert [one.name for one in told.values()] == ["孙四"], "赵三 has no phone, 李一 is gone"


def test_two_who_change_phones_change_them(parts: Parts, clock: FakeClock, village: str) -> None:
    with parts.database.begin(SERVICE) as session:
        take(session, LIST.format(village=village), clock)
        take(
            session, STAFF + "610502001,李一,督导员,10061050001,,\n610502001,王二,副手,10061050002,,\n", clock
        )
        take(
            session, STAFF + "610502001,李一,督导员,10061050002,,\n610502001,王二,副手,10061050001,,\n", clock
        )
        found = routing.officer_by_phone(session, "10061050001")
        assert found is not None
        assert found.name == "王二"


def test_the_database_lets_nobody_write_outside_their_jurisdiction(
    parts: Parts, clock: FakeClock, village: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        parts.database.begin(jurisdiction("1407")) as s,
    ):
        take(s, LIST.format(village=village), clock)
    with parts.database.begin(SERVICE) as session:
        take(session, LIST.format(village=village), clock)
    with parts.database.begin(jurisdiction("610502")) as session:
        assert session.scalars(select(CoverageRow)).all()
        assert session.scalars(select(StaffList)).all() == [], "lists of the whole are not the county's"


def upload(client: FlaskClient, text: str | bytes) -> str:
    csrf = token(client.get("/units").text)
    data = text.encode() if isinstance(text, str) else text
    form = {"csrf_token": csrf, "file": (io.BytesIO(data), "list.csv")}
    return client.post("/units/preview", data=form, content_type="multipart/form-data").text


def test_a_supervisor_sees_confirms_and_takes_out(app: Flask, parts: Parts) -> None:
    county = sign_in(app, "county")
    assert "榆次区" in county.get("/units/coverage").text
    text = STAFF + "140702201,钱七,儿童主任,10014070001,{},\n"
    name = gazetteer().divisions.villages("140702201")[0][1]
    page = upload(county, text.format(name))
    found = re.search(r'action="(/units/lists/[^"]+)"', page)
    assert found, page
    assert "钱七" in page
    with parts.database.begin(SERVICE) as session:
        kept = session.scalars(select(StaffList)).one()
        assert kept.content is not None
        assert kept.taken_at is None
        assert not any(one.record.name == "钱七" for one in queries.staff(session))
    other = sign_in(app, "city")
    assert other.post(found.group(1), data={"csrf_token": token(other.get("/units").text)}).status_code == 404
    csrf = token(page)
    done = county.post(found.group(1), data={"csrf_token": csrf}, follow_redirects=True)
    assert "已导入" in done.text
    with parts.database.begin(SERVICE) as session:
        assert any(one.record.name == "钱七" for one in queries.staff(session, area="140702"))
        assert session.scalars(select(StaffList.content)).all() == [None], "the file is not kept"
    assert "完全一样" in upload(county, text.format(name))
    out = county.post("/units/export", data={"csrf_token": csrf, "what": "staff.csv"})
    assert out.headers["Content-Disposition"].startswith("attachment")
    assert "钱七" in out.text
    assert "140703" not in out.text, "only their own jurisdiction"


def test_what_changed_between_preview_and_yes_is_not_taken(
    app: Flask, parts: Parts, clock: FakeClock
) -> None:
    county = sign_in(app, "county")
    page = upload(county, STAFF + "140702201,钱七,值班员,10014070001,,\n")
    found = re.search(r'action="(/units/lists/[^"]+)"', page)
    assert found
    with parts.database.begin(SERVICE) as session:
        take(session, STAFF + "140702201,别人,值班员,10014070001,,\n", clock)
    answer = county.post(found.group(1), data={"csrf_token": token(page)})
    assert answer.status_code == 422
    assert "这个电话别人已经用了" in answer.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STAFF + "610502001,钱七,值班员,10014070001,,\n", "不在您的辖区内"),
        (STAFF + "140702201,钱七,值班员,123,,\n", "不是电话号码"),
        (STAFF + "140702201,钱七,值班员,,,昨天\n", "离任日期"),
        ("x,y\n", "认不出表头"),
        (b"PK\x03\x04", "不是能读的"),
    ],
)
def test_a_list_that_is_wrong_is_shown_with_its_line(app: Flask, text: str | bytes, said: str) -> None:
    page = upload(sign_in(app, "county"), text)
    assert said in page
    assert "停用日期" not in page, "a list of staff has its own columns"
    assert "/units/lists/" not in page


def test_officers_of_a_station_see_none_of_it(app: Flask) -> None:
    officer = sign_in(app, "officer")
    assert officer.get("/units").status_code == 403
    assert officer.get("/units/coverage").status_code == 403
    assert "/units" not in officer.get("/desk").text
