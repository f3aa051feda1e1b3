"""Tables beside those of units and officers: what stations cover, whose villages a director has, lists that came."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Division, Identified, Model, SealedJSON


class CoverageRow(Model):
    """A station answers for a division (9 or 12 digits) beyond its own township."""

    __tablename__ = "coverage"

    division: Mapped[str] = mapped_column(Division, primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)


class OfficerVillage(Model):
    """A children's director's village (12 digits)."""

    __tablename__ = "officer_village"

    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    division: Mapped[str] = mapped_column(Division, primary_key=True, index=True)


class StaffList(Identified, Model):
    """A list that came in or went out. `direction`: "in" or "out". `division`: whose. `content`: of one that waits to
    be confirmed, the file itself (base64); taken away when it is taken over. `digest`: of what the preview showed."""

    __tablename__ = "staff_list"

    direction: Mapped[str]
    division: Mapped[str] = mapped_column(Division)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    content: Mapped[Any | None] = mapped_column(SealedJSON("staff_list.content"))
    digest: Mapped[bytes | None]
    taken_at: Mapped[datetime | None]
