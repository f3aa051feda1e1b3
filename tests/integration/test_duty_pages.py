"""Duty on the screen: what is red beforehand, what a form refuses, who may do what, and the private calendar."""

from __future__ import annotations

import re
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries as routing
from routing.models import Officer
from routing.rota.models import DutyFeed
from tests.conftest import FakeClock
from tests.integration.test_rota import on_leave
from tests.integration.test_staff import sign_in, token

MINE = "140702001"
"""The station of the demo's signed-in officer."""
OFFICER, DEPUTY = "10007020011", "10007020012"


def post(client: FlaskClient, path: str, **form: object) -> str:
    csrf = token(client.get(f"/duty/{MINE}").text)
    answer = client.post(f"/duty/{MINE}/{path}", data={"csrf_token": csrf, **form}, follow_redirects=True)
    assert answer.status_code in (200, 422), answer.status_code
    return answer.text


def number_of(parts: Parts, phone: str) -> str:
    with parts.database.begin(SERVICE) as session:
        found = routing.officer_by_phone(session, phone)
        assert found is not None
        return str(found.id)


def test_a_gap_is_red_on_the_desk_on_the_overview_and_at_the_unit(
    app: Flask, parts: Parts, clock: FakeClock
) -> None:
    county = sign_in(app, "county")
    assert "今后12小时" not in county.get("/desk").text
    assert "每个单位每时每刻" in county.get("/duty").text
    on_leave(parts, clock, "10007022011", "10007022012")
    for path in ("/desk", "/duty", "/duty/140702201"):
        page = county.get(path).text
        assert 'class="hole"' in page, path
    assert "当班的人请假，由县级中心代班" in county.get("/duty").text
    assert "空档" not in sign_in(app, "officer").get("/desk").text, (
        "another station's gap is not theirs to see"
    )


def test_a_pattern_is_set_on_the_screen_and_a_wrong_one_is_refused_by_row(app: Flask, parts: Parts) -> None:
    officer = sign_in(app, "officer")
    mine = number_of(parts, OFFICER)
    row = {
        "officer": [mine, mine],
        "days": ["1-7", "3"],
        "begins": ["08:00", "09:00"],
        "ends": ["20:00", "10:00"],
    }
    refused = post(officer, "pattern", **row)
    assert "第2行" in refused
    assert "和同一个人的另一班重叠" in refused
    assert 'value="08:00"' in refused
    done = post(
        officer, "pattern", officer=[mine, ""], days=["1-7", "1"], begins=["08:00", ""], ends=["20:00", ""]
    )
    assert "已记下" in done
    assert "没有人值班，由同事代班" in done


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        (
            "period",
            {"kind": "leave", "begins": "2026-03-09T08:00", "ends": "2026-03-08T08:00"},
            "结束不晚于开始",
        ),
        ("period", {"kind": "shift", "begins": "morgen", "ends": "2026-03-08T08:00"}, "不是日期和时间"),
        ("swap", {"begins": "2026-03-08T08:00", "ends": "2026-03-08T20:00"}, "不能和自己换班"),
    ],
)
def test_bad_input_is_told(app: Flask, parts: Parts, path: str, form: dict[str, str], said: str) -> None:
    mine = number_of(parts, OFFICER)
    page = post(sign_in(app, "officer"), path, **form, officer=mine, gives=mine, takes=mine)
    assert said in page


def test_leave_swap_and_departure_on_the_screen(app: Flask, parts: Parts) -> None:
    officer, county = sign_in(app, "officer"), sign_in(app, "county")
    mine, theirs = number_of(parts, OFFICER), number_of(parts, DEPUTY)
    leave = {"kind": "leave", "officer": theirs, "begins": "2026-03-08T08:00", "ends": "2026-03-09T08:00"}
    page = post(officer, "period", **leave)
    found = re.search(r'name="period" value="([^"]+)"', page)
    assert found
    assert 'name="period"' not in post(officer, "period/remove", period=found.group(1))
    span = {"begins": "2026-03-08T08:00", "ends": "2026-03-08T20:00"}
    found = re.search(r'name="swap" value="([^"]+)"', post(officer, "swap", gives=theirs, takes=mine, **span))
    assert found
    assert "已同意" in post(officer, "swap/answer", swap=found.group(1), answer="yes")
    departure = {"officer": theirs, "until": "2026-03-04", "successor": mine}
    csrf = token(officer.get(f"/duty/{MINE}").text)
    refused = officer.post(f"/duty/{MINE}/depart", data={"csrf_token": csrf, **departure})
    assert refused.status_code == 403, "a superior's to do"
    assert "已记下" in post(county, "depart", **departure)
    with parts.database.begin(SERVICE) as session:
        assert session.scalars(select(Officer.active).where(Officer.phone_index.is_(None))).all() == [False]


def test_the_calendar_is_private_can_be_revoked_and_holds_no_case(
    app: Flask, parts: Parts, client: FlaskClient, clock: FakeClock
) -> None:
    text = "榆次区北关街道，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了。"
    number = client.post("/api/v1/reports", json={"text": text}).get_json()["number"]
    officer = sign_in(app, "officer")
    mine = number_of(parts, OFFICER)
    post(officer, "pattern", officer=[mine], days=["4"], begins=["20:00"], ends=["08:00"])
    found = re.search(r"/duty-calendar/[\w-]+\.ics", post(officer, "calendar", act="make"))
    assert found
    address = found.group(0)
    assert address not in officer.get(f"/duty/{MINE}").text, "it is shown once"
    answer = client.get(address)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert number not in answer.text
    made = icalendar.Calendar.from_ical(answer.data)
    events = [(event.start, event.end) for event in made.walk("VEVENT")]
    assert len(events) == 9
    assert events[0][0].isoformat() == "2026-03-05T12:00:00+00:00"
    assert all(ends - begins == timedelta(hours=12) for begins, ends in events)
    with parts.database.begin(SERVICE) as session:
        assert address.encode() not in session.scalars(select(DutyFeed.token_index)).one()
    again = re.search(r"/duty-calendar/[\w-]+\.ics", post(officer, "calendar", act="make"))
    assert again
    assert client.get(address).status_code == 404, "a new address ends the old one"
    post(officer, "calendar", act="revoke")
    assert client.get(again.group(0)).status_code == 404


def test_nobody_sees_or_changes_a_roster_of_another_jurisdiction(app: Flask) -> None:
    officer = sign_in(app, "officer")
    assert officer.get("/duty/140702201").status_code == 404
    csrf = token(officer.get("/duty").text)
    for path in ("pattern", "period", "swap", "calendar", "depart"):
        assert officer.post(f"/duty/140702201/{path}", data={"csrf_token": csrf}).status_code == 404, path
    county = sign_in(app, "county")
    assert county.get("/duty/140703100").status_code == 404
    csrf = token(county.get("/duty").text)
    mine = county.post(f"/duty/{MINE}/calendar", data={"csrf_token": csrf, "act": "make"})
    assert mine.status_code == 403, "a calendar is one's own"
