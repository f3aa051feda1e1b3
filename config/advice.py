"""What to tell a sender, from `config/tables/advice.toml`, checked when it is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh", "en")
KEYS: Final = ("red", "orange", "yellow", "green", "unread")


class AdviceError(ValueError):
    """A table of advice that cannot be used; says file, section and key."""


def load(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Language to level to words. Raises AdviceError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AdviceError(f"{path.name}: {error}") from error
    for language in LANGUAGES:
        for key in KEYS:
            if not isinstance(raw.get(language, {}).get(key), str):
                raise AdviceError(f"{path.name}: [{language}] {key} is missing")
    return raw
