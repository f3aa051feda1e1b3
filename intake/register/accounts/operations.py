"""Accounts are opened; people sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.register.accounts.events import SignedIn, SignInRefused
from intake.register.accounts.models import Account
from intake.register.accounts.queries import AccountView, view
from intake.register.accounts.roles import ROLES
from intake.register.ledger import emit

HASHER = PasswordHasher()
# Checked when there is no such user, so that a refusal takes as long as for one who exists.
NOBODY = HASHER.hash("nobody")


def open_account(
    session: Session, *, username: str, password: str, name: str, role: str, division: str
) -> UUID:
    """Idempotent by `username`: an account that exists is left as it is, and its id returned."""
    if role not in ROLES:
        raise ValueError(f"role: {role!r} is not one of {', '.join(ROLES)}")
    existing = session.scalar(select(Account.id).where(Account.username == username))
    if existing is not None:
        return existing
    session.execute(
        insert(Account)
        .values(
            id=uuid_utils.compat.uuid7(),
            username=username,
            password_hash=HASHER.hash(password),
            name=name,
            role=role,
            division=division,
            active=True,
        )
        .on_conflict_do_nothing(index_elements=[Account.username])
    )
    return session.scalars(select(Account.id).where(Account.username == username)).one()


def sign_in(session: Session, *, username: str, password: str, now: datetime) -> AccountView | None:
    """None when the name or the password is wrong, or the account is closed; either way it is on record.
    Not idempotent: each try is an event of its own."""
    row = session.scalar(select(Account).where(Account.username == username))
    if not _matches(row.password_hash if row else NOBODY, password) or row is None or not row.active:
        if row is not None:
            emit(session, SignInRefused(row.id), at=now, actor="system")
        return None
    emit(session, SignedIn(row.id), at=now, actor=f"account:{row.id}")
    return view(row)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
