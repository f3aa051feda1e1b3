"""A case that has moved: who sees it, who is told, whose answers count; and the pages on which it is moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.parts import Parts
from intake import queries as intake
from intake.register.database import jurisdiction
from routing import queries
from tests.casework import DEPUTY, NEIGHBOUR, OFFICER, OTHER_COUNTY, Casework
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_returns import ask, decide, unit
from tests.integration.test_staff import sign_in, token


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def test_an_answer_to_the_old_stations_notice_acknowledges_nothing(
    work: Casework, provider: FakeProvider, client: FlaskClient
) -> None:
    case = work.open("red")
    decide(work, ask(work, case))
    client.post("/handset/reply", json={"phone": OFFICER, "text": "1"})
    assert work.case(case.number).state == "assigned"
    client.post("/handset/reply", json={"phone": "10007020021", "text": "1"})
    assert work.case(case.number).state == "acknowledged"


def test_the_case_and_its_reports_are_seen_where_they_went_and_no_longer_where_they_were(
    work: Casework,
) -> None:
    case = work.open("orange")

    def sees(division: str) -> tuple[bool, bool]:
        with work.parts.database.begin(jurisdiction(division)) as session:
            found = queries.case_by_id(session, case.id)
            return found is not None, intake.report(session, case.reports[0]) is not None

    assert (sees("140702001"), sees(NEIGHBOUR)) == ((True, True), (False, False))
    decide(work, ask(work, case))
    assert (sees("140702001"), sees(NEIGHBOUR)) == ((False, False), (True, True))
    assert sees("140702") == (True, True)


def test_a_station_cannot_move_a_case_by_itself(work: Casework) -> None:
    """Row-level security, whatever the program does."""
    case = work.open("orange")
    for scope, to in (("140702001", NEIGHBOUR), ("140702", OTHER_COUNTY)):
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            work.parts.database.begin(jurisdiction(scope)) as session,
        ):
            session.execute(
                text('update "case" set division = :to where id = :id'), {"to": to, "id": case.id}
            )
    with work.parts.database.begin(jurisdiction("140702")) as session:
        session.execute(
            text('update "case" set division = :to where id = :id'), {"to": NEIGHBOUR, "id": case.id}
        )
    assert work.case(case.number).division == NEIGHBOUR


def test_sent_back_on_the_officers_page_and_decided_on_the_countys(work: Casework, app: Flask) -> None:
    case = work.open("orange")
    officer, county = sign_in(app, "officer"), sign_in(app, "county")
    path = f"/cases/{case.number}/return"
    form = {
        "csrf_token": token(officer.get(path).text),
        "named_unit": str(unit(work, NEIGHBOUR)),
        "reason": "elsewhere",
        "note": "",
    }
    wrong = officer.post(path, data=form)
    assert wrong.status_code == 422
    assert "理由：请写明" in wrong.text
    assert officer.post(path, data={**form, "named_unit": "x", "note": "在河对岸"}).status_code == 422
    assert officer.post(path, data={**form, "note": "在河对岸"}).status_code == 302
    assert "退单待裁定" in officer.get(f"/cases/{case.number}").text
    assert f'action="{path}/decision"' not in officer.get(path).text

    assert path in county.get("/desk").text
    page = county.get(path).text
    assert "在河对岸" in page
    decision = {
        "csrf_token": token(page),
        "decision": "accept",
        "unit": str(unit(work, NEIGHBOUR)),
        "answer": "",
    }
    assert county.post(f"{path}/decision", data={**decision, "decision": "maybe"}).status_code == 422
    assert county.post(f"{path}/decision", data=decision).status_code == 302
    assert work.case(case.number).division == NEIGHBOUR
    assert officer.get(f"/cases/{case.number}").status_code == 404
    assert "改由别的单位办" in county.get(f"/cases/{case.number}").text
    assert county.post(f"{path}/decision", data=decision).status_code == 422, "decided already"


def test_a_case_moved_with_its_deputy_told_leaves_nothing_to_do_for_them(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.forward(minutes=3)
    assert provider.to(DEPUTY)
    decide(work, ask(work, case))
    assert "您不必再去" in provider.to(DEPUTY)[-1]
