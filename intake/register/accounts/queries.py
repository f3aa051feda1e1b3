"""Questions about accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.register.accounts.models import Account
from intake.register.database import Scope, jurisdiction


@dataclass(frozen=True, slots=True)
class AccountView:
    id: UUID
    username: str
    name: str
    role: str
    division: str

    @property
    def scope(self) -> Scope:
        return jurisdiction(self.division)


def active_account(session: Session, account_id: UUID) -> AccountView | None:
    row = session.get(Account, account_id)
    return view(row) if row and row.active else None


def view(row: Account) -> AccountView:
    return AccountView(row.id, row.username, row.name, row.role, row.division)
