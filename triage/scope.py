"""Which of the signals found count, and which are set aside, by which rule of the protocol.

The one place for 没有, 如果, 气死我了, 找到了, 去年, 电影里. The words are in `config/tables/lexicon/markers.toml`;
here is how far each reaches. Rules are tried in the order of `_RULES`; the first that applies names the reason.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from triage.ages import Ages
from triage.signals import Hit, Layout

_NEGATION_REACH = 5
_AFTER_REACH = 4
# After these words the sentence turns, and a negation before them no longer reaches what follows.
_TURNS = (
    "但",
    "却",
    "而是",
    "就",
    "才",
    "只",
    "还",
    "又",
    "结果",
    "反而",
    "倒是",
    "所以",
    "因为",
    "后来",
    "现在",
    "被",
)
# A consequence is no condition: 他再打我我就跳楼.
_CONSEQUENCES = ("就", "便", "只好", "只有", "马上")
# What a figure of speech, a film or a question may cover. Signals without a level set no alarm.
_CHILD_SIGNALS = frozenset({"child", "minor_world", "baby", "particular"})
_MOODS = frozenset({"mood", "fear", "silence"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A signal and what its surroundings make of it. `aside` is the rule (Chinese) it was set aside for."""

    hit: Hit
    aside: str = ""
    now: bool = False
    past: bool = False
    hearsay: bool = False
    settled: str = ""


class Marks:
    """The markers of one kind, so ordered that a question about a place costs the same in a long text as in a short
    one. An iterable of them, in order of place."""

    def __init__(self, hits: Iterable[Hit], layout: Layout) -> None:
        self.hits = sorted(hits, key=lambda hit: hit.start)
        self._starts = [hit.start for hit in self.hits]
        self._ends = sorted((hit.end, hit.start) for hit in self.hits)
        self._reach = list(accumulate((hit.end for hit in self.hits), max))
        self._layout = layout
        # The first start and the first end in each sentence and clause.
        self._in_sentence: dict[int, int] = {}
        self._in_clause: dict[int, int] = {}
        for hit in self.hits:
            self._in_sentence.setdefault(layout.sentences[hit.start], hit.start)
            clause = layout.clauses[hit.start]
            self._in_clause[clause] = min(hit.end, self._in_clause.get(clause, hit.end))

    def __bool__(self) -> bool:
        return bool(self.hits)

    def in_sentence(self, hit: Hit) -> bool:
        return self._layout.sentences[hit.start] in self._in_sentence

    def in_clause(self, hit: Hit) -> bool:
        return self._layout.clauses[hit.start] in self._in_clause

    def starts_in_sentence_by(self, hit: Hit, place: int) -> bool:
        """Whether one in the sentence of `hit` starts at `place` or before."""
        return self._in_sentence.get(self._layout.sentences[hit.start], place + 1) <= place

    def ends_in_clause_by(self, hit: Hit, place: int) -> bool:
        return self._in_clause.get(self._layout.clauses[hit.start], place + 1) <= place

    def starts_from(self, place: int) -> bool:
        return bool(self._starts) and self._starts[-1] >= place

    def starts_between(self, low: int, high: int) -> bool:
        at = bisect_left(self._starts, low)
        return at < len(self._starts) and self._starts[at] <= high

    def ending_between(self, low: int, high: int) -> Sequence[tuple[int, int]]:
        """(end, start) of those that end from `low` to `high`."""
        return self._ends[bisect_left(self._ends, (low, -1)) : bisect_right(self._ends, (high, high))]

    def ends_after(self, place: int) -> bool:
        return bool(self._reach) and self._reach[-1] > place

    def covers(self, hit: Hit) -> bool:
        """Whether the hit lies inside one of them."""
        before = bisect_right(self._starts, hit.start)
        return before > 0 and self._reach[before - 1] >= hit.end


class Surroundings:
    """The markers of one text, by kind, and where its clauses lie."""

    def __init__(
        self, text: str, layout: Layout, markers: Mapping[str, Sequence[Hit]], *, speaks_of_child: bool
    ) -> None:
        self.text = text
        self.layout = layout
        self.speaks_of_child = speaks_of_child
        self._marks = {kind: Marks(hits, layout) for kind, hits in markers.items() if hits}
        self._none = Marks((), layout)
        # A negation that is part of a word that negates nothing (不但, 没完没了, 未成年) is none, and 没有找到 is no
        # 找到.
        self._keep("negation", lambda hit: not self.marks("not_negation").covers(hit))
        for kind in ("found", "hospital", "custody", "safe"):
            self._keep(kind, lambda hit: not _negated(hit, self))

    def _keep(self, kind: str, holds: Callable[[Hit], bool]) -> None:
        if kind in self._marks:
            self._marks[kind] = Marks(filter(holds, self._marks[kind].hits), self.layout)

    def marks(self, kind: str) -> Marks:
        """Empty where the text has none."""
        return self._marks.get(kind, self._none)

    def kinds(self) -> list[str]:
        return [kind for kind, marks in self._marks.items() if marks]


def judge(hits: Sequence[Hit], text: str, layout: Layout, ages: Ages) -> tuple[list[Judged], Surroundings]:
    """Every signal with its judgement, in order of place, and the surroundings for `decide`."""
    markers: dict[str, list[Hit]] = defaultdict(list)
    signals: list[Hit] = []
    for hit in hits:
        if hit.term.is_signal:
            signals.append(hit)
        else:
            markers[hit.term.name].append(hit)
    speaks_of_child = bool(ages.children) or any(hit.term.name in _CHILD_SIGNALS for hit in signals)
    around = Surroundings(text, layout, markers, speaks_of_child=speaks_of_child)
    particular = any(hit.term.name == "particular" for hit in signals)
    judged = [_judge_one(hit, around, particular=particular) for hit in _longest(signals)]
    return [one for one in judged if one], around


def _longest(signals: Iterable[Hit]) -> list[Hit]:
    """Of hits of one signal that lie in one another, the longest."""
    kept: list[Hit] = []
    reached: dict[str, int] = {}
    for hit in signals:
        name = hit.term.name
        if hit.end > reached.get(name, 0):
            if kept and kept[-1].term.name == name and kept[-1].end > hit.start:
                kept[-1] = Hit(kept[-1].start, hit.end, hit.term, kept[-1].by_sound and hit.by_sound)
            else:
                kept.append(hit)
            reached[name] = hit.end
    return kept


def _judge_one(hit: Hit, around: Surroundings, *, particular: bool) -> Judged | None:
    if around.marks("figure").covers(hit):
        return Judged(hit, aside="比喻") if hit.term.level else None
    if around.marks("harmless").covers(hit):
        return None
    if hit.term.level:
        for name, applies in _RULES:
            if applies(hit, around) and not (applies is _asked and particular):
                return Judged(hit, aside=name)
    return Judged(
        hit,
        now=around.marks("now").in_sentence(hit),
        past=_past(hit, around),
        hearsay=around.marks("hearsay").in_clause(hit),
        settled=_settled(hit, around),
    )


def _negated(hit: Hit, around: Surroundings) -> bool:
    """没有受伤, 不是被打的, 未见外伤; the wish to die has its own 不 inside the word (不想活了)."""
    text, clauses = around.text, around.layout.clauses
    for end, start in around.marks("negation").ending_between(hit.start - _NEGATION_REACH, hit.start):
        between = text[end : hit.start]
        turned = any(turn in between for turn in _TURNS) or "没" in between or "不" in between
        if clauses[start] == clauses[hit.start] and not turned:
            return True
    if around.marks("negation_wide").ends_in_clause_by(hit, hit.start):
        return True
    return around.marks("negation_after").starts_between(hit.end, hit.end + _AFTER_REACH)


def _conditional(hit: Hit, around: Surroundings) -> bool:
    """如果孩子被打了怎么办: before the hit in its sentence, unless the hit is what would follow."""
    before = around.text[max(0, hit.start - 4) : hit.start + 2]
    if any(word in before for word in _CONSEQUENCES):
        return False
    return around.marks("condition").starts_in_sentence_by(hit, hit.start - 1)


def _asked(hit: Hit, around: Surroundings) -> bool:
    """想咨询一下家暴怎么举报: an enquiry, in a text in which no particular child is spoken of."""
    return around.marks("asking").in_sentence(hit)


def _told_story(hit: Hit, around: Surroundings) -> bool:
    """Film, news, game, dream, drill: the sentence, and what stands before it when it is the text's subject."""
    if hit.term.name in _MOODS:
        return False
    return bool(around.marks("fiction_whole")) or around.marks("fiction").in_sentence(hit)


def _corrected(hit: Hit, around: Surroundings) -> bool:
    """An earlier report taken back, or a harmless cause found, after what was reported."""
    return bool(around.marks("correction_whole")) or around.marks("correction").ends_after(hit.start)


def _past_far(hit: Hit, around: Surroundings) -> bool:
    if around.marks("now").in_clause(hit):
        return False
    return around.marks("past_far").starts_in_sentence_by(hit, hit.start)


def _past(hit: Hit, around: Surroundings) -> bool:
    if around.marks("now").in_clause(hit):
        return False
    return around.marks("past_near").starts_in_sentence_by(hit, hit.start)


def _settled(hit: Hit, around: Surroundings) -> str:
    for kind in hit.term.settled_by:
        marks = around.marks(kind)
        if marks.starts_from(hit.start) or marks.in_sentence(hit):
            return kind
    return ""


def _no_child(hit: Hit, around: Surroundings) -> bool:
    """A beating, a theft, a missing person: ours only where a child, a parent or a school is spoken of."""
    return hit.term.needs_child and not around.speaks_of_child


_RULES: tuple[tuple[str, Callable[[Hit, Surroundings], bool]], ...] = (
    ("否定", _negated),
    ("虚构", _told_story),
    ("更正", _corrected),
    ("询问", _conditional),
    ("询问", _asked),
    ("过去", _past_far),
    ("未涉及未成年人", _no_child),
)
