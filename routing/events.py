"""What happens to a case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """`unit_id`: the responsible unit. `code`: the division that was found for the child, "" when none was."""

    case_id: UUID
    report_id: UUID
    number: str
    level: str
    division: str
    code: str
    unit_id: UUID
    needs_confirmation: bool

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class RungReached:
    """It is this rung's turn to be told: "officer", "deputy", "county" or "city". `officers` may be empty:
    nobody on that rung can be reached, and the next rung follows at once."""

    case_id: UUID
    number: str
    level: str
    rung: int
    post: str
    unit_id: UUID
    officers: tuple[UUID, ...]
    due_at: str

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class CaseAcknowledged:
    """Somebody goes. `how`: "sms", "link" or "button"."""

    case_id: UUID
    number: str
    officer_id: UUID | None
    how: str

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class AcknowledgedAgain:
    """An answer to a case that somebody had answered before (`first_by`), or that is closed."""

    case_id: UUID
    number: str
    officer_id: UUID | None
    first_by: UUID | None
    how: str

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class AcknowledgementWithdrawn:
    """Whoever had said that they go cannot: the case waits for an answer again."""

    case_id: UUID
    officer_id: UUID

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class ClockBreached:
    """`clock`: "acknowledge", "visit", "answer" or "close"."""

    case_id: UUID
    clock: str

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class CaseRegraded:
    """The case's level followed a human's word on `report_id` (`override_id`). `clocks`: what moved, as act, when it
    was due and when it is now, ISO 8601; empty where there was no such clock, or is none any more. `new_clocks`:
    lowered, and the new level's clocks were asked for. `officers`: who goes already, and must hear of it."""

    case_id: UUID
    number: str
    report_id: UUID
    override_id: UUID
    level: str
    was: str
    raised: bool
    new_clocks: bool
    clocks: tuple[tuple[str, str, str], ...]
    officers: tuple[UUID, ...]

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class ChildVisited:
    """The child was seen; `alone`: and could speak without the carers."""

    case_id: UUID
    alone: bool

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class CaseClosed:
    case_id: UUID
    outcome: str

    @property
    def stream(self) -> UUID:
        return self.case_id
