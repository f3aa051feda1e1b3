"""One row for everything that happens: outbox, timeline and audit trail in one table.

`emit` writes the row in the transaction that makes it true, so the two can't get out of step. Rows are chained by hash
within their *stream* (a report, a case, an account): one chain for all would make every write wait for every other.
A trigger lets nobody change or remove a row; only the three columns that tell how far its relay has come may move.
A payload holds ids and plain facts, never a name, a phone or a sentence: it cannot be erased afterwards.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import uuid_utils.compat
from pydantic import TypeAdapter
from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.register.database import Identified, Model

GENESIS = b"\0" * 32

RELAY_GRACE = timedelta(seconds=5)
"""How long the process that committed an event has to relay it before the sweep does."""


class Event(Protocol):
    """A frozen dataclass in the past tense, of ids and plain facts. `stream`: what its chain belongs to."""

    @property
    def stream(self) -> uuid.UUID: ...


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event on its way out of the transaction that wrote it."""

    id: uuid.UUID
    event: Event


class EventRow(Identified, Model):
    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        Index("ix_event_unrelayed", "relay_at", postgresql_where=text("relayed_at IS NULL")),
    )

    stream: Mapped[uuid.UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    payload: Mapped[dict[str, Any]]
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    # How far the relay has come; no part of the hash.
    relay_at: Mapped[datetime]
    relay_attempts: Mapped[int] = mapped_column(default=0)
    relayed_at: Mapped[datetime | None]


class Delivery(Model):
    """`consumer` has done its work for `event_id`; written in the transaction of that work, so it happens once."""

    __tablename__ = "delivery"

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the timeline shows it. `actor`: "system", "reporter", "account:<id>" or "officer:<id>"."""

    id: uuid.UUID
    kind: str
    at: datetime
    actor: str
    payload: dict[str, Any]


LOCK_STREAMS: Final = text("select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) key")
LAST_OF_STREAMS: Final = text(
    "select s.stream, e.seq, e.hash from unnest(cast(:streams as uuid[])) s(stream) cross join lateral "
    "(select seq, hash from event where event.stream = s.stream order by seq desc limit 1) e"
)

WRITE: Final = text(
    "insert into event (id, stream, seq, kind, at, actor, payload, previous, hash, relay_at, relay_attempts, "
    "relayed_at) select id, stream, seq, kind, :at, :actor, payload, decode(previous, 'hex'), decode(hash, 'hex'), "
    ":relay_at, 0, case when heard then null else cast(:at as timestamptz) end "
    "from jsonb_to_recordset(cast(:rows as jsonb)) as e(id uuid, stream uuid, seq int, kind text, payload jsonb, "
    "previous text, hash text, heard bool)"
)


@dataclass(frozen=True, slots=True)
class Written:
    """What of a row is hashed."""

    id: uuid.UUID
    stream: uuid.UUID
    seq: int
    kind: str
    at: datetime
    actor: str
    payload: dict[str, Any]
    previous: bytes


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """To and from the payload of an event of this kind; made once, for making it is what costs."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def emit(session: Session, event: Event, *, at: datetime, actor: str) -> uuid.UUID:
    """Writes `event` behind the last of its stream. Listeners hear of it after the commit."""
    return emit_all(session, [event], at=at, actor=actor)[0]


def emit_all(session: Session, happened: Sequence[Event], *, at: datetime, actor: str) -> list[uuid.UUID]:
    """Writes events, each behind the last of its stream, for the price of a few statements, however many they are."""
    keys = sorted({event.stream.int & 0x7FFF_FFFF_FFFF_FFFF for event in happened})
    session.execute(LOCK_STREAMS, {"keys": keys})  # in order, so that two never wait for each other
    streams = list({event.stream for event in happened})
    last = {row.stream: (row.seq, row.hash) for row in session.execute(LAST_OF_STREAMS, {"streams": streams})}
    unheard = session.info.get("unheard", ())
    rows, ids = [], []
    for event in happened:
        seq, previous = last.get(event.stream, (0, GENESIS))
        row = Written(
            id=uuid_utils.compat.uuid7(),
            stream=event.stream,
            seq=seq + 1,
            kind=type(event).__name__,
            at=at,
            actor=actor,
            payload=adapter(type(event)).dump_python(event, mode="json"),
            previous=previous,
        )
        last[event.stream] = (row.seq, _digest(row))
        rows.append(
            {
                "id": str(row.id),
                "stream": str(row.stream),
                "seq": row.seq,
                "kind": row.kind,
                "payload": row.payload,
                "previous": previous.hex(),
                "hash": last[event.stream][1].hex(),
                "heard": row.kind not in unheard,
            }
        )
        ids.append(row.id)
        if row.kind not in unheard:
            session.info.setdefault("emitted", []).append(Emitted(row.id, event))
    session.flush()  # what the events tell of is there before they are
    session.execute(WRITE, {"rows": json.dumps(rows), "at": at, "actor": actor, "relay_at": at + RELAY_GRACE})
    return ids


def timeline(
    session: Session, streams: Sequence[uuid.UUID], *, kinds: Sequence[str] | None = None
) -> list[Entry]:
    """What happened in these streams, in order of time; only events of `kinds` where they are given."""
    found = select(EventRow.id, EventRow.kind, EventRow.at, EventRow.actor, EventRow.payload)
    found = found.where(EventRow.stream.in_(streams))
    if kinds is not None:
        found = found.where(EventRow.kind.in_(kinds))
    return [Entry(*row) for row in session.execute(found.order_by(EventRow.at, EventRow.id))]


def stuck(session: Session, *, kinds: Sequence[str], tries: int, limit: int = 50) -> list[Entry]:
    """Events of these kinds whose relay has failed `tries` times and more, and is still being tried."""
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.relayed_at.is_(None), EventRow.relay_attempts >= tries, EventRow.kind.in_(kinds))
        .order_by(EventRow.at)
        .limit(limit)
    )
    return [Entry(row.id, row.kind, row.at, row.actor, row.payload) for row in rows]


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where a chain does not hold. `why`: "changed", "removed or reordered"."""

    stream: uuid.UUID
    seq: int
    kind: str
    why: str


def verify(session: Session) -> Iterator[Broken]:
    """Walks every chain and yields each row that was changed, or before which one was removed or reordered.
    A row removed at the end of its chain is not seen here: the daily anchor is for that."""
    stream, seq, previous = None, 0, GENESIS
    rows = session.scalars(
        select(EventRow).order_by(EventRow.stream, EventRow.seq).execution_options(yield_per=500)
    )
    for row in rows:
        if row.stream != stream:
            stream, seq, previous = row.stream, 0, GENESIS
        if row.seq != seq + 1 or row.previous != previous:
            yield Broken(row.stream, row.seq, row.kind, "removed or reordered")
        if row.hash != _digest(row):
            yield Broken(row.stream, row.seq, row.kind, "changed")
        seq, previous = row.seq, row.hash


def _digest(row: EventRow | Written) -> bytes:
    content = json.dumps(
        [
            str(row.id),
            str(row.stream),
            row.seq,
            row.kind,
            int(row.at.timestamp() * 1_000_000),
            row.actor,
            row.payload,
        ],
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(row.previous + content.encode()).digest()
