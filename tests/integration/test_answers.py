"""Answers that are not the plain one, and messages that are none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from config.parts import Parts
from config.relay import QUEUES
from config.schedule import sweep
from intake.register.database import SERVICE
from notifications.providers.provider import Refused, Unreachable
from routing import queries as routing
from tests.conftest import FakeClock, FakeProvider
from tests.integration.test_line import DEPUTY, OFFICER, send, state


def test_whoever_acknowledged_and_cannot_go_after_all_is_replaced(
    client: FlaskClient, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    given = send(client)
    answer_bell()
    client.post("/handset/reply", json={"phone": OFFICER, "text": "收到"})
    assert state(client, given) == "acknowledged"
    client.post("/handset/reply", json={"phone": OFFICER, "text": "去不了，车坏了"})
    answer_bell()
    assert state(client, given) == "assigned", "nobody is on the way any more"
    assert any("签收" in text for text in provider.to(DEPUTY)), "and the next one is told at once"
    client.post("/handset/reply", json={"phone": DEPUTY, "text": "1"})
    client.post("/handset/reply", json={"phone": OFFICER, "text": "2"})
    answer_bell()
    assert state(client, given) == "acknowledged", "another's answer is not taken back by the first"
    assert "此前已有人签收" in provider.to(OFFICER)[-1]


def test_an_officer_who_writes_more_is_heard(
    client: FlaskClient, parts: Parts, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    send(client)
    answer_bell()
    text = "张庆乡王家大院里还有一个三岁娃没人管，门从外面锁着，谁来看看"
    client.post("/handset/reply", json={"phone": OFFICER, "text": text})
    answer_bell()
    assert any("新报告" in told for told in provider.to(OFFICER))
    with parts.database.begin(SERVICE) as session:
        assert routing.desk(session).waiting_count >= 2


@pytest.mark.parametrize("text", ["\u200b\u200b", " \n\t", "\u3000", "\0"])
def test_a_report_that_says_nothing_is_asked_for_words(client: FlaskClient, text: str) -> None:
    answer = client.post("/api/v1/reports", json={"text": text})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "text")


def test_what_is_nested_too_deeply_is_refused_and_not_an_error(client: FlaskClient) -> None:
    body = '{"text": "x", "child": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}"
    answer = client.post("/api/v1/reports", data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "given",
    [{"phone": "1\0", "text": "\0"}, {"phone": "1", "text": ""}, {"phone": "9" * 40, "text": "1"}, [], 5],
)
def test_the_handset_takes_no_nonsense(client: FlaskClient, given: object) -> None:
    assert client.post("/handset/reply", json=given).status_code == 422
    assert client.get("/handset/messages?after=99999999999999").status_code == 422
    assert client.get("/handset/messages?after=x").status_code == 422


def test_at_the_top_only_the_clock_tells_again(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    """Every number is refused: each rung once, at once, and then the top again when its time has come."""
    provider.fails = [Refused("no such account")] * 100
    given = send(client)
    for _ in range(20):
        answer_bell()
        sweep(parts)

    def rungs() -> int:
        with parts.database.begin(SERVICE) as session:
            case = routing.case_by_number(session, given["number"])
            assert case is not None
            return sum(e.kind == "RungReached" for e in routing.case_timeline(session, case))

    assert rungs() == 4
    clock.forward(minutes=11)
    sweep(parts)
    answer_bell()
    assert rungs() == 5


def test_an_answer_to_a_message_whose_sending_timed_out_counts(
    client: FlaskClient, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    provider.fails = [Unreachable("timed out")]
    given = send(client)
    answer_bell()
    client.post("/handset/reply", json={"phone": OFFICER, "text": "收到"})
    assert state(client, given) == "acknowledged", "it may have arrived all the same"


def test_a_provider_that_breaks_in_an_unforeseen_way_is_given_up_in_the_end(
    client: FlaskClient, parts: Parts, clock: FakeClock, answer_bell: Callable[[], int]
) -> None:
    class Breaks(FakeProvider):
        tries = 0

        def send(self, *, key: str, to: str, text: str) -> str:
            self.tries += to == OFFICER
            raise ValueError("a page where JSON was due")

    breaks = Breaks()
    parts.relay.tools = dataclasses.replace(parts.relay.tools, provider=breaks)
    send(client)
    for _ in range(40):
        answer_bell()
        clock.forward(seconds=20)
        sweep(parts)
    assert breaks.tries == 5


def test_workers_that_are_away_find_one_notice_and_not_a_heap(
    client: FlaskClient, parts: Parts, clock: FakeClock, provider: FakeProvider
) -> None:
    """The bell rings and nobody comes: after some tries the clock delivers by itself, once."""
    send(client)
    for _ in range(30):
        clock.forward(seconds=5)
        sweep(parts)
    assert len(provider.to(OFFICER)) == 1
    assert sum(parts.doorbell.queue(name).count for name in QUEUES) < 20


def test_the_stand_down_names_the_unit_that_goes(
    client: FlaskClient,
    parts: Parts,
    clock: FakeClock,
    provider: FakeProvider,
    answer_bell: Callable[[], int],
) -> None:
    send(client)
    for _ in range(3):
        answer_bell()
        clock.forward(minutes=3)
        sweep(parts)
    answer_bell()
    client.post("/handset/reply", json={"phone": "10000007021", "text": "1"})
    answer_bell()
    assert "榆次区未成年人救助保护中心" in provider.to(OFFICER)[-1]


def test_a_place_without_end_is_cut(client: FlaskClient) -> None:
    given = send(client, "隔壁孩子又被打了", place="太谷区侯城乡" + "榆次区张庆乡" * 20_000)
    assert given["number"]
