"""PostgreSQL: one declarative registry, transactions with a jurisdiction, and columns that only the key opens.

Every transaction says whose eyes it has (`Scope`); row-level security shows it those divisions and no others. A
transaction that says nothing sees nothing. After a commit, what was emitted inside is handed to `after_commit`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import uuid_utils.compat
from sqlalchemy import Connection, DateTime, Engine, LargeBinary, MetaData, String, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from intake.register.keyring import Keyring


class Model(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


class Identified:
    """UUIDv7 key: in order of time, and not to be guessed from its neighbour."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid_utils.compat.uuid7)


# Collation C: a division is compared digit by digit, on every server alike; row-level security relies on it.
Division = String(12, collation="C")


def keyring_of(session: Session) -> Keyring:
    return _keyring(session.get_bind().dialect)


def _keyring(dialect: Dialect) -> Keyring:
    keyring = getattr(dialect, "keyring", None)
    if not isinstance(keyring, Keyring):
        raise RuntimeError("this engine has no keyring: make it with connect()")
    return keyring


class Sealed(TypeDecorator[str]):
    """Text that stands encrypted in its column. `column` ("report.text") is authenticated with it."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return _keyring(dialect).seal(value.encode("utf-8", "surrogatepass"), column=self.column)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _keyring(dialect).unseal(bytes(value), column=self.column).decode("utf-8", "surrogatepass")


class SealedJSON(TypeDecorator[Any]):
    """A JSON value that stands encrypted in its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return _keyring(dialect).seal(json.dumps(value).encode(), column=self.column)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return (
            None if value is None else json.loads(_keyring(dialect).unseal(bytes(value), column=self.column))
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes a transaction has: divisions from `lower` up to, not including, `upper`."""

    lower: str
    upper: str


SERVICE = Scope("", "~")
"""All divisions: the service's own hand (a door that takes a report in, the relay, the clock)."""


def jurisdiction(division: str) -> Scope:
    """A unit's own division and all below it. GB/T 2260 codes nest, and ':' is the character after '9'."""
    if not division.isdigit():
        raise ValueError(f"division: {division!r} is not a code of GB/T 2260")
    return Scope(division, division + ":")


OPTIONS: Final = "-c timezone=UTC -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
"""A transaction that hangs must not hold the others: nobody waits longer than this for a lock, or keeps one idle."""


def connect(url: str, keyring: Keyring, *, pool_size: int = 10) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 3,
            "options": OPTIONS,
        },
    )
    engine.dialect.keyring = keyring  # type: ignore[attr-defined]
    return engine


@dataclass(slots=True)
class Database:
    """`bind`: an engine, or in a test the connection whose transaction is rolled back. `after_commit`: called with
    what the transaction emitted (`ledger.Emitted`); must not raise. `unheard`: kinds of events that nobody listens
    to; they are on the timeline, and need no relay."""

    bind: Engine | Connection
    after_commit: Callable[[tuple[Any, ...]], None] = field(default=lambda _emitted: None)
    unheard: frozenset[str] = frozenset()

    @contextmanager
    def begin(self, scope: Scope) -> Iterator[Session]:
        """One transaction: commits at the end, rolls back on any exception."""
        emitted: tuple[Any, ...]
        with Session(
            self.bind, join_transaction_mode="create_savepoint", info={"unheard": self.unheard}
        ) as session:
            with session.begin():
                session.execute(
                    text(
                        "select set_config('hutong.from', :lower, true), set_config('hutong.to', :upper, true)"
                    ),
                    {"lower": scope.lower, "upper": scope.upper},
                )
                yield session
            emitted = tuple(session.info.get("emitted", ()))
        if emitted:
            self.after_commit(emitted)
