"""What happens to a case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


class OfCase:
    """An event that stands on its case's timeline."""

    __slots__ = ()
    case_id: UUID

    @property
    def stream(self) -> UUID:
        return self.case_id


@dataclass(frozen=True, slots=True)
class CaseOpened(OfCase):
    """`unit_id`: the responsible unit. `code`: the division that was found for the child, "" when none was."""

    case_id: UUID
    report_id: UUID
    number: str
    level: str
    division: str
    code: str
    unit_id: UUID
    needs_confirmation: bool


@dataclass(frozen=True, slots=True)
class RungReached(OfCase):
    """It is this rung's turn to be told: "officer", "deputy", "county" or "city". `officers` may be empty:
    nobody on that rung can be reached, and the next rung follows at once. `hand`: which unit's ladder, counted."""

    case_id: UUID
    number: str
    level: str
    rung: int
    post: str
    unit_id: UUID
    officers: tuple[UUID, ...]
    due_at: str
    hand: int = 1


@dataclass(frozen=True, slots=True)
class CaseAcknowledged(OfCase):
    """Somebody goes. `how`: "sms", "link" or "button"."""

    case_id: UUID
    number: str
    officer_id: UUID | None
    how: str


@dataclass(frozen=True, slots=True)
class AcknowledgedAgain(OfCase):
    """An answer to a case that somebody had answered before (`first_by`), or that is closed."""

    case_id: UUID
    number: str
    officer_id: UUID | None
    first_by: UUID | None
    how: str


@dataclass(frozen=True, slots=True)
class AcknowledgementWithdrawn(OfCase):
    """Whoever had said that they go cannot: the case waits for an answer again."""

    case_id: UUID
    officer_id: UUID


@dataclass(frozen=True, slots=True)
class ClockBreached(OfCase):
    """`clock`: "acknowledge", "visit", "answer" or "close"."""

    case_id: UUID
    clock: str


@dataclass(frozen=True, slots=True)
class CaseRegraded(OfCase):
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


@dataclass(frozen=True, slots=True)
class ChildVisited(OfCase):
    """The child was seen; `alone`: and could speak without the carers."""

    case_id: UUID
    alone: bool


@dataclass(frozen=True, slots=True)
class CaseClosed(OfCase):
    case_id: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class ReporterAnswered(OfCase):
    """The reporter was told what was done."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class ClockWarned(OfCase):
    """A clock will run out at `due_at`; `officers`: who holds the case and is told."""

    case_id: UUID
    number: str
    level: str
    clock: str
    due_at: str
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class BreachEscalated(OfCase):
    """A unit above is told of a breached clock. `step`: 0 for the unit above, 1 for the one above that.
    `officers` may be empty: nobody there can be reached, and the next unit follows at once."""

    case_id: UUID
    number: str
    level: str
    clock: str
    step: int
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class IdleReminded(OfCase):
    """Acknowledged, and still not visited. `step`: 0 the officer who said that they go, 1 the unit above."""

    case_id: UUID
    number: str
    level: str
    step: int
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ClockPauseAsked(OfCase):
    """`reason`: a code of the table of clocks. `officers`: whose unit decides, and who is told."""

    case_id: UUID
    number: str
    level: str
    pause_id: UUID
    clock: str
    reason: str
    until: str
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ClockPauseGranted(OfCase):
    case_id: UUID
    pause_id: UUID
    clock: str
    until: str


@dataclass(frozen=True, slots=True)
class ClockPauseRefused(OfCase):
    case_id: UUID
    pause_id: UUID
    clock: str


@dataclass(frozen=True, slots=True)
class ClockPauseEnded(OfCase):
    """The clock goes on; `due_at`: when it now runs out."""

    case_id: UUID
    pause_id: UUID
    clock: str
    due_at: str


@dataclass(frozen=True, slots=True)
class CaseReturned(OfCase):
    """A unit sends the case back (退单). `named_unit_id`: who should have it, by its word. `unit_id`: the unit that
    decides, by `decide_by`; `officers`: its officers."""

    case_id: UUID
    number: str
    level: str
    from_unit_id: UUID
    named_unit_id: UUID
    reason: str
    hand: int
    unit_id: UUID
    decide_by: str
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ReturnOverdue(OfCase):
    """A return was not decided in time; `unit_id`: who is told."""

    case_id: UUID
    number: str
    level: str
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ReturnDecided(OfCase):
    """`accepted`: the case goes to another unit. Otherwise it stays with `unit_id`, whose `officers` are told."""

    case_id: UUID
    number: str
    level: str
    accepted: bool
    unit_id: UUID
    officers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CaseMoved(OfCase):
    """The case, with its reports, belongs to another unit. `hand`: the new one, counted. `relieved`: who held it."""

    case_id: UUID
    number: str
    level: str
    from_unit_id: UUID
    unit_id: UUID
    division: str
    hand: int
    reports: tuple[UUID, ...]
    relieved: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AuditFailed(OfCase):
    """The auditor could not prove that a due step of an open case was done. `cause`: one of `faults.CAUSES`."""

    case_id: UUID
    number: str
    level: str
    cause: str
