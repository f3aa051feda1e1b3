"""What runs by the clock: `python -m config.schedule`. It asks the database what is due, and keeps nothing itself."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime

from redis.exceptions import RedisError
from rq import Queue

from config.parts import Parts, assemble
from config.relay import QUEUES
from config.settings import Settings
from intake.register import pulse
from intake.register.database import SERVICE
from notifications import operations as notifications
from routing import operations as routing
from routing.rota import operations as rota

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0


def sweep(parts: Parts) -> None:
    """Everything that is due now. Each part by itself: one that fails does not keep the others from running."""
    now = parts.tools.now()
    for part in (_relay, _departures, _ladder, _clocks, _notices):
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


def _ladder(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        due = routing.due_to_climb(session, now=now)
    for case_id in due:
        try:
            with parts.database.begin(SERVICE) as session:
                routing.climb_due(session, case_id=case_id, clocks=parts.tools.clocks, now=now)
        except Exception:
            log.exception("case %s could not climb", case_id)


def _clocks(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        routing.breach_due(session, now=now)


def _notices(parts: Parts, now: datetime) -> None:
    with parts.database.begin(SERVICE) as session:
        notifications.sweep_notices(session, now=now)


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
