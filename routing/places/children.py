"""Several children told in several places: 姐姐在祁县峪口，弟弟在太谷范村."""

from __future__ import annotations

import re
from collections.abc import Sequence

from routing.places.chains import nested
from routing.places.roles import Role, Told

# A place so far off, at work or for good, is an adult's.
ADULT = -4.0
# Words that tell one child from another. 儿子 and 孙子 are father and child: only words of one row are siblings.
_ROWS = (
    r"老大|老二|老三|老幺|大的|小的|大娃|小娃|大崽|小崽|大伢|小伢|大孩|小孩|大妹|小妹",
    r"(?:大|小)?(?:儿子|女儿|闺女|丫头)|崽|女(?=[在跟放养住])",
    r"外?孙(?:子|女|娃)",
    r"哥哥|姐姐|弟弟|妹妹|哥(?=[在跟])|姐(?=[在跟])|弟(?=[在跟])|妹(?=[在跟])",
    r"另外?一个|还有一个|一个|另外?一位",
    r"[男女](?:娃娃|娃儿|娃|孩子|孩|伢子|伢儿|伢|生)",
)
_LABEL = re.compile("|".join(f"(?P<row{number}>{row})" for number, row in enumerate(_ROWS)))
_ONE_EACH = "row4"
_SENTENCE_END = re.compile(r"[。！？!?\n]")
FARTHEST = 16


def apart(text: str, told: Sequence[Told]) -> list[Told]:
    """The places of children who are told to be in different ones; nothing when there are not two."""
    found: dict[str, list[tuple[str, Told]]] = {}
    floor = 0
    for one in told:
        start = max(floor, one.chain.start - FARTHEST)
        for end in _SENTENCE_END.finditer(text, start, one.chain.start):
            start = end.end()
        floor = one.chain.end
        labels = list(_LABEL.finditer(text, start, one.chain.start))
        near = one.role in (Role.PRESENT, Role.TOLD) or (one.role is Role.ELSEWHERE and one.score > ADULT)
        if labels and near:
            row = labels[-1].lastgroup or ""
            found.setdefault(row, []).append((labels[-1].group(), one))
    for row, places in found.items():
        first = places[0]
        others = [
            one
            for label, one in places[1:]
            if (label != first[0] or row == _ONE_EACH)
            and not any(nested(a, b) for a in first[1].chain.codes for b in one.chain.codes)
        ]
        if others:
            return [first[1], *others]
    return []
