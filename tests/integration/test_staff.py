"""Staff sign in, see what is theirs, and nothing else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.demo import PASSWORD
from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries as routing

HERE = "榆次区北关街道，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了。"
NEXT_DOOR = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了。"
OTHER_COUNTY = "太谷区侯城乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了。"


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def sign_in(app: Flask, username: str, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    form = {"username": username, "password": password, "csrf_token": token(client.get("/sign-in").text)}
    client.status = client.post("/sign-in", data=form).status_code  # type: ignore[attr-defined]
    return client


def report(client: FlaskClient, text: str) -> str:
    return str(client.post("/api/v1/reports", json={"text": text}).get_json()["number"])


@pytest.mark.parametrize(
    ("username", "sees"),
    [("officer", [True, False, False]), ("county", [True, True, False]), ("city", [True, True, True])],
)
def test_everybody_sees_their_own_jurisdiction(
    app: Flask, client: FlaskClient, username: str, sees: list[bool]
) -> None:
    numbers = [report(client, text) for text in (HERE, NEXT_DOOR, OTHER_COUNTY)]
    staff = sign_in(app, username)
    desk = staff.get("/desk").text
    for number, visible in zip(numbers, sees, strict=True):
        assert (number in desk) == visible
        assert staff.get(f"/cases/{number}").status_code == (200 if visible else 404)
        if not visible:
            form = {"csrf_token": token(desk)}
            assert staff.post(f"/cases/{number}/acknowledge", data=form).status_code == 404


def test_the_button_the_visit_and_the_end(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number = report(client, HERE)
    staff = sign_in(app, "officer")

    def act(what: str, **form: str) -> str:
        csrf = token(staff.get(f"/cases/{number}").text)
        answer = staff.post(
            f"/cases/{number}/{what}", data={**form, "csrf_token": csrf}, follow_redirects=True
        )
        assert answer.status_code == 200
        return answer.text

    def state() -> str:
        with parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, number)
            assert case is not None
            return case.state

    act("close", outcome="safe", note="没去")
    assert state() == "assigned", "nothing is closed that nobody has answered"
    act("acknowledge")
    assert state() == "acknowledged"
    act("close", outcome="safe", note="没去")
    assert state() == "acknowledged", "a red case is not closed unseen"
    act("visit", note="   ", alone="yes")
    assert state() == "acknowledged", "a visit says what was found"
    act("visit", note="孩子见到了，头上有伤，已送医", alone="yes")
    assert state() == "visited"
    act("close", outcome="placed", note="由外婆照料，派出所立案")
    assert state() == "closed"
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, number)
        assert case is not None
        assert all(clock.met_at for clock in case.clocks)
        kinds = [entry.kind for entry in routing.case_timeline(session, case)]
    assert kinds[-3:] == ["CaseAcknowledged", "ChildVisited", "CaseClosed"] or kinds.index(
        "ChildVisited"
    ) < kinds.index("CaseClosed")
    assert number not in staff.get("/desk").text


def test_a_wrong_password_is_refused_and_on_record(app: Flask, parts: Parts) -> None:
    assert sign_in(app, "city", "guess").status == 401  # type: ignore[attr-defined]
    assert sign_in(app, "nobody", "guess").status == 401  # type: ignore[attr-defined]
    from sqlalchemy import func, select

    from intake.register.ledger import EventRow

    with parts.database.begin(SERVICE) as session:
        count = select(func.count()).select_from(EventRow).where(EventRow.kind == "SignInRefused")
        assert session.scalar(count) == 1


def test_a_form_without_its_token_does_nothing(app: Flask, client: FlaskClient) -> None:
    number = report(client, HERE)
    assert sign_in(app, "officer").post(f"/cases/{number}/acknowledge").status_code == 400


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(app: Flask, target: str) -> None:
    client = app.test_client()
    csrf = token(client.get("/sign-in").text)
    form = {"username": "city", "password": PASSWORD, "csrf_token": csrf, "next": target}
    assert client.post("/sign-in", data=form).location == "/desk"


def test_hostile_texts_are_shown_as_text(app: Flask, client: FlaskClient) -> None:
    number = report(
        client, "榆次区北关街道 <script>alert(1)</script> '; drop table report;-- 小孩四岁正在挨打流血"
    )
    page = sign_in(app, "officer").get(f"/cases/{number}").text
    assert "<script>alert(1)</script>" not in page
    assert "drop table report" in page
