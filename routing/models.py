"""Tables of the routing room."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Division, Identified, Model, Sealed, SealedJSON


class Unit(Identified, Model):
    """`kind`: "province", "city", "county", "station" or "home" (儿童之家). `parent_id`: the unit it escalates to.
    `since` to `until`: the days on which it works, both included."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("division", "kind"),)

    kind: Mapped[str]
    division: Mapped[str] = mapped_column(Division)
    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    phone: Mapped[str | None] = mapped_column(Sealed("unit.phone"))
    email: Mapped[str | None] = mapped_column(Sealed("unit.email"))
    since: Mapped[date | None]
    until: Mapped[date | None]


class Officer(Identified, Model):
    """Somebody of a unit. `post`: one of `units.establishment.POSTS`. `since` to `until`: the days on which they are
    there, both included. `active`: not departed, as the last list or hand-over said; whoever has departed holds no
    phone any more, so that it can be another's."""

    __tablename__ = "officer"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)
    post: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed("officer.name"))
    phone: Mapped[str | None] = mapped_column(Sealed("officer.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    successor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    email: Mapped[str | None] = mapped_column(Sealed("officer.email"))
    since: Mapped[date | None]
    until: Mapped[date | None]


class Case(Identified, Model):
    """`division`: the responsible unit's, which decides who may see it. `code`: where the child was found to be.
    `rung`: the last rung told; `next_rung_at`: when the next one is, empty once somebody has acknowledged.
    `ladder_rung`: the number of the ladder's first rung, more than 0 once the ladder has started again; its waits count
    from `ladder_since` (empty: from receipt). `ladder_level`: at the pace of which level the ladder goes, and
    people are warned and told of breaches (empty: of the case's own level).
    `hand`: 1 for the first unit that has it, one more each time it moves.
    `idle_at`: when somebody is told again that it was acknowledged and not visited; `idle_step`: how often
    they were."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_next_rung", "next_rung_at", postgresql_where=text("next_rung_at IS NOT NULL")),
        Index("ix_case_idle", "idle_at", postgresql_where=text("idle_at IS NOT NULL")),
        Index("ix_case_open", "id", postgresql_where=text("state <> 'closed'")),
        Index("ix_case_division_opened", "division", "opened_at"),
        Index(
            "ix_case_held",
            "acknowledged_by",
            postgresql_where=text("state IN ('acknowledged', 'visited')"),
        ),
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
    hand: Mapped[int] = mapped_column(default=1, server_default="1")
    idle_at: Mapped[datetime | None]
    idle_step: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[datetime | None]
    visit_note: Mapped[str | None] = mapped_column(Sealed("case.visit_note"))
    closing_note: Mapped[str | None] = mapped_column(Sealed("case.closing_note"))


class CaseReport(Model):
    """Which case a report is part of; a report is part of one."""

    __tablename__ = "case_report"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)


class Clock(Identified, Model):
    """One deadline of a case; `act`: "acknowledge", "visit", "answer" or "close". Independent of the others.
    `warn_at`: when the holder is to be warned, empty afterwards. `escalate_at`: when the next unit above is told of the
    breach, `escalated`: how many steps were told. While a pause lasts, `due_at` already counts it."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("case_id", "act"),
        Index("ix_clock_open", "due_at", postgresql_where=text("met_at IS NULL AND breached_at IS NULL")),
        Index(
            "ix_clock_warn",
            "warn_at",
            postgresql_where=text("warn_at IS NOT NULL AND met_at IS NULL AND breached_at IS NULL"),
        ),
        Index(
            "ix_clock_escalate",
            "escalate_at",
            postgresql_where=text("escalate_at IS NOT NULL AND met_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    act: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    escalated: Mapped[int] = mapped_column(default=0, server_default="0")


class ClockPause(Identified, Model):
    """A pause of one clock. `state`: "asked" -> "granted" -> "ended", or "refused". `until`: when it ends at
    the latest;
    `due_before`, `due_after`: the clock's end without it and with all of it."""

    __tablename__ = "clock_pause"
    __table_args__ = (
        Index("ix_clock_pause_granted", "until", postgresql_where=text("state = 'granted'")),
        Index(
            "uq_clock_pause_going",
            "case_id",
            "act",
            unique=True,
            postgresql_where=text("state IN ('asked', 'granted')"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    act: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]


class CaseReturn(Identified, Model):
    """A unit sends a case back (退单), naming who should have it. Once for each unit. `decider_id`: the unit
    that decides;
    `decide_by`: in time; `overdue_at`: when the city was told that it had not. `state`: "asked", "accepted", "refused".
    `hand`: which hand sent it back."""

    __tablename__ = "case_return"
    __table_args__ = (
        UniqueConstraint("case_id", "from_unit_id"),
        Index(
            "ix_case_return_undecided",
            "decide_by",
            postgresql_where=text("state = 'asked' AND overdue_at IS NULL"),
        ),
        Index("uq_case_return_open", "case_id", unique=True, postgresql_where=text("state = 'asked'")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    hand: Mapped[int]
    from_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    named_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    decider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(Sealed("case_return.note"))
    state: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    decide_by: Mapped[datetime]
    overdue_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    moved_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    answer: Mapped[str | None] = mapped_column(Sealed("case_return.answer"))


class Alarm(Identified, Model):
    """A case of which the auditor could not prove that a due step was done. One for each case and `cause`;
    `cleared_at`: when it was found in order again."""

    __tablename__ = "alarm"
    __table_args__ = (
        UniqueConstraint("case_id", "cause"),
        Index("ix_alarm_standing", "found_at", postgresql_where=text("cleared_at IS NULL")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    cause: Mapped[str]
    found_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class AuditPass(Model):
    """How far the auditor's present pass over all open cases has come. `after`: the last case that was audited, empty
    between two passes."""

    __tablename__ = "audit_pass"

    name: Mapped[str] = mapped_column(primary_key=True)
    after: Mapped[uuid.UUID | None]
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
