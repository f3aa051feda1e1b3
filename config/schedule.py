"""What runs by the clock: `python -m config.schedule`. It asks the database what is due, and keeps nothing itself."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Select, literal, select, union_all

from config.parts import Parts, assemble
from config.relay import QUEUES
from config.settings import Settings
from intake.register import pulse
from intake.register.database import SERVICE
from notifications import operations as notifications
from routing import audit, climbing, returns, timekeeping
from routing.rota import operations as rota

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0


def sweep(parts: Parts) -> None:
    """Everything that is due now. Each part by itself: one that fails does not keep the others from running."""
    now = parts.tools.now()
    for part in PARTS:
        try:
            part(parts, now)
        except Exception:
            log.exception("sweep: %s failed", part.__name__)


def signs_of_life(parts: Parts) -> None:
    """The clock's own, and a job that makes a worker give its own."""
    with parts.database.begin(SERVICE) as session:
        pulse.beat(session, name="clock", now=parts.tools.now())
    queue: Queue = parts.doorbell.queue(QUEUES[0])
    if queue.count < 100:
        queue.enqueue_call("config.worker.beat", timeout=10, result_ttl=0, failure_ttl=60, ttl=30)


def _relay(parts: Parts, now: datetime) -> None:
    parts.relay.sweep()


def _departures(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        rota.departures_due(session, now=now)


def _steps(parts: Parts, now: datetime) -> None:
    """All that is due case by case. What is due is one question; each case then has a transaction of its own, so that
    one that hangs or fails keeps no other waiting."""
    found = [find(now=now).subquery() for find, _ in STEPS]
    asked = union_all(*(select(literal(place).label("step"), due.c.id) for place, due in enumerate(found)))
    with parts.database.begin(SERVICE) as session:
        rows = sorted(session.execute(asked).all(), key=lambda row: int(row.step))
    for place, item in rows:
        act = STEPS[place][1]
        try:
            with parts.database.begin(SERVICE) as session:
                act(session, item, clocks=parts.tools.clocks, now=now)
        except Exception:
            log.exception("%s: %s could not be done", act.__name__, item)


def _clocks(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        timekeeping.breach_due(session, clocks=parts.tools.clocks, now=now)


def _notices(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        notifications.sweep_notices(session, now=now)


def audit_some(parts: Parts) -> None:
    """The auditor's turn, after a sweep has done what is due; no part of it, for it looks at what exists."""
    try:
        with parts.database.begin(SERVICE) as session:
            audit.audit_some(session, clocks=parts.tools.clocks, now=parts.tools.now())
    except Exception:
        log.exception("the auditor failed")


STEPS: Final[tuple[tuple[Callable[..., Select[UUID]], Callable[..., None]], ...]] = (
    (climbing.due_to_climb, climbing.climb_due),
    (timekeeping.pauses_due, timekeeping.end_pause_due),
    (timekeeping.due_to_escalate, timekeeping.escalate),
    (timekeeping.due_to_warn, timekeeping.warn),
    (timekeeping.due_idle, timekeeping.remind_idle),
    (returns.due_undecided, returns.tell_undecided),
)
"""The question what is due, and what is done about each: (now) -> ids; (session, id, clocks, now)."""
PARTS: Final = (_relay, _departures, _steps, _clocks, _notices)
"""Of a sweep, in this order: whoever has left is told of nothing more; what a breach leads to is told by the next
sweep."""


def run(parts: Parts, *, stop: threading.Event, monotonic: Callable[[], float]) -> None:
    """Sweeps until `stop` is set."""
    next_beat = monotonic()
    while not stop.is_set():
        sweep(parts)
        audit_some(parts)
        if monotonic() >= next_beat:
            next_beat = monotonic() + pulse.EVERY.total_seconds()
            try:
                signs_of_life(parts)
            except RedisError as error:
                log.warning("doorbell out of order: %s", error)
            except Exception:
                log.exception("no sign of life could be given")
        stop.wait(SWEEP_SECONDS)


def main() -> int:
    import time

    settings = Settings.from_environ()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(assemble(settings), stop=stop, monotonic=time.monotonic)
    return 0


if __name__ == "__main__":
    sys.exit(main())
