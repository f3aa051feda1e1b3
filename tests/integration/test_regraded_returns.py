"""A case that was sent back and regraded, in either order: one ladder, and the auditor has nothing to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries
from routing.models import Alarm, CaseReturn
from tests.casework import CITY, COUNTY, NEIGHBOUR, OFFICER, Casework
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_overrides import override
from tests.integration.test_pauses import ask as ask_pause
from tests.integration.test_pauses import decide as decide_pause
from tests.integration.test_returns import ask, decide
from tests.integration.test_staff import sign_in

THERE, THEIR_DEPUTY = "10007020021", "10007020022"
"""The officers of the station to which cases are moved here."""


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def alerts(provider: FakeProvider, phone: str) -> int:
    return sum("签收" in said and "已签收" not in said for said in provider.to(phone))


def rungs(work: Casework, case: queries.CaseView) -> list[tuple[int, str]]:
    """Hand and post of every rung told, whose numbers only rise."""
    events = work.events(case, "RungReached")
    numbers = [event["rung"] for event in events]
    assert numbers == list(range(len(numbers)))
    return [(event["hand"], event["post"]) for event in events]


def test_raised_after_it_was_moved_the_new_units_ladder_starts_again(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("yellow")
    decide(work, ask(work, case))
    assert alerts(provider, THERE) == 1
    work.clock.forward(minutes=5)
    work.regrade(case, "red")
    assert alerts(provider, THERE) == 2, "told anew, under a rung that was not told before"
    work.forward(minutes=3)
    assert alerts(provider, THEIR_DEPUTY) == 1
    assert rungs(work, case) == [(1, "officer"), (2, "officer"), (2, "officer"), (2, "deputy")]
    assert alerts(provider, OFFICER) == 1, "who had it before hears nothing more"


def test_moved_after_it_was_raised_the_ladder_begins_there_at_the_new_pace(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("yellow")
    work.regrade(case, "red")
    work.forward(minutes=3)
    decide(work, ask(work, case))
    assert alerts(provider, THERE) == 1
    work.forward(minutes=3)
    assert alerts(provider, THEIR_DEPUTY) == 1
    work.forward(minutes=3)
    assert {phone for phone in COUNTY if alerts(provider, phone)} == COUNTY
    assert [post for hand, post in rungs(work, case) if hand == 2] == ["officer", "deputy", "county"]
    assert work.clock_of(case, "visit").due_at == case.opened_at + timedelta(hours=2)


def test_moved_after_it_was_lowered_the_ladder_keeps_its_pace_there(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.regrade(case, "yellow")
    decide(work, ask(work, case))
    work.forward(minutes=3)
    assert alerts(provider, THEIR_DEPUTY) == 1, "two at night, and its clocks are those of red"


def test_who_had_the_case_before_pushes_no_rung_of_the_new_ladder(
    work: Casework, provider: FakeProvider, client: FlaskClient
) -> None:
    case = work.open("orange")
    work.regrade(case, "red")
    decide(work, ask(work, case))
    before = rungs(work, case)
    client.post("/handset/reply", json={"phone": OFFICER, "text": "去不了"})
    work.answer_bell()
    assert rungs(work, case) == before
    client.post("/handset/reply", json={"phone": THERE, "text": "去不了"})
    work.answer_bell()
    assert alerts(provider, THEIR_DEPUTY) == 1


def test_raised_while_a_return_waits_it_must_be_decided_sooner(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("yellow")
    row = ask(work, case)
    work.clock.forward(minutes=10)
    work.regrade(case, "red")
    with work.parts.database.begin(SERVICE) as session:
        assert session.get_one(CaseReturn, row).decide_by == work.clock.at + timedelta(minutes=30)
    work.forward(minutes=31)
    assert len(work.events(case, "ReturnOverdue")) == 1
    assert {to for _, to, said in provider.sent if "退单逾期未裁定" in said} == CITY


def test_an_acknowledged_green_case_moved_and_raised_waits_for_an_answer(work: Casework) -> None:
    case = work.open("green")
    work.acknowledge(case)
    decide(work, ask(work, case))
    raised = work.regrade(case, "orange")
    assert raised.state == "assigned"
    assert {item.act for item in raised.clocks if item.met_at} == set(), "the answer was another unit's"


def test_regraded_paused_and_moved_it_can_all_be_read_on_its_page(work: Casework, app: Flask) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    decide_pause(work, ask_pause(work, case))
    county = sign_in(app, "county")
    override(county, case.number, level="red")
    decide(work, ask(work, case))
    page = county.get(f"/cases/{case.number}").text
    assert work.case(case.number).division == NEIGHBOUR
    for words in ("个案等级改变", "暂停结束，时钟继续", "改由别的单位办", "退单裁定"):
        assert words in page


def test_the_auditor_has_nothing_to_say_of_regraded_and_returned_cases(work: Casework) -> None:
    """Raised and lowered, with and without the new clocks, moved before and after; with the clock at work."""
    raised, seen, added = work.open("yellow"), work.open("orange"), work.open("green")
    lowered, eased, closed_early = work.open("red"), work.open("red"), work.open("red")
    moved, returned = work.open("yellow"), work.open("orange")
    paused = work.open("orange")
    for case in (seen, lowered, paused):
        work.acknowledge(case)
    decide_pause(work, ask_pause(work, paused))
    decide(work, ask(work, moved))
    ask(work, returned)
    work.forward(minutes=5)
    for case in (raised, seen, added, moved, returned, paused):
        work.regrade(case, "red")
    work.regrade(lowered, "yellow")
    work.regrade(eased, "yellow", new_clocks=True)
    work.regrade(closed_early, "green", new_clocks=True)
    for _ in range(40):
        work.forward(minutes=1)
    decide(work, ask(work, raised))
    work.visit(seen)
    work.regrade(eased, "orange")
    work.regrade(closed_early, "yellow")
    work.regrade(moved, "green")
    for minutes in [1] * 15 + [31] * 40:
        work.forward(minutes=minutes)
    for _ in range(12):
        work.forward(days=2)
    with work.parts.database.begin(SERVICE) as session:
        assert session.scalars(select(Alarm.cause)).all() == []
    assert work.events(moved, "BreachEscalated")
    for case in (raised, moved, added, eased):
        rungs(work, case)
