"""Why: the spans of the text as received that counted, or were set aside, in words for the operator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.decide import Decision, Facts, Finding
from triage.normalise import Normalised
from triage.protocol import Level
from triage.scope import Judged

# How many of the model's words are shown, and from which share of the score on.
_MOST_WORDS = 4
_LEAST_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal; `text == received[start:end]`. `why` (Chinese): what it counted for, or the rule it fell to."""

    start: int
    end: int
    text: str
    signal: str
    counted: bool
    why: str


def evidence(
    received: str,
    normal: Normalised,
    tokens: Sequence[str],
    facts: Facts,
    decision: Decision,
    level: Level,
    telling: Sequence[tuple[int, float]],
) -> tuple[Evidence, ...]:
    """Signals with their rule, ages, and the words that moved the model most towards `level`; in order of place."""
    shown = [
        Evidence(start, end, received[start:end], signal, counted, why)
        for low, high, signal, counted, why in (
            *_signals(facts, decision, level),
            *((low, high, "age", True, f"年龄:{word}") for low, high, word in facts.ages.spans),
            *_words(tokens, telling, level),
        )
        for start, end in [normal.received_span(low, high)]
    ]
    return tuple(sorted(shown, key=lambda one: (one.start, one.end, one.signal)))


def _signals(facts: Facts, decision: Decision, level: Level) -> Iterator[tuple[int, int, str, bool, str]]:
    reasons: dict[int, Finding] = {}
    for finding in decision.findings:
        for one in finding.because:
            reasons.setdefault(id(one), finding)
    for one in facts.judged:
        reason = reasons.get(id(one))
        if one.aside or reason is not None:
            yield one.hit.start, one.hit.end, one.hit.term.name, not one.aside, _why(one, reason, level)


def _words(
    tokens: Sequence[str], telling: Sequence[tuple[int, float]], level: Level
) -> Iterator[tuple[int, int, str, bool, str]]:
    best = sorted((one for one in telling if one[1] >= _LEAST_SHARE), key=lambda one: (-one[1], one[0]))
    chosen: dict[str, int] = {}
    for number, _ in best:
        chosen.setdefault(tokens[number], number)
        if len(chosen) == _MOST_WORDS:
            break
    numbers = set(chosen.values())
    place = 0
    for number, token in enumerate(tokens):
        if number in numbers:
            yield place, place + len(token), "model", True, f"模型:这些词使其偏向{level.chinese}色"
        place += len(token)


def _why(one: Judged, reason: Finding | None, level: Level) -> str:
    means = one.hit.term.means
    if one.aside or reason is None:
        return f"{one.aside}:{means},不计"
    notes = [f"{reason.level.chinese}:{reason.rule}"]
    if one.now:
        notes.append("正在发生")
    if one.hearsay:
        notes.append("引述或推测")
    if one.hit.by_sound:
        notes.append("同音字")
    if reason.level is not level:
        notes.append(f"连同全文判为{level.chinese}")
    return ";".join(notes)
