"""Twilio as Twilio: what we send fits its own description, and only what it signed gets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from config.app import create_app
from config.parts import Parts, assemble
from config.schedule import sweep
from config.settings import Settings
from intake.register.database import SERVICE, Database
from intake.register.ledger import timeline
from notifications.providers.twilio import TwilioSMS
from routing import queries as routing
from tests.conftest import FakeClock
from tests.twilio_double import ACCOUNT, SENDER, SPECIFICATION, TOKEN, TwilioDouble, twilio_double

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(),
    reason="!!! NO ../shared/twilio: TWILIO IS NOT CHECKED AGAINST ITS OWN DESCRIPTION",
)

RED = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，快来人。"


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with twilio_double() as double:
        yield double


@pytest.fixture
def twilio_settings(settings: Settings, double: TwilioDouble) -> Settings:
    return Settings.from_environ(settings.to_environ() | double.environ())


@pytest.fixture
def parts(twilio_settings: Settings, database: Database, clock: FakeClock) -> Iterator[Parts]:
    parts = assemble(twilio_settings, now=clock, database=database)
    parts.doorbell.redis.flushall()
    yield parts
    parts.doorbell.redis.close()


@pytest.fixture
def client(twilio_settings: Settings, parts: Parts) -> FlaskClient:
    return create_app(twilio_settings, parts=parts).test_client()


def signed(client: FlaskClient, form: dict[str, str], *, token: str = TOKEN, public_url: str) -> int:
    signature = RequestValidator(token).compute_signature(f"{public_url}/twilio/sms", form)
    return client.post("/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}).status_code


def test_with_credentials_the_notice_goes_by_twilio_and_the_reply_comes_back(
    client: FlaskClient, parts: Parts, double: TwilioDouble, answer_bell: Callable[[], int]
) -> None:
    assert isinstance(parts.tools.provider, TwilioSMS)
    given = client.post("/api/v1/reports", json={"text": RED}).get_json()
    answer_bell()
    assert double.wrong == []
    assert [(form["To"], form["From"]) for form in double.taken] == [("+8610007022011", SENDER)]
    body = double.taken[0]["Body"]
    assert given["number"] in body
    assert "http" not in body, "links to mainland numbers are filtered"
    assert len(body) <= 70

    form = {"From": "+8610007022011", "Body": "收到", "MessageSid": "SM1", "AccountSid": ACCOUNT}
    url = parts.settings.public_url
    assert signed(client, form, public_url=url) == 200
    path = f"/api/v1/reports/{given['return_code']}"
    assert client.get(path).get_json()["state"] == "acknowledged"
    assert signed(client, form, public_url=url) == 200, "Twilio may send it twice"
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None
        kinds = [entry.kind for entry in timeline(session, [case.id])]
    assert kinds.count("NoticeAcknowledged") == 1


def test_an_unsigned_or_forged_request_is_refused(client: FlaskClient, parts: Parts) -> None:
    form = {"From": "+8610007022011", "Body": "收到", "MessageSid": "SM2"}
    url = parts.settings.public_url
    assert client.post("/twilio/sms", data=form).status_code == 403
    assert client.post("/twilio/sms", data=b"{}", content_type="application/json").status_code == 403
    assert signed(client, form, token="guessed", public_url=url) == 403
    assert signed(client, form, public_url="http://elsewhere.example") == 403


def test_an_sms_from_anybody_else_is_a_report(
    client: FlaskClient, parts: Parts, double: TwilioDouble, answer_bell: Callable[[], int]
) -> None:
    form = {"From": "+8613912345678", "Body": "太谷区侯城乡有个五岁娃被锁在家里两天了", "MessageSid": "SM3"}
    url = parts.settings.public_url
    assert signed(client, form, public_url=url) == 200
    assert signed(client, form, public_url=url) == 200
    answer_bell()
    assert [entry["To"] for entry in double.taken] == ["+8610007032001"], (
        "one report, told to the station's officer"
    )


def test_a_provider_that_fails_for_a_while_is_asked_again(
    client: FlaskClient, parts: Parts, clock: FakeClock, double: TwilioDouble, answer_bell: Callable[[], int]
) -> None:
    double.status = [500, 429]
    client.post("/api/v1/reports", json={"text": RED})
    answer_bell()
    for seconds in (6, 16):
        clock.forward(seconds=seconds)
        sweep(parts)
        answer_bell()
    assert [form["To"] for form in double.taken] == ["+8610007022011"] * 3


def test_a_number_that_is_refused_is_not_waited_for(
    client: FlaskClient, parts: Parts, double: TwilioDouble, answer_bell: Callable[[], int]
) -> None:
    double.status = [400]
    given = client.post("/api/v1/reports", json={"text": RED}).get_json()
    answer_bell()
    assert [form["To"] for form in double.taken] == ["+8610007022011", "+8610007022012"], (
        "the deputy, at once"
    )
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None
        assert "NoticeFailed" in [entry.kind for entry in timeline(session, [case.id])]
