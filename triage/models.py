"""Table of the triage room."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Identified, Model, SealedJSON


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
