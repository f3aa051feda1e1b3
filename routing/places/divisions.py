"""The divisions of China by their NBS codes: 2, 4, 6, 9 and 12 digits, each a prefix of those inside it.

The file is xz over UTF-8 lines, written by ``config.build_divisions``:

- ``hutong-divisions-1<TAB>source<TAB>divisions<TAB>villages``
- ``pinyin<TAB>syllable with tone<TAB>characters so read``
- ``former<TAB>old name<TAB>code[,code]``: a township that is gone, and those that hold its villages today
- ``code<TAB>name``, sorted by code; a township's line goes on with its villages, ``<TAB>[NNN]name``,
  where NNN (the last three digits of the code) is given only when it does not follow on the one before.

Villages stay packed in their township's line and are unpacked when asked for: 620,573 Python objects would
cost a worker more than 100 MB.
"""

from __future__ import annotations

import lzma
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FORMAT = "hutong-divisions-1"
LEVEL_OF_LENGTH = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
LENGTH_BELOW = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12}
# NBS fills the city level with these where a province has no cities: they are no names anybody says.
KEPT_TOWNSHIPS = 1024
NOT_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class DivisionsError(ValueError):
    """The file of divisions cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Division:
    """One division: ``code`` of 2, 4, 6, 9 or 12 digits; ``full_name`` from the province down;
    ``level`` is province, city, county, township or village."""

    code: str
    name: str
    full_name: str
    level: str


class Divisions:
    """All divisions, sorted by code. Read-only after :meth:`load`; made before a worker forks."""

    def __init__(
        self,
        codes: list[str],
        names: list[str],
        villages: list[bytes],
        readings: dict[str, tuple[str, ...]],
        former: list[tuple[str, tuple[str, ...]]],
    ) -> None:
        self._codes = codes
        self._names = names
        self._villages = villages
        self._position = {code: number for number, code in enumerate(codes)}
        #: township -> (code, name) of its villages and communities; the last ones asked for stay unpacked.
        self.villages = lru_cache(maxsize=KEPT_TOWNSHIPS)(self._unpack)
        #: character -> its syllables with tone ("wan3"), at most three.
        self.readings = readings
        #: (old name, codes of today's townships) of the townships that are gone
        self.former = former

    @classmethod
    def load(cls, path: Path) -> Divisions:
        """Read the file; raises :class:`DivisionsError` naming file and line."""
        try:
            lines = lzma.decompress(path.read_bytes()).split(b"\n")
        except (OSError, lzma.LZMAError) as error:
            raise DivisionsError(f"{path}: {error}") from error
        head = lines[0].decode("utf-8", "replace").split("\t")
        if len(head) != 4 or head[0] != FORMAT:
            raise DivisionsError(f"{path}, line 1: not a file of {FORMAT}")
        codes: list[str] = []
        names: list[str] = []
        villages: list[bytes] = []
        sounds: dict[str, list[str]] = {}
        former: list[tuple[str, tuple[str, ...]]] = []
        for number, line in enumerate(lines[1:], start=2):
            fields = line.split(b"\t", 2)
            try:
                if fields[0] == b"pinyin":
                    syllable = fields[1].decode()
                    for character in fields[2].decode():
                        sounds.setdefault(character, []).append(syllable)
                    continue
                if fields[0] == b"former":
                    former.append((fields[1].decode(), tuple(fields[2].decode("ascii").split(","))))
                    continue
                codes.append(fields[0].decode("ascii"))
                names.append(fields[1].decode())
            except (IndexError, UnicodeDecodeError) as error:
                raise DivisionsError(f"{path}, line {number}: {error}") from error
            villages.append(fields[2] if len(fields) == 3 else b"")
        if str(len(codes)) != head[2] or codes != sorted(codes):
            raise DivisionsError(f"{path}, line 1: {head[2]} divisions promised in order, {len(codes)} found")
        unknown = {code for _, kept in former for code in kept}.difference(codes)
        if unknown:
            raise DivisionsError(
                f"{path}: former townships went to {sorted(unknown)}, which are no divisions"
            )
        return cls(codes, names, villages, {one: tuple(found) for one, found in sounds.items()}, former)

    def __contains__(self, code: str) -> bool:
        if len(code) == 12:
            return any(found == code for found, _ in self.villages(code[:9]))
        return code in self._position

    def name(self, code: str) -> str:
        """The name of a division; raises ``KeyError`` for an unknown code."""
        if len(code) == 12:
            for found, name in self.villages(code[:9]):
                if found == code:
                    return name
            raise KeyError(code)
        return self._names[self._position[code]]

    def full_name(self, code: str, *, start: int = 2) -> str:
        """Names from the level of ``start`` digits down to ``code``, without the fillers of NBS."""
        parts: list[str] = []
        for length in (2, 4, 6, 9, 12):
            if start <= length <= len(code):
                name = self.name(code[:length])
                # 东莞市 and the like stand at the city's and the county's level with one name.
                if name not in NOT_NAMES and (not parts or parts[-1] != name):
                    # Some townships are listed with their county's name before their own: 当阳市庙前镇.
                    parts.append(name.removeprefix(parts[-1]) if parts and length == 9 else name)
        return "".join(parts)

    def division(self, code: str) -> Division:
        """The division of ``code``; raises ``KeyError`` for an unknown code."""
        return Division(code, self.name(code), self.full_name(code), LEVEL_OF_LENGTH[len(code)])

    def below(self, prefix: str, length: int) -> list[str]:
        """Codes of ``length`` digits (2, 4, 6 or 9) that begin with ``prefix``, in order."""
        start = bisect_left(self._codes, prefix)
        stop = bisect_left(self._codes, prefix + ":")  # ":" follows "9"
        return [code for code in self._codes[start:stop] if len(code) == length]

    def children(self, code: str) -> list[str]:
        """Codes one level below; ``""`` gives the provinces, a village nothing."""
        length = LENGTH_BELOW.get(len(code))
        if length is None:
            return []
        return [found for found, _ in self.villages(code)] if length == 12 else self.below(code, length)

    def _unpack(self, township: str) -> tuple[tuple[str, str], ...]:
        position = self._position.get(township)
        packed = self._villages[position] if position is not None else b""
        found: list[tuple[str, str]] = []
        number = 0
        for item in packed.decode().split("\t") if packed else ():
            if item[0].isdigit():
                number, name = int(item[:3]), item[3:]
            else:
                number, name = number + 1, item
            found.append((f"{township}{number:03d}", name))
        return tuple(found)
