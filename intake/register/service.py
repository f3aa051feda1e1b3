"""What an edge may ask of the running service: the database, the clock, and the verdict on a fresh report.

`config.app` puts it together; a room finds it with `service()` and never imports who made it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import current_app

from intake.register.database import Database

EXTENSION = "hutong"
DATABASE = "hutong.database"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine makes of a report. `level` and `call_police` are None while it has not been read.
    `advice`: what to tell the sender now, in the sender's language."""

    level: str | None
    call_police: bool | None
    advice: str


@dataclass(frozen=True, slots=True)
class Service:
    """`now`: aware, UTC. `home`: four digits of the city whose line this is, `city` its name. `health`: part of the
    service to whether it lives. `verdict`: never raises. `demo`: the demo's pages are there; `sign_ins`: who one can
    be in it (who, username, password, what to try). `tools`: what config wired, by name."""

    database: Database
    now: Callable[[], datetime]
    home: str
    city: Callable[[], str]
    public_url: str
    demo: bool
    verdict: Callable[[UUID], Verdict]
    health: Callable[[], Mapping[str, bool]]
    tools: Mapping[str, Any]
    sign_ins: tuple[tuple[str, str, str, str], ...] = ()


def service() -> Service:
    return cast(Service, current_app.extensions[EXTENSION])


def database() -> AbstractContextManager[Database]:
    """The database, for a command: found by the settings when it is asked for, and left again at the end. For reading:
    nobody relays what is emitted."""
    return cast(AbstractContextManager[Database], current_app.extensions[DATABASE]())
