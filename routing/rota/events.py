"""What happens to rosters, and to the cases of those who leave."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from routing.events import OfCase


@dataclass(frozen=True, slots=True)
class PatternSet:
    """The unit's weekly pattern is this one now. `slots`: how many pieces; 0 is none, and everybody is on duty."""

    unit_id: UUID
    slots: int

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class ShiftAdded:
    unit_id: UUID
    officer_id: UUID
    begins: str
    ends: str

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class LeaveAdded:
    unit_id: UUID
    officer_id: UUID
    begins: str
    ends: str

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class PeriodRemoved:
    """A shift or a leave that is not to be after all. `kind`: "shift" or "leave"."""

    unit_id: UUID
    officer_id: UUID
    kind: str

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class SwapProposed:
    unit_id: UUID
    swap_id: UUID
    gives_id: UUID
    takes_id: UUID
    begins: str
    ends: str

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class SwapAnswered:
    """`accepted`: from now on the one who was asked is on duty in that time."""

    unit_id: UUID
    swap_id: UUID
    accepted: bool

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class OfficerDeparted:
    """`successor_id`: who was named to go on with their open cases; none when whoever is on duty is to."""

    unit_id: UUID
    officer_id: UUID
    successor_id: UUID | None

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class CaseHandedOver(OfCase):
    """`officer_id` goes on with the case, in place of `from_id`, who has left."""

    case_id: UUID
    number: str
    officer_id: UUID
    from_id: UUID


@dataclass(frozen=True, slots=True)
class FeedMade:
    """A private address of an officer's duty calendar; the one before it is good no more."""

    unit_id: UUID
    officer_id: UUID

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class FeedRevoked:
    unit_id: UUID
    officer_id: UUID

    @property
    def stream(self) -> UUID:
        return self.unit_id
