"""The lexicon a clerk may edit: `config/tables/lexicon/*.toml`, read and checked once.

Three kinds of table, spread over the files as it suits the reader:

`[signal.NAME]`  something a text may state about a child; `means` (Chinese, shown to the operator),
                 `level` (bare), `now` (when it is going on), `circumstances`, `words`, `patterns`, `sounds`,
                 `settled_by` (markers after which it drops a level), `needs_child` (counts only where the
                 text speaks of a child, a school, a parent).
`[marker.NAME]`  something that changes how signals near it count (not, if, film, found again); `words`, `patterns`.
`[group]`        `name = [words]`, named in patterns as `{name}`.

A pattern is text with gaps: `…` is up to six characters of the same clause, `……` up to sixteen of the same
sentence; `(甲|乙)` is a choice. Words in `sounds` are also found when speech recognition wrote them with other
characters of the same sound.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.protocol import CIRCUMSTANCES, Level

SHORT_GAP = 6
LONG_GAP = 16
_GAPS = {"": 0, "…": SHORT_GAP, "……": LONG_GAP}
_PIECE = re.compile(r"(?P<gap>…+)|\{(?P<group>[^{}]+)\}|\((?P<choice>[^()]+)\)|(?P<literal>[^…{}()]+)")
_SIGNAL_KEYS = {
    "means",
    "level",
    "now",
    "circumstances",
    "words",
    "patterns",
    "sounds",
    "settled_by",
    "needs_child",
}
_MARKER_KEYS = {"means", "words", "patterns"}


class LexiconError(ValueError):
    """A lexicon file is wrong; the message names file, table and key."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`parts[i]` is a set of words one of which must stand there; `gaps[i]` the room before it."""

    source: str
    parts: tuple[tuple[str, ...], ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One signal or marker. `level` is None for signals that count only together with others."""

    name: str
    is_signal: bool
    means: str
    level: Level | None
    now: Level | None
    circumstances: tuple[str, ...]
    words: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    sounds: tuple[str, ...]
    settled_by: tuple[str, ...]
    needs_child: bool


@dataclass(frozen=True, slots=True)
class LexiconIdentity:
    """Which lexicon answered: the clerk's `version` and the `sha256` over all files."""

    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.version} sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Lexicon:
    identity: LexiconIdentity
    terms: Mapping[str, Term]
    emoji: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every `*.toml` of the folder. Raises LexiconError naming file and key."""
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise LexiconError(f"{folder}: no *.toml file of the lexicon found")
        digest = hashlib.sha256()
        tables: dict[str, tuple[str, dict[str, Any]]] = {}
        groups: dict[str, tuple[str, ...]] = {}
        emoji: dict[str, str] = {}
        version = ""
        for file in files:
            content = file.read_bytes()
            digest.update(content)
            try:
                document = tomllib.loads(content.decode())
            except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise LexiconError(f"{file.name}: {error}") from error
            for section, body in document.items():
                match section:
                    case "version":
                        version = str(body)
                    case "emoji":
                        emoji |= _emoji(body, file.name)
                    case "group":
                        groups |= {name: _words(body, name, f"{file.name}: group") for name in body}
                    case "signal" | "marker":
                        for name, table in body.items():
                            if name in tables:
                                raise LexiconError(f"{file.name}: {section}.{name}: named twice")
                            tables[name] = (f"{file.name}: {section}.{name}", table)
                    case _:
                        raise LexiconError(f"{file.name}: {section}: unknown section")
        if not version:
            raise LexiconError(f"{folder.name}: no file sets version")
        terms = {name: _term(name, where, table, groups) for name, (where, table) in tables.items()}
        return cls(LexiconIdentity(version, digest.hexdigest()), terms, emoji)


def _term(name: str, where: str, table: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Term:
    is_signal = ": signal." in where
    unknown = set(table) - (_SIGNAL_KEYS if is_signal else _MARKER_KEYS)
    if unknown:
        raise LexiconError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    means = table.get("means", "")
    if is_signal and not means:
        raise LexiconError(f"{where}.means: missing")
    circumstances = _words(table, "circumstances", where)
    for code in circumstances:
        if code not in CIRCUMSTANCES:
            raise LexiconError(f"{where}.circumstances: unknown code {code!r}")
    sounds = _words(table, "sounds", where)
    words = tuple(dict.fromkeys((*_words(table, "words", where), *sounds)))
    patterns = tuple(
        _pattern(source, f"{where}.patterns", groups) for source in _words(table, "patterns", where)
    )
    if not words and not patterns:
        raise LexiconError(f"{where}: neither words nor patterns")
    return Term(
        name=name,
        is_signal=is_signal,
        means=means,
        level=_level(table, "level", where),
        now=_level(table, "now", where),
        circumstances=circumstances,
        words=words,
        patterns=patterns,
        sounds=sounds,
        settled_by=_words(table, "settled_by", where),
        needs_child=_flag(table, "needs_child", where),
    )


def _pattern(source: str, where: str, groups: Mapping[str, tuple[str, ...]]) -> Pattern:
    parts: list[tuple[str, ...]] = []
    gaps: list[int] = []
    gap = 0
    place = 0
    for piece in _PIECE.finditer(source):
        if piece.start() != place:
            break
        place = piece.end()
        if piece["gap"]:
            if piece["gap"] not in _GAPS:
                raise LexiconError(f"{where}: {source!r}: a gap is … or ……")
            gap = _GAPS[piece["gap"]]
            continue
        if piece["group"]:
            if piece["group"] not in groups:
                raise LexiconError(f"{where}: {source!r}: no group {piece['group']!r}")
            part = groups[piece["group"]]
        else:
            part = tuple((piece["choice"] or piece["literal"]).split("|"))
        parts.append(part)
        gaps.append(gap)
        gap = 0
    if place != len(source) or len(parts) < 2 or not all(all(part) for part in parts):
        raise LexiconError(f"{where}: {source!r}: not a pattern of two parts or more")
    return Pattern(source, tuple(parts), tuple(gaps))


def _level(table: Mapping[str, Any], key: str, where: str) -> Level | None:
    value = table.get(key)
    if value is None:
        return None
    try:
        return Level(value)
    except ValueError as error:
        raise LexiconError(f"{where}.{key}: {value!r} is no level") from error


def _flag(table: Mapping[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise LexiconError(f"{where}.{key}: want true or false")
    return value


def _words(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise LexiconError(f"{where}.{key}: want a list of words")
    for word in value:
        if not isinstance(word, str) or not word.strip():
            raise LexiconError(f"{where}.{key}: {word!r} is no word")
    return tuple(dict.fromkeys(value))


def _emoji(table: Mapping[str, Any], file: str) -> dict[str, str]:
    for mark, word in table.items():
        if len(mark) != 1 or not isinstance(word, str) or not word:
            raise LexiconError(f"{file}: emoji.{mark}: want one character and a word for it")
    return dict(table)
