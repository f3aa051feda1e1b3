"""From a text to the place of the child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from routing.places.bridging import Orphan
from routing.places.chains import CERTAIN_WEIGHT, Chain, nested
from routing.places.children import apart
from routing.places.doubts import (
    PLACED,
    contradiction,
    told_unsurely,
    unknown_at_all,
    unknown_below,
    weak_bridge,
    without_strays,
)
from routing.places.gazetteer import Gazetteer
from routing.places.names import Kind, simplify
from routing.places.placement import Candidate, Placement
from routing.places.questions import (
    WHERE_AT_ALL,
    bridges,
    short_name,
    what_is_next,
    where_each,
    which_of,
    whose_place,
)
from routing.places.reading import read_chains
from routing.places.roles import REPORTERS, Role, Told, read_roles

LENGTHS = (12, 9, 6, 4, 2, 0)
# Of more places than these the first and the last are looked at, and a person is asked.
MOST_PLACES = 60
# What a narrower place is worth beside a wider one, per digit of the code; how far behind a rival may lie.
NARROW, MARGIN = 0.2, 1.0
# The score of a child said to be there now.
CLEARLY = 4.0
# How sure a settled answer is at most, and what is taken off.
EXACT, BRIDGED, BARE, SINGLE, UNLIKELY, DOUBTED = 0.95, 0.85, 0.1, 0.05, 0.1, 0.5
CONTRADICTED, REGISTERED, PAST, FAINT = 0.4, 0.4, 0.2, 0.2


def common_code(codes: Sequence[str]) -> str:
    """The narrowest division that holds all of them."""
    low, high = min(codes), max(codes)
    shared = next((at for at, digit in enumerate(low) if high[at : at + 1] != digit), len(low))
    return low[: next(length for length in LENGTHS if length <= shared)]


def locate(gazetteer: Gazetteer, text: str, *, home: str) -> Placement:
    """Read where the child is. ``home`` is the NBS code of the city (4 digits) whose line received the text.

    Raises ``ValueError`` when ``home`` is neither empty nor a known code of 2 to 6 digits.
    """
    if home and (len(home) not in (2, 4, 6) or home not in gazetteer.divisions):
        raise ValueError(f"home: {home!r} is not the code of a province, city or county")
    plain = simplify(text)
    chains, orphans = read_chains(gazetteer, plain, home)
    return _Settling(gazetteer, text, plain, home, chains, orphans).placement()


def _rank(told: Told) -> float:
    return told.score + NARROW * len(told.chain.readings[0].code)


def _narrowed(told: list[Told]) -> list[Told]:
    """Chains that fit several divisions, read inside the county or township named elsewhere."""
    hints = [one for one in told if one.score > -2 and len(one.chain.codes) == 1]
    narrowed = []
    for one in told:
        chain = one.chain
        if len(chain.codes) > 1:
            before_first = sorted(
                hints, key=lambda hint: (hint.chain.start > chain.start, abs(hint.chain.start - chain.start))
            )
            for code in (hint.chain.codes[0] for hint in before_first):
                inside = chain.within(code[:9]) or chain.within(code[:6])
                if len(code) >= 6 and inside:
                    chain = inside
                    break
        narrowed.append(replace(one, chain=chain))
    return narrowed


def _moved_on(best: Told, other: Told) -> bool:
    """Whether the text goes on to say as clearly that the child is somewhere else: 听说跟爸爸去浙江了."""
    return other.role is Role.PRESENT and other.score >= CLEARLY and other.chain.start > best.chain.end


def _sure(told: Told) -> float:
    mentions = told.chain.mentions
    sure = EXACT if all(mention.how in ("exact", "alias") for mention in mentions) else BRIDGED
    if all(mention.kind is Kind.NONE for mention in mentions):
        sure -= BARE
    if len(mentions) == 1:
        sure -= SINGLE
    return sure if told.score >= 0 else sure - UNLIKELY


@dataclass(frozen=True, slots=True)
class _Settling:
    """One text on its way to a placement; ``plain`` is the text as it is matched, of the same length."""

    gazetteer: Gazetteer
    text: str
    plain: str
    home: str
    chains: list[Chain]
    orphans: list[Orphan]

    def placement(self) -> Placement:
        # A county's bare name is certain when another name follows at once: 介休洪善镇.
        starts = {one.start for one in self.chains}
        certain = [one for one in self.chains if one.weight >= CERTAIN_WEIGHT or one.end in starts]
        if len(certain) > MOST_PLACES:
            certain = certain[: MOST_PLACES // 2] + certain[-MOST_PLACES // 2 :]
        told = _narrowed(read_roles(self.plain, certain, self.home))
        told = without_strays(self.plain, told)
        contradicted = contradiction(self.gazetteer, self.plain, told)
        if contradicted:
            code = common_code(contradicted.codes)
            question = contradicted.question(self.gazetteer, self.home)
            places = [(contradicted.county.chain, one) for one in contradicted.heard] or [
                (contradicted.county.chain, contradicted.county.chain.codes[0])
            ]
            places += [(contradicted.place.chain, one) for one in contradicted.place.chain.codes]
            return self._result(code, CONTRADICTED, self._candidates(places, CONTRADICTED), question)
        children = apart(self.plain, told)
        if children:
            places = [(one.chain, one.chain.codes[0]) for one in children]
            codes = [code for _, code in places]
            question = where_each(self.gazetteer, codes, self.home)
            return self._result(
                common_code(codes), CONTRADICTED, self._candidates(places, CONTRADICTED), question
            )
        places_told = sorted((one for one in told if one.role in PLACED), key=lambda one: -_rank(one))
        informed = next((one for one in told if one.role is Role.REGISTERED), None)
        if places_told:
            return self._present(places_told, informed, [one for one in told if one not in places_told])
        if informed:
            return self._registered_only(informed)
        return self._unknown(told)

    def _present(self, places: list[Told], informed: Told | None, others: list[Told]) -> Placement:
        best = places[0]
        for other in places[1:]:
            inner, outer = other.chain.codes, best.chain.codes
            if len(outer) == 1 and all(code.startswith(outer[0]) for code in inner) and inner != outer:
                # A county said to be the child's makes its township so; a city says nothing for one of its many.
                best = replace(other, score=best.score) if len(outer[0]) >= 6 else other
        codes = best.chain.codes
        rivals = [
            one
            for one in places
            if (_rank(one) > _rank(best) - MARGIN or _moved_on(best, one))
            and not any(nested(code, other) for code in codes for other in one.chain.codes)
        ]
        # A township set aside for a mere county is worth a question.
        rivals += [
            one
            for one in others
            if one.role in (Role.PAST, Role.ELSEWHERE)
            and len(one.chain.codes[0]) >= 9 > len(codes[0])
            and best.score < CLEARLY
        ]
        every = [*codes, *(code for one in rivals for code in one.chain.codes)]
        code = common_code(every)
        mistyped = [one for one in best.chain.mentions if one.how == "typo" and one.doubt]
        if rivals:
            doubt = whose_place(self.gazetteer, every, self.home)
        elif len({one[:9] for one in codes}) > 1:
            doubt = which_of(self.gazetteer, codes, self.home)
            if mistyped:
                doubt = f"没有查到“{self.text[mistyped[0].start : mistyped[0].end]}”，{doubt}"
        else:
            doubt = weak_bridge(self.gazetteer, self.text, best.chain, code, self.home)
            if doubt and mistyped:
                # A township nearly so called may not be the one merged away: the county is what is known.
                code = common_code([code[:6], code])
        if not doubt:
            doubt = unknown_below(self.gazetteer, self.text, self.orphans, best.chain, code, self.home)
        if not doubt and best.score <= REPORTERS and code:
            doubt = f"孩子现在也在{short_name(self.gazetteer, code, self.home)}吗？"
        doubt = doubt or told_unsurely(self.gazetteer, self.plain, best.chain, code, self.home)
        if not doubt and len(self.chains) > MOST_PLACES:
            doubt = f"文中说到{len(self.chains)}处地方，孩子现在是在{short_name(self.gazetteer, code, self.home)}吗？"
        sure = _sure(best) * (DOUBTED if doubt else 1.0)
        weighted = [(best.chain, one, _rank(best)) for one in codes]
        weighted += [(one.chain, code, _rank(one)) for one in rivals for code in one.chain.codes]
        total = sum(exp(rank) for _, _, rank in weighted)
        candidates = tuple(
            self._candidate(chain, one, sure * exp(rank) / total) for chain, one, rank in weighted
        )
        question = doubt or what_is_next(self.gazetteer, code, self.home)
        told = bridges(self.gazetteer, self.text, best.chain, code)
        return self._result(code, sure, candidates, question, informed=informed, told=told)

    def _registered_only(self, informed: Told) -> Placement:
        codes = informed.chain.codes
        code = common_code(codes)
        candidates = self._candidates([(informed.chain, one) for one in codes], REGISTERED)
        question = f"户籍在{short_name(self.gazetteer, codes[0], self.home)}，孩子现在也住在那里吗？"
        told = bridges(self.gazetteer, self.text, informed.chain, code)
        return self._result(code, REGISTERED, candidates, question, informed=informed, told=told)

    def _unknown(self, told: list[Told]) -> Placement:
        past = [(one.chain, code) for one in told if one.role is Role.PAST for code in one.chain.codes]
        if past:
            return self._result("", PAST, self._candidates(past, PAST), WHERE_AT_ALL)
        question = unknown_at_all(self.text, self.orphans)
        if question:
            return self._result("", 0.0, (), question)
        faint = [(one, code) for one in self.chains if one.weight < CERTAIN_WEIGHT for code in one.codes]
        faint = faint[:MOST_PLACES]
        if not faint or told:
            return self._result("", 0.0, (), WHERE_AT_ALL)
        codes = list(dict.fromkeys(code for _, code in faint))
        if len(codes) > 1:
            question = which_of(self.gazetteer, codes, self.home)
        else:
            question = f"孩子现在是在{short_name(self.gazetteer, codes[0], self.home)}吗？"
        code = common_code(codes) if len(codes) > 1 else ""
        return self._result(code, FAINT, self._candidates(faint, FAINT), question)

    def _result(
        self,
        code: str,
        sure: float,
        candidates: tuple[Candidate, ...],
        question: str,
        *,
        informed: Told | None = None,
        told: Sequence[str] = (),
    ) -> Placement:
        registered = informed.chain.codes[0][:9] if informed else ""
        return Placement(
            # Between several places at home the city is what is known; else the home city is no news.
            code="" if self.home.startswith(code) and len(candidates) < 2 else code[:9],
            village=code if len(code) == 12 else "",
            sure=round(sure, 3),
            needs_confirmation=bool(question),
            candidates=candidates,
            question=question,
            bridged=tuple(told),
            informed="" if code and registered and nested(code, registered) else registered,
        )

    def _candidates(self, places: Sequence[tuple[Chain, str]], sure: float) -> tuple[Candidate, ...]:
        """Candidates none of which is likelier than another."""
        return tuple(self._candidate(chain, code, sure / len(places)) for chain, code in places)

    def _candidate(self, chain: Chain, code: str, score: float) -> Candidate:
        return Candidate(
            code=code[:9],
            village=code if len(code) == 12 else "",
            name=self.gazetteer.divisions.full_name(code),
            score=round(score, 3),
            words=self.text[chain.start : chain.end],
            start=chain.start,
            end=chain.end,
        )
