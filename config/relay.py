"""From an event to those who listen: at once in this process, or by RQ in a worker. The only module that enqueues.

PostgreSQL knows what is still to be delivered; Redis and RQ are a doorbell. `ring` is called after a commit; whatever
it could not deliver, or whatever a worker died over, `sweep` finds in the database and tries again. Where the doorbell
itself is broken, the sweep does the work in its own process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.register.database import SERVICE, Database
from intake.register.ledger import RELAY_GRACE, Delivery, Emitted, Event, EventRow, adapter

log = logging.getLogger(__name__)

QUEUES: Final = ("urgent", "routine")
"""A worker looks into the first one first."""
JOB_SECONDS: Final = 60
TRIES_BEFORE_LAST_RESORT: Final = 3
LONGEST_WAIT: Final = timedelta(minutes=5)

Afterwards = Callable[[], None] | None
Run = Callable[[Any, Session, Any, datetime], Afterwards]
"""(tools, session, event, now); what it returns is called after the commit, with no transaction open."""


@dataclass(frozen=True, slots=True)
class Listener:
    """`name`: for the delivery's record, never changed afterwards. `queued`: runs in a worker.
    `last_resort`: runs instead once `run` has failed `TRIES_BEFORE_LAST_RESORT` times."""

    name: str
    run: Run
    queued: bool = False
    last_resort: Run | None = None


Subscriptions = Mapping[type[Any], tuple[Listener, ...]]


@dataclass(slots=True)
class Doorbell:
    """Redis, with short time-outs: a request must not wait for it."""

    redis: Redis

    @classmethod
    def at(cls, url: str) -> Doorbell:
        return cls(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=3))

    def push(self, event_id: UUID, consumer: str, *, attempt: int, urgent: bool) -> None:
        """Raises RedisError. The attempt is in the job's id, because RQ refuses an id that it still remembers."""
        self.queue(QUEUES[0] if urgent else QUEUES[1]).enqueue_call(
            "config.worker.deliver",
            args=(str(event_id), consumer),
            job_id=f"{event_id}-{consumer.replace('.', '_')}-{attempt}",
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=24 * 3600,
        )

    def queue(self, name: str) -> Queue:
        return Queue(name, connection=self.redis, serializer=JSONSerializer)


@dataclass(slots=True)
class Relay:
    database: Database
    doorbell: Doorbell
    subscriptions: Subscriptions
    tools: Any
    now: Callable[[], datetime]

    def ring(self, emitted: Iterable[Emitted]) -> None:
        """Relays what was just committed. Never raises: what fails here is the sweep's."""
        for item in emitted:
            listeners = self._listeners(type(item.event).__name__)[1]
            try:
                self._relay(item.id, listeners, attempt=0, urgent=_urgent(item.event), event=item.event)
            except Exception:
                log.exception("relay of event %s failed; the sweep will try again", item.id)

    def sweep(self, *, limit: int = 100) -> int:
        """Relays what is still undelivered after its time; returns how many events. Several may run at once."""
        with self.database.begin(SERVICE) as session:
            rows = session.scalars(
                select(EventRow)
                .where(EventRow.relayed_at.is_(None), EventRow.relay_at <= self.now())
                .order_by(EventRow.relay_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            claimed = []
            for row in rows:
                row.relay_attempts += 1
                wait = min(RELAY_GRACE * 2 ** min(row.relay_attempts - 1, 10), LONGEST_WAIT)
                row.relay_at = self.now() + wait
                try:
                    kind, listeners = self._listeners(row.kind)
                    event = adapter(kind).validate_python(row.payload)
                except (LookupError, ValueError):
                    # Written by a newer version, or damaged: it waits, and keeps no other from being relayed.
                    log.exception("event %s of kind %s cannot be read", row.id, row.kind)
                    continue
                done = select(Delivery.consumer).where(Delivery.event_id == row.id)
                missing = [item for item in listeners if item.name not in set(session.scalars(done))]
                if not missing:
                    self._relayed(session, row.id)
                claimed.append((row.id, missing, row.relay_attempts, event))
        by_hand = bool(claimed) and not self._bell_works()
        for event_id, missing, attempt, event in claimed:
            try:
                self._relay(
                    event_id, missing, attempt=attempt, urgent=_urgent(event), event=event, by_hand=by_hand
                )
            except Exception:
                log.exception("sweep could not relay event %s (attempt %d)", event_id, attempt)
        return len(claimed)

    def deliver(
        self, event_id: UUID, consumer: str, *, event: Event | None = None, last_resort: bool = False
    ) -> None:
        """Runs one listener for one event, once: a second run, at the same time or later, finds the delivery and
        stops. Raises what the listener raises, and then nothing of it is kept."""
        with self.database.begin(SERVICE) as session:
            first = session.execute(
                insert(Delivery)
                .values(event_id=event_id, consumer=consumer, at=self.now())
                .on_conflict_do_nothing()
                .returning(Delivery.event_id)
            ).scalar_one_or_none()
            if first is None:
                return
            if event is None:
                row = session.get_one(EventRow, event_id)
                event = adapter(self._listeners(row.kind)[0]).validate_python(row.payload)
            listeners = self._listeners(type(event).__name__)[1]
            listener = next(item for item in listeners if item.name == consumer)
            run = listener.last_resort if last_resort and listener.last_resort else listener.run
            afterwards = run(self.tools, session, event, self.now())
            session.flush()
            if len(listeners) == self._delivered(session, event_id):
                self._relayed(session, event_id)
        if afterwards is not None:
            afterwards()

    def _relay(
        self,
        event_id: UUID,
        listeners: Iterable[Listener],
        *,
        attempt: int,
        urgent: bool,
        event: Event,
        by_hand: bool = False,
    ) -> None:
        """Every listener is tried, whatever befalls the one before it; then the last failure is raised."""
        failure: Exception | None = None
        for listener in listeners:
            try:
                # A bell that answers and is not heard (full, or no worker lives) is not rung for ever.
                if listener.queued and not by_hand and attempt < TRIES_BEFORE_LAST_RESORT:
                    self.doorbell.push(event_id, listener.name, attempt=attempt, urgent=urgent)
                else:
                    desperate = attempt >= TRIES_BEFORE_LAST_RESORT
                    self.deliver(event_id, listener.name, event=event, last_resort=desperate)
            except RedisError as error:
                log.warning("doorbell out of order (%s); the sweep will deliver event %s", error, event_id)
            except Exception as error:
                failure = error
        if failure is not None:
            raise failure

    def _listeners(self, kind: str) -> tuple[type[Any], tuple[Listener, ...]]:
        for event_type, listeners in self.subscriptions.items():
            if event_type.__name__ == kind:
                return event_type, listeners
        raise LookupError(f"no subscription names the event {kind}")

    def _delivered(self, session: Session, event_id: UUID) -> int:
        count = select(func.count()).select_from(Delivery).where(Delivery.event_id == event_id)
        return session.scalars(count).one()

    def _relayed(self, session: Session, event_id: UUID) -> None:
        session.execute(
            update(EventRow)
            .where(EventRow.id == event_id, EventRow.relayed_at.is_(None))
            .values(relayed_at=self.now())
        )

    def _bell_works(self) -> bool:
        try:
            return bool(self.doorbell.redis.ping())
        except RedisError:
            return False


def _urgent(event: Event) -> bool:
    """Red and orange go first."""
    return getattr(event, "level", None) in ("red", "orange")
