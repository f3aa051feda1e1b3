"""The gazetteer: divisions, their names as said, and what the table adds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from pathlib import Path

from routing.places.divisions import Division, Divisions
from routing.places.index import NameIndex, stem_of_township, township_names, upper_names, village_names
from routing.places.names import MIN_STEM, simplify, township_rank, township_stem, upper_stem, village_stem
from routing.places.sounds import OTHER_TONE, SoundIndex, Sounds
from routing.places.table import Alias, PlacesTable, PlacesTableError

# Areas whose names a process keeps ready: its own cities, and counties elsewhere as they come up.
KEPT_AREAS = 64


class Gazetteer:
    """Divisions by code and by name. Make it once, before the worker forks; it holds no request's state."""

    def __init__(self, divisions: Divisions, table: PlacesTable) -> None:
        self.divisions = divisions
        self.table = table
        self.sounds = Sounds(divisions.readings)
        self._upper = tuple(upper_names(divisions))
        self._upper_stems = frozenset(stem for stem, _ in self._upper)
        self.aliases: dict[str, tuple[Alias, ...]] = {}
        for alias in table.aliases:
            word = simplify(alias.word)
            self.aliases[word] = (*self.aliases.get(word, ()), alias)
        self.lookalikes = frozenset(map(simplify, table.lookalikes))
        phrases = sorted(map(simplify, table.phrases), key=len, reverse=True)
        self._phrases = re.compile("|".join(map(re.escape, phrases)) or r"(?!)")
        # Kept by hand on the instance: functools caches on methods would keep every gazetteer alive.
        self.area = lru_cache(maxsize=KEPT_AREAS)(self._area)
        self.townships = lru_cache(maxsize=KEPT_AREAS)(self._townships)
        self.former = lru_cache(maxsize=KEPT_AREAS)(self._former)
        self.spoken = lru_cache(maxsize=KEPT_AREAS)(self._spoken)
        self.township_sounds = lru_cache(maxsize=KEPT_AREAS)(self._township_sounds)
        self.village_sounds = lru_cache(maxsize=KEPT_AREAS)(self._village_sounds)
        self.county_sounds = lru_cache(maxsize=KEPT_AREAS)(self._county_sounds)

    @classmethod
    def load(cls, divisions: Path, places_table: Path) -> Gazetteer:
        """Read both files; raises ``DivisionsError`` or ``PlacesTableError`` naming file, line or key."""
        gazetteer = cls(Divisions.load(divisions), PlacesTable.load(places_table))
        for alias in gazetteer.table.aliases:
            wrong = gazetteer._misplaced(alias)
            if wrong:
                raise PlacesTableError(f"{places_table.name}, {alias.word}, code: {wrong}")
        return gazetteer

    def _misplaced(self, alias: Alias) -> str:
        """What is wrong with the division an alias names; nothing if it may stand."""
        if alias.code not in self.divisions:
            return f"no division {alias.code}"
        county = alias.code[:6]
        for other in self.aliases[simplify(alias.word)]:
            if other.code != alias.code and len(county) == 6 and other.code.startswith(county):
                return (
                    f"it stands for {alias.code} and for {other.code}, both in {self.divisions.name(county)}"
                )
        if len(alias.code) == 9 and alias.kind == "旧称":
            for code in self.divisions.below(county, 9):
                if code != alias.code and simplify(self.divisions.name(code)) == simplify(alias.word):
                    return f"{alias.word} is today's name of {code}"
        return ""

    def _area(self, prefix: str) -> NameIndex:
        return NameIndex(chain(township_names(self.divisions, prefix), village_names(self.divisions, prefix)))

    def _townships(self, prefix: str) -> NameIndex:
        return NameIndex(township_names(self.divisions, prefix))

    def _township_sounds(self, prefix: str) -> SoundIndex:
        return SoundIndex(self.sounds, township_names(self.divisions, prefix))

    def _village_sounds(self, prefix: str) -> SoundIndex:
        return SoundIndex(self.sounds, village_names(self.divisions, prefix))

    def _county_sounds(self, prefix: str) -> SoundIndex:
        names = ((upper_stem(self.divisions.name(code), 6), code) for code in self.divisions.below(prefix, 6))
        return SoundIndex(self.sounds, names)

    def _spoken(self, city: str) -> NameIndex:
        """What a text coming in at a city is searched for: its own names, upper divisions, the table's."""
        area = (
            chain(township_names(self.divisions, city), village_names(self.divisions, city)) if city else ()
        )
        return NameIndex(chain(area, self._upper), [*self.aliases, *self.former(city)])

    def _former(self, city: str) -> dict[str, tuple[str, ...]]:
        """Stem of a city's townships that are gone -> today's townships that hold their villages."""
        found: dict[str, tuple[str, ...]] = {}
        for name, codes in self.divisions.former if city else ():
            stem = township_stem(name)
            if codes[0].startswith(city) and township_rank(name) and len(stem) >= MIN_STEM:
                found[stem] = tuple(dict.fromkeys((*found.get(stem, ()), *codes)))
        return found

    def blocked(self, text: str) -> list[tuple[int, int]]:
        """Where the text has phrases that are no places, though they hold a place's name (世外桃源)."""
        return [found.span() for found in self._phrases.finditer(text)]

    def cut_wrongly(self, text: str, start: int) -> bool:
        """Whether a name that begins at ``start`` tears a common word apart: 反映一下|梁村 is not 下梁村."""
        return start > 0 and text[start - 1 : start + 1] in self.table.joints

    def cuts_a_city(self, text: str, start: int) -> bool:
        """Whether a name that begins at ``start`` tears a province's, city's or county's: 渭|南城区."""
        return start > 0 and text[start - 1 : start + 1] in self._upper_stems

    def look_alike(self, one: str, other: str) -> bool:
        """Whether two characters are taken for each other: by the table, or because they sound alike."""
        return any(one in group and other in group for group in self.table.look_alike) or (
            self.sounds.between(one, other) <= OTHER_TONE
        )

    def same_generic(self, villages: tuple[str, ...], word: str) -> tuple[str, ...]:
        """Of villages with one stem, those that are 村 or 社区 as the text says; all if none is."""
        if len(villages) == 1:
            return villages
        community = "社区" in word or "居" in word
        same = tuple(code for code in villages if self.is_community(code) == community)
        return same or villages

    def is_community(self, village: str) -> bool:
        """Whether it is a 社区, as the seats of townships are, and not a 村."""
        return village_stem(self.divisions.name(village))[1] == "社区"

    def is_whole(self, key: str, code: str) -> bool:
        """Whether the key of a township or village holds its generic word already (孙镇, 韩村, 城区)."""
        if len(code) == 9:
            return key == simplify(self.divisions.name(code))
        return len(code) == 12 and len(key) == MIN_STEM and key[-1] == "村"

    def not_demoted(self, townships: tuple[str, ...], key: str, word: str) -> tuple[str, ...]:
        """Of townships with one stem, those the generic word may mean.

        Townships rise from 乡 to 镇 to 街道 and people keep the old word; nobody says 镇 for what is a 乡.
        """
        if "街" not in word and "办" not in word:  # 大连镇 is not short for 大连路街道
            townships = tuple(code for code in townships if stem_of_township(self.divisions, code) == key)
        said = township_rank(word)
        if not said or len(townships) < 2:
            return townships
        risen = tuple(code for code in townships if township_rank(self.divisions.name(code)) >= said)
        same = tuple(code for code in risen if simplify(self.divisions.name(code)).endswith(word))
        if len(word) > 2 and same:  # 羊场苗族彝族乡 in full
            return same
        return risen if same else townships

    def counties_said(self, code: str) -> tuple[str, ...]:
        """How the county of a division is said: 桃源县, 桃源."""
        name = simplify(self.divisions.name(code[:6]))
        return name, upper_stem(name, 6)

    def so_called(self, codes: tuple[str, ...], word: str, home: str) -> tuple[str, ...]:
        """Of counties and cities with one stem, those that 县, 区, 市 or 旗 may mean.

        Counties become 区 or 市 and people keep the old word; at home any slip is forgiven.
        """
        found = []
        for code in codes:
            name = self.divisions.name(code)
            if (
                name.endswith(word)
                or (home[:4] and code.startswith(home[:4]))
                or name[-1] in {"县": "区市", "市": "区"}.get(word, "")
            ):
                found.append(code)
        exact = tuple(code for code in found if self.divisions.name(code).endswith(word))
        return exact or tuple(found)

    def warm(self, homes: Iterable[str]) -> None:
        """Make the names of these cities ready, so that the first report does not wait for them."""
        for home in homes:
            self.spoken(home[:4])
            self.area(home[:4])
            self.township_sounds(home[:4])

    def division(self, code: str) -> Division:
        """The division of a code of 2 to 12 digits; raises ``KeyError`` for an unknown one."""
        return self.divisions.division(code)

    def children(self, code: str) -> tuple[Division, ...]:
        """The divisions one level below ``code``; of ``""``, the provinces."""
        return tuple(map(self.division, self.divisions.children(code)))

    def counties_of(self, city: str) -> tuple[Division, ...]:
        """The counties, districts and county-level cities of a city (4 digits)."""
        return tuple(map(self.division, self.divisions.below(city, 6)))

    def townships_of(self, county: str) -> tuple[Division, ...]:
        """The townships, towns and subdistricts of a county (6 digits)."""
        return tuple(map(self.division, self.divisions.below(county, 9)))

    def villages_of(self, township: str) -> tuple[Division, ...]:
        """The villages and communities of a township (9 digits)."""
        return tuple(map(self.division, self.divisions.children(township)))

    def search(self, words: str, *, within: str = "", limit: int = 20) -> tuple[Division, ...]:
        """Divisions down to the township whose name holds ``words``, inside ``within``; for a picker.

        Shorter names first, then by code.
        """
        plain = simplify(words.strip())
        if not plain:
            return ()
        found = [
            code
            for length in (2, 4, 6, 9)
            for code in self.divisions.below(within, length)
            if plain in simplify(self.divisions.name(code))
        ]
        found.sort(key=lambda code: (len(self.divisions.name(code)), code))
        return tuple(map(self.division, found[:limit]))
