"""What runs by the clock: `python -m config.schedule`. It asks the database what is due, and keeps nothing itself."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from redis.exceptions import RedisError
from rq import Queue

from config.parts import Parts, assemble
from config.relay import QUEUES
from config.settings import Settings
from intake.register import pulse
from intake.register.database import SERVICE
from notifications import operations as notifications
from routing import audit, returns, timekeeping
from routing import operations as routing

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0


def sweep(parts: Parts) -> None:
    """Everything that is due now. Each part by itself: one that fails does not keep the others from running."""
    now = parts.tools.now()
    for part in (_relay, _ladder, _pauses, _clocks, _reminders, _returns, _notices, _audit):
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


def _ladder(parts: Parts, now: datetime) -> None:
    _each(parts, now, routing.due_to_climb, routing.climb_due)


def _pauses(parts: Parts, now: datetime) -> None:
    """Before the breaches: a clock that was paused until now has not run out."""
    _each(parts, now, timekeeping.pauses_due, timekeeping.end_pause_due)


def _clocks(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        timekeeping.breach_due(session, clocks=parts.tools.clocks, now=now)


def _reminders(parts: Parts, now: datetime) -> None:
    _each(parts, now, timekeeping.due_to_warn, timekeeping.warn)
    _each(parts, now, timekeeping.due_to_escalate, timekeeping.escalate)
    _each(parts, now, timekeeping.due_idle, timekeeping.remind_idle)


def _returns(parts: Parts, now: datetime) -> None:
    _each(parts, now, returns.due_undecided, returns.tell_undecided)


def _each(parts: Parts, now: datetime, find: Callable[..., list[UUID]], act: Callable[..., None]) -> None:
    """One transaction for each that is due, so that one that hangs or fails keeps no other waiting."""
    with parts.database.begin(SERVICE) as session:
        due = find(session, now=now)
    for item in due:
        try:
            with parts.database.begin(SERVICE) as session:
                act(session, item, clocks=parts.tools.clocks, now=now)
        except Exception:
            log.exception("%s: %s could not be done", act.__name__, item)


def _notices(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        notifications.sweep_notices(session, now=now)


def _audit(parts: Parts, now: datetime) -> None:
    """Last, when all that is due has been done."""
    with parts.database.begin(SERVICE) as session:
        audit.audit_some(session, clocks=parts.tools.clocks, now=now)


def run(parts: Parts, *, stop: threading.Event, monotonic: Callable[[], float]) -> None:
    """Sweeps until `stop` is set."""
    next_beat = monotonic()
    while not stop.is_set():
        sweep(parts)
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
