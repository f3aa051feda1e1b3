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

if TYPE_CHECKING:
    from config.parts import Parts

blueprint = Blueprint("health", __name__)

PULSES = ("worker", "clock")


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 only when everything lives; otherwise 503, naming what does not."""
    found = service().health()
    dead = [name for name, lives in found.items() if not lives]
    return jsonify({"ok": not dead, "dead": dead, "alive": [name for name in found if name not in dead]}), (
        503 if dead else 200
    )


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
