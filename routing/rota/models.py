"""Tables of the rosters. Times of the pattern are China's; everything else has its zone."""

from __future__ import annotations

import uuid
from datetime import datetime, time

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Identified, Model


class DutySlot(Identified, Model):
    """A piece of a unit's weekly pattern; see `duty.roster.Slot`."""

    __tablename__ = "duty_slot"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    weekday: Mapped[int]
    begins: Mapped[time]
    ends: Mapped[time]


class DutyPeriod(Identified, Model):
    """`kind`: "shift" or "leave"."""

    __tablename__ = "duty_period"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    kind: Mapped[str]
    begins: Mapped[datetime]
    ends: Mapped[datetime]


class DutySwap(Identified, Model):
    """`state`: "proposed", "accepted" or "declined"."""

    __tablename__ = "duty_swap"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    gives_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    takes_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    state: Mapped[str]


class DutyFeed(Model):
    """The private address of an officer's calendar. `token_index`: the blind index of its token, which is not kept."""

    __tablename__ = "duty_feed"

    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    token_index: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
