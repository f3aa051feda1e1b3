"""Reads a report: the public face of the pure part of `triage`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

import jieba

from triage.ages import Ages, find_ages
from triage.decide import Decision, Facts, Finding, decide, facts_of
from triage.evidence import Evidence, evidence
from triage.lexicon import Lexicon
from triage.model import Estimate, Model
from triage.normalise import Normalised, Normaliser
from triage.protocol import CHANNELS, Level, must_call_police
from triage.scope import judge
from triage.signals import Finder, Layout
from triage.sounds import Sounds
from triage.verdict import certain, level_of, verdict

# A long text may name many dangers; each sentence looked at alone costs a reading.
_SENTENCES_TRIED = 3
_EDGES = "。!?;\n "
WEIGHTS = Path(__file__).with_name("weights.tsv.xz")


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
    """Load once per process (about three seconds), before a worker forks; then every call is pure."""

    def __init__(self, analyst: Analyst, model: Model) -> None:
        self.lexicon = f"{analyst.lexicon} weights {model.identity}"
        self._model = model
        self._analyst = analyst

    @classmethod
    def load(cls, tables: Path, *, weights: Path = WEIGHTS) -> Reader:
        """`tables` is the folder that holds `lexicon/`. Raises LexiconError or WeightsError naming the place."""
        return cls(Analyst.load(tables), Model.load(weights))

    def read(self, text: str, *, channel: str) -> Reading:
        """Level, circumstances, ages and evidence. `channel` is one of `protocol.CHANNELS`.

        Never raises on any text. Raises ValueError for an unknown channel.
        """
        analysis = self._analyst.analyse(text, channel=channel)
        estimate = self._estimate(analysis)
        own = level_of(estimate)
        floor = certain(analysis.decision, analysis.facts)
        if own is not Level.RED and (floor is None or floor.level is not Level.RED):
            floor = self._plain_red(analysis) or floor
        ceiling = Level.RED if own is Level.GREEN else self._undenied(analysis)
        answer = verdict(estimate, analysis.facts, floor=floor, ceiling=ceiling)
        return Reading(
            level=answer.level.value,
            circumstances=answer.circumstances,
            call_police=must_call_police(answer.level, answer.circumstances),
            ages=analysis.facts.ages.children,
            evidence=evidence(
                text,
                analysis.normal,
                analysis.tokens,
                analysis.facts,
                analysis.decision,
                answer.level,
                list(self._model.telling(estimate, analysis.tokens, answer.level)),
            ),
            confidence=answer.confidence,
            please_read=answer.please_read,
            lexicon=self.lexicon,
        )

    def _estimate(self, analysis: Analysis) -> Estimate:
        return self._model.estimate(analysis.normal.text, analysis.tokens, features(analysis))

    def _plain_red(self, analysis: Analysis) -> Finding | None:
        """A red finding in a sentence that rules and model, looking at it alone, both call red."""
        sentences = analysis.facts.around.layout.sentences
        tried: set[frozenset[int]] = set()
        for finding in analysis.decision.findings:
            if finding.level is not Level.RED:
                break
            places = frozenset(sentences[one.hit.start] for one in finding.because)
            # What the rule rests on may lie in several sentences, and one of them may say it all.
            for some in (places, *(frozenset({place}) for place in sorted(places))):
                if some in tried:
                    continue
                if len(tried) == _SENTENCES_TRIED:
                    return None
                tried.add(some)
                alone = self._sentences(analysis, some)
                if alone is None or alone.decision.level is not Level.RED:
                    continue
                if level_of(self._estimate(alone)) is Level.RED:
                    return finding
        return None

    def _undenied(self, analysis: Analysis) -> Level:
        """The model's level without the sentences whose only alarms are denied; red where there are none such."""
        sentences = analysis.facts.around.layout.sentences
        denied = {sentences[one.hit.start] for one in analysis.facts.judged if one.aside == "否定"}
        denied -= {
            sentences[one.hit.start] for one in analysis.facts.judged if not one.aside and one.hit.term.level
        }
        rest = self._sentences(analysis, set(sentences) - denied) if denied else None
        return Level.RED if rest is None else level_of(self._estimate(rest))

    def _sentences(self, analysis: Analysis, numbers: Set[int]) -> Analysis | None:
        """These sentences read as a text of their own; None when that is the whole text, or nothing."""
        text = analysis.normal.text
        kept = "".join(
            compress(text, map(numbers.__contains__, analysis.facts.around.layout.sentences))
        ).strip(_EDGES)
        if not kept or len(kept) >= len(text.strip(_EDGES)):
            return None
        return self._analyst.analyse(kept, channel=analysis.facts.channel)


class Analyst:
    """The steps of reading before the model: normalise, cut into words, find signals, judge them, apply the rules."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = str(lexicon.identity)
        self._normaliser = Normaliser(lexicon.emoji)
        self._tokenizer = _tokenizer(lexicon)
        self._finder = Finder(lexicon, Sounds(), lambda word: self._normaliser.normalise(word).text)

    @classmethod
    def load(cls, tables: Path) -> Analyst:
        """`tables` is the folder that holds `lexicon/`. Raises LexiconError naming file and key."""
        return cls(Lexicon.load(tables / "lexicon"))

    def analyse(self, text: str, *, channel: str) -> Analysis:
        """Never raises on any text. Raises ValueError for an unknown channel."""
        if channel not in CHANNELS:
            raise ValueError(f"channel: {channel!r} is none of {', '.join(CHANNELS)}")
        normal = self._normaliser.normalise(text)
        # HMM guesses at unknown names; the rules want the same words every time, and a third of the time back.
        tokens = self._tokenizer.lcut(normal.text, HMM=False)
        layout = Layout.of(normal.text)
        hits = self._finder.find(normal.text, layout, _borders(tokens))
        ages = find_ages(normal.text)
        judged, around = judge(hits, normal.text, layout, ages)
        facts = facts_of(judged, around, ages, channel)
        return Analysis(text, normal, tokens, facts, decide(facts))


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
    for kind in facts.around.kinds():
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
