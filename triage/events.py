"""What happens when a report is read, by the machine and by people."""

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


@dataclass(frozen=True, slots=True)
class AssessmentOverridden:
    """A human's word on a report; it stands above every reading of the machine, also a later one. `was` and
    `was_circumstances`: the word that stood before. `new_clocks`: where the level is lowered, the case is to have the
    new level's clocks. `actor`: who said it. The reason is with the override, not here: it may name somebody."""

    report_id: UUID
    assessment_id: UUID
    override_id: UUID
    level: str
    circumstances: tuple[str, ...]
    call_police: bool
    was: str
    was_circumstances: tuple[str, ...]
    new_clocks: bool
    actor: str

    @property
    def stream(self) -> UUID:
        return self.report_id
