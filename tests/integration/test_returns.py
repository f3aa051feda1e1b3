"""退单: once for each unit, with a named alternative, decided above in time; the clocks run on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config.parts import Parts
from intake.register.accounts.operations import open_account
from intake.register.accounts.queries import AccountView
from intake.register.accounts.roles import OFFICER as OFFICER_ROLE
from intake.register.database import SERVICE
from routing import queries, requests, returns
from routing.models import CaseReturn, Unit
from routing.operations import CaseRefused
from tests.casework import CITY, COUNTY, NEIGHBOUR, OFFICER, OTHER_COUNTY, Casework
from tests.conftest import FakeClock, FakeProvider


@pytest.fixture
def work(parts: Parts, clock: FakeClock, client: FlaskClient, answer_bell: Callable[[], int]) -> Casework:
    return Casework(parts, clock, client, answer_bell)


def unit(work: Casework, division: str) -> UUID:
    with work.parts.database.begin(SERVICE) as session:
        return session.scalars(select(Unit.id).where(Unit.division == division)).one()


def staff_of(work: Casework, division: str) -> AccountView:
    with work.parts.database.begin(SERVICE) as session:
        open_account(
            session,
            username=f"staff{division}",
            password="x",
            name="演示员",
            role=OFFICER_ROLE,
            division=division,
        )
    return work.account(f"staff{division}")


def ask(work: Casework, case: queries.CaseView, who: AccountView | None = None, **changed: Any) -> UUID:
    who = who or work.account("officer")
    asked = {
        "named_unit_id": unit(work, NEIGHBOUR),
        "reason": "elsewhere",
        "note": "孩子住在河对岸",
        **changed,
    }
    with work.parts.database.begin(who.scope) as session:
        given = returns.ask(
            session, case_id=case.id, account=who, clocks=work.parts.tools.clocks, now=work.clock.at, **asked
        )
    work.answer_bell()
    return given


def decide(work: Casework, row: UUID, who: str | AccountView = "county", **decision: Any) -> None:
    who = work.account(who) if isinstance(who, str) else who
    with work.parts.database.begin(who.scope) as session:
        returns.decide(
            session,
            return_id=row,
            account=who,
            clocks=work.parts.tools.clocks,
            now=work.clock.at,
            **{"accept": True, "unit_id": None, "answer": "", **decision},
        )
    work.answer_bell()


def told(provider: FakeProvider, words: str) -> set[str]:
    return {to for _, to, said in provider.sent if words in said}


def test_accepted_the_case_is_the_other_stations_and_its_ladder_begins_at_once(
    work: Casework, provider: FakeProvider
) -> None:
    case = work.open("red")
    work.acknowledge(case)
    work.clock.forward(minutes=7)
    row = ask(work, case)
    assert told(provider, "有退单") == COUNTY
    kept = work.case(case.number)
    assert (kept.unit_id, kept.state) == (case.unit_id, "acknowledged"), "until then it stays where it is"

    work.clock.forward(minutes=1)
    decide(work, row)
    moved = work.case(case.number)
    assert (moved.division, moved.unit_id, moved.state) == (NEIGHBOUR, unit(work, NEIGHBOUR), "assigned")
    assert {item.act: item.due_at for item in moved.clocks} == {item.act: item.due_at for item in case.clocks}
    assert work.clock_of(case, "acknowledge").met_at is None, "nobody of the new unit has answered"
    assert told(provider, "10分") == set()
    assert provider.to("10007020021"), "the new station's officer is told at once"
    assert "您不必再去" in provider.to(OFFICER)[-1]

    work.forward(minutes=3)
    assert provider.to("10007020022"), "its deputy three minutes after it came there, not after receipt"
    assert work.events(case, "ClockBreached")[0]["clock"] == "acknowledge", "ten minutes from receipt"
    work.forward(minutes=3)
    assert told(provider, "请立即到场") >= COUNTY, "the same rung of another hand is told again"
    assert [event["hand"] for event in work.events(case, "RungReached")] == [1, 2, 2, 2]
    assert [
        kind
        for kind in (entry.kind for entry in timeline(work, case))
        if kind in ("CaseReturned", "ReturnDecided", "CaseMoved")
    ] == ["CaseReturned", "ReturnDecided", "CaseMoved"]


def timeline(work: Casework, case: queries.CaseView) -> list[Any]:
    with work.parts.database.begin(SERVICE) as session:
        return queries.case_timeline(session, case)


def test_refused_it_stays_and_the_holder_is_told_why(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    work.acknowledge(case)
    row = ask(work, case)
    with pytest.raises(CaseRefused) as refused:
        decide(work, row, accept=False)
    assert refused.value.field == "answer"
    decide(work, row, accept=False, answer="户籍在你站，孩子也在")
    kept = work.case(case.number)
    assert (kept.unit_id, kept.state) == (case.unit_id, "acknowledged")
    assert told(provider, "退单未获同意") == {OFFICER}
    with pytest.raises(CaseRefused, match="unit: this unit has sent the case back before"):
        ask(work, case)


@pytest.mark.parametrize(("level", "minutes"), [("red", 30), ("orange", 30)])
def test_undecided_in_time_the_city_is_told_and_may_decide(
    work: Casework, provider: FakeProvider, level: str, minutes: int
) -> None:
    case = work.open(level)
    work.acknowledge(case)
    row = ask(work, case)
    work.forward(minutes=minutes - 1)
    assert work.events(case, "ReturnOverdue") == []
    work.forward(minutes=2)
    work.forward(minutes=5)
    assert len(work.events(case, "ReturnOverdue")) == 1
    assert told(provider, "退单逾期未裁定") == CITY
    decide(work, row, "city", unit_id=unit(work, OTHER_COUNTY))
    assert work.case(case.number).division == OTHER_COUNTY


def test_a_routine_case_gives_the_county_four_working_hours(work: Casework) -> None:
    case = work.open("yellow")  # two in the morning of a Thursday
    row = ask(work, case)
    with work.parts.database.begin(SERVICE) as session:
        due = session.get_one(CaseReturn, row).decide_by
    assert due - work.clock.at == timedelta(hours=12, minutes=30), "14:30 in China"


def test_another_county_is_the_citys_to_decide(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    row = ask(work, case, named_unit_id=unit(work, OTHER_COUNTY))
    assert told(provider, "有退单") == CITY
    with pytest.raises(CaseRefused) as refused:
        decide(work, row, "county")
    assert refused.value.field == "decider"
    decide(work, row, "city")
    assert work.case(case.number).division == OTHER_COUNTY


def test_a_county_names_no_unit_outside_its_own_jurisdiction(work: Casework) -> None:
    case = work.open("orange")
    row = ask(work, case)
    with pytest.raises(CaseRefused) as refused:
        decide(work, row, "county", unit_id=unit(work, OTHER_COUNTY))
    assert refused.value.field == "unit"
    decide(work, row, "county", unit_id=unit(work, "140702"))
    assert work.case(case.number).division == "140702", "the county takes it itself"


def test_after_the_third_hand_the_city_decides(work: Casework, provider: FakeProvider) -> None:
    case = work.open("orange")
    with work.parts.database.begin(SERVICE) as session:
        stations = [
            one.division
            for one in requests.units_within(session, "140702", at=work.clock.at)
            if one.kind == "station"
        ][:4]
    for hand, (here, there) in enumerate(pairwise(stations), 1):
        row = ask(work, case, staff_of(work, here), named_unit_id=unit(work, there))
        if hand < 3:
            assert told(provider, "有退单") == COUNTY
            decide(work, row, "county")
            assert work.case(case.number).hand == hand + 1
    assert told(provider, "有退单") == COUNTY | CITY
    with pytest.raises(CaseRefused) as refused:
        decide(work, row, "county")
    assert refused.value.field == "decider"
    decide(work, row, "city")
    assert work.case(case.number).division == stations[3]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"named_unit_id": None}, "named_unit"),
        ({"named_unit_id": UUID(int=7)}, "named_unit"),
        ({"reason": "inconvenient"}, "reason"),
        ({"note": "  "}, "note"),
    ],
)
def test_what_is_missing_names_the_field(work: Casework, changed: dict[str, Any], field: str) -> None:
    case = work.open("orange")
    with pytest.raises(CaseRefused) as refused:
        ask(work, case, **changed)
    assert refused.value.field == field
    assert work.events(case, "CaseReturned") == []


def test_only_the_holder_sends_back_and_not_what_was_visited(work: Casework) -> None:
    case = work.open("orange")
    own = unit(work, "140702001")
    with pytest.raises(CaseRefused) as refused:
        ask(work, case, named_unit_id=own)
    assert refused.value.field == "named_unit", "to itself"
    with pytest.raises(CaseRefused) as refused:
        ask(work, case, work.account("county"))
    assert refused.value.field == "asker"
    work.acknowledge(case)
    work.visit(case)
    with pytest.raises(CaseRefused) as refused:
        ask(work, case)
    assert refused.value.field == "state"


def test_the_citys_centre_has_nobody_to_send_to(work: Casework) -> None:
    case = work.open("orange", code="")
    with pytest.raises(CaseRefused) as refused:
        ask(work, case, work.account("city"))
    assert refused.value.field == "unit"
