"""The ground that cannot be laid later: a role that owns nothing, sealed columns, a ledger nobody rewrites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from config import embedded
from config.app import create_app
from config.migrate import service_role, service_url, upgrade
from config.parts import Parts, assemble, keyring
from config.schema import METADATA
from config.settings import Settings
from intake.register.database import SERVICE, connect
from intake.register.keyring import Keyring, SealBroken
from intake.register.ledger import verify


def test_the_service_owns_nothing_and_cannot_walk_past_row_level_security(settings: Settings) -> None:
    assert settings.database_url is not None
    engine = connect(service_url(settings, settings.database_url), keyring(settings))
    with engine.connect() as connection:
        me = connection.scalar(text("select current_user"))
        assert me == service_role(settings.database_url)
        rights = connection.execute(
            text(
                "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
            )
        ).one()
        assert not any(rights)
        owned = connection.scalar(
            text(
                "select count(*) from pg_class where relowner = (select oid from pg_roles where rolname = current_user)"
            )
        )
        assert owned == 0
        # A transaction that says nothing about its scope sees nothing.
        for table in ("report", '"case"', "event", "account", "notice", "assessment", "clock"):
            assert connection.scalar(text(f"select count(*) from {table}")) == 0
    engine.dispose()


def test_every_table_with_a_division_or_a_case_is_under_row_level_security(settings: Settings) -> None:
    assert settings.database_url is not None
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        guarded = set(connection.scalars(text("select relname from pg_class where relrowsecurity")))
    engine.dispose()
    directory = {"unit", "officer"}  # who works where; names and phones are sealed
    wanted = {
        table.name
        for table in METADATA.tables.values()
        if {"division", "case_id", "report_id", "stream"} & set(table.columns.keys())
    }
    assert wanted - directory <= guarded


REWRITES = (
    "update event set kind = 'Nothing'",
    "update event set payload = '{}'",
    "delete from event",
    "truncate event cascade",
)


@pytest.mark.parametrize("statement", REWRITES)
def test_the_service_has_no_right_to_rewrite_the_ledger(
    client: FlaskClient, parts: Parts, statement: str
) -> None:
    client.post("/api/v1/reports", json={"text": "榆次区张庆乡有个孩子被打"})
    with (
        parts.database.begin(SERVICE) as session,
        pytest.raises(DBAPIError, match="permission denied"),
        session.begin_nested(),
    ):
        session.execute(text(statement))


@pytest.mark.parametrize("statement", REWRITES)
def test_the_owner_is_stopped_by_the_trigger(settings: Settings, statement: str) -> None:
    assert settings.database_url is not None
    engine = create_engine(settings.database_url, connect_args={"options": "-c lock_timeout=5000"})
    row = "gen_random_uuid(), 1, 'X', now(), 'x', '{\"a\": 1}', '', '', now(), 0, now(), gen_random_uuid()"
    with engine.connect() as connection:
        connection.execute(text(f"insert into event values ({row})".replace(":", "\\:")))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement))
        connection.rollback()
    engine.dispose()


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """The owner's connection with the ledger's trigger taken away for a moment."""
    with engine.begin() as connection:
        connection.execute(text("alter table event disable trigger ledger_rows"))
        yield connection
        connection.execute(text("alter table event enable trigger ledger_rows"))


def test_a_chain_that_was_tampered_with_names_the_row(client: FlaskClient, settings: Settings) -> None:
    """Somebody with the owner's rights who takes the trigger away still cannot hide what was changed."""
    assert settings.database_url is not None
    engine = create_engine(settings.database_url)
    parts = assemble(settings)
    app = create_app(settings, parts=parts)
    app.test_client().post("/api/v1/reports", json={"text": "太谷区侯城乡有个孩子被打"})
    with parts.database.begin(SERVICE) as session:
        assert list(verify(session)) == []
    deliveries = "delete from delivery where event_id in (select id from event where {which})"
    rung = "stream = :s and kind = 'RungReached'"
    with unguarded(engine) as connection:
        stream = {
            "s": connection.scalar(
                text("select stream from event where kind = 'CaseOpened' order by at desc limit 1")
            )
        }
        lowered = 'update event set payload = payload || \'{"level"\\: "green"}\''
        connection.execute(text(f"{lowered} where stream = :s and kind = 'CaseOpened'"), stream)
        connection.execute(text(deliveries.format(which=rung)), stream)
        connection.execute(text(f"delete from event where {rung}"), stream)
    with parts.database.begin(SERVICE) as session:
        found = {(broken.kind, broken.why) for broken in verify(session)}
    assert ("CaseOpened", "changed") in found
    assert ("NoticeQueued", "removed or reordered") in found
    # Leave no broken chain behind for other tests.
    with unguarded(engine) as connection:
        connection.execute(text(deliveries.format(which="stream = :s")), stream)
        connection.execute(text("delete from event where stream = :s"), stream)
    engine.dispose()
    parts.database.bind.engine.dispose()
    parts.doorbell.redis.close()


def test_a_dump_without_the_key_yields_no_name_phone_or_sentence(
    settings: Settings, servers: embedded.Addresses
) -> None:
    parts = assemble(settings)
    app = create_app(settings, parts=parts)
    secret = {
        "text": "小名叫豆豆的孩子在柴房",
        "place": "太谷区侯城乡惠安村",
        "phone": "13900001234",
        "name": "王秀兰",
    }
    answer = app.test_client().post(
        "/api/v1/reports",
        json={
            "text": secret["text"],
            "place": secret["place"],
            "reporter": {"name": secret["name"], "phone": secret["phone"]},
        },
    )
    assert answer.status_code == 201
    url = make_url(servers.superuser_url)
    rows = []
    with psycopg.connect(
        host=url.query["host"], user="postgres", dbname="hutong"
    ) as connection:  # the superuser, who sees every row
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'copy "{table}" to stdout') as copy:
                rows += [bytes(chunk) for chunk in copy]
    content = b"".join(rows)
    assert b"ReportReceived" in content, "the dump holds the rows"
    for value in (*secret.values(), answer.get_json()["return_code"], "演示员0703200甲", "10007032001"):
        plain = value.encode()
        assert plain not in content
        assert plain.hex().encode() not in content, "nor as the hex of a byte column"
    parts.database.bind.engine.dispose()
    parts.doorbell.redis.close()


def test_a_sealed_value_opens_only_in_its_column_and_under_its_key() -> None:
    keys = Keyring({"b": b"2" * 32, "a": b"1" * 32}, b"i" * 32, lambda size: b"n" * size)
    old = Keyring({"a": b"1" * 32}, b"i" * 32, lambda size: b"n" * size)
    sealed = keys.seal("豆豆".encode(), column="report.text")
    assert keys.unseal(sealed, column="report.text").decode() == "豆豆"
    assert keys.unseal(old.seal(b"x", column="c"), column="c") == b"x", "an older key still opens"
    with pytest.raises(SealBroken, match="changed or moved"):
        keys.unseal(sealed, column="report.place")
    with pytest.raises(SealBroken, match="changed or moved"):
        keys.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), column="report.text")
    with pytest.raises(SealBroken, match="'b'"):
        old.unseal(sealed, column="report.text")


def test_models_equal_migrations_up_and_down(servers: embedded.Addresses, settings: Settings) -> None:
    from alembic import command
    from alembic.config import Config

    from config.migrate import MIGRATIONS

    url = make_url(servers.owner_url)
    with psycopg.connect(
        host=url.query["host"], user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("create database upanddown owner hutong_owner")
    other = url.set(database="upanddown").render_as_string(hide_password=False)
    upgrade(other, settings)
    engine = create_engine(other)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        assert set(left) <= {"alembic_version"}
        command.upgrade(config, "head")
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
