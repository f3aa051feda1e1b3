"""A case of several reports has the level of the worst, each by the word that stands on it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from config.parts import Parts
from config.schedule import sweep
from intake import queries as intake
from intake.register.accounts.models import Account
from intake.register.database import SERVICE
from intake.register.ledger import adapter
from notifications.models import Notice
from routing import jobs
from routing import queries as routing
from routing.models import Case, CaseReport, Clock
from tests.conftest import FakeClock
from tests.integration.test_overrides import grading, level_of_case
from tests.integration.test_staff import HERE, report, sign_in, token
from triage import operations
from triage.events import ReportAssessed
from triage.models import Override


@pytest.fixture
def joined(client: FlaskClient, parts: Parts) -> tuple[str, str]:
    """Two red reports of one case; the first one gave it its number."""
    first, second = report(client, HERE), report(client, HERE)
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, first)
        moved = intake.report_by_number(session, second)
        assert case is not None
        assert moved is not None
        session.execute(update(CaseReport).where(CaseReport.report_id == moved.id).values(case_id=case.id))
    return first, second


def say(app: Flask, parts: Parts, joined: tuple[str, str], *, of: int, level: str) -> str:
    """One of the two forms on the page of the case."""
    staff = sign_in(app, "county")
    page = staff.get(f"/cases/{joined[0]}").text
    assert page.count("data-regrade") == 2
    standing = grading(parts, joined[of]).standing
    assert standing is not None
    filled = {
        "csrf_token": token(page),
        "case": joined[0],
        "key": page.split('name="key" value="')[1].split('"')[0],
        "seen": str(standing.word),
        "level": level,
        "reason": "看过",
    }
    answer = staff.post(f"/reports/{joined[of]}/override", data=filled)
    assert answer.location == f"/cases/{joined[0]}", "back to the case, whose number is another"
    return staff.get(answer.location).text


def test_the_worst_one_decides(app: Flask, parts: Parts, joined: tuple[str, str]) -> None:
    page = say(app, parts, joined, of=0, level="green")
    assert level_of_case(parts, joined[0]) == "red", "the other report is red still"
    assert "要同时报警" in page
    page = say(app, parts, joined, of=1, level="yellow")
    assert level_of_case(parts, joined[0]) == "yellow"
    assert "要同时报警" not in page
    say(app, parts, joined, of=0, level="orange")
    assert level_of_case(parts, joined[0]) == "orange"


def test_a_word_that_comes_before_the_case_is_not_lost(
    app: Flask, client: FlaskClient, parts: Parts, clock: FakeClock
) -> None:
    number = report(client, HERE)
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        account = session.scalars(select(Account).where(Account.username == "city")).one()
        assert found is not None
        link = session.scalars(select(CaseReport).where(CaseReport.report_id == found.id)).one()
        case_id = link.case_id
        session.delete(link)
        account_id = account.id
    with parts.database.begin(SERVICE) as session:
        operations.override(
            session,
            report_id=found.id,
            level="yellow",
            circumstances=[],
            reason="看过",
            new_clocks=False,
            account_id=account_id,
            name="督导",
            key="k",
            seen=None,
            now=clock.at,
        )
    assert level_of_case(parts, number) == "red"
    with parts.database.begin(SERVICE) as session:
        session.add(CaseReport(report_id=found.id, case_id=case_id))
    clock.forward(seconds=6)
    sweep(parts)
    assert level_of_case(parts, number) == "yellow", "the listener is tried again"


def test_a_case_that_is_opened_late_has_the_humans_level(client: FlaskClient, parts: Parts) -> None:
    """Nobody could open a case, and a person has spoken meanwhile."""
    number = report(client, HERE)
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        case = routing.case_by_number(session, number)
        assert found is not None
        assert case is not None
        assessed = next(
            entry for entry in routing.case_timeline(session, case) if entry.kind == "ReportAssessed"
        )
        event = adapter(ReportAssessed).validate_python(assessed.payload)
        account = session.scalars(select(Account.id).where(Account.username == "city")).one()
        for table in (Notice, Clock, CaseReport):
            session.execute(delete(table).where(table.case_id == case.id))
        session.execute(delete(Case).where(Case.id == case.id))
        word = Override(
            report_id=found.id,
            assessment_id=event.assessment_id,
            at=parts.tools.now(),
            account_id=account,
            name="督导",
            was_level="red",
            was_circumstances=[],
            level="yellow",
            circumstances=[],
            reason="看过",
            new_clocks=False,
            key="k",
        )
        session.add(word)
        session.flush()
        jobs.open_case_unplaced(session, event, clocks=parts.tools.clocks, home="1407", now=parts.tools.now())
    assert level_of_case(parts, number) == "yellow"
