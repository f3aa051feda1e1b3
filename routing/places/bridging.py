"""Names that are not in the gazetteer as written: misheard, mistyped, or of townships that are gone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from routing.places.chains import Chain
from routing.places.gazetteer import Gazetteer
from routing.places.mentions import Mention
from routing.places.names import GENERIC, Kind, said_kind, township_rank
from routing.places.sounds import SoundIndex
from routing.places.surroundings import PLACE_AFTER

LONGEST, SHORTEST = 6, 2
# Mean distance by ear up to which a name may be the one meant, and up to which nobody need be asked.
MAYBE_HEARD, SURELY_HEARD = 0.36, 0.26
# Of two characters one is right and the other differs by its tone.
ONE_TONE = 0.08
# Which other mention of its chain takes the doubt from a bridged one.
SETTLED, NEEDS_SUPPORT, NEEDS_VILLAGE = 0, 1, 2
# A village's name that stands no oftener than this in the city is taken for the town that was called so.
RARE = 2
_BREAK = re.compile(r"[^\u3400-\u9fff]")
# Words that end like a place and are none: 我们村, 全镇, 老家.
_SINGLE = "我你他她它咱们俺本该这那哪每全邻各同外某城场集家农山乡下回返异社贵啥何两几多数个小古大新老"
_COMMON = re.compile(
    r"(?:我们|咱们|你们|他们|她们|这个|那个|哪个|一个|每个|隔壁|同一个|整个|行政|自然|城中|易地搬迁|安置|什么|啥子|么子|哪一个|我|俺|这|那|哪|某)$"
    rf"|(?:^|[的在到是个住从我去回])[{_SINGLE}]$"
)
# Not the end of a name unless the county stands before it: 能不能在|乡卫生院.
_PARTICLE = re.compile(r"[在到去来往从的是我们个]$")
# Generic parts that come and go in what people write: 三桥街道 for 三桥路街道.
_LOOSE_PARTS = frozenset("路街子家头")


# Where a name cannot reach across: 我是那个|高坪村.
_BEFORE_NAME = re.compile(
    r".*(?:我是|那个|这个|我们|你们|咱们|他们|在|住|到|的|是|去|回|从|来|往|给|跟|和|有个|对|把|被|，)"
)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A word that ends like a division and is none: ``text[start:stop]`` and its generic word up to ``end``.

    ``scope`` is the county or township named nearest before; ``adjacent``: it stands directly before.
    """

    start: int
    stop: int
    end: int
    kind: Kind
    scope: str
    adjacent: bool

    def likely_start(self, text: str) -> int:
        """Where the unknown name begins, as far as it can be told from the words before it."""
        found = _BEFORE_NAME.match(text, self.start, self.stop - SHORTEST)
        return found.end() if found else self.start

    def words(self, text: str) -> str:
        """The unknown name."""
        return text[self.likely_start(text) : self.end]

    def starts(self, text: str) -> list[int]:
        """Where it may begin: right after its county or township it is whole, else anywhere."""
        if self.adjacent:
            return list(dict.fromkeys((self.start, self.likely_start(text))))
        return list(range(self.start, self.stop - SHORTEST + 1))


def find_orphans(text: str, chains: list[Chain]) -> list[Orphan]:
    """Generic words that belong to no chain."""
    every = [mention for chain in chains for mention in chain.mentions]
    # A bare township just before may be the beginning of a misheard one: 黔灵 in 黔灵冬录街道.
    certain = [mention for mention in every if mention.kind is not Kind.NONE or len(mention.codes[0]) <= 6]
    orphans = []
    for found in GENERIC.finditer(text):
        kind, end = said_kind(text, found.start())
        if kind is Kind.VILLAGE and said_kind(text, end)[0] is Kind.TOWNSHIP:
            continue  # 亡村镇: its 村 is part of the name
        if kind is Kind.NONE or any(one.start <= found.start() < one.end for one in every):
            continue
        before = certain if kind is Kind.TOWNSHIP else every
        floor = max((one.end for one in before if one.end <= found.start()), default=0)
        if found.start() - floor < SHORTEST:
            # So may a bare county: 太平 in 太平旗镇.
            floor = max(
                (one.end for one in every if one.end <= found.start() and one.kind is not Kind.NONE),
                default=0,
            )
        bound = floor
        for other in _BREAK.finditer(text, max(floor, found.start() - LONGEST), found.start()):
            floor = other.end()
        start = max(floor, found.start() - LONGEST)
        scope, last = "", 0
        for chain in chains:
            code = chain.readings[0].code
            if chain.end <= start and len(chain.codes) == 1 and len(code) >= 4:
                scope, last = code[:9], chain.end
        adjacent = last == start == bound and bool(scope)
        stop = found.start()
        if adjacent and stop - start == 1 and kind is not Kind.COUNTY:
            stop = end  # 续村, for 徐村: told only by the whole
        common = _COMMON.search(text, start, stop) or (not adjacent and _PARTICLE.search(text, start, stop))
        if stop - start >= SHORTEST and not common:
            orphans.append(Orphan(start, stop, end, kind, scope, adjacent))
    return orphans


def _of_rank(gazetteer: Gazetteer, codes: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Of townships that sound alike, those that are 乡, 镇 or 街道 as the text says; all if none is."""
    said = township_rank(word)
    same = tuple(code for code in codes if said and township_rank(gazetteer.divisions.name(code)) == said)
    return same or codes


def bridge(gazetteer: Gazetteer, text: str, orphans: list[Orphan], home: str) -> list[Mention]:
    """Mentions for orphans that sound like, are spelt nearly like, or once were a division in reach."""
    found: list[Mention] = []
    for orphan in orphans:
        if orphan.kind in (Kind.COUNTY, Kind.CITY):
            city = orphan.scope[:4] or home[:4]
            if len(city) == 4:
                found += _heard(gazetteer, text, orphan, gazetteer.county_sounds(city), near=True)
        elif orphan.kind is Kind.TOWNSHIP:
            found += _township(gazetteer, text, orphan, home)
        elif orphan.kind is Kind.VILLAGE and len(orphan.scope) >= 6:
            index = gazetteer.village_sounds(orphan.scope)
            villages = _heard(gazetteer, text, orphan, index, near=True) or _mistyped(
                gazetteer, text, orphan, index
            )
            # Under a township that is certain, a village that is not would only cast doubt on the township.
            found += [one for one in villages if one.doubt == SETTLED or len(orphan.scope) < 9]
    return found


def _township(gazetteer: Gazetteer, text: str, orphan: Orphan, home: str) -> list[Mention]:
    for scope in dict.fromkeys((orphan.scope[:6], home[:4])):
        if len(scope) < 4:
            continue
        near = scope == orphan.scope[:6]
        index = gazetteer.township_sounds(scope)
        found = _kept_name(gazetteer, text, orphan, scope, near=near) + _heard(
            gazetteer, text, orphan, index, near=near
        )
        if not found and near:
            found = _mistyped(gazetteer, text, orphan, index)
        if found:
            return found
    return []


def _heard(
    gazetteer: Gazetteer, text: str, orphan: Orphan, index: SoundIndex, *, near: bool
) -> list[Mention]:
    """The longest end of the orphan that sounds like a name of the index."""
    for start in orphan.starts(text):
        heard = text[start : orphan.stop]
        alike = [(distance, name) for distance, name in index.alike(heard) if distance <= MAYBE_HEARD]
        if not alike:
            continue
        nearest = alike[0][0]
        codes = tuple(
            dict.fromkeys(
                code for distance, name in alike if distance <= nearest + 0.05 for code in index.names[name]
            )
        )
        if orphan.kind is Kind.TOWNSHIP:
            codes = _of_rank(gazetteer, codes, text[orphan.stop : orphan.end])
        sure = nearest <= SURELY_HEARD and (near or len(heard) > SHORTEST or nearest <= ONE_TONE)
        weight = 2.6 + 0.2 * (len(heard) - 2) - nearest - (0.0 if near else 0.4)
        doubt = SETTLED if sure else (NEEDS_VILLAGE if near else NEEDS_SUPPORT)
        return [Mention(start, orphan.end, heard, orphan.kind, codes, weight, how="sound", doubt=doubt)]
    return []


def _kept_name(gazetteer: Gazetteer, text: str, orphan: Orphan, scope: str, *, near: bool) -> list[Mention]:
    """A township merged away: its old seat mostly keeps the name (新滩镇, now 新滩社区).

    A community is taken for the seat; of a mere village of that name a person is asked.
    """
    index = gazetteer.area(scope)
    for start in orphan.starts(text):
        villages = [code for code in index.codes.get(text[start : orphan.stop], ()) if len(code) == 12]
        if not villages:
            continue
        villages = list(gazetteer.same_generic(tuple(villages), "社区"))
        seat = all(gazetteer.is_community(code) for code in villages)
        townships = tuple(dict.fromkeys(code[:9] for code in villages))
        stem = text[start : orphan.stop]
        rare = len(gazetteer.area(scope[:4]).codes[text[start : orphan.stop]]) <= RARE
        settled = SETTLED if seat and rare and len(townships) == 1 else NEEDS_VILLAGE
        doubt = settled if near else NEEDS_SUPPORT
        weight = 2.3 + 0.2 * (len(stem) - 2) - (0.0 if near else 0.6)
        return [Mention(start, orphan.end, stem, orphan.kind, townships, weight, how="old", doubt=doubt)]
    return []


def _mistyped(gazetteer: Gazetteer, text: str, orphan: Orphan, index: SoundIndex) -> list[Mention]:
    """A name of the index one slip of the hand away: a character more, less, other, or two exchanged."""
    for start in orphan.starts(text):
        typed = text[start : orphan.stop]
        near = {name: doubt for name in index.names if (doubt := _slip(gazetteer, typed, name)) is not None}
        if not near:
            continue
        least = min(near.values())
        names = [name for name, doubt in near.items() if doubt == least]
        codes = tuple(dict.fromkeys(code for name in names for code in index.names[name]))
        return [Mention(start, orphan.end, typed, orphan.kind, codes, 2.0, how="typo", doubt=least)]
    return []


def _slip(gazetteer: Gazetteer, typed: str, name: str) -> int | None:
    """How doubtful it is that ``typed`` was meant for ``name``; ``None`` if they are too far apart."""
    if abs(len(typed) - len(name)) > 1 or max(len(typed), len(name)) < 2:
        return None
    if len(typed) == len(name):
        wrong = [(one, other) for one, other in zip(typed, name, strict=True) if one != other]
        if len(wrong) == 1 and (gazetteer.look_alike(*wrong[0])):
            return SETTLED
        if len(wrong) == 2 and wrong[0] == wrong[1][::-1]:
            return SETTLED if len(name) > 2 else NEEDS_VILLAGE
        return NEEDS_VILLAGE if len(wrong) == 1 else None
    longer, shorter = (typed, name) if len(typed) > len(name) else (name, typed)
    for position, character in enumerate(longer):
        if longer[:position] + longer[position + 1 :] == shorter and len(shorter) >= 2:
            return SETTLED if character in _LOOSE_PARTS and len(longer) > 2 else NEEDS_VILLAGE
    return None


def bridge_bare(gazetteer: Gazetteer, text: str, chains: list[Chain]) -> list[Mention]:
    """Townships misheard right after their county though no generic word follows: 秭归九晚溪那边."""
    found: list[Mention] = []
    for chain in chains:
        county = chain.readings[0].code
        if len(county) != 6 or len(chain.codes) > 1:
            continue
        index = gazetteer.township_sounds(county)
        for length in (4, 3, 2):
            heard = text[chain.end : chain.end + length]
            if len(heard) < length or _BREAK.search(heard):
                continue
            alike = index.alike(heard)
            if not alike or alike[0][0] > (0.2 if length > 2 else 0.1):
                continue
            stop = chain.end + length
            if length == 2 and not PLACE_AFTER.match(text, stop):
                continue
            doubt = SETTLED if length > 2 or alike[0][0] <= ONE_TONE else NEEDS_VILLAGE
            codes = index.names[alike[0][1]]
            found.append(Mention(chain.end, stop, heard, Kind.NONE, codes, 1.6, how="sound", doubt=doubt))
            break
    return found


def bridge_county(gazetteer: Gazetteer, text: str, chains: list[Chain]) -> list[Mention]:
    """Counties misheard right before their township: 子归九畹溪镇."""
    found: list[Mention] = []
    for chain in chains:
        first = chain.mentions[0]
        for code in {one[:6] for one in first.codes if len(one) >= 9}:
            index = gazetteer.county_sounds(code[:4])
            for length in (3, 2):
                start = first.start - length
                heard = text[max(0, start) : first.start]
                for distance, name in index.alike(heard) if start >= 0 else ():
                    if distance <= MAYBE_HEARD and code in index.names[name] and heard != name:
                        found.append(Mention(start, first.start, heard, Kind.NONE, (code,), 1.5, how="sound"))
    return found


def heard_in(gazetteer: Gazetteer, mention: Mention, county: str) -> tuple[str, ...]:
    """The divisions of a county that sound like a mention of a place elsewhere."""
    village = mention.kind is Kind.VILLAGE
    index = gazetteer.village_sounds(county) if village else gazetteer.township_sounds(county)
    names = [name for distance, name in index.alike(mention.key) if distance <= SURELY_HEARD]
    return tuple(code for name in names for code in index.names[name])
