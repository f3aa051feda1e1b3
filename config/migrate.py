"""The schema is brought up to date, and the role that the service works under is made.

Migrations run as the owner. The service connects as `<database>_service`, which owns nothing, is no superuser and
cannot bypass row-level security; its password is derived from SECRET_KEY, so nobody has to keep one more secret.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from config.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


class RoleError(RuntimeError):
    """The owner may not make the service's role; says what to do."""


def upgrade(owner_url: str, settings: Settings, *, revision: str = "head") -> None:
    """Brings the database at `owner_url` to `revision`, and (again) makes the service's role and its rights.
    Idempotent. Two at once wait for each other."""
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(7014070001)"))
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            _make_role(connection, settings)
            _grant(connection, service_role(owner_url))
    finally:
        engine.dispose()


def service_url(settings: Settings, owner_url: str) -> str:
    """Where the service itself connects: the owner's database, as the role that owns nothing."""
    url = make_url(owner_url).set(username=service_role(owner_url), password=_password(settings))
    return url.render_as_string(hide_password=False)


def service_role(owner_url: str) -> str:
    return f"{make_url(owner_url).database or 'hutong'}_service"


def _password(settings: Settings) -> str:
    return hmac.new(settings.secret_key.encode(), b"database role of the service", hashlib.sha256).hexdigest()


def _make_role(connection: Connection, settings: Settings) -> None:
    role = service_role(connection.engine.url.render_as_string())
    exists = connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": role})
    verb = "alter" if exists else "create"
    quoted = connection.dialect.identifier_preparer.quote(role)
    try:
        connection.execute(text(f"{verb} role {quoted} login password '{_password(settings)}'"))
    except ProgrammingError as error:
        raise RoleError(
            f"DATABASE_URL: its user may not {verb} the role {role}; grant it CREATEROLE (it must have made the role)"
        ) from error


def _grant(connection: Connection, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote(role)
    database = connection.dialect.identifier_preparer.quote(connection.engine.url.database or "hutong")
    for statement in (
        f"grant connect on database {database} to {name}",
        f"grant usage on schema public to {name}",
        f"grant select, insert, update, delete on all tables in schema public to {name}",
        f"grant usage on all sequences in schema public to {name}",
        # The ledger is written once: of a row only the relay's own columns may move.
        f"revoke update, delete, truncate on event from {name}",
        f"grant update (relay_at, relay_attempts, relayed_at) on event to {name}",
        f"revoke update, delete, truncate on delivery from {name}",
        f"revoke all on alembic_version from {name}",
    ):
        connection.execute(text(statement))
