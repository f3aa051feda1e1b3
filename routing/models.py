"""Tables of the routing room."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Division, Identified, Model, Sealed, SealedJSON


class Unit(Identified, Model):
    """`kind`: "city", "county" or "station". `parent_id`: the unit it escalates to."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("division", "kind"),)

    kind: Mapped[str]
    division: Mapped[str] = mapped_column(Division)
    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))


class Officer(Identified, Model):
    """Somebody of a unit who can be sent. `post`: "officer" or "deputy"."""

    __tablename__ = "officer"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)
    post: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed("officer.name"))
    phone: Mapped[str | None] = mapped_column(Sealed("officer.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Case(Identified, Model):
    """`division`: the responsible unit's, which decides who may see it. `code`: where the child was found to be.
    `rung`: the last rung told; `next_rung_at`: when the next one is, empty once somebody has acknowledged.
    `ladder_rung`: the number of the ladder's first rung, more than 0 once the ladder has started again; its waits count
    from `ladder_since` (empty: from receipt), at the pace of `ladder_level` (empty: of the case's own level)."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_next_rung", "next_rung_at", postgresql_where=text("next_rung_at IS NOT NULL")),
        Index("ix_case_division_opened", "division", "opened_at"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]
    state: Mapped[str]
    division: Mapped[str] = mapped_column(Division)
    code: Mapped[str]
    village: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    opened_at: Mapped[datetime]
    needs_confirmation: Mapped[bool]
    placement: Mapped[dict[str, Any]] = mapped_column(SealedJSON("case.placement"))
    rung: Mapped[int]
    next_rung_at: Mapped[datetime | None]
    ladder_rung: Mapped[int] = mapped_column(default=0)
    ladder_since: Mapped[datetime | None]
    ladder_level: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    closed_at: Mapped[datetime | None]
    visit_note: Mapped[str | None] = mapped_column(Sealed("case.visit_note"))
    closing_note: Mapped[str | None] = mapped_column(Sealed("case.closing_note"))


class CaseReport(Model):
    """Which case a report is part of; a report is part of one."""

    __tablename__ = "case_report"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)


class Clock(Identified, Model):
    """One deadline of a case; `act`: "acknowledge", "visit", "answer" or "close". Independent of the others."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("case_id", "act"),
        Index("ix_clock_open", "due_at", postgresql_where=text("met_at IS NULL AND breached_at IS NULL")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    act: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
