"""One spelling for what people send in many: the first step of reading.

Traditional to simplified (OpenCC), full and half width, letter case, emoji to words, and noise inside words
(`關(guān)`, `自*杀`, `自 杀`, zero-width characters). Every character of the result knows the piece of the received
text it came from, so evidence can be shown in the words of the sender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import opencc

_HAN = "\u3400-\u9fff"
_NOISE = re.compile(
    rf"""
    (?P<hidden>[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]+)
  | (?<=[{_HAN}])(?P<gloss>\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{{1,7}}\))
  | (?<=[{_HAN}])(?P<mask>[*.·_\-|^+`]{{1,2}})(?=[{_HAN}])
  | (?<![{_HAN}])(?P<spaced>[{_HAN}](?:[ ]{{1,2}}[{_HAN}])+)(?![{_HAN}])
    """,
    re.VERBOSE,
)
_MARKS = {0xFF61: "。", 0xFF64: "、", 0x3000: " ", 0x09: " ", 0x0D: "\n", 0x2028: "\n", 0x2029: "\n"}


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is what the rules read; `starts[i]:ends[i]` is where its character i stood in the received text.

    Both maps are None when the two texts have the same length and places.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def received_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the received text from which `text[start:end]` (not empty) came."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


class Normaliser:
    """Holds the character tables; build once, call `normalise` for every text."""

    def __init__(self, emoji: Mapping[str, str]) -> None:
        self._table = _character_table()
        self._emoji = dict(emoji)
        marks = "".join(re.escape(mark) for mark in self._emoji)
        self._emoji_mark = re.compile(f"[{marks}]") if marks else re.compile(r"(?!)")

    def normalise(self, received: str) -> Normalised:
        text = received.translate(self._table)
        if not _NOISE.search(text) and not self._emoji_mark.search(text):
            return Normalised(text)
        # Emoji first: a word put in their place is real text, and noise is judged by its neighbours.
        starts = list(range(len(text)))
        ends = [place + 1 for place in starts]
        text, starts, ends = self._spell_out_emoji(text, starts, ends)
        kept = _kept_places(text)
        return Normalised(
            "".join([text[place] for place in kept]),
            tuple([starts[place] for place in kept]),
            tuple([ends[place] for place in kept]),
        )

    def _spell_out_emoji(
        self, text: str, starts: list[int], ends: list[int]
    ) -> tuple[str, list[int], list[int]]:
        pieces: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        last = 0
        for match in self._emoji_mark.finditer(text):
            place = match.start()
            word = self._emoji[match.group()]
            pieces += [text[last:place], word]
            new_starts += starts[last:place] + [starts[place]] * len(word)
            new_ends += ends[last:place] + [ends[place]] * len(word)
            last = place + 1
        return "".join([*pieces, text[last:]]), new_starts + starts[last:], new_ends + ends[last:]


def _kept_places(text: str) -> list[int]:
    dropped: set[int] = set()
    for match in _NOISE.finditer(text):
        places = range(*match.span())
        dropped.update(place for place in places if not match.group("spaced") or text[place] == " ")
    return [place for place in range(len(text)) if place not in dropped]


def _character_table() -> dict[int, str]:
    """One character for one character, so that places in the text stay what they are.

    OpenCC's phrase rules may change lengths; applied to single characters they cannot.
    """
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new}
    # Mainland spelling has one 着; OpenCC keeps 著 for 著名, which no rule of ours reads.
    table |= {ord("著"): "着", ord("妳"): "你", ord("姪"): "侄"}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    table |= {code: chr(code - 0xFEE0 + 32) for code in range(0xFF21, 0xFF3B)}
    table |= _MARKS
    # A lone surrogate cannot be passed to libraries that want UTF-8.
    table |= dict.fromkeys(range(55296, 57344), "�")
    return table
