"""What happens to accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SignedIn:
    account_id: UUID

    @property
    def stream(self) -> UUID:
        return self.account_id


@dataclass(frozen=True, slots=True)
class SignInRefused:
    account_id: UUID

    @property
    def stream(self) -> UUID:
        return self.account_id
