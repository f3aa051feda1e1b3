"""Answers that are not the plain one, and messages that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from config.parts import Parts
from intake.register.database import SERVICE
from routing import queries as routing
from tests.conftest import FakeProvider
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
