"""Names of an area by their first two characters, so that a text is read once, left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from routing.places.divisions import NOT_NAMES, Divisions
from routing.places.names import MIN_STEM, simplify, township_stem, upper_stem, village_stem

HEAD = 2
Entry = tuple[str, tuple[str, ...]]


class NameIndex:
    """Key (a stem as people say it) -> codes of the divisions it may mean."""

    def __init__(self, names: Iterable[tuple[str, str]], words: Iterable[str] = ()) -> None:
        """``names`` are (key, code); ``words`` are further keys to be found, without codes."""
        codes: dict[str, dict[str, None]] = defaultdict(dict)
        for key, code in names:
            codes[key][code] = None
        for word in words:
            codes.setdefault(word, {})
        self.codes: dict[str, tuple[str, ...]] = {key: tuple(found) for key, found in codes.items()}
        heads: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.codes.items():
            heads[entry[0][:HEAD]].append(entry)
        self._heads: dict[str, tuple[Entry, ...]] = {head: tuple(entries) for head, entries in heads.items()}

    def hits(self, text: str) -> list[tuple[int, str, tuple[str, ...]]]:
        """(start, key, codes) of every key in the text, overlapping ones too."""
        heads = self._heads
        starts = [
            (start, head) for start, head in enumerate(map(str.__add__, text, text[1:])) if head in heads
        ]
        return [
            (start, key, codes)
            for start, head in starts
            for key, codes in heads[head]
            if text.startswith(key, start)
        ]


def upper_names(divisions: Divisions) -> Iterator[tuple[str, str]]:
    """Stems of all provinces, cities and counties."""
    for length in (2, 4, 6):
        for code in divisions.below("", length):
            name = divisions.name(code)
            if name not in NOT_NAMES:
                yield upper_stem(name, length), code


def township_names(divisions: Divisions, prefix: str) -> Iterator[tuple[str, str]]:
    """Stems of the townships under a prefix; 三桥路街道 also without 路 where no other is called so."""
    stems = {code: stem_of_township(divisions, code) for code in divisions.below(prefix, 9)}
    taken = set(stems.values())
    for code, stem in stems.items():
        yield stem, code
        short = stem[:-1]
        if stem[-1] in "路街" and len(short) >= MIN_STEM and short not in taken:
            yield short, code


def stem_of_township(divisions: Divisions, code: str) -> str:
    """The stem, without the county's name before it: 灵石县城区社会事务服务中心 -> 城区."""
    stem = township_stem(divisions.name(code))
    county = simplify(divisions.name(code[:6]))
    if not stem.startswith(county):
        return stem
    return stem[len(county) :] if len(stem) - len(county) >= MIN_STEM else simplify(divisions.name(code))


def village_names(divisions: Divisions, prefix: str) -> Iterator[tuple[str, str]]:
    """Stems of the villages and communities under a prefix."""
    for township in divisions.below(prefix, 9):
        for code, name in divisions.villages(township):
            yield village_stem(name)[0], code
