"""What happens at the door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReportReceived:
    report_id: UUID
    number: str
    channel: str

    @property
    def stream(self) -> UUID:
        return self.report_id
