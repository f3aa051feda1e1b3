"""Reads a report: the public face of the pure part of `triage`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jieba

from triage.ages import Ages, find_ages
from triage.decide import Decision, Facts, Finding, decide, facts_of
from triage.lexicon import Lexicon
from triage.normalise import Normalised, Normaliser
from triage.protocol import CHANNELS, must_call_police
from triage.scope import Judged, judge
from triage.signals import Finder, Layout
from triage.sounds import Sounds


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal; `text == received[start:end]`. `why` (Chinese): what it counted for, or the rule it fell to."""

    start: int
    end: int
    text: str
    signal: str
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What triage answers on one text.

    `level` is red, orange, yellow or green; `ages` are (low, high) in whole years, children only; `confidence` is
    0 to 1; `lexicon` is the version and SHA-256 of the tables that answered.
    """

    level: str
    circumstances: tuple[str, ...]
    call_police: bool
    ages: tuple[tuple[int, int], ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    please_read: bool
    lexicon: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything seen in one text, before it is put into words for the operator."""

    received: str
    normal: Normalised
    tokens: Sequence[str]
    facts: Facts
    decision: Decision


class Reader:
    """Load once per process (about two seconds), before a worker forks; then every call is pure."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = str(lexicon.identity)
        self._normaliser = Normaliser(lexicon.emoji)
        self._tokenizer = _tokenizer(lexicon)
        self._finder = Finder(lexicon, Sounds(), lambda word: self._normaliser.normalise(word).text)

    @classmethod
    def load(cls, tables: Path) -> Reader:
        """`tables` is the folder that holds `lexicon/`. Raises LexiconError naming file and key."""
        return cls(Lexicon.load(tables / "lexicon"))

    def read(self, text: str, *, channel: str) -> Reading:
        """Level, circumstances, ages and evidence. `channel` is one of `protocol.CHANNELS`.

        Never raises on any text. Raises ValueError for an unknown channel.
        """
        analysis = self.analyse(text, channel=channel)
        decision = analysis.decision
        return Reading(
            level=decision.level.value,
            circumstances=decision.circumstances,
            call_police=must_call_police(decision.level, decision.circumstances),
            ages=analysis.facts.ages.children,
            evidence=_evidence(analysis),
            confidence=decision.confidence,
            please_read=decision.please_read,
            lexicon=self.lexicon,
        )

    def analyse(self, text: str, *, channel: str) -> Analysis:
        """The steps of reading, once: for `read`, and for a model that joins in."""
        if channel not in CHANNELS:
            raise ValueError(f"channel: {channel!r} is none of {', '.join(CHANNELS)}")
        normal = self._normaliser.normalise(text)
        # HMM guesses at unknown names; the rules want the same words every time, and a third of the time back.
        tokens = self._tokenizer.lcut(normal.text, HMM=False)
        layout = Layout.of(normal.text)
        hits = self._finder.find(normal.text, layout, _borders(tokens))
        judged, around = judge(hits, normal.text, layout)
        facts = facts_of(judged, around, find_ages(normal.text), channel)
        return Analysis(text, normal, tokens, facts, decide(facts))

    def signals(self, text: str, *, channel: str) -> dict[str, float]:
        """The features of one text by name, for a model; deterministic, values of 0 are left out."""
        return features(self.analyse(text, channel=channel))


def features(analysis: Analysis) -> dict[str, float]:
    """Counts of signals counted and set aside, rules that fired, ages, time, channel and length."""
    facts = analysis.facts
    seen: dict[str, float] = {f"channel:{facts.channel}": 1.0, f"rules:{analysis.decision.level}": 1.0}
    for one in facts.judged:
        name = one.hit.term.name
        if one.aside:
            seen[f"aside:{one.aside}"] = 1.0
            seen[f"aside:{one.aside}:{name}"] = 1.0
            continue
        seen[f"signal:{name}"] = 1.0
        for mark, holds in (("now", one.now), ("past", one.past), ("hearsay", one.hearsay)):
            if holds:
                seen[f"{mark}:{name}"] = 1.0
        if one.settled:
            seen[f"settled:{one.settled}:{name}"] = 1.0
    for finding in analysis.decision.findings:
        seen[f"rule:{finding.level}:{finding.rule}"] = 1.0
        for code in finding.circumstances:
            seen[f"code:{finding.level}:{code}"] = 1.0
    for kind, hits in facts.around.markers.items():
        if hits:
            seen[f"marker:{kind}"] = 1.0
    seen |= {f"age:{band}": 1.0 for band in _age_bands(facts.ages)}
    length = len(analysis.normal.text)
    seen[f"length:{'short' if length < 20 else 'middle' if length < 120 else 'long'}"] = 1.0
    return seen


def _age_bands(ages: Ages) -> set[str]:
    bands = {"adult"} if ages.adults else set()
    for low, _ in ages.children:
        bands.add("0-2" if low < 3 else "3-7" if low < 8 else "8-13" if low < 14 else "14-17")
    return bands or {"none"}


def _borders(tokens: Sequence[str]) -> set[int]:
    borders = {0}
    place = 0
    for token in tokens:
        place += len(token)
        borders.add(place)
    return borders


def _evidence(analysis: Analysis) -> tuple[Evidence, ...]:
    reasons: dict[int, Finding] = {}
    for finding in analysis.decision.findings:
        for one in finding.because:
            reasons.setdefault(id(one), finding)
    shown: list[Evidence] = []
    for one in analysis.facts.judged:
        reason = reasons.get(id(one))
        if not one.aside and reason is None:
            continue
        start, end = analysis.normal.received_span(one.hit.start, one.hit.end)
        shown.append(
            Evidence(
                start=start,
                end=end,
                text=analysis.received[start:end],
                signal=one.hit.term.name,
                counted=not one.aside,
                why=_why(one, reason),
            )
        )
    shown += [
        Evidence(start, end, analysis.received[start:end], "age", True, f"年龄:{word}")
        for low, high, word in analysis.facts.ages.spans
        for start, end in [analysis.normal.received_span(low, high)]
    ]
    return tuple(sorted(shown, key=lambda one: (one.start, one.end, one.signal)))


def _why(one: Judged, reason: Finding | None) -> str:
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
    return ";".join(notes)


def _tokenizer(lexicon: Lexicon) -> Any:
    """jieba with the lexicon's words, without its cache file: that is unmarshalled from the shared temp folder."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for term in lexicon.terms.values():
        for word in term.words:
            if 1 < len(word) <= 5:
                tokenizer.add_word(word)
    return tokenizer
