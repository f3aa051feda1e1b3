"""Finds the words and patterns of the lexicon in a normalised text, in one pass.

All words, and all parts of patterns, go through one Aho-Corasick automaton; patterns are then put together from the
places of their parts. So the cost grows with what is found, not with the size of the lexicon.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

import ahocorasick_rs

from triage.lexicon import Lexicon, Pattern, Term
from triage.sounds import Sounds

_SENTENCE_END = frozenset("。!?;\n")
_CLAUSE_END = _SENTENCE_END | frozenset(',:…【】() "“”')


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found at `text[start:end]`; `by_sound` when other characters of the same sound stood there."""

    start: int
    end: int
    term: Term
    by_sound: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where clauses and sentences of a text are: the running number of each, by character."""

    clauses: Sequence[int]
    sentences: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Layout:
        clauses: list[int] = []
        sentences: list[int] = []
        clause = sentence = 0
        for character in text:
            if character in _CLAUSE_END:
                clause += 1
                if character in _SENTENCE_END:
                    sentence += 1
            clauses.append(clause)
            sentences.append(sentence)
        return cls(clauses, sentences)


@dataclass(frozen=True, slots=True)
class _Compiled:
    term: Term
    parts: tuple[int, ...]
    gaps: tuple[int, ...]


class Finder:
    """Built once from a lexicon; `find` is a pure function of the text."""

    def __init__(self, lexicon: Lexicon, sounds: Sounds, spell: Callable[[str], str]) -> None:
        self._sounds = sounds
        self._parts: dict[tuple[str, ...], int] = {}
        self._atoms: dict[str, int] = {}
        self._word_terms: dict[int, list[Term]] = defaultdict(list)
        self._atom_parts: dict[int, list[int]] = defaultdict(list)
        self._patterns: dict[int, list[_Compiled]] = defaultdict(list)
        self._sound_words: list[tuple[str, Term]] = []
        for term in lexicon.terms.values():
            for word in term.words:
                self._word_terms[self._atom(spell(word))].append(term)
            for pattern in term.patterns:
                self._add_pattern(term, pattern, spell)
            self._sound_words += [(spell(word), term) for word in term.sounds]
        self._words = list(self._atoms)
        self._automaton = ahocorasick_rs.AhoCorasick(self._words)
        self._by_sound = ahocorasick_rs.AhoCorasick([sounds.of(word) for word, _ in self._sound_words])

    def _atom(self, word: str) -> int:
        return self._atoms.setdefault(word, len(self._atoms))

    def _add_pattern(self, term: Term, pattern: Pattern, spell: Callable[[str], str]) -> None:
        parts: list[int] = []
        for words in pattern.parts:
            known = words in self._parts
            part = self._parts.setdefault(words, len(self._parts))
            parts.append(part)
            if not known:
                for word in words:
                    self._atom_parts[self._atom(spell(word))].append(part)
        # The part with the fewest, longest words is seen least often: a pattern is tried only when it is.
        rarest = min(pattern.parts, key=lambda words: len(words) / min(map(len, words)) ** 2)
        self._patterns[self._parts[rarest]].append(_Compiled(term, tuple(parts), pattern.gaps))

    def find(self, text: str, layout: Layout, borders: Set[int]) -> list[Hit]:
        """Hits in order of place. `borders` are the places where jieba's words begin, and the end of the text."""
        hits: list[Hit] = []
        places: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for atom, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            whole = start in borders and end in borders
            if whole or end - start > 2:
                for term in self._word_terms.get(atom, ()):
                    hits.append(Hit(start, end, term))
            if whole or end - start > 1:
                for part in self._atom_parts.get(atom, ()):
                    places[part].append((start, end))
        for found in places.values():
            found.sort()
        for part in list(places):
            for compiled in self._patterns.get(part, ()):
                if all(other in places for other in compiled.parts):
                    hits += [Hit(start, end, compiled.term) for start, end in _join(compiled, places, layout)]
        hits += self._find_by_sound(text, borders)
        hits.sort(key=lambda hit: (hit.start, -hit.end, hit.by_sound))
        return hits

    def _find_by_sound(self, text: str, borders: Set[int]) -> Iterator[Hit]:
        for index, start, end in self._by_sound.find_matches_as_indexes(
            self._sounds.of(text), overlapping=True
        ):
            word, term = self._sound_words[index]
            if text[start:end] == word:
                continue
            # Two characters of the same sound are chance, unless jieba could make no word of them.
            broken = all(place in borders for place in range(start, end + 1))
            if len(word) > 2 or broken:
                yield Hit(start, end, term, by_sound=True)


def _join(
    compiled: _Compiled, places: Mapping[int, list[tuple[int, int]]], layout: Layout
) -> Iterator[tuple[int, int]]:
    for start, end in places[compiled.parts[0]]:
        reached = _reach(compiled, 1, end, places, layout)
        if reached:
            yield start, reached


def _reach(
    compiled: _Compiled, number: int, end: int, places: Mapping[int, list[tuple[int, int]]], layout: Layout
) -> int:
    if number == len(compiled.parts):
        return end
    gap = compiled.gaps[number]
    lines = layout.sentences if gap > 6 else layout.clauses
    candidates = places[compiled.parts[number]]
    for next_start, next_end in islice(candidates, bisect_left(candidates, (end, 0)), None):
        if next_start > end + gap:
            break
        if lines[end - 1] == lines[next_start]:
            reached = _reach(compiled, number + 1, next_end, places, layout)
            if reached:
                return reached
    return 0
