"""The whole line in one process: a report comes in, the station's phone is told, somebody answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from config.parts import Parts
from config.schedule import sweep
from intake.register.database import SERVICE, Scope, jurisdiction
from intake.register.ledger import verify
from routing import queries as routing
from tests.conftest import FakeClock, FakeProvider

PLAIN_RED = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，快来人。"
OFFICER, DEPUTY = "10007022011", "10007022012"


def send(client: FlaskClient, text: str = PLAIN_RED, **more: object) -> dict[str, str]:
    body = json.dumps({"text": text, **more})
    answer = client.post("/api/v1/reports", data=body, content_type="application/json")
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_a_report_reaches_the_officer_and_the_answer_stops_the_clock(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    given = send(client)
    assert given["level"] == "red"
    assert given["call_police"] is True
    assert "110" in given["advice"]
    assert len(given["return_code"]) == 16

    answer_bell()
    assert [to for _, to, _ in provider.sent] == [OFFICER]
    assert given["number"] in provider.to(OFFICER)[0]
    assert "张庆" not in provider.to(OFFICER)[0], "a text names no place"

    before = client.get(f"/api/v1/reports/{given['return_code']}").get_json()
    assert (before["state"], before["level"]) == ("assigned", "red")
    assert before["steps"][-1]["unit"] == "榆次区张庆乡未成年人保护工作站"

    clock.forward(minutes=2)
    answer = client.post("/handset/reply", json={"phone": OFFICER, "text": "收到"})
    assert answer.status_code == 201
    after = client.get(f"/api/v1/reports/{given['return_code']}").get_json()
    assert after["state"] == "acknowledged"
    assert [step["state"] for step in after["steps"]] == ["received", "assigned", "acknowledged"]

    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None
        clocks = {item.act: item for item in case.clocks}
        kinds = [entry.kind for entry in routing.case_timeline(session, case)]
    assert clocks["acknowledge"].met_at == clock.at
    assert clocks["visit"].met_at is None, "the clocks are independent of one another"
    assert kinds[:6] == [
        "ReportReceived",
        "ReportAssessed",
        "CaseOpened",
        "RungReached",
        "NoticeQueued",
        "NoticeSent",
    ]
    assert "CaseAcknowledged" in kinds

    answer_bell()
    assert "已签收" in provider.to(OFFICER)[-1]
    clock.forward(hours=1)
    sweep(parts)
    answer_bell()
    assert {to for _, to, _ in provider.sent} == {OFFICER}, "nobody else is told once somebody goes"
    assert "还没有走访记录" in provider.to(OFFICER)[-1], "whoever said so and has not gone is told again"


def test_nobody_answers_deputy_county_city_by_the_clock(
    client: FlaskClient,
    parts: Parts,
    provider: FakeProvider,
    clock: FakeClock,
    answer_bell: Callable[[], int],
) -> None:
    given = send(client)
    told = []
    for minutes in (0, 3, 3, 4):
        clock.forward(minutes=minutes)
        sweep(parts)
        answer_bell()
        told.append({to for _, to, _ in provider.sent})
    officer, deputy, county, city = told
    assert officer == {OFFICER}
    assert deputy - officer == {DEPUTY}
    assert county - deputy == {"10000007021", "10000007022"}
    assert city - county == {"10000000071", "10000000072"}

    clock.forward(minutes=9)
    sweep(parts)
    answer_bell()
    assert len(provider.to("10000000071")) == 1
    clock.forward(minutes=1)
    sweep(parts)
    answer_bell()
    assert len(provider.to("10000000071")) == 2, "the top is told again, until somebody answers"

    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None
        breached = {item.act for item in case.clocks if item.breached_at}
    assert breached == {"acknowledge"}

    # The county's officer answers: those who were woken stand down, whoever answered does not.
    client.post("/handset/reply", json={"phone": "10000007021", "text": "1"})
    answer_bell()
    stood_down = {to for _, to, text in provider.sent if "不必再去" in text}
    assert stood_down == {OFFICER, DEPUTY, "10000007022", "10000000071", "10000000072"}


def test_declining_tells_the_next_one_at_once(
    client: FlaskClient, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    send(client)
    answer_bell()
    client.post("/handset/reply", json={"phone": OFFICER, "text": "去不了"})
    answer_bell()
    assert any("签收" in text for text in provider.to(DEPUTY))


def test_two_open_cases_are_never_mixed_up(
    client: FlaskClient, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    first, second = send(client), send(client, PLAIN_RED + "还有一家也是。")
    answer_bell()
    client.post("/handset/reply", json={"phone": OFFICER, "text": "收到"})
    answer_bell()
    assert first["number"] in provider.to(OFFICER)[-1]
    assert second["number"] in provider.to(OFFICER)[-1]
    assert all(state(client, given) == "assigned" for given in (first, second))

    client.post("/handset/reply", json={"phone": OFFICER, "text": f"{second['number']}收到"})
    assert state(client, first) == "assigned"
    assert state(client, second) == "acknowledged"


def state(client: FlaskClient, given: dict[str, str]) -> str:
    return str(client.get(f"/api/v1/reports/{given['return_code']}").get_json()["state"])


def test_the_link_shows_first_and_acknowledges_when_tapped(
    client: FlaskClient, provider: FakeProvider, answer_bell: Callable[[], int]
) -> None:
    provider.carries_links = True
    given = send(client)
    answer_bell()
    path = "/a/" + provider.to(OFFICER)[0].rsplit("/a/", 1)[1]
    assert given["number"] in client.get(path).text
    assert state(client, given) == "assigned", "a phone that previews links must not acknowledge"
    assert client.post(path).status_code == 200
    assert state(client, given) == "acknowledged"
    assert client.post(path).status_code == 200, "twice is answered politely"
    assert client.get("/a/00000000000000000000000000000000").status_code == 404


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("晋中市太谷区侯城乡，我班上的学生三天没来上学，家里电话打不通。", "太谷区侯城乡未成年人保护工作站"),
        ("有个小孩，不知道该找谁，想问问。", "晋中市未成年人救助保护中心"),
    ],
)
def test_the_station_of_the_childs_township_or_the_citys_centre(
    client: FlaskClient, text: str, unit: str
) -> None:
    given = send(client, text)
    steps = client.get(f"/api/v1/reports/{given['return_code']}").get_json()["steps"]
    assert steps[1]["unit"] == unit


def test_the_place_that_the_sender_gives_decides(client: FlaskClient) -> None:
    for place in (
        "太谷区侯城乡",
        "140703200",
        {"code": "140703200"},
        {"county": "太谷区", "township": "侯城乡"},
    ):
        given = send(client, "隔壁小孩又被打了，腿上有伤。", place=place)
        steps = client.get(f"/api/v1/reports/{given['return_code']}").get_json()["steps"]
        assert steps[1]["unit"] == "太谷区侯城乡未成年人保护工作站"


def test_the_same_message_twice_is_one_report(client: FlaskClient, parts: Parts) -> None:
    key = {"Idempotency-Key": "5f1c"}

    def cases() -> int:
        with parts.database.begin(SERVICE) as session:
            return routing.desk(session).waiting_count

    before = cases()
    first = client.post("/api/v1/reports", json={"text": PLAIN_RED}, headers=key).get_json()
    again = client.post("/api/v1/reports", json={"text": PLAIN_RED}, headers=key).get_json()
    assert first == again
    assert cases() == before + 1
    other = client.post("/api/v1/reports", json={"text": PLAIN_RED + "还有一个"}, headers=key)
    assert (other.status_code, other.get_json()["errors"][0]["field"]) == (409, "Idempotency-Key")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"nonsense", 400, ""),
        (b"[]", 400, ""),
        (b"{}", 422, "text"),
        (b'{"text": "  "}', 422, "text"),
        (b'{"text": 5}', 422, "text"),
        (b'{"text": "x", "channel": "pigeon"}', 422, "channel"),
        ('{"text": "' + "长" * 20_001 + '"}', 422, "text"),
    ],
)
def test_bad_input_names_the_field(client: FlaskClient, body: bytes | str, status: int, field: str) -> None:
    answer = client.post("/api/v1/reports", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.get_json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "text", ["\ud800孩子被打", "\0孩子", "😭😭", "'; drop table report;--", "<script>alert(1)</script>"]
)
def test_strange_texts_are_kept_as_they_came(client: FlaskClient, parts: Parts, text: str) -> None:
    from intake import queries as intake

    given = send(client, text)
    with parts.database.begin(SERVICE) as session:
        report = intake.report_by_code(session, given["return_code"])
    assert report is not None
    assert report.original["text"] == text


def test_the_chains_hold_and_a_changed_row_is_named(client: FlaskClient, parts: Parts) -> None:
    send(client)
    with parts.database.begin(SERVICE) as session:
        assert list(verify(session)) == []


def test_the_jurisdiction_hides_what_is_elsewhere(client: FlaskClient, parts: Parts) -> None:
    given = send(client)

    def sees(scope: Scope) -> bool:
        with parts.database.begin(scope) as session:
            return routing.case_by_number(session, given["number"]) is not None

    assert sees(jurisdiction("140702201"))
    assert sees(jurisdiction("140702"))
    assert sees(jurisdiction("1407"))
    assert not sees(jurisdiction("140702202"))
    assert not sees(jurisdiction("140703"))
    assert not sees(Scope("", ""))
