"""Nothing is lost, and nothing is doubled but what was in flight: done to a service that really runs."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.engine import make_url

from config import embedded
from config.app import create_app
from config.parts import Parts
from config.relay import Doorbell
from config.schedule import sweep
from intake.register.database import SERVICE
from intake.register.ledger import timeline
from routing import queries as routing
from tests.conftest import FakeClock, FakeProvider, Running, start_service, wait_until
from tests.integration.test_staff import sign_in
from tests.twilio_double import SPECIFICATION, twilio_double
from triage import queries as triage

RED = "榆次区张庆乡，我隔壁的小孩四岁，现在正被他爸用棍子打，头上流血了，快来人。"
YELLOW = "太谷区侯城乡，我班上一个学生三天没来上学，家里电话打不通。"


def told(service: Running, number: object) -> int:
    """How many messages on the demo's phones name this case."""
    return sum(str(number) in str(message["text"]) for message in service.handset())


@pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="!!! NO ../shared/twilio: A KILL IN MID-SEND IS NOT TRIED"
)
def test_a_worker_killed_in_mid_send(scratch: Path) -> None:
    """SIGKILL while Twilio has not answered yet: sent again, once, and nothing else is sent twice."""
    with twilio_double() as double, ExitStack() as stack:
        service = start_service(scratch / "data", WORKERS="1", **double.environ())
        stack.callback(service.stop)
        double.hang = [120.0]
        given = service.report(RED)
        wait_until(lambda: len(double.taken) == 1, seconds=20, what="the notice is in flight")
        for pid in service.pids("config.worker"):
            os.kill(pid, signal.SIGKILL)
        others = [service.report(RED + f"第{count}家。") for count in range(3)]
        numbers = [str(report["number"]) for report in (given, *others)]

        def times() -> Counter[str]:
            return Counter(number for form in double.taken for number in numbers if number in form["Body"])

        wait_until(lambda: times()[numbers[0]] == 2, seconds=75, what="the notice in flight is sent again")
        wait_until(lambda: len(times()) == len(numbers), seconds=30, what="the others are sent")
        assert double.wrong == []
        assert {number: times()[number] for number in numbers[1:]} == dict.fromkeys(numbers[1:], 1)
        assert service.pids("config.worker"), "the worker is there again"
        wait_until(lambda: service.get("/healthz").status_code == 200, seconds=20, what="all is well again")


def test_redis_flushed_with_jobs_in_it(service: Running) -> None:
    """The workers stand still, the jobs lie in Redis, Redis forgets everything, the workers go on."""
    workers = service.pids("config.worker")
    assert workers
    redis = Redis.from_url(embedded.addresses(service.data_dir).redis_url)
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        reports = [service.report(RED + f"第{count}户。") for count in range(5)]
        redis.flushall()
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
        redis.close()
    numbers = [report["number"] for report in reports]
    wait_until(
        lambda: all(told(service, number) for number in numbers), seconds=45, what="all are on a handset"
    )
    time.sleep(8)  # long enough for a second one to come
    assert [told(service, number) for number in numbers] == [1] * len(numbers)


def test_redis_stopped_during_intake(scratch: Path) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(ExitStack())
        url = redis.enter_context(embedded.redis(scratch / "r"))
        service = start_service(scratch / "data", REDIS_URL=url)
        stack.callback(service.stop)
        redis.close()
        reports = [service.report(RED + f"第{count}户。") for count in range(3)]
        assert {report["level"] for report in reports} == {"red"}, "the sender is answered as ever"
        numbers = [report["number"] for report in reports]
        wait_until(
            lambda: all(told(service, number) for number in numbers),
            seconds=40,
            what="without a doorbell the clock delivers by itself",
        )
        assert service.get("/healthz").status_code == 503
        assert "redis" in service.get("/healthz").json()["dead"]
        stack.enter_context(embedded.redis(scratch / "r"))
        wait_until(lambda: service.get("/healthz").status_code == 200, seconds=60, what="all is well again")
        later = service.report(YELLOW)
        wait_until(lambda: told(service, later["number"]), seconds=30, what="the doorbell rings again")
        assert [told(service, number) for number in numbers] == [1] * len(numbers)


def test_postgresql_stopped_during_intake(scratch: Path) -> None:
    """The sender is told to try again, never thanked; what was taken in before is there afterwards."""
    with ExitStack() as stack:
        postgres = stack.enter_context(ExitStack())
        url = postgres.enter_context(embedded.postgres(scratch / "p"))
        service = start_service(scratch / "data", DATABASE_URL=url)
        stack.callback(service.stop)
        before = service.report(RED)
        wait_until(lambda: told(service, before["number"]), seconds=20, what="the first one is on a handset")
        postgres.close()
        for path, body in (
            ("/api/v1/reports", {"json": {"text": RED}}),
            ("/report", {"data": {"text": RED}}),
        ):
            answer = httpx.post(f"{service.url}{path}", **body, timeout=30, trust_env=False)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "return_code" not in answer.text
            assert "再试" in answer.text
        health = service.get("/healthz")
        assert (health.status_code, "database" in health.json()["dead"]) == (503, True)
        stack.enter_context(embedded.postgres(scratch / "p"))
        wait_until(lambda: service.get("/healthz").status_code == 200, seconds=60, what="all is well again")
        again = service.report(RED)
        wait_until(lambda: told(service, again["number"]), seconds=30, what="the second one is on a handset")
        assert service.get(f"/api/v1/reports/{before['return_code']}").json()["state"] == "assigned"
        assert told(service, before["number"]) == 1


class Broken:
    """Stands where the reader stands, and fails as a broken lexicon would."""

    def read(self, text: str, *, channel: str) -> object:
        raise RuntimeError("triage broke")


@pytest.mark.parametrize("part", ["reader", "gazetteer"])
def test_triage_or_placing_raises(
    parts: Parts, clock: FakeClock, provider: FakeProvider, answer_bell: Callable[[], int], part: str
) -> None:
    """The report is kept, tried again, and in the end in a human's hands, its clocks counted from receipt."""
    parts.relay.tools = dataclasses.replace(parts.relay.tools, **{part: Broken})
    client: FlaskClient = create_app(parts.settings, parts=parts).test_client()
    received_at: datetime = clock.at
    answer = client.post("/api/v1/reports", json={"text": RED})
    assert answer.status_code == 201
    given = answer.get_json()
    assert given["level"] == (None if part == "reader" else "red")
    assert "110" in given["advice"]
    for _ in range(8):
        clock.forward(seconds=10)
        sweep(parts)
        answer_bell()
    with parts.database.begin(SERVICE) as session:
        case = routing.case_by_number(session, given["number"])
        assert case is not None, "it is somebody's"
        assert min(item.due_at for item in case.clocks) > received_at
        assert case.opened_at == received_at
        kinds = [entry.kind for entry in timeline(session, [case.id])]
        words = triage.standings(session, case.reports).values()
    unread = any(word.source == "unread" for word in words)
    assert unread == (part == "reader"), "the desk asks a human to read it"
    assert case.level == ("orange" if part == "reader" else "red")
    assert kinds.count("CaseOpened") == 1
    first = [text for _, _, text in provider.sent if given["number"] in text]
    assert len(first) == len({to for _, to, _ in provider.sent}), "each officer was told once"
    assert first


def test_the_same_event_delivered_three_times_runs_once(
    client: FlaskClient, parts: Parts, provider: FakeProvider
) -> None:
    client.post("/api/v1/reports", json={"text": RED})
    queue = parts.doorbell.queue("urgent")
    job = queue.fetch_job(queue.job_ids[0])
    assert job is not None
    for _ in range(3):
        parts.relay.deliver(UUID(job.args[0]), job.args[1])
    assert len(provider.sent) == 1


def test_a_redis_that_is_down_keeps_no_report_waiting(
    parts: Parts, client: FlaskClient, clock: FakeClock, provider: FakeProvider, redis_down: Redis
) -> None:
    parts.relay.doorbell = Doorbell(redis_down)
    assert client.post("/api/v1/reports", json={"text": RED}).status_code == 201
    assert provider.sent == []
    clock.forward(seconds=6)
    sweep(parts)
    assert len(provider.sent) == 1, "the clock delivers by itself"


def test_the_database_of_a_running_service_holds_every_step(service: Running) -> None:
    """What the API says is what the ledger holds."""
    given = service.report(YELLOW)
    wait_until(lambda: told(service, given["number"]), seconds=20, what="it is on a handset")
    url = make_url(embedded.addresses(service.data_dir).superuser_url)
    with psycopg.connect(host=url.query["host"], user="postgres", dbname="hutong") as connection:
        undelivered = connection.execute(
            "select count(*) from event where relayed_at is null and at < now() - interval '30 seconds'"
        ).fetchone()
    assert undelivered == (0,)


def test_a_report_that_cannot_become_a_case_is_a_card_on_the_desk(
    parts: Parts, clock: FakeClock, answer_bell: Callable[[], int]
) -> None:
    """Triage, placing and the last resort all fail: a human still sees the text."""
    parts.relay.tools = dataclasses.replace(parts.relay.tools, gazetteer=Broken, clocks=Broken())
    app = create_app(parts.settings, parts=parts)
    given = app.test_client().post("/api/v1/reports", json={"text": RED}).get_json()
    for _ in range(8):
        clock.forward(seconds=30)
        sweep(parts)
        answer_bell()
    desk = sign_in(app, "city").get("/desk").text
    assert given["number"] in desk
    assert "请人工阅读" in desk
    assert "头上流血了" in desk
