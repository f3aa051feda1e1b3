"""A human's word stands above the machine's, beside it, and for ever."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

import triage.jobs
from config.parts import Parts
from intake import queries as intake
from intake.events import ReportReceived
from intake.register.database import SERVICE, jurisdiction
from routing import queries as routing
from tests.integration.test_staff import HERE, OTHER_COUNTY, report, sign_in, token
from triage import operations, queries
from triage.models import Override
from triage.queries import Grading

REASON = "张三老师当面看过：孩子没有受伤，父亲已离开"


def form(page: str, number: str, **said: object) -> dict[str, object]:
    """The form of the case page, as the browser would send it."""
    seen = page.split('name="seen" value="')[1].split('"')[0]
    key = page.split('name="key" value="')[1].split('"')[0]
    given = {
        "csrf_token": token(page),
        "case": number,
        "key": key,
        "seen": seen,
        "circumstances": ["violence"],
    }
    return {**given, "level": "orange", "reason": REASON, **said}


def override(staff: FlaskClient, number: str, **said: object) -> str:
    """Fills in the form on the case page and sends it; what the page says then."""
    filled = form(staff.get(f"/cases/{number}").text, number, **said)
    answer = staff.post(f"/reports/{number}/override", data=filled, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def grading(parts: Parts, number: str) -> Grading:
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        assert found is not None
        return queries.grading(session, found.id)


def level_of_case(parts: Parts, number: str) -> str:
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, number)
        assert case is not None
        return case.level


def test_both_words_are_kept_and_the_difference_is_seen(
    app: Flask, client: FlaskClient, parts: Parts
) -> None:
    given = client.post("/api/v1/reports", json={"text": HERE}).get_json()
    number = given["number"]
    staff = sign_in(app, "county")
    before = grading(parts, number)
    assert before.machine is not None
    assert (before.machine.level, before.overrides) == ("red", ())

    page = override(staff, number, circumstances=["violence", "neglect"])
    after = grading(parts, number)
    assert after.machine == before.machine, "what the machine read stays as it was"
    (word,) = after.overrides
    assert (word.was_level, word.level, word.reason) == ("red", "orange", REASON)
    assert (word.was_circumstances, word.circumstances) == (("violence",), ("violence", "neglect"))
    assert after.standing is not None
    assert (after.standing.level, after.standing.source, after.standing.call_police) == (
        "orange",
        "human",
        True,
    )
    assert "已改定级" in page
    assert page.count(REASON) == 2, "in the history of grades and on the timeline"
    assert "＋照料不周" in page
    assert before.machine.lexicon in page
    assert word.name in page
    assert "人工定级" in staff.get("/desk").text

    assert level_of_case(parts, number) == "orange"
    assert client.get(f"/api/v1/reports/{given['return_code']}").get_json()["level"] == "orange"
    again = client.post("/api/v1/reports", json={"text": HERE}, headers={"Idempotency-Key": "a"}).get_json()
    assert again["level"] == "red", "another report of the same words is read anew"


def test_the_senders_repeated_message_is_answered_by_the_word_that_stands(
    app: Flask, client: FlaskClient
) -> None:
    key = {"Idempotency-Key": "one"}
    first = client.post("/api/v1/reports", json={"text": HERE}, headers=key).get_json()
    override(sign_in(app, "city"), first["number"], level="yellow", circumstances=["neglect"])
    again = client.post("/api/v1/reports", json={"text": HERE}, headers=key).get_json()
    assert (again["number"], again["level"], again["call_police"]) == (first["number"], "yellow", False)


def test_no_later_reading_undoes_it(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number = report(client, HERE)
    override(sign_in(app, "officer"), number)
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        assert found is not None
        event = ReportReceived(report_id=found.id, number=number, channel=found.channel)
        triage.jobs.assess(session, event, now=parts.tools.now(), reader=parts.tools.reader())
    after = grading(parts, number)
    assert after.machine is not None
    assert after.standing is not None
    assert after.machine.level == "red"
    assert (after.standing.level, after.standing.source) == ("orange", "human")
    assert after.standing.assessment_id == after.machine.id
    assert level_of_case(parts, number) == "orange"

    page = override(sign_in(app, "officer"), number, level="yellow", reason="又去看了一次")
    assert "又去看了一次" in page
    assert REASON in page, "an earlier word is kept as well"
    words = grading(parts, number).overrides
    assert [(word.was_level, word.level) for word in words] == [("red", "orange"), ("orange", "yellow")]


def test_the_form_sent_twice_is_one_word(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number = report(client, HERE)
    staff = sign_in(app, "officer")
    filled = form(staff.get(f"/cases/{number}").text, number)
    for _ in range(2):
        page = staff.post(f"/reports/{number}/override", data=filled, follow_redirects=True).text
        assert "已改定级" in page
    assert len(grading(parts, number).overrides) == 1
    # Changed and sent again from the page before: somebody (oneself) has spoken meanwhile.
    page = staff.post(
        f"/reports/{number}/override", data={**filled, "level": "green"}, follow_redirects=True
    ).text
    assert "已有别人改过" in page
    assert len(grading(parts, number).overrides) == 1


def test_the_reason_is_sealed_and_in_no_event(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number = report(client, HERE)
    override(sign_in(app, "officer"), number)
    with parts.database.begin(SERVICE) as session:
        said = text("select reason, name from assessment_override where id = :word")
        row = session.execute(said, {"word": grading(parts, number).overrides[0].id}).one()
        assert not any("张三".encode() in bytes(sealed) for sealed in row)
        case = routing.case_by_number(session, number)
        assert case is not None
        happened = {entry.kind: entry for entry in routing.case_timeline(session, case)}
    assert "张三" not in str(happened)
    assert happened["AssessmentOverridden"].actor.startswith("account:")
    assert happened["CaseRegraded"].actor == happened["AssessmentOverridden"].actor


def test_a_page_that_refuses_says_why(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number = report(client, HERE)
    staff = sign_in(app, "officer")
    assert "没有改" in override(staff, number, level="red")
    assert "请选一个等级" in override(staff, number, level="")
    assert "请写明为什么改" in override(staff, number, reason=" ")
    assert grading(parts, number).overrides == ()


def test_only_whoever_may_see_the_case(app: Flask, client: FlaskClient, parts: Parts) -> None:
    number, mine = report(client, OTHER_COUNTY), report(client, HERE)
    staff = sign_in(app, "county")
    filled = form(staff.get(f"/cases/{mine}").text, number)
    assert staff.post(f"/reports/{number}/override", data=filled).status_code == 404
    assert staff.post(f"/reports/{mine}/override", data={**filled, "csrf_token": ""}).status_code == 400
    stranger = client.post(f"/reports/{mine}/override", data=filled)
    assert stranger.status_code in (302, 400)
    assert grading(parts, mine).overrides == ()

    override(sign_in(app, "city"), number)
    word = (
        select(func.count())
        .select_from(Override)
        .where(Override.id == grading(parts, number).overrides[0].id)
    )
    for county, seen in (("140702", 0), ("140703", 1)):
        with parts.database.begin(jurisdiction(county)) as session:
            assert session.scalar(word) == seen


def test_a_report_the_machine_could_not_read_is_read_by_a_person(
    app: Flask, client: FlaskClient, parts: Parts
) -> None:
    number = report(client, HERE)
    staff = sign_in(app, "officer")
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        assert found is not None
        operations.record_unread(session, report_id=found.id, now=parts.tools.now())
    assert "机器没读懂" in staff.get("/desk").text
    override(staff, number, level="yellow")
    assert "机器没读懂" not in staff.get("/desk").text
    assert level_of_case(parts, number) == "yellow"
