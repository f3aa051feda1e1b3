"""Tables of the intake room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Division, Identified, Model, Sealed, SealedJSON

report_number = Sequence("report_number_seq", metadata=Model.metadata)


class Report(Identified, Model):
    """A report exactly as it came. `division`: the home city until routing has placed the child."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_division_received", "division", "received_at"),)

    number: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    received_at: Mapped[datetime]
    division: Mapped[str] = mapped_column(Division)
    text: Mapped[str] = mapped_column(Sealed("report.text"))
    place: Mapped[str | None] = mapped_column(Sealed("report.place"))
    original: Mapped[dict[str, Any]] = mapped_column(SealedJSON("report.original"))
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    code_index: Mapped[bytes] = mapped_column(unique=True)
    message_key: Mapped[bytes | None] = mapped_column(unique=True)
