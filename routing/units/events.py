"""What happens to the lists of units and staff. Counts only: who is on a list is no part of the record."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ListTakenOver:
    """A list of units and staff was taken over, all of it."""

    list_id: UUID
    division: str
    units_new: int
    units_changed: int
    staff_new: int
    staff_changed: int

    @property
    def stream(self) -> UUID:
        return self.list_id


@dataclass(frozen=True, slots=True)
class ListTakenOut:
    """Somebody took the units and staff of `division` out. `form`: "xlsx", "units.csv" or "staff.csv"."""

    list_id: UUID
    division: str
    form: str
    units: int
    staff: int

    @property
    def stream(self) -> UUID:
        return self.list_id
