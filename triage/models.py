"""Tables of the triage room."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Identified, Model, Sealed, SealedJSON


class Assessment(Identified, Model):
    """One reading of one report. `lexicon`: version and hash of what it was read with."""

    __tablename__ = "assessment"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime]
    level: Mapped[str]
    circumstances: Mapped[list[Any]]
    call_police: Mapped[bool]
    ages: Mapped[list[Any]]
    evidence: Mapped[list[Any]] = mapped_column(SealedJSON("assessment.evidence"))
    confidence: Mapped[float]
    please_read: Mapped[bool]
    source: Mapped[str]
    lexicon: Mapped[str]


class Override(Identified, Model):
    """A human's word on one report, kept for ever: a trigger refuses to change or remove it. `assessment_id`: the
    machine's reading that was before them; `was_*`: the word that stood before, the machine's or an earlier human's.
    `name`: who it was, as they were called then, so that the record still says it when the account is gone.
    `key`: the form's; the same form sent twice is one override."""

    __tablename__ = "assessment_override"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), index=True)
    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"))
    at: Mapped[datetime]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(Sealed("assessment_override.name"))
    was_level: Mapped[str]
    was_circumstances: Mapped[list[Any]]
    level: Mapped[str]
    circumstances: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Sealed("assessment_override.reason"))
    new_clocks: Mapped[bool]
    key: Mapped[str] = mapped_column(unique=True)
