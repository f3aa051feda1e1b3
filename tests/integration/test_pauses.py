"""A clock is paused only for a named reason, by the word of somebody above, until a given time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from config.parts import Parts
from intake.register.database import SERVICE
from routing import pauses, queries, requests
from routing.models import Case
from routing.operations import CaseRefused
from tests.casework import COUNTY, NEIGHBOUR, Casework
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_staff import sign_in, token


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def ask(work: Casework, case: queries.CaseView, username: str = "officer", **changed: Any) -> UUID:
    asked = {"act": "visit", "reason": "hospital", "until": work.clock.at + timedelta(hours=10), **changed}
    who = work.account(username)
    with work.parts.database.begin(who.scope) as session:
        given = pauses.ask(
            session, case_id=case.id, account=who, clocks=work.parts.tools.clocks, now=work.clock.at, **asked
        )
    work.answer_bell()
    return given


def decide(work: Casework, pause: UUID, username: str = "county", *, grant: bool = True) -> None:
    who = work.account(username)
    with work.parts.database.begin(who.scope) as session:
        pauses.decide(
            session,
            pause_id=pause,
            grant=grant,
            account=who,
            clocks=work.parts.tools.clocks,
            now=work.clock.at,
        )


def kinds(work: Casework, case: queries.CaseView) -> list[str]:
    with work.parts.database.begin(SERVICE) as session:
        entries = queries.case_timeline(session, case)
    return [entry.kind for entry in entries if entry.kind.startswith("ClockPause")]


def test_the_end_moves_by_exactly_the_pause(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    due = work.clock_of(case, "visit").due_at
    work.forward(hours=1)
    pause = ask(work, case)
    assert {to for _, to, text in provider.sent if "申请暂停见到孩子时限" in text} == COUNTY
    work.clock.forward(hours=2)
    assert work.clock_of(case, "visit").due_at == due, "asking stops nothing"
    decide(work, pause)
    work.forward(hours=9)
    assert kinds(work, case) == ["ClockPauseAsked", "ClockPauseGranted", "ClockPauseEnded"]
    assert work.clock_of(case, "visit").due_at == due + timedelta(hours=8), "from the word of the county"
    others = {item.act: item.due_at for item in case.clocks if item.act != "visit"}
    assert {item.act: item.due_at for item in work.case(case.number).clocks if item.act != "visit"} == others


def test_a_clock_that_was_paused_over_its_old_end_is_not_breached(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    work.clock.forward(hours=22)
    decide(work, ask(work, case))
    work.forward(hours=9)
    assert work.events(case, "ClockBreached") == []
    work.forward(hours=4)
    assert [event["clock"] for event in work.events(case, "ClockBreached")] == ["visit"]


def test_working_time_is_paused_by_working_time(work: Casework, clock: FakeClock) -> None:
    clock.at = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)  # Friday, 09:00 in China
    case = work.open("yellow")
    work.acknowledge(case)
    due = work.clock_of(case, "visit").due_at
    assert due == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)  # Wednesday, 09:00
    clock.at = datetime(2026, 3, 6, 8, 30, tzinfo=UTC)  # Friday, 16:30: one working hour is left of the day
    decide(work, ask(work, case, until=datetime(2026, 3, 9, 1, 30, tzinfo=UTC)))  # Monday, 09:30: one more
    clock.at = datetime(2026, 3, 9, 1, 31, tzinfo=UTC)
    work.sweep()
    assert work.clock_of(case, "visit").due_at == datetime(
        2026, 3, 11, 3, 0, tzinfo=UTC
    )  # 11:00, by two hours


def test_seen_before_the_pause_is_over_it_ends_with_what_was_used(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    due = work.clock_of(case, "visit").due_at
    decide(work, ask(work, case))
    work.clock.forward(hours=3)
    work.visit(case)
    assert work.clock_of(case, "visit").due_at == due + timedelta(hours=3)
    assert work.events(case, "ClockPauseEnded")[0]["clock"] == "visit"


def test_a_case_that_becomes_red_is_paused_no_longer(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    decide(work, ask(work, case))
    with work.parts.database.begin(SERVICE) as session:
        session.execute(update(Case).where(Case.id == case.id).values(level="red"))
    work.forward(seconds=1)
    assert kinds(work, case)[-1] == "ClockPauseEnded"


def test_refused_the_clock_runs_as_before(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    due = work.clock_of(case, "visit").due_at
    decide(work, ask(work, case), grant=False)
    assert work.clock_of(case, "visit").due_at == due
    assert kinds(work, case) == ["ClockPauseAsked", "ClockPauseRefused"]
    ask(work, case)  # refused once, it may be asked for again


@pytest.mark.parametrize(
    ("level", "username", "changed", "field"),
    [
        ("red", "officer", {}, "level"),
        ("orange", "officer", {"act": "acknowledge"}, "clock"),
        ("orange", "officer", {"act": "note"}, "clock"),
        ("green", "officer", {"act": "visit"}, "clock"),
        ("orange", "officer", {"reason": "busy"}, "reason"),
        ("orange", "officer", {"until": datetime(2026, 3, 1, tzinfo=UTC)}, "until"),
        ("orange", "officer", {"until": datetime(2027, 3, 1, tzinfo=UTC)}, "until"),
        ("orange", "county", {}, "asker"),
    ],
)
def test_what_cannot_be_asked_for_names_the_field(
    work: Casework, level: str, username: str, changed: dict[str, Any], field: str
) -> None:
    case = work.open(level)
    with pytest.raises(CaseRefused) as refused:
        ask(work, case, username, **changed)
    assert refused.value.field == field
    assert kinds(work, case) == []


def test_what_was_met_or_has_run_out_or_is_asked_for_is_not_paused(work: Casework) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    ask(work, case, act="answer")
    with pytest.raises(CaseRefused, match="clock: a pause of this clock was asked for"):
        ask(work, case, act="answer")
    work.visit(case)
    with pytest.raises(CaseRefused, match="clock: it has been met"):
        ask(work, case)
    late = work.open("orange")
    work.acknowledge(late)
    work.forward(hours=25)
    with pytest.raises(CaseRefused, match="clock: it has run out"):
        ask(work, late)


def test_nobody_grants_to_themselves_or_from_below(work: Casework) -> None:
    case = work.open("orange")
    pause = ask(work, case)
    with pytest.raises(CaseRefused) as refused:
        decide(work, pause, "officer")
    assert refused.value.field == "decider"
    decide(work, pause, "city")  # above the county, so above the station
    with pytest.raises(CaseRefused, match="state"):
        decide(work, pause, "county")


def test_the_neighbour_sees_no_pause(work: Casework) -> None:
    case = work.open("orange", code=NEIGHBOUR)
    with work.parts.database.begin(work.account("officer").scope) as session:
        assert requests.pauses_of(session, case.id) == []
    with pytest.raises(LookupError):
        ask(work, case)


def test_asked_on_the_officers_page_and_granted_on_the_countys(work: Casework, app: Flask) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    officer, county = sign_in(app, "officer"), sign_in(app, "county")
    path = f"/cases/{case.number}/pause"
    page = officer.get(path).text
    assert "孩子住院治疗" in page
    form = {"csrf_token": token(page), "clock": "visit", "reason": "hospital", "until": "2020-01-01T00:00"}
    wrong = officer.post(path, data=form)
    assert wrong.status_code == 422
    assert "暂停到：" in wrong.text
    assert officer.post(path, data={**form, "until": "明天"}).status_code == 422
    assert officer.post(path, data={**form, "until": "2026-03-05T20:00"}).status_code == 302
    assert "等上级定" in officer.get(f"/cases/{case.number}").text
    assert "同意暂停" not in officer.get(path).text

    assert path in county.get("/desk").text
    page = county.get(path).text
    with work.parts.database.begin(SERVICE) as session:
        (pause,) = requests.pauses_of(session, case.id)
    form = {"csrf_token": token(page), "pause": str(pause.id), "decision": "grant"}
    assert county.post(f"{path}/decision", data=form).status_code == 302
    assert "暂停中" in county.get(f"/cases/{case.number}").text
    assert path not in county.get("/desk").text
