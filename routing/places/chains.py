"""Chains of names that tell one place: county, township and village beside each other, in either order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from routing.places.mentions import Mention, at_home
from routing.places.names import Kind

MAX_GAP = 10
LONGEST_NAME = 20
GAP = re.compile(
    r"[，,、\s（(·\-]*(?:的|里|下辖|下|城里|县城|城)?(?:那边|这边|下面|底下|下头|那里|那儿|这里|境内|辖区|所属|属于|管的|地界|上头)?"
    r"(?:的)?(?:是|属)?[，,、\s）)的]*"
)
# What two names are worth beside each other, near each other, and beside each other though unrelated.
LINK, LOOSE_LINK, UNRELATED = 2.0, 1.2, -1.5
# Names nearer than this, with nothing between them that parts them, are parts of one name or of none:
# in 富平县跃白村 there is no 白村.
CLOSE = 3
_APART = re.compile(r"[^\u3400-\u9fff]|[在到住去从和与跟是往回来至的有]")
# A name beside the others that fits none of them.
STRANGER = -3.0
# 范村镇范村: the second name tells more when it is read as the village.
REPEATED = 0.6
HOME = 0.8
# A chain of this weight stands by itself; one above FAINT is worth asking about when there is nothing else.
CERTAIN_WEIGHT = 1.0
FAINT_WEIGHT = 0.15
TIED = 0.5
# A name of this weight is there, whatever follows it.
HOLDING_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent way to read a chain: its narrowest division, and how many of its names do not fit."""

    code: str
    score: float
    strangers: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """Names that belong together, their readings (best first) and their weight."""

    mentions: tuple[Mention, ...]
    readings: tuple[Reading, ...]
    weight: float

    @property
    def start(self) -> int:
        return self.mentions[0].start

    @property
    def end(self) -> int:
        return self.mentions[-1].end

    @property
    def codes(self) -> tuple[str, ...]:
        """The divisions between which the chain itself does not decide."""
        top = self.readings[0].score
        return tuple(one.code for one in self.readings if one.score >= top - TIED)

    def within(self, code: str) -> Chain | None:
        """The chain read as a place inside ``code``; ``None`` if it cannot be."""
        readings = tuple(one for one in self.readings if one.code.startswith(code) and not one.strangers)
        return Chain(self.mentions, readings, self.weight) if readings else None


def nested(one: str, other: str) -> bool:
    """Whether one division lies in the other."""
    return one.startswith(other) or other.startswith(one)


def link(text: str, first: Mention, second: Mention) -> float:
    """The worth of reading two mentions as one place; 0 when they are apart or cannot be nested."""
    if second.start - first.end > MAX_GAP:
        return 0.0
    if second.start > first.end and not GAP.fullmatch(text, first.end, second.start):
        return 0.0
    if not any(a != b and nested(a, b) for a in first.codes for b in second.codes):
        return 0.0
    return LOOSE_LINK if second.start > first.end else LINK


def best_groups(text: str, mentions: list[Mention]) -> list[list[Mention]]:
    """The mentions that do not overlap and weigh most together, cut where they are not linked."""
    ending: dict[int, list[Mention]] = {}
    for one in mentions:
        ending.setdefault(one.end, []).append(one)
    ordered = sorted(
        (one for one in mentions if not _torn_off(text, ending, one)),
        key=lambda mention: (mention.start, mention.end),
    )
    best: list[tuple[float, int, bool]] = []  # weight so far, index before (-1: none), whether linked to it
    waiting: list[tuple[int, int]] = []  # (end, index) of mentions that may still overlap the next one
    ended = (0.0, -1)
    for position, mention in enumerate(ordered):
        still = []
        for end, index in waiting:
            if end + CLOSE > mention.start:
                still.append((end, index))
            elif best[index][0] > ended[0]:
                ended = (best[index][0], index)
        waiting = still
        choice = (ended[0] + mention.weight, ended[1], False)
        for earlier in range(position - 1, -1, -1):
            before = ordered[earlier]
            if mention.start - before.start > MAX_GAP + LONGEST_NAME:
                break
            if before.end > mention.start:
                continue
            bond = link(text, before, mention)
            if bond or mention.start - before.end < CLOSE:
                apart = 0.0
                if not bond and not _contradicted(before, mention) and _touching(text, before, mention):
                    apart = UNRELATED
                total = best[earlier][0] + mention.weight + bond + apart
                if total > choice[0]:
                    choice = (total, earlier, bond > 0)
        best.append(choice)
        waiting.append((mention.end, position))
    if not best:
        return []
    at = max(range(len(best)), key=lambda position: best[position][0])
    groups: list[list[Mention]] = [[]]
    while at >= 0:
        _, before_at, linked = best[at]
        groups[-1].append(ordered[at])
        if not linked:
            groups.append([])
        at = before_at
    return [group[::-1] for group in groups[::-1] if group]


def _touching(text: str, first: Mention, second: Mention) -> bool:
    return second.start - first.end < CLOSE and not _APART.search(text, first.end, second.start)


def _torn_off(text: str, ending: Mapping[int, list[Mention]], mention: Mention) -> bool:
    """Whether a name is the end of a longer unknown one after a county or township: 白村 in 富平县跃白村.

    ``ending`` holds the mentions by where they end.
    """
    torn = any(
        len(one.codes[0]) >= 6
        and one.weight >= HOLDING_WEIGHT
        and _touching(text, one, mention)
        and not link(text, one, mention)
        for gap in range(1, CLOSE)
        for one in ending.get(mention.start - gap, ())
    )
    return torn and not any(link(text, one, mention) for one in ending.get(mention.start, ()))


def _contradicted(county: Mention, place: Mention) -> bool:
    """Whether a county stands before a township or village of another one: that is asked, not passed over."""
    return (
        place.kind in (Kind.TOWNSHIP, Kind.VILLAGE)
        and county.end == place.start
        and len(county.codes[0]) == 6
    )


def read_group(text: str, group: list[Mention], home: str) -> Chain:
    """All readings of linked mentions: each takes one division a mention, nested in each other."""
    readings: dict[tuple[str, int], Reading] = {("", 0): Reading("", 0.0)}
    weight = sum(link(text, one, other) for one, other in pairwise(group))
    for mention in group:
        weight += mention.weight
        grown: dict[tuple[str, int], Reading] = {}
        for reading in readings.values():
            options = [
                Reading(
                    max(code, reading.code, key=len),
                    reading.score + mention.weight - (REPEATED if code == reading.code else 0.0),
                    reading.strangers,
                )
                for code in _township_first(mention, reading.code, home)
            ]
            if not options:
                options = [Reading(reading.code, reading.score + STRANGER, reading.strangers + 1)]
            for option in options:
                known = grown.get((option.code, option.strangers))
                if known is None or known.score < option.score:
                    grown[option.code, option.strangers] = option
        readings = grown
    scored = [
        Reading(one.code, one.score + (HOME if at_home((one.code,), home) else 0.0), one.strangers)
        for one in readings.values()
    ]
    scored.sort(key=lambda one: (-one.score, len(one.code), one.code))
    return Chain(tuple(group), tuple(scored), weight)


def _township_first(mention: Mention, holder: str, home: str) -> list[str]:
    """The divisions a mention may mean inside ``holder`` (or around it).

    A bare name is the home county's if there is one; after its county it is the township's, even if a village
    elsewhere in the county has it too.
    """
    fitting = [code for code in mention.codes if nested(code, holder)]
    if mention.kind is Kind.NONE:
        if not holder and any(len(code) == 6 and code.startswith(home[:4]) for code in fitting):
            fitting = [code for code in fitting if len(code) <= 6]
        counties = {code[:6] for code in fitting if len(code) == 9 and holder}
        fitting = [code for code in fitting if len(code) < 12 or code[:6] not in counties]
    return fitting


def find_chains(text: str, mentions: list[Mention], home: str) -> list[Chain]:
    """Chains in the order of the text, faint ones too."""
    chains = [read_group(text, group, home) for group in best_groups(text, mentions)]
    return [one for one in chains if one.weight >= FAINT_WEIGHT]
