"""Who lives: the worker and the clock each leave a sign in the database, the worker by way of the queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.register.database import Model

EVERY: Final = timedelta(seconds=5)
DEAD_AFTER: Final = timedelta(seconds=20)
"""Four missed beats."""


class Pulse(Model):
    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def beat(session: Session, *, name: str, now: datetime) -> None:
    """Idempotent; the latest beat counts."""
    row = insert(Pulse).values(name=name, at=now)
    session.execute(row.on_conflict_do_update(index_elements=[Pulse.name], set_={"at": row.excluded.at}))


def alive(session: Session, *, name: str, now: datetime) -> bool:
    at = session.scalar(select(Pulse.at).where(Pulse.name == name))
    return at is not None and now - at < DEAD_AFTER
