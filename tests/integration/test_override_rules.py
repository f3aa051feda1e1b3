"""What a human's word is checked for, and that nobody changes it afterwards."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from config.parts import Parts, assemble
from config.settings import Settings
from intake import queries as intake
from intake.operations import receive_report
from intake.register.accounts.models import Account
from intake.register.database import SERVICE
from intake.report import IncomingReport
from tests.integration.test_overrides import REASON
from tests.integration.test_staff import HERE, report
from triage import operations
from triage.models import Override
from triage.queries import OverrideView

Say = Callable[..., OverrideView]


@pytest.fixture
def say(client: FlaskClient, parts: Parts) -> Say:
    """The operation itself, on a fresh red report."""
    number = report(client, HERE)
    with parts.database.begin(SERVICE) as session:
        found = intake.report_by_number(session, number)
        account = session.scalars(select(Account.id).where(Account.username == "officer")).one()
    assert found is not None

    def said(**more: object) -> OverrideView:
        usual: dict[str, object] = {
            "report_id": found.id,
            "level": "orange",
            "circumstances": ["violence"],
            "reason": REASON,
            "new_clocks": False,
            "account_id": account,
            "name": "值班员",
            "key": "k",
            "seen": None,
            "now": parts.tools.now(),
        }
        with parts.database.begin(SERVICE) as session:
            return operations.override(session, **{**usual, **more})  # type: ignore[arg-type]

    return said


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("level", {"level": "purple"}),
        ("level", {"level": ""}),
        ("level", {"level": "red", "circumstances": ["violence"]}),
        ("circumstances", {"circumstances": ["violence", "weather"]}),
        ("reason", {"reason": " \u200b\n"}),
        ("reason", {"reason": "长" * 2001}),
        ("key", {"key": ""}),
        ("seen", {"seen": uuid.UUID(int=7)}),
    ],
)
def test_what_cannot_be_taken_names_its_field(
    say: Say, parts: Parts, field: str, said: dict[str, object]
) -> None:
    with pytest.raises(operations.OverrideRefused, match=f"^{field}: ") as refused:
        say(**said)
    assert refused.value.field == field
    with parts.database.begin(SERVICE) as session:
        assert (
            session.scalar(select(func.count()).select_from(Override).where(Override.at == parts.tools.now()))
            == 0
        )


def test_a_key_that_was_used_for_something_else(say: Say) -> None:
    first = say()
    assert say() == first
    with pytest.raises(operations.OverrideRefused, match=r"^key: "):
        say(level="green")


def test_a_report_nobody_has_read_has_no_word_to_stand_above(parts: Parts, say: Say) -> None:
    with pytest.raises(LookupError):
        say(report_id=UUID(int=1))


REWRITES = (
    "update assessment_override set level = 'green'",
    "delete from assessment_override",
    "truncate assessment_override",
)


@pytest.mark.parametrize("statement", REWRITES)
def test_nobody_changes_or_removes_a_word(say: Say, parts: Parts, statement: str) -> None:
    say()
    with (
        parts.database.begin(SERVICE) as session,
        pytest.raises(DBAPIError, match=r"append-only|permission denied"),
        session.begin_nested(),
    ):
        session.execute(text(statement))


def test_the_same_form_from_two_requests_at_once_is_one_word(settings: Settings) -> None:
    """Two real transactions: the second waits for the first and is given its answer."""
    parts = assemble(settings)
    with parts.database.begin(SERVICE) as session:
        incoming = IncomingReport(channel="web", text=HERE)
        received = receive_report(session, incoming=incoming, home="1407", now=parts.tools.now())
        account = session.scalars(select(Account.id).where(Account.username == "officer")).one()
    barrier = threading.Barrier(2)
    answers: list[OverrideView] = []
    key, now = uuid.uuid4().hex, datetime.now().astimezone()

    def speak() -> None:
        with parts.database.begin(SERVICE) as session:
            barrier.wait()
            said = operations.override(
                session,
                report_id=received.report_id,
                level="yellow",
                circumstances=[],
                reason="x",
                new_clocks=False,
                account_id=account,
                name="值班员",
                key=key,
                seen=None,
                now=now,
            )
            answers.append(said)

    both = [threading.Thread(target=speak) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert len(answers) == 2
    assert answers[0].id == answers[1].id
    assert settings.database_url is not None
    engine = create_engine(settings.database_url)
    with engine.begin() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("delete from assessment_override"))
    engine.dispose()
    parts.doorbell.redis.close()
    assert isinstance(parts.database.bind, Engine)
    parts.database.bind.dispose()
