"""Gunicorn's settings: `gunicorn --config python:config.webserver`, with HOST and PORT in the environment."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path
from typing import Any

host = os.environ["HOST"]
bind = f"[{host}]:{os.environ['PORT']}" if ":" in host else f"{host}:{os.environ['PORT']}"
wsgi_app = "config.app:create_app()"
preload_app = True  # the lexicon and the divisions are read once, and their memory is shared
worker_class = "gthread"
workers = 2
threads = 8
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 20000
max_requests_jitter = 2000
loglevel = os.environ.get("LOG_LEVEL", "INFO").lower()
accesslog = None  # paths hold return codes and one-tap links; what happened is in the ledger
errorlog = "-"
control_socket_disable = True  # its thread would be forked with the application
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108  a heartbeat on a slow disk looks like a hanging worker


def pre_fork(server: Any, worker: Any) -> None:
    """A thread does not live on in a fork, but the lock it held does: refuse. Keep shared memory shared."""
    others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if others:
        raise RuntimeError(f"create_app() started threads, which a fork would break: {', '.join(others)}")
    gc.freeze()  # or the collector writes into every page of the lexicon, which copies it, and at exit again
