"""The one question to ask next, in Chinese, and what was bridged."""

from __future__ import annotations

from collections.abc import Sequence

from routing.places.chains import Chain
from routing.places.gazetteer import Gazetteer
from routing.places.mentions import Mention
from routing.places.names import Kind, simplify, village_stem

WHERE_AT_ALL = "孩子现在在哪个县（区）、哪个乡镇（街道）？"
MOST_NAMED = 4


def short_name(gazetteer: Gazetteer, code: str, home: str) -> str:
    """A division's name from the county down, from the province down when it is outside the home city."""
    start = 6 if code.startswith(home[:4]) and len(code) >= 6 else 2
    if len(code) < 12:
        return gazetteer.divisions.full_name(code, start=start)
    return gazetteer.divisions.full_name(code[:9], start=start) + spoken(gazetteer, code)


def spoken(gazetteer: Gazetteer, code: str) -> str:
    """A division's own name as people say it: 盘龙村 for 盘龙村委会."""
    name = gazetteer.divisions.name(code)
    if len(code) < 12:
        return name
    stem, word = village_stem(name)
    return stem if stem.endswith(word) else stem + word


def which_of(gazetteer: Gazetteer, codes: Sequence[str], home: str) -> str:
    """Asks between divisions: 是白水县还是蒲城县的孙镇？"""
    named = list(dict.fromkeys(codes))[:MOST_NAMED]
    last = {spoken(gazetteer, code) for code in named}
    holders = [code[: {12: 9, 9: 6, 6: 4}.get(len(code), len(code))] for code in named]
    if (
        len(last) == 1
        and len(set(holders)) == len(named)
        and len(set(map(len, named))) == 1
        and len(named[0]) > 4
    ):
        places = [short_name(gazetteer, code, home) for code in holders]
        return f"是{'、'.join(places[:-1])}还是{places[-1]}的{last.pop()}？"
    places = [short_name(gazetteer, code, home) for code in named]
    return f"是{'、'.join(places[:-1])}还是{places[-1]}？"


def whose_place(gazetteer: Gazetteer, codes: Sequence[str], home: str) -> str:
    """Asks where the child is when the text names several places."""
    places = [short_name(gazetteer, code, home) for code in list(dict.fromkeys(codes))[:MOST_NAMED]]
    return f"孩子现在是在{'、'.join(places[:-1])}还是{places[-1]}？"


def where_each(gazetteer: Gazetteer, codes: Sequence[str], home: str) -> str:
    """Asks when children are told in several places."""
    places = [short_name(gazetteer, code, home) for code in list(dict.fromkeys(codes))[:MOST_NAMED]]
    return f"说到的孩子不在一处（{'、'.join(places)}），是不是每一处都要派人？"


def what_is_next(gazetteer: Gazetteer, code: str, home: str) -> str:
    """Asks for the level below what is known; nothing once the township is known."""
    if len(code) >= 9:
        return ""
    if len(code) == 6:
        return f"孩子现在在{short_name(gazetteer, code, home)}的哪个乡镇（街道）？"
    if len(code) > 0 and not home.startswith(code):
        return f"孩子现在在{short_name(gazetteer, code, home)}的哪个县（区）、哪个乡镇（街道）？"
    return WHERE_AT_ALL


def bridges(gazetteer: Gazetteer, text: str, chain: Chain, code: str) -> list[str]:
    """What was taken for what on the way to ``code``."""
    told = []
    for mention in chain.mentions:
        meant = next((one for one in mention.codes if code.startswith(one)), "")
        if meant and (line := _bridge(gazetteer, text, mention, meant)):
            told.append(line)
    return told


def _bridge(gazetteer: Gazetteer, text: str, mention: Mention, code: str) -> str:
    said, name = text[mention.start : mention.end], gazetteer.divisions.name(code)
    if mention.alias is not None:
        if mention.alias.kind == "改名":
            return f"{said}（{mention.alias.since}年改）→{name}"
        return f"{said}（{mention.alias.kind}）→{name}"
    if mention.how == "sound":
        return f"{said}（同音）→{name}"
    if mention.how == "typo":
        return f"{said}（错字）→{name}"
    if mention.how == "old":
        return f"{said}（旧乡镇名）→{name}"
    plain = simplify(name)
    if simplify(said) == plain or (mention.kind is Kind.VILLAGE and plain.startswith(mention.key)):
        return ""
    return f"{said}→{name}"
