"""Promises that the whole system makes: events have listeners and words, routes say who may call them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import labels, worker
from config.app import create_app
from config.parts import Parts
from config.relay import QUEUES
from config.settings import Settings
from config.wiring import SUBSCRIPTIONS
from intake.register.ledger import adapter

EVENT_MODULES = (
    "intake.events",
    "intake.register.accounts.events",
    "triage.events",
    "routing.events",
    "routing.units.events",
    "routing.rota.events",
    "notifications.events",
)

ANYBODY = {
    "intake.front_page",
    "intake.report_form",
    "intake.report_sent",
    "intake_api.create_report",
    "receipt.receipt_form",
    "receipt.receipt",
    "receipt_api.read_report",
    "links.link",
    "links.link_tapped",
    "duty_feed.calendar",
    "accounts.sign_in_form",
    "accounts.signed_in",
    "accounts.signed_out",
    "health.healthz",
    "static",
    "bootstrap.static",
    "language",
}
SIGNED_BY_TWILIO = {"twilio.sms"}
DEMO_ONLY = {"handset.phones", "handset.messages", "handset.reply"}


def events() -> Iterator[type[Any]]:
    for name in EVENT_MODULES:
        for _, member in inspect.getmembers(importlib.import_module(name), dataclasses.is_dataclass):
            if member.__module__ == name:
                yield member


def test_every_event_is_wired_and_every_wired_event_is_one() -> None:
    assert set(events()) == set(SUBSCRIPTIONS)


def test_every_event_has_words_for_the_timeline() -> None:
    assert {event.__name__ for event in events()} == set(labels.EVENTS)


@pytest.mark.parametrize("event", list(events()), ids=lambda event: event.__name__)
def test_every_event_has_a_stream_and_a_payload_that_can_be_read_back(event: type[Any]) -> None:
    assert isinstance(event.stream, property)
    assert dataclasses.fields(event)
    adapter(event)


def test_listeners_have_names_of_their_own() -> None:
    for listeners in SUBSCRIPTIONS.values():
        names = [listener.name for listener in listeners]
        assert len(names) == len(set(names))


def test_every_queue_has_a_worker_and_the_job_is_where_the_relay_says() -> None:
    assert callable(worker.deliver)
    assert callable(worker.beat)
    assert QUEUES == ("urgent", "routine")
    assert "for name in QUEUES" in inspect.getsource(worker.main)


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    unsaid = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        declared = ANYBODY | SIGNED_BY_TWILIO | DEMO_ONLY
        if not getattr(view, "staff_only", False) and rule.endpoint not in declared:
            unsaid.add(rule.endpoint)
    assert unsaid == set()


def test_staff_pages_send_strangers_to_sign_in(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "staff_only", False):
            path = rule.rule.replace("<number>", "26-000001")
            method = "POST" if "POST" in (rule.methods or set()) else "GET"
            answer = client.open(path, method=method)
            if method == "GET":
                assert answer.status_code == 302, path
                assert answer.location.startswith("/sign-in"), path
            else:
                assert answer.status_code in (302, 400), path


def test_the_public_surface_has_no_staff_route_and_the_staff_surface_no_public_one(
    settings: Settings, parts: Parts
) -> None:
    public, staff = (
        {rule.endpoint for rule in create_app(settings, surface, parts).url_map.iter_rules()}
        for surface in ("public", "staff")
    )
    shared = {"health.healthz", "static", "bootstrap.static", "language"}
    assert public & staff == shared
    assert not any(
        endpoint.startswith(("routing.", "accounts.", "handset.", "triage.")) for endpoint in public
    )
    assert public | staff == {
        rule.endpoint for rule in create_app(settings, "all", parts).url_map.iter_rules()
    }


def test_twilio_gets_in_with_a_signature_only(client: FlaskClient) -> None:
    assert client.post("/twilio/sms", data={"From": "+1", "Body": "1", "MessageSid": "x"}).status_code == 403


def test_pages_carry_their_headers(client: FlaskClient) -> None:
    answer = client.get("/report")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
