"""The demo's provider: a page that shows what each phone received."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from intake.register.database import SERVICE, Database
from notifications.models import HandsetMessage
from notifications.providers.provider import Unreachable


@dataclass(slots=True)
class Handset:
    database: Database
    now: Callable[[], datetime]
    name: str = "handset"
    carries_links: bool = True
    repeats_safely: bool = True

    def send(self, *, key: str, to: str, text: str) -> str:
        try:
            with self.database.begin(SERVICE) as session:
                session.execute(
                    insert(HandsetMessage)
                    .values(key=key, phone=to, text=text, at=self.now(), incoming=False)
                    .on_conflict_do_nothing(index_elements=[HandsetMessage.key])
                )
                return str(session.scalars(select(HandsetMessage.id).where(HandsetMessage.key == key)).one())
        except SQLAlchemyError as error:
            raise Unreachable(f"handset: {type(error).__name__}") from error
