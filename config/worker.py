"""An RQ worker: `python -m config.worker`. What it is told to deliver, and whether to, it asks the database."""

from __future__ import annotations

import logging
import os
import sys
from uuid import UUID

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from config.parts import Parts, assemble
from config.relay import QUEUES
from config.settings import Settings
from intake.register import pulse
from intake.register.database import SERVICE

log = logging.getLogger(__name__)

_parts: Parts | None = None


class PatientWorker(SimpleWorker):
    """Runs jobs in its own process: a fork for each would cost more than the work does. A job that hangs is ended by
    RQ's alarm, a worker that dies is started again by the supervisor, and what it was doing is in the database."""

    # When Redis is away: look again soon; a child does not wait a minute for a doorbell.
    max_connection_wait_time = 2.0


def deliver(event_id: str, consumer: str) -> None:
    """The job. Runs once for each event and consumer, however often it is called."""
    parts().relay.deliver(UUID(event_id), consumer)


def beat() -> None:
    """The sign of life: through the queue, a worker and the database."""
    here = parts()
    with here.database.begin(SERVICE) as session:
        pulse.beat(session, name="worker", now=here.tools.now())


def parts() -> Parts:
    global _parts
    if _parts is None:
        _parts = assemble(Settings.from_environ())
    return _parts


def main() -> int:
    settings = Settings.from_environ()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    here = parts()
    worker = PatientWorker(
        [here.doorbell.queue(name) for name in QUEUES],
        connection=here.doorbell.redis,
        serializer=JSONSerializer,
        worker_ttl=60,
        name=f"hutong-{os.getpid()}-{here.tools.now():%Y%m%d%H%M%S%f}",
    )
    worker.work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    # RQ names the job "config.worker.deliver": it must find this module under that name, not only as __main__.
    from config import worker as module

    sys.exit(module.main())
