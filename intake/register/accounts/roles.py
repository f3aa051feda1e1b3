"""Roles, as the field names them."""

from __future__ import annotations

from typing import Final

OFFICER: Final = "officer"
SUPERVISOR: Final = "supervisor"
ROLES: Final = (OFFICER, SUPERVISOR)
