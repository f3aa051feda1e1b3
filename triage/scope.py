"""Which of the signals found count, and which are set aside, by which rule of the protocol.

The one place for 没有, 如果, 气死我了, 找到了, 去年, 电影里. The words are in `config/tables/lexicon/markers.toml`;
here is how far each reaches. Rules are tried in the order of `_RULES`; the first that applies names the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(slots=True)
class Surroundings:
    """The markers of one text, by kind, and where its clauses lie."""

    text: str
    layout: Layout
    markers: Mapping[str, Sequence[Hit]]
    particular: Sequence[Hit]
    speaks_of_child: bool

    def in_sentence(self, kind: str, hit: Hit) -> list[Hit]:
        sentence = self.layout.sentences[hit.start]
        return [m for m in self.markers.get(kind, ()) if self.layout.sentences[m.start] == sentence]

    def in_clause(self, kind: str, hit: Hit) -> list[Hit]:
        clause = self.layout.clauses[hit.start]
        return [m for m in self.markers.get(kind, ()) if self.layout.clauses[m.start] == clause]


def judge(hits: Sequence[Hit], text: str, layout: Layout, ages: Ages) -> tuple[list[Judged], Surroundings]:
    """Every signal with its judgement, in order of place, and the surroundings for `decide`."""
    markers: dict[str, list[Hit]] = defaultdict(list)
    signals: list[Hit] = []
    for hit in hits:
        if hit.term.is_signal:
            signals.append(hit)
        else:
            markers[hit.term.name].append(hit)
    covers = markers["figure"] + markers["harmless"]
    markers["negation"] = _real_negations(markers)
    particular = [hit for hit in signals if hit.term.name == "particular"]
    speaks_of_child = bool(ages.children) or any(hit.term.name in _CHILD_SIGNALS for hit in signals)
    around = Surroundings(text, layout, markers, particular, speaks_of_child)
    for kind in ("found", "hospital", "custody", "safe"):
        markers[kind] = [hit for hit in markers[kind] if not _negated(hit, around)]
    judged = [_judge_one(hit, around, covers) for hit in _longest(signals)]
    return [one for one in judged if one], around


def _real_negations(markers: Mapping[str, Sequence[Hit]]) -> list[Hit]:
    """Negations that are not part of a word that negates nothing (不但, 没完没了, 未成年)."""
    blocked = markers.get("not_negation", ())
    return [
        hit
        for hit in markers.get("negation", ())
        if not any(word.start <= hit.start and hit.end <= word.end for word in blocked)
    ]


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


def _judge_one(hit: Hit, around: Surroundings, covers: Sequence[Hit]) -> Judged | None:
    for cover in covers:
        if cover.start <= hit.start and hit.end <= cover.end:
            if cover.term.name == "figure" and hit.term.level:
                return Judged(hit, aside="比喻")
            return None
    if hit.term.level:
        for name, applies in _RULES:
            if applies(hit, around):
                return Judged(hit, aside=name)
    return Judged(
        hit,
        now=bool(around.in_sentence("now", hit)),
        past=_past(hit, around),
        hearsay=bool(around.in_clause("hearsay", hit)),
        settled=_settled(hit, around),
    )


def _negated(hit: Hit, around: Surroundings) -> bool:
    """没有受伤, 不是被打的, 未见外伤; the wish to die has its own 不 inside the word (不想活了)."""
    text, clauses = around.text, around.layout.clauses
    for marker in around.markers.get("negation", ()):
        if marker.end > hit.start or clauses[marker.start] != clauses[hit.start]:
            continue
        between = text[marker.end : hit.start]
        wide = any(turn in between for turn in _TURNS)
        if len(between) <= _NEGATION_REACH and not wide and "没" not in between and "不" not in between:
            return True
    for marker in around.in_clause("negation_wide", hit):
        if marker.end <= hit.start:
            return True
    after = around.markers.get("negation_after", ())
    return any(0 <= marker.start - hit.end <= _AFTER_REACH for marker in after)


def _conditional(hit: Hit, around: Surroundings) -> bool:
    """如果孩子被打了怎么办: before the hit in its sentence, unless the hit is what would follow."""
    before = around.text[max(0, hit.start - 4) : hit.start + 2]
    if any(word in before for word in _CONSEQUENCES):
        return False
    return any(marker.start < hit.start for marker in around.in_sentence("condition", hit))


def _asked(hit: Hit, around: Surroundings) -> bool:
    """想咨询一下家暴怎么举报: an enquiry in which no particular child is spoken of."""
    if around.particular:
        return False
    return bool(around.in_sentence("asking", hit))


def _told_story(hit: Hit, around: Surroundings) -> bool:
    """Film, news, game, dream, drill: the sentence, and what stands before it when it is the text's subject."""
    if hit.term.name in _MOODS:
        return False
    return bool(around.markers.get("fiction_whole") or around.in_sentence("fiction", hit))


def _corrected(hit: Hit, around: Surroundings) -> bool:
    """An earlier report taken back, or a harmless cause found, after what was reported."""
    if around.markers.get("correction_whole"):
        return True
    return any(marker.end > hit.start for marker in around.markers.get("correction", ()))


def _past_far(hit: Hit, around: Surroundings) -> bool:
    if around.in_clause("now", hit):
        return False
    return any(marker.start <= hit.start for marker in around.in_sentence("past_far", hit))


def _past(hit: Hit, around: Surroundings) -> bool:
    if around.in_clause("now", hit):
        return False
    return any(marker.start <= hit.start for marker in around.in_sentence("past_near", hit))


def _settled(hit: Hit, around: Surroundings) -> str:
    for kind in hit.term.settled_by:
        for marker in around.markers.get(kind, ()):
            if (
                marker.start >= hit.start
                or around.layout.sentences[marker.start] == around.layout.sentences[hit.start]
            ):
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
