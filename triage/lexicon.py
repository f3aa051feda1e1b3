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


_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")


class LexiconError(ValueError):
    """A lexicon file is wrong; the message names file, line, table and key."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table of a file, such as `signal.beating`; `lines` tells on which line a table or a key stands."""

    file: str
    table: str
    lines: Mapping[str, int]

    def error(self, why: str, *, key: str = "") -> LexiconError:
        spot = f"{self.table}.{key}" if key else self.table
        line = self.lines.get(spot) or self.lines.get(self.table)
        return LexiconError(f"{self.file}: {f'line {line}: ' if line else ''}{spot}: {why}")


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
        """Read every `*.toml` of the folder. Raises LexiconError naming file, line and key."""
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise LexiconError(f"{folder}: no *.toml file of the lexicon found")
        digest = hashlib.sha256()
        tables: dict[str, tuple[Place, Mapping[str, Any]]] = {}
        groups: dict[str, tuple[str, ...]] = {}
        emoji: dict[str, str] = {}
        version = ""
        for file in files:
            content = file.read_bytes()
            digest.update(content)
            try:
                document = tomllib.loads(content.decode())
            except UnicodeDecodeError as error:
                line = content.count(b"\n", 0, error.start) + 1
                raise LexiconError(f"{file.name}: line {line}: not UTF-8") from error
            except tomllib.TOMLDecodeError as error:
                raise LexiconError(f"{file.name}: {error}") from error
            lines = _lines(content.decode())
            for section, body in document.items():
                place = Place(file.name, section, lines)
                if section != "version" and not isinstance(body, Mapping):
                    raise place.error("want a table")
                match section:
                    case "version":
                        version = str(body)
                    case "emoji":
                        emoji |= _emoji(body, place)
                    case "group":
                        groups |= {name: _words(body, name, place) for name in body}
                    case "signal" | "marker":
                        for name, table in body.items():
                            place = Place(file.name, f"{section}.{name}", lines)
                            if name in tables:
                                raise place.error("named twice")
                            if not isinstance(table, Mapping):
                                raise place.error("want a table")
                            tables[name] = (place, table)
                    case _:
                        raise place.error("unknown section")
        if not version:
            raise LexiconError(f"{folder.name}: no file sets version")
        terms = {name: _term(name, place, table, groups) for name, (place, table) in tables.items()}
        for name, term in terms.items():
            strange = [one for one in term.settled_by if one not in terms or terms[one].is_signal]
            if strange:
                raise tables[name][0].error(f"no marker {strange[0]!r}", key="settled_by")
        return cls(LexiconIdentity(version, digest.hexdigest()), terms, emoji)


def _lines(content: str) -> dict[str, int]:
    """On which line each table begins, and each key stands: `signal.beating`, `signal.beating.words`."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(content.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = ".".join(part.strip().strip("\"'") for part in header[1].split("."))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault(".".join(filter(None, (table, key[1].strip("\"'")))), number)
    return lines


def _term(name: str, place: Place, table: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Term:
    is_signal = place.table.startswith("signal.")
    unknown = sorted(set(table) - (_SIGNAL_KEYS if is_signal else _MARKER_KEYS))
    if unknown:
        raise place.error("unknown key", key=unknown[0])
    means = table.get("means", "")
    if not isinstance(means, str) or (is_signal and not means):
        raise place.error("want words for the operator" if "means" in table else "missing", key="means")
    circumstances = _words(table, "circumstances", place)
    for code in circumstances:
        if code not in CIRCUMSTANCES:
            raise place.error(f"unknown code {code!r}", key="circumstances")
    sounds = _words(table, "sounds", place)
    words = tuple(dict.fromkeys((*_words(table, "words", place), *sounds)))
    patterns = tuple(_pattern(source, place, groups) for source in _words(table, "patterns", place))
    if not words and not patterns:
        raise place.error("neither words nor patterns")
    return Term(
        name=name,
        is_signal=is_signal,
        means=means,
        level=_level(table, "level", place),
        now=_level(table, "now", place),
        circumstances=circumstances,
        words=words,
        patterns=patterns,
        sounds=sounds,
        settled_by=_words(table, "settled_by", place),
        needs_child=_flag(table, "needs_child", place),
    )


def _pattern(source: str, at: Place, groups: Mapping[str, tuple[str, ...]]) -> Pattern:
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
                raise at.error(f"{source!r}: a gap is … or ……", key="patterns")
            gap = _GAPS[piece["gap"]]
            continue
        if piece["group"]:
            if piece["group"] not in groups:
                raise at.error(f"{source!r}: no group {piece['group']!r}", key="patterns")
            part = groups[piece["group"]]
        else:
            part = tuple((piece["choice"] or piece["literal"]).split("|"))
        parts.append(part)
        gaps.append(gap)
        gap = 0
    if place != len(source) or len(parts) < 2 or not all(all(part) for part in parts):
        raise at.error(f"{source!r}: not a pattern of two parts or more", key="patterns")
    return Pattern(source, tuple(parts), tuple(gaps))


def _level(table: Mapping[str, Any], key: str, place: Place) -> Level | None:
    value = table.get(key)
    if value is None:
        return None
    try:
        return Level(value)
    except ValueError as error:
        raise place.error(f"{value!r} is no level", key=key) from error


def _flag(table: Mapping[str, Any], key: str, place: Place) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise place.error("want true or false", key=key)
    return value


def _words(table: Mapping[str, Any], key: str, place: Place) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise place.error("want a list of words", key=key)
    for word in value:
        if not isinstance(word, str) or not word.strip():
            raise place.error(f"{word!r} is no word", key=key)
    return tuple(dict.fromkeys(value))


def _emoji(table: Mapping[str, Any], place: Place) -> dict[str, str]:
    for mark, word in table.items():
        if len(mark) != 1 or not isinstance(word, str) or not word:
            raise place.error("want one character and a word for it", key=mark)
    return dict(table)
