"""Names of divisions standing in a text, each with the divisions it may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routing.places.gazetteer import Gazetteer
from routing.places.index import NameIndex
from routing.places.names import MIN_STEM, Kind, fits, said_kind
from routing.places.surroundings import bare_weight, is_named
from routing.places.table import Alias

_SAID_WEIGHT = {
    Kind.PROVINCE: 2.5,
    Kind.PREFECTURE: 2.5,
    Kind.CITY: 3.0,
    Kind.COUNTY: 3.0,
    Kind.TOWNSHIP: 3.0,
    Kind.VILLAGE: 2.4,
}
# A trifle more than the same word as today's name, so that the bridge is told.
_ALIAS_WEIGHT = 3.05
# Elsewhere the same words weigh less, so that 城关镇 at home is not looked for all over China.
ELSEWHERE = 0.5
# An old township elsewhere counts only beside its county.
ELSEWHERE_ALIAS = 3.0
FAINTEST = -1.5
TORN, TORN_SHORT = 1.0, 2.0
# What a township that is gone weighs less than one that is there.
FORMER = 0.3
# Of two names that overlap the longer one is meant: 康甘村, not 甘村.
LONG = 6
CONTEXT = 8

# 孙镇长 is a person, 古村落 and 上村口 are words.
_TITLE = re.compile(r"[镇村]长(?![期年大])|村[落口头民干支子医霸]")


@dataclass(frozen=True, slots=True)
class Mention:
    """``text[start:end]`` (generic word included) may mean any of ``codes``.

    ``kind`` is what the generic word says; ``how`` is exact, alias, sound, typo, or old (a township that is
    gone, known by the village that kept its name); ``weight`` grows with the evidence; ``doubt`` is one of
    bridging's, 0 for none.
    """

    start: int
    end: int
    key: str
    kind: Kind
    codes: tuple[str, ...]
    weight: float
    how: str = "exact"
    doubt: int = 0
    alias: Alias | None = None


def find_mentions(gazetteer: Gazetteer, text: str, home: str) -> list[Mention]:
    """Names of the home city, of provinces, cities and counties, and of the table; overlapping ones too."""
    blocked = gazetteer.blocked(text)
    mentions = []
    city = home[:4] if len(home) >= 4 else ""
    former = gazetteer.former(city)
    for start, key, codes in gazetteer.spoken(city).hits(text):
        if any(
            first <= start and start + len(key) <= last and len(key) < last - first for first, last in blocked
        ):
            continue
        mention = read_mention(gazetteer, text, start, key, codes, home) if codes else None
        if mention is not None:
            mentions.append(mention)
        if key in gazetteer.aliases:
            mentions += alias_mentions(gazetteer, text, start, key, home)
        elif key in former:
            mentions += former_mentions(text, start, key, former[key])
    return mentions


def area_mentions(gazetteer: Gazetteer, text: str, index: NameIndex, home: str) -> list[Mention]:
    """Names of an area outside the home city."""
    read = (read_mention(gazetteer, text, start, key, codes, home) for start, key, codes in index.hits(text))
    return [mention for mention in read if mention is not None]


def read_mention(
    gazetteer: Gazetteer, text: str, start: int, key: str, codes: tuple[str, ...], home: str
) -> Mention | None:
    """One name with its generic word; ``None`` if that word or the surroundings rule all readings out."""
    stop = start + len(key)
    kind, end = said_kind(text, stop)
    fitting = tuple(code for code in codes if fits(kind, code))
    if kind in (Kind.COUNTY, Kind.CITY):
        fitting = gazetteer.so_called(fitting, text[stop:end], home)
    if kind is Kind.NONE or not fitting:
        # Some names are never said without their generic word: 孙镇, 韩村, 城区.
        whole = tuple(code for code in codes if gazetteer.is_whole(key, code))
        if key.endswith("城区") and gazetteer.cuts_a_city(text, start):
            return None
        person = _TITLE.match(text, stop - 1) or is_named(key, text[max(0, start - CONTEXT) : start])
        if person or not whole or (kind is Kind.TOWNSHIP and max(map(len, whole)) > 9):
            if kind is Kind.NONE:
                return _bare_mention(gazetteer, text, start, key, codes, home)
            return None
        # 齐村 may be the village 齐村 or what is short for 齐村镇.
        kind, end = Kind(max(map(len, whole))), stop
        fitting = tuple(code for code in codes if code in whole or len(code) == 9)
    elif kind is Kind.VILLAGE:
        fitting = gazetteer.same_generic(fitting, text[stop:end])
    elif kind is Kind.TOWNSHIP:
        fitting = gazetteer.not_demoted(fitting, key, text[stop:end])
        if not fitting:
            return None
    weight = _SAID_WEIGHT[kind] + 0.2 * (len(key) - 2) + 0.1 * min(end - start, LONG)
    if not at_home(fitting, home):
        weight -= ELSEWHERE
    if gazetteer.cut_wrongly(text, start):
        weight -= TORN if len(key) > MIN_STEM else TORN_SHORT
    return Mention(start, end, key, kind, fitting, weight)


def _bare_mention(
    gazetteer: Gazetteer, text: str, start: int, key: str, codes: tuple[str, ...], home: str
) -> Mention | None:
    stop = start + len(key)
    before, after = text[max(0, start - CONTEXT) : start], text[stop : stop + CONTEXT]
    lookalike = key in gazetteer.lookalikes
    best = FAINTEST
    kept = []
    # A village that bears its township's name is not meant when the name stands bare.
    townships = {code for code in codes if len(code) == 9}
    # The home county's name is its own; a village called like it says its generic word.
    own = any(len(code) == 6 and code.startswith(home[:4]) for code in codes)
    # 西安 is the city, not a district elsewhere called so, and 西安镇 only after its county.
    city = any(len(code) == 4 for code in codes)
    for code in codes:
        if len(code) == 12 and (own or code[:9] in townships):
            continue
        if city and len(code) == 6 and not code.startswith(home[:4]):
            continue
        if city and len(code) >= 9 and not text.endswith(gazetteer.counties_said(code), 0, start):
            continue
        weight = bare_weight(
            code,
            length=len(key),
            before=before,
            after=after,
            home=code.startswith(home[:4]),
            lookalike=lookalike,
        )
        if weight > FAINTEST:
            kept.append(code)
            best = max(best, weight)
    if gazetteer.cut_wrongly(text, start):
        best -= TORN
    kept.sort(key=len)
    return Mention(start, stop, key, Kind.NONE, tuple(kept), best) if kept and best > FAINTEST else None


def at_home(codes: Iterable[str], home: str) -> bool:
    """Whether one of the codes lies in the home city or holds it."""
    city = home[:4]
    return any(code.startswith(city) or city.startswith(code) for code in codes)


def alias_mentions(gazetteer: Gazetteer, text: str, start: int, word: str, home: str) -> list[Mention]:
    """One of the table's other names: old ones, landmarks, schools."""
    mentions = []
    for alias in gazetteer.aliases[word]:
        stop = start + len(word)
        kind, end = said_kind(text, stop)
        if kind is Kind.VILLAGE and len(alias.code) < 9:
            kind, end = Kind.NONE, stop
        weight = _ALIAS_WEIGHT + 0.2 * max(0, len(word) - 3) + 0.1 * min(len(word), LONG)
        if kind is Kind.NONE and len(word) == 2 and alias.kind != "改名":
            weight = bare_weight(
                alias.code[:9],
                length=2,
                before=text[max(0, start - CONTEXT) : start],
                after=text[stop : stop + CONTEXT],
                home=True,
                lookalike=word in gazetteer.lookalikes,
            )
        if not at_home((alias.code,), home) and len(alias.code) > 6:
            weight -= ELSEWHERE_ALIAS
        elif not at_home((alias.code,), home):
            weight -= ELSEWHERE
        mentions.append(Mention(start, end, word, kind, (alias.code,), weight, how="alias", alias=alias))
    return mentions


def former_mentions(text: str, start: int, key: str, codes: tuple[str, ...]) -> list[Mention]:
    """A township that is gone, as one of those that hold its villages today."""
    stop = start + len(key)
    kind, end = said_kind(text, stop)
    if kind is Kind.TOWNSHIP:
        weight = _SAID_WEIGHT[kind] - FORMER + 0.2 * (len(key) - 2) + 0.1 * min(end - start, LONG)
    elif kind is Kind.NONE:
        before, after = text[max(0, start - CONTEXT) : start], text[stop : stop + CONTEXT]
        weight = -FORMER + bare_weight(
            codes[0], length=len(key), before=before, after=after, home=True, lookalike=False
        )
    else:
        return []
    return [Mention(start, end, key, kind, codes, weight, how="old")] if weight > FAINTEST else []
