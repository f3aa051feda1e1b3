"""Whether all that must live does: database, Redis, a worker, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from intake.register import pulse
from intake.register.database import SERVICE
from intake.register.service import service
from routing import audit

if TYPE_CHECKING:
    from config.parts import Parts

blueprint = Blueprint("health", __name__)

PULSES = ("worker", "clock")


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 only when everything lives; otherwise 503, naming what does not."""
    found = service().health()
    dead = [name for name, lives in found.items() if not lives]
    alive = [name for name in found if name not in dead]
    return jsonify({"ok": not dead, "dead": dead, "alive": alive, "audit": _audit()}), 503 if dead else 200


def _audit() -> dict[str, int | str | None]:
    """`alarms`: cases and causes for which the auditor found no proof; `finished_at`: of its last whole pass.
    Alarms do not make the service dead: it lives, and a human must look at its cases."""
    with suppress(SQLAlchemyError), service().database.begin(SERVICE) as session:
        view = audit.summary(session)
        return {
            "alarms": view.alarms,
            "finished_at": view.finished_at.isoformat() if view.finished_at else None,
        }
    return {"alarms": None, "finished_at": None}


def check(parts: Parts) -> Mapping[str, bool]:
    """Never raises."""
    found = {"database": False, "redis": False, **dict.fromkeys(PULSES, False)}
    with suppress(SQLAlchemyError), parts.database.begin(SERVICE) as session:
        for name in PULSES:
            found[name] = pulse.alive(session, name=name, now=parts.tools.now())
        found["database"] = True
    with suppress(RedisError):
        found["redis"] = bool(parts.doorbell.redis.ping())
    return found
