"""The table a clerk edits: other names of places, and words that only look like places (``places.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALIAS_KINDS = frozenset({"旧称", "俗称", "景点", "学校", "改名"})


class PlacesTableError(ValueError):
    """``places.toml`` is wrong; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of the division ``code``; ``kind`` says which sort, ``since`` the year of a renaming."""

    word: str
    code: str
    kind: str
    since: int | None = None


@dataclass(frozen=True, slots=True)
class PlacesTable:
    """Aliases and renamed counties; words that need better evidence than being there, phrases that are no
    place, pairs of characters that no name begins inside of; characters that look alike."""

    aliases: tuple[Alias, ...]
    lookalikes: frozenset[str]
    phrases: frozenset[str]
    joints: frozenset[str]
    look_alike: tuple[frozenset[str], ...] = ()

    @classmethod
    def load(cls, path: Path) -> PlacesTable:
        """Read the table; raises :class:`PlacesTableError` naming file and key."""
        try:
            with path.open("rb") as stream:
                table = tomllib.load(stream)
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise PlacesTableError(f"{path}: {error}") from error
        unknown = set(table) - {"alias", "rename", "lookalikes", "spelling"}
        if unknown:
            raise PlacesTableError(f"{path.name}: unknown keys {sorted(unknown)}")
        aliases = []
        for number, entry in enumerate(table.get("alias", ()), start=1):
            where = f"{path.name}, alias {number}"
            words = entry.get("words")
            if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
                raise PlacesTableError(f"{where}, words: a list of names is wanted, not {words!r}")
            if entry.get("kind") not in ALIAS_KINDS:
                raise PlacesTableError(
                    f"{where}, kind: one of {sorted(ALIAS_KINDS)}, not {entry.get('kind')!r}"
                )
            aliases += [_alias(where, word, entry, entry["kind"]) for word in words]
        for number, entry in enumerate(table.get("rename", ()), start=1):
            where = f"{path.name}, rename {number}"
            since = entry.get("since")
            if not isinstance(since, int) or not 1949 <= since <= 2100:
                raise PlacesTableError(f"{where}, since: a year is wanted, not {since!r}")
            aliases.append(_alias(where, entry.get("old"), entry, "改名", since))
        lookalikes = table.get("lookalikes", {})
        for key in ("words", "phrases", "joints"):
            words = lookalikes.get(key, [])
            if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                raise PlacesTableError(f"{path.name}, lookalikes.{key}: a list of words is wanted")
        groups = table.get("spelling", {}).get("look_alike", [])
        if not isinstance(groups, list) or not all(
            isinstance(group, str) and len(group) > 1 for group in groups
        ):
            raise PlacesTableError(
                f"{path.name}, spelling.look_alike: a list of groups of characters is wanted"
            )
        return cls(
            tuple(aliases),
            frozenset(lookalikes.get("words", [])),
            frozenset(lookalikes.get("phrases", [])),
            frozenset(lookalikes.get("joints", [])),
            tuple(map(frozenset, groups)),
        )


def _alias(where: str, word: object, entry: Mapping[str, Any], kind: str, since: int | None = None) -> Alias:
    if not isinstance(word, str) or len(word) < 2:
        raise PlacesTableError(f"{where}, name: two characters or more are wanted, not {word!r}")
    code = entry.get("code")
    if not isinstance(code, str) or not code.isdigit() or len(code) not in (2, 4, 6, 9, 12):
        raise PlacesTableError(f"{where}, code: {code!r} is not a code of 2, 4, 6, 9 or 12 digits")
    return Alias(word, code, kind, since)
