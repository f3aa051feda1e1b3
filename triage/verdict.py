"""The rules' findings and the model's estimate, joined to one answer: in doubt the higher level, without false alarm.

The model decides the level, by thresholds on calibrated probabilities that were chosen by cross-validation on our own
corpus (`README.md` has the figures). Above it stand the few rules that were right more often than the model where they
fired, and a plain sentence in which rules and model, looking at it alone, both see red.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triage.decide import EVERYDAY, Decision, Facts, Finding
from triage.model import LEVELS, Estimate
from triage.protocol import NINE_CIRCUMSTANCES, Level

# Chosen by cross-validation: the least probability of "at least this level" with which the level is given. An alarm
# needs the more, the likelier it is that nobody needs protection: in doubt the higher level, but a pothole is none.
_RED, _RED_IF_GREEN = 0.30, 0.40
_ORANGE, _ORANGE_IF_GREEN = 0.20, 0.80
_YELLOW = 0.4
_CIRCUMSTANCE = 0.38
_MARGIN = 0.12
_SURE = 0.6
_CERTAIN = {
    "正在流血": Level.RED,
    "告别并有工具": Level.RED,
    "不满十四岁怀孕": Level.RED,
    "自伤正在流血": Level.RED,
    "明说不想活并在高处或水边": Level.RED,
    "明说不想活": Level.ORANGE,
}
# In texts of the corpus as short and plain as this, what the rules call an alarm was one 147 times of 164.
_SHORT = 25
_CLOUDING = (
    "fiction",
    "fiction_whole",
    "correction",
    "correction_whole",
    "condition",
    "asking",
    "negation_after",
    "figure",
    "harmless",
    "hearsay",
)
_CHILD = ("child", "baby", "particular")
_CONSENT = 14
_EVERYDAY = ("inquiry", "irrelevant")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`confidence`: how probable this level is."""

    level: Level
    circumstances: tuple[str, ...]
    confidence: float
    please_read: bool


def thresholds(estimate: Estimate) -> dict[Level, float]:
    """The probability from which each level is given, for this text."""
    green = 1.0 - estimate.at_least[Level.YELLOW]
    return {
        Level.RED: _RED + _RED_IF_GREEN * green,
        Level.ORANGE: _ORANGE + _ORANGE_IF_GREEN * green,
        Level.YELLOW: _YELLOW,
    }


def level_of(estimate: Estimate) -> Level:
    """The model's own level: the highest whose threshold is reached."""
    least = thresholds(estimate)
    return next((level for level in least if estimate.at_least[level] >= least[level]), Level.GREEN)


def certain(decision: Decision, facts: Facts) -> Finding | None:
    """The finding that needs no second opinion: by its rule, or because a short text says nothing else."""
    if not decision.findings:
        return None
    named = [one for one in decision.findings if _CERTAIN.get(one.rule) is one.level]
    worst = decision.findings[0]
    if worst.level.rank >= Level.ORANGE.rank and _is_plain(facts):
        named.append(worst)
    return max(filter(_is_said_now, named), key=lambda one: one.level.rank, default=None)


def _is_plain(facts: Facts) -> bool:
    """A short text that names a child and in which nothing denies, asks, tells a story or speaks in figures."""
    if len(facts.around.text) > _SHORT or not (facts.has(*_CHILD) or facts.ages.children):
        return False
    if any(one.aside for one in facts.judged) or any(facts.marked(kind) for kind in _CLOUDING):
        return False
    return not facts.has(*EVERYDAY)


def _is_said_now(finding: Finding) -> bool:
    return not any(one.past or one.settled or one.hearsay or one.hit.by_sound for one in finding.because)


def verdict(
    estimate: Estimate, facts: Facts, *, floor: Finding | None, ceiling: Level = Level.RED
) -> Verdict:
    """`floor`: the finding whose level the text has at least, whatever the model says. `ceiling`: the model's
    level without the sentences that only deny something; a denial never raises the level."""
    own = level_of(estimate)
    level = min(own, ceiling, key=lambda one: one.rank)
    if floor is not None:
        level = max(level, floor.level, key=lambda one: one.rank)
    confidence = _share(estimate, level)
    near = any(abs(estimate.at_least[one] - least) < _MARGIN for one, least in thresholds(estimate).items())
    return Verdict(
        level=level,
        circumstances=_circumstances(estimate, facts, level, floor),
        # No reading is certain.
        confidence=min(round(confidence, 2), 0.99),
        please_read=near or level is not own or confidence < _SURE,
    )


def _share(estimate: Estimate, level: Level) -> float:
    """The probability of exactly this level."""
    at_least = {Level.GREEN: 1.0, **estimate.at_least}
    above = max((at_least[one] for one in LEVELS if one.rank > level.rank), default=0.0)
    return at_least[level] - above


def _circumstances(estimate: Estimate, facts: Facts, level: Level, floor: Finding | None) -> tuple[str, ...]:
    chances = estimate.circumstances
    found = [code for code, chance in chances.items() if chance >= _CIRCUMSTANCE]
    if floor is not None:
        found += [code for code in floor.circumstances if code not in found]
    if level is Level.GREEN:
        found = [code for code in found if code not in NINE_CIRCUMSTANCES]
    else:
        found = [code for code in found if code not in _EVERYDAY]
        found = found or [
            max((code for code in chances if code not in _EVERYDAY), key=lambda code: chances[code])
        ]
    return _by_age(found, facts)


def _by_age(found: Sequence[str], facts: Facts) -> tuple[str, ...]:
    """Sexual abuse has two codes; the age decides, and where none is known the likelier stays."""
    youngest = facts.ages.youngest
    if youngest is None:
        return tuple(found)
    right = "sexual_abuse_u14" if youngest < _CONSENT else "sexual_abuse_14plus"
    both = {"sexual_abuse_u14", "sexual_abuse_14plus"}
    return tuple(dict.fromkeys(right if code in both else code for code in found))
