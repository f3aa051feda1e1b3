"""The words of notices, from `config/tables/wording.toml`, checked when they are loaded."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LEVELS: Final = ("red", "orange", "yellow", "green")
LANGUAGES: Final = ("zh", "en")
WORDS: Final = {
    "level": dict.fromkeys(LEVELS, frozenset[str]()),
    "alert": {**dict.fromkeys(LEVELS, frozenset({"level", "number", "due"})), "link": frozenset({"link"})},
    "regraded": {"text": frozenset({"level", "number"})},
    "stand_down": dict.fromkeys(("text", "moved"), frozenset({"number", "unit"})),
    "clock": dict.fromkeys(("acknowledge", "visit", "answer", "close"), frozenset[str]()),
    "reminder": {
        "warned": frozenset({"level", "number", "clock", "due"}),
        **dict.fromkeys(("overdue", "pause_asked"), frozenset({"level", "number", "clock"})),
        "returned": frozenset({"level", "number", "due"}),
        **dict.fromkeys(
            ("idle", "idle_above", "return_overdue", "return_refused"), frozenset({"level", "number"})
        ),
    },
    "reply": {
        **dict.fromkeys(("first", "declined", "already", "handed"), frozenset({"number"})),
        **dict.fromkeys(("which", "unclear"), frozenset({"numbers"})),
        **dict.fromkeys(("none", "taken"), frozenset[str]()),
    },
}
"""Section and key to the words in braces that it may use."""

NAMED: Final = 3
"""How many open cases one text names."""
ONE_SMS: Final = 70
"""Characters of one SMS in UCS-2; a longer one is sent and paid as several."""


class WordingError(ValueError):
    """A table of wording that cannot be used; says file, section and key."""


@dataclass(frozen=True, slots=True)
class Wording:
    texts: Mapping[str, Mapping[str, str]]

    def alert(self, *, number: str, level: str, due: str, link: str) -> str:
        """`due`: "14:05" or "11-23 14:05"; empty where no answer is awaited. `link`: empty where it may not stand."""
        text = self._fill("alert", level, level=self.texts["level"][level], number=number, due=due)
        return text + (self._fill("alert", "link", link=link) if link else "")

    def stand_down(self, *, number: str, unit: str) -> str:
        return self._fill("stand_down", "text", number=number, unit=unit)

    def moved(self, *, number: str, unit: str) -> str:
        return self._fill("stand_down", "moved", number=number, unit=unit)

    def reminder(self, key: str, *, number: str, level: str, clock: str = "", due: str = "") -> str:
        """`clock`: the act it is about, by its code, where `key` names one."""
        named = self.texts["clock"][clock] if clock else ""
        return self._fill(
            "reminder", key, level=self.texts["level"][level], number=number, clock=named, due=due
        )

    def regraded(self, *, number: str, level: str) -> str:
        return self._fill("regraded", "text", level=self.texts["level"][level], number=number)

    def reply(self, key: str, *, number: str = "", numbers: tuple[str, ...] = ()) -> str:
        named = " ".join(numbers[:NAMED]) + (f" …+{len(numbers) - NAMED}" if len(numbers) > NAMED else "")
        return self._fill("reply", key, number=number, numbers=named)

    def _fill(self, section: str, key: str, **words: str) -> str:
        return self.texts[section][key].format(**words)


def load(path: Path, *, language: str) -> Wording:
    """Raises WordingError. Both languages are checked, whichever is used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{path.name}: {error}") from error
    for name in LANGUAGES:
        for section, keys in WORDS.items():
            _check(
                raw.get(name, {}).get(section), keys, f"{path.name}: [{name}.{section}]", chinese=name == "zh"
            )
    return Wording(raw[language])


def _check(given: Any, keys: Mapping[str, frozenset[str]], where: str, *, chinese: bool) -> None:
    if not isinstance(given, dict):
        raise WordingError(f"{where} is missing")
    for key in [*keys, *given]:
        if key not in given:
            raise WordingError(f"{where} {key} is missing")
        if key not in keys:
            raise WordingError(f"{where} {key} is not known")
        text = given[key]
        if not isinstance(text, str) or not text:
            raise WordingError(f"{where} {key} must be text")
        try:
            used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise WordingError(f"{where} {key}: {error}") from error
        if used - keys[key]:
            raise WordingError(f"{where} {key}: {{{sorted(used - keys[key])[0]}}} cannot be filled in here")
        if chinese and len(text) > ONE_SMS:
            raise WordingError(f"{where} {key}: {len(text)} characters, more than the {ONE_SMS} of one SMS")
