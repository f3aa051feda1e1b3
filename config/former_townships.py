"""Townships that are gone, and where they went: told by the villages of an older package of divisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from routing.places.names import simplify, township_stem, village_stem

# Of the villages that are found again, the share a township must hold to be one of those the old one went to.
LEAST_SHARE, LEAST_VILLAGES = 0.15, 2
Names = Mapping[str, str]


def former_townships(
    streets: Names, villages: Names, old_streets: Names, old_villages: Names
) -> Iterator[tuple[str, list[str]]]:
    """(old name, codes of the townships that hold its villages today, most villages first), by old code.

    All four are code -> name. Where 乡 became 镇 became 街道 and kept its name and villages, nothing is gone; where
    others took some of the villages, they are told too. Fewer than two villages found again tell nothing.
    """
    stems = {(code[:6], township_stem(name)) for code, name in streets.items()}
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code, name in villages.items():
        holders[code[:4], village_stem(name)[0]].add(code[:9])
    inside: dict[str, list[str]] = defaultdict(list)
    for code, name in old_villages.items():
        inside[code[:9]].append(village_stem(name)[0])
    for code, name in sorted(old_streets.items()):
        found: Counter[str] = Counter()
        for stem in inside[code]:
            held = holders.get((code[:4], stem), set())
            if len(held) == 1:
                found.update(held)
        least = max(LEAST_VILLAGES, LEAST_SHARE * found.total())
        codes = [township for township, number in found.most_common() if number >= least]
        # A village of the same name in another county is seldom the one that was here.
        codes = [township for township in codes if township[:6] == codes[0][:6]]
        kept = any((code[:6], township_stem(name)) in stems for code in codes)
        if codes and (not kept or len(codes) > 1):
            yield simplify(name), codes
