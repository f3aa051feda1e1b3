"""What the machine would say, while an operator types: for staff only, kept nowhere, said in no log."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from config.parts import Parts
from intake.models import Report
from intake.register.database import SERVICE
from intake.register.ledger import EventRow
from tests.integration.test_staff import sign_in, token
from triage.models import Assessment

PATH = "/api/v1/triage/preview"
TEXT = "我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，没有昏迷。"


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    client = sign_in(app, "officer")
    client.environ_base["HTTP_X_CSRFTOKEN"] = token(client.get("/desk").text)
    return client


def post(client: FlaskClient, body: object) -> TestResponse:
    return client.post(PATH, data=json.dumps(body), content_type="application/json")


def test_the_answer_says_what_and_why(staff: FlaskClient, parts: Parts) -> None:
    answer = post(staff, {"text": TEXT, "channel": "call"})
    assert answer.status_code == 200
    said = answer.get_json()
    assert set(said) == {
        *("level", "circumstances", "call_police", "ages", "evidence"),
        *("confidence", "please_read", "lexicon"),
    }
    assert (said["level"], said["call_police"], said["ages"]) == ("red", True, [[4, 4]])
    assert said["lexicon"].count("sha256:") == 2
    for item in said["evidence"]:
        assert TEXT[item["start"] : item["end"]] == item["text"]
        assert item["why"]
    assert {item["counted"] for item in said["evidence"]} == {True, False}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, ""),
        (b"nonsense", 400, ""),
        (b"[]", 400, ""),
        (b"[" * 200_000, 400, ""),
        (b"{}", 400, "text"),
        (b'{"text": 5}', 400, "text"),
        (b'{"text": null}', 400, "text"),
        (b'{"text": "x", "channel": "pigeon"}', 400, "channel"),
        (b'{"text": "x", "channel": ["call"]}', 400, "channel"),
        (json.dumps({"text": "长" * 20_001}).encode(), 413, "text"),
        (b'{"text": "' + b"x" * 1_100_000 + b'"}', 413, ""),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_wrong_is_named(staff: FlaskClient, body: bytes, status: int, field: str) -> None:
    answer = staff.post(PATH, data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.get_json()["errors"][0]["field"] == field


@pytest.mark.parametrize("text", ["", "\ud800孩子被打", "\0", "😭" * 50, "长" * 20_000])
def test_any_text_is_answered_as_it_came(staff: FlaskClient, text: str) -> None:
    answer = post(staff, {"text": text, "channel": "sms"})
    assert answer.status_code == 200
    for item in json.loads(answer.data)["evidence"]:
        assert text[item["start"] : item["end"]] == item["text"]


def test_strangers_and_forgers_are_refused_in_json(
    app: Flask, client: FlaskClient, staff: FlaskClient
) -> None:
    forged = staff.post(PATH, json={"text": TEXT}, headers={"X-CSRFToken": "guess"})
    assert (forged.status_code, forged.get_json()["errors"][0]["field"]) == (400, "X-CSRFToken")
    client.environ_base["HTTP_X_CSRFTOKEN"] = token(client.get("/sign-in").text)
    stranger = post(client, {"text": TEXT})
    assert (stranger.status_code, stranger.content_type) == (401, "application/json")


def test_nothing_is_kept_and_nothing_is_logged(
    staff: FlaskClient, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def rows() -> list[int | None]:
        with parts.database.begin(SERVICE) as session:
            counts = (select(func.count()).select_from(table) for table in (Report, Assessment, EventRow))
            return [session.scalar(count) for count in counts]

    before = rows()
    with caplog.at_level(logging.DEBUG):
        assert post(staff, {"text": TEXT, "channel": "call"}).status_code == 200
        assert post(staff, {"text": TEXT, "channel": "pigeon"}).status_code == 400
    assert rows() == before
    assert "棍子" not in caplog.text
    assert "\\u68cd" not in caplog.text
