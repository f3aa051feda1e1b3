"""Why a person must be asked: contradictions, weak bridges, names that are not in the gazetteer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.places.bridging import NEEDS_VILLAGE, Orphan, heard_in
from routing.places.chains import GAP, Chain, nested
from routing.places.gazetteer import Gazetteer
from routing.places.mentions import Mention
from routing.places.names import Kind, township_rank
from routing.places.questions import short_name, spoken, which_of
from routing.places.roles import Role, Told

PLACED = (Role.PRESENT, Role.TOLD)
SEATS = frozenset({"城关", "城区", "城厢"})
LOCAL = (Kind.TOWNSHIP, Kind.VILLAGE)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A county directly before a township or village of another county: 白水县孙镇."""

    county: Told
    place: Told
    #: divisions of the named county that sound like the township or village
    heard: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(self.heard or self.county.chain.codes[:1]), *self.place.chain.codes)

    def question(self, gazetteer: Gazetteer, home: str) -> str:
        """是白水县还是蒲城县的孙镇？"""
        if self.heard:
            return which_of(gazetteer, self.codes, home)
        place = self.place.chain.codes[0]
        name = spoken(gazetteer, place[: len(self.place.chain.mentions[0].codes[0])])
        holders = [short_name(gazetteer, code, home) for code in (self.county.chain.codes[0], place[:6])]
        return f"是{holders[0]}还是{holders[1]}的{name}？"


def contradiction(gazetteer: Gazetteer, text: str, told: Sequence[Told]) -> Contradiction | None:
    """The first contradiction in the text."""
    for one, other in pairwise(told):
        county, places = one.chain.codes[0], other.chain.codes
        first = other.chain.mentions[0]
        if (
            len(county) == 6
            and one.role in PLACED
            and first.kind in LOCAL
            and not any(nested(county, place) for place in places)
            and other.chain.start - one.chain.end <= 2
            and GAP.fullmatch(text, one.chain.end, other.chain.start)
        ):
            return Contradiction(one, other, heard_in(gazetteer, first, county))
    return None


def without_strays(text: str, told: Sequence[Told]) -> list[Told]:
    """The places without names that stand right after a county or township and cannot be meant there.

    That is the name of a township that is gone, or one that several counties have, after a county that has
    none (黔西县城关镇: the county is what is known); and a village known only in another county, after county
    and township (蒲城县孙镇罗刘村: the list of villages is never complete).
    """
    kept = list(told[:1])
    for one in told[1:]:
        holder, first = kept[-1].chain, one.chain.mentions[0]
        known, places = holder.codes[0], one.chain.codes
        beside = (
            len(holder.codes) == 1
            and len(known) in (6, 9)
            and not any(nested(known, place) for place in places)
            and one.chain.start - holder.end <= 2
            and GAP.fullmatch(text, holder.end, one.chain.start) is not None
        )
        if beside and len(known) == 6 and first.kind is Kind.TOWNSHIP:
            beside = first.how == "old" or len({place[:6] for place in places}) > 1
        elif beside and len(known) == 9 and first.kind is Kind.VILLAGE:
            beside = len(holder.mentions) > 1 and not any(place.startswith(known[:6]) for place in places)
        else:
            beside = False
        if not beside:
            kept.append(one)
    return kept


def weak_bridge(gazetteer: Gazetteer, text: str, chain: Chain, code: str, home: str) -> str:
    """A question when the chain rests on a bridge that nothing else in it supports."""
    name = short_name(gazetteer, code, home)
    if code and len(code) <= 4 and not nested(code, home[:4]):
        # Of a whole city elsewhere people often speak for other reasons.
        return f"孩子现在是在{name}吗？在哪个县（区）？"
    only = chain.mentions[0]
    if len(chain.mentions) == 1 and len(code) == 12 and only.key in gazetteer.lookalikes:
        # 向阳村: so many hamlets are called so that the one in the gazetteer need not be meant.
        return f"是{name}吗？"
    if len(chain.mentions) == 1 and _unlikely_alone(gazetteer, text, only, code):
        return f"是{name}吗？"
    if chain.readings[0].strangers:
        return f"“{text[chain.start : chain.end]}”是不是{name}？"
    for mention in chain.mentions:
        narrowed = any(len(other.codes[0]) > len(mention.codes[0]) for other in chain.mentions)
        alone = len(chain.mentions) == 1
        if mention.doubt and not narrowed and (mention.doubt >= NEEDS_VILLAGE or alone):
            return f"“{text[mention.start : mention.end]}”是不是{name}？"
    return ""


def _unlikely_alone(gazetteer: Gazetteer, text: str, only: Mention, code: str) -> bool:
    """Whether a name that stands for itself is too little.

    Any county's seat is called 城关; a village's name without 村, or with it where only a 社区 is known, may be
    another; and what is a 街道 in the text and none in the gazetteer is another place's (桥南街道, not 桥南镇).
    """
    if only.key in SEATS:
        return True
    said = text[only.start : only.end]
    if len(code) == 12:
        alias = only.alias is not None
        return not alias and (
            only.kind is Kind.NONE or (said.endswith("村") and gazetteer.is_community(code))
        )
    street = (
        only.how == "exact"
        and said.endswith("街道")
        and text[only.end : only.end + 1] not in tuple("上口边里两旁")
    )
    return len(code) == 9 and street and township_rank(gazetteer.divisions.name(code)) in (1, 2)


_ON_THE_STREET = re.compile(r"[上口边里两旁]")
_UNSURE_BEFORE = re.compile(
    r"(?:好像|好象|可能|大概|估计|应该|似乎|不晓得是不是|不知道是不是|不确定是不是|听着像|或者)(?:就?是|在|叫)?[^，。；;]{0,3}$"
)
_UNSURE_AFTER = re.compile(
    r"[^。！!？?\n]{0,12}(?:说不清|记不清|不确定|不敢肯定|搞不清|弄不清|不晓得是哪|不知道是哪|还是哪里|吧[？?])"
)
CLAUSE = 12


def told_unsurely(gazetteer: Gazetteer, text: str, chain: Chain, code: str, home: str) -> str:
    """A question when who tells the place is not sure of it: 好像是孙镇; 两河镇，是哪个县的我也说不清."""
    before = text[max(0, chain.start - CLAUSE) : chain.start]
    if _UNSURE_BEFORE.search(before) or _UNSURE_AFTER.match(text, chain.end):
        return f"是{short_name(gazetteer, code, home)}吗？" if code else ""
    return ""


def unknown_below(
    gazetteer: Gazetteer, text: str, orphans: Sequence[Orphan], chain: Chain, code: str, home: str
) -> str:
    """A question when a township or village named right after the county is not in the gazetteer."""
    if len(code) >= 9:
        return ""
    for orphan in orphans:
        if orphan.adjacent and orphan.start == chain.end and orphan.kind in LOCAL:
            holder = short_name(gazetteer, code, home) if code else "本市"
            return f"{holder}现在没有查到“{orphan.words(text)}”，它归哪个乡镇（街道）？"
    return ""


def unknown_at_all(text: str, orphans: Sequence[Orphan]) -> str:
    """A question when the only place named is not in the gazetteer."""
    for orphan in orphans:
        if orphan.kind in LOCAL:
            return f"没有查到“{orphan.words(text)}”，请问是哪个县（区）的？"
    return ""
