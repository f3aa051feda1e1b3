"""What happens to rosters, and to the cases of those who leave."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from routing.events import OfCase


class OfUnit:
    """An event that stands on its unit's record."""

    __slots__ = ()
    unit_id: UUID

    @property
    def stream(self) -> UUID:
        return self.unit_id


@dataclass(frozen=True, slots=True)
class PatternSet(OfUnit):
    """The unit's weekly pattern is this one now. `slots`: how many pieces; 0 is none, and everybody is on duty."""

    unit_id: UUID
    slots: int


@dataclass(frozen=True, slots=True)
class ShiftAdded(OfUnit):
    unit_id: UUID
    officer_id: UUID
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class LeaveAdded(OfUnit):
    unit_id: UUID
    officer_id: UUID
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class PeriodRemoved(OfUnit):
    """A shift or a leave that is not to be after all. `kind`: "shift" or "leave"."""

    unit_id: UUID
    officer_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class SwapProposed(OfUnit):
    unit_id: UUID
    swap_id: UUID
    gives_id: UUID
    takes_id: UUID
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class SwapAnswered(OfUnit):
    """`accepted`: from now on the one who was asked is on duty in that time."""

    unit_id: UUID
    swap_id: UUID
    accepted: bool


@dataclass(frozen=True, slots=True)
class OfficerDeparted(OfUnit):
    """`successor_id`: who was named to go on with their open cases; none when whoever is on duty is to."""

    unit_id: UUID
    officer_id: UUID
    successor_id: UUID | None


@dataclass(frozen=True, slots=True)
class CaseHandedOver(OfCase):
    """`officer_id` goes on with the case, in place of `from_id`, who has left."""

    case_id: UUID
    number: str
    officer_id: UUID
    from_id: UUID


@dataclass(frozen=True, slots=True)
class FeedMade(OfUnit):
    """A private address of an officer's duty calendar; the one before it is good no more."""

    unit_id: UUID
    officer_id: UUID


@dataclass(frozen=True, slots=True)
class FeedRevoked(OfUnit):
    unit_id: UUID
    officer_id: UUID
