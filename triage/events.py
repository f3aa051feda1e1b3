"""What happens when a report is read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReportAssessed:
    """`source`: "machine", or "unread" when the machine could not read it and a human must."""

    report_id: UUID
    assessment_id: UUID
    level: str
    call_police: bool
    source: str

    @property
    def stream(self) -> UUID:
        return self.report_id
