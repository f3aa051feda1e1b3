"""What a provider is."""

from __future__ import annotations

from typing import Protocol


class Refused(Exception):
    """The provider will not carry this message, now or later (bad number, blocked content)."""


class Unreachable(Exception):
    """The provider could not be asked, or could not answer now; another attempt may succeed."""


class Provider(Protocol):
    """`name`: as it stands on the timeline. `carries_links`: whether a text may hold a link.
    `repeats_safely`: whether sending twice under one key shows the message once."""

    name: str
    carries_links: bool
    repeats_safely: bool

    def send(self, *, key: str, to: str, text: str) -> str:
        """Sends `text` to the phone `to` and returns the provider's id of the message.
        Raises Refused or Unreachable. Holds no database transaction open."""
        ...
