"""A report as it comes in, before anybody has thought about it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CHANNELS: Final = ("call", "sms", "web", "mandatory", "12345")
LONGEST_TEXT: Final = 20_000
"""Characters. What triage promises to read."""
LONGEST_PLACE: Final = 200
"""Characters of the place that are looked at; the original keeps all."""


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """`original`: all that the sender gave, as given. `message_key`: the sender's own key for this message
    (form key, Idempotency-Key, MessageSid, work-order number); the same key never makes a second report.
    Without a key two equal messages are two reports: two neighbours may well send the same words."""

    channel: str
    text: str
    place: str = ""
    reporter_phone: str = ""
    original: Mapping[str, Any] = field(default_factory=dict)
    message_key: str | None = None


def readable(text: str) -> str:
    """The text without lone surrogates, which no page could show. What came is kept in `original`."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def says_something(text: str) -> bool:
    """Whether there is anything to see in it: not only blanks, control and zero-width characters."""
    return any(unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp") for character in text)


def readable_json(value: dict[str, Any]) -> dict[str, Any]:
    """The same of every text in a JSON object."""
    return dict(json.loads(readable(json.dumps(value, ensure_ascii=False))))


def number(*, year: int, sequence: int) -> str:
    """What people read to each other on the telephone: 26-000123."""
    return f"{year % 100:02d}-{sequence:06d}"
