"""From a text to the chains of names in it: exact ones, then those elsewhere, then what must be bridged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from routing.places.bridging import Orphan, bridge, bridge_bare, bridge_county, find_orphans
from routing.places.chains import Chain, find_chains, nested
from routing.places.gazetteer import Gazetteer
from routing.places.mentions import Mention, area_mentions, find_mentions
from routing.places.names import Kind

# Of a name that stands in many cities (朝阳区) this many are looked into.
MOST_OUTSIDE = 3
ROUNDS = 3
# What names mean is settled among those near them: a long text is read a section at a time, so that it costs what
# its length costs.
SECTION = 400
_STOPS = (re.compile(r".*[。！？!?；;\n]", re.DOTALL), re.compile(r".*[，、\s]", re.DOTALL))


def read_chains(gazetteer: Gazetteer, text: str, home: str) -> tuple[list[Chain], list[Orphan]]:
    """The chains of a text, bridged where needed, and the words like places that stay unknown."""
    if len(text) <= SECTION:
        return _read_section(gazetteer, text, home)
    every: list[Chain] = []
    unknown: list[Orphan] = []
    for start, stop in _sections(text):
        chains, orphans = _read_section(gazetteer, text[start:stop], home)
        every += [_moved(one, start) for one in chains]
        unknown += [
            replace(one, start=one.start + start, stop=one.stop + start, end=one.end + start)
            for one in orphans
        ]
    return every, unknown


def _sections(text: str) -> Iterator[tuple[int, int]]:
    """Where the sections of a long text begin and end: after a sentence, a clause, or where they must."""
    start = 0
    while start < len(text):
        most = min(start + SECTION, len(text))
        cuts = (stop.match(text, start + SECTION // 2, most) for stop in _STOPS)
        stop = next((found.end() for found in cuts if found), most) if most < len(text) else most
        yield start, stop
        start = stop


def _moved(chain: Chain, by: int) -> Chain:
    mentions = (replace(one, start=one.start + by, end=one.end + by) for one in chain.mentions)
    return replace(chain, mentions=tuple(mentions))


def _read_section(gazetteer: Gazetteer, text: str, home: str) -> tuple[list[Chain], list[Orphan]]:
    mentions = find_mentions(gazetteer, text, home)
    chains = find_chains(text, mentions, home)
    outside = _outside(gazetteer, text, _spoken_of(chains, mentions), home)
    if outside:
        mentions += outside
        chains = find_chains(text, mentions, home)
    # A township can be told only once its misheard county is known, a village only after its township.
    for _ in range(ROUNDS):
        orphans = find_orphans(text, chains)
        bridged = bridge(gazetteer, text, orphans, home) if orphans else []
        bridged += bridge_bare(gazetteer, text, chains) + bridge_county(gazetteer, text, chains)
        new = [mention for mention in bridged if mention not in mentions]
        if not new:
            return chains, orphans
        mentions += new
        chains = find_chains(text, mentions, home)
    return chains, find_orphans(text, chains)


def _spoken_of(chains: list[Chain], mentions: list[Mention]) -> list[str]:
    """The divisions that chains may mean, and counties right before a township, however faint: 潼关|桐峪镇."""
    townships = {one.start for one in mentions if one.kind is Kind.TOWNSHIP}
    codes = [code for chain in chains for code in chain.codes[:MOST_OUTSIDE]]
    for one in mentions:
        if one.end in townships:
            codes += [code for code in one.codes if len(code) == 6][:MOST_OUTSIDE]
    return list(dict.fromkeys(codes))


def _outside(gazetteer: Gazetteer, text: str, spoken_of: list[str], home: str) -> list[Mention]:
    """Names inside the counties and cities elsewhere that the text speaks of."""
    found: list[Mention] = []
    for code in spoken_of:
        if (home[:4] and nested(code, home[:4])) or len(code) not in (2, 4, 6):
            continue
        if len(code) == 2 and not any(word in text for word in ("镇", "乡", "街道", "街办")):
            continue
        index = gazetteer.area(code) if len(code) == 6 else gazetteer.townships(code)
        found += area_mentions(gazetteer, text, index, home)
    return found
