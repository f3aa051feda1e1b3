"""Table of accounts."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from intake.register.database import Division, Identified, Model, Sealed


class Account(Identified, Model):
    """`role`: one of `roles.ROLES`. `division`: the jurisdiction, a prefix by GB/T 2260."""

    __tablename__ = "account"

    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed("account.name"))
    role: Mapped[str]
    division: Mapped[str] = mapped_column(Division)
    active: Mapped[bool] = mapped_column(default=True)
