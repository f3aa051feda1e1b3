"""From judged signals, ages and time to a level and its circumstances: the protocol's hard rules, worst child wins.

Every rule yields findings; the answer is the worst of them. A rule is a function from `Facts` to findings, named in
Chinese as the operator sees it. `_RULES` lists them in the order of the protocol's table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from triage.ages import Ages
from triage.protocol import Level
from triage.scope import Judged, Surroundings

_SMALL = 8
_CONSENT = 14
_ADULT = 18
_TEEN = 12
EVERYDAY = ("question", "thanks", "complaint", "prank", "training")
"""Signals of matters that are green by themselves."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a level: the rule's name in Chinese and the signals it rests on."""

    level: Level
    rule: str
    circumstances: tuple[str, ...]
    because: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text states, ready for the rules; `counted` holds the signals not set aside, by name."""

    counted: Mapping[str, Sequence[Judged]]
    judged: Sequence[Judged]
    ages: Ages
    around: Surroundings
    channel: str

    def has(self, *names: str) -> bool:
        return any(name in self.counted for name in names)

    def of(self, *names: str) -> tuple[Judged, ...]:
        return tuple(one for name in names for one in self.counted.get(name, ()))

    def marked(self, kind: str) -> bool:
        return bool(self.around.marks(kind))

    def now(self, *names: str) -> tuple[Judged, ...]:
        return tuple(one for one in self.of(*names) if one.now and not one.past and not one.settled)

    def fresh(self, *names: str) -> tuple[Judged, ...]:
        """Counted, not past and not settled."""
        return tuple(one for one in self.of(*names) if not one.past and not one.settled)


@dataclass(frozen=True, slots=True)
class Decision:
    """`findings` worst first. `please_read` asks the operator to read the text itself before trusting the level."""

    level: Level
    circumstances: tuple[str, ...]
    findings: tuple[Finding, ...]
    confidence: float
    please_read: bool


def facts_of(judged: Sequence[Judged], around: Surroundings, ages: Ages, channel: str) -> Facts:
    counted: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if not one.aside:
            counted[one.hit.term.name].append(one)
    return Facts(counted, judged, ages, around, channel)


def decide(facts: Facts) -> Decision:
    """The answer of the rules alone."""
    findings = sorted(
        (finding for rule in _RULES for finding in rule(facts)), key=lambda finding: -finding.level.rank
    )
    if not about_a_child(facts):
        findings = [f for f in findings if f.level is Level.GREEN]
    level = findings[0].level if findings else Level.GREEN
    circumstances = _circumstances(level, findings, facts)
    alarms_aside = sum(bool(one.aside and one.hit.term.level is not Level.YELLOW) for one in facts.judged)
    doubtful = bool(findings) and all(one.hit.by_sound or one.hearsay for one in findings[0].because)
    confidence = _confidence(level, findings, alarms_aside, doubtful)
    return Decision(level, circumstances, tuple(findings), confidence, confidence < 0.6)


def about_a_child(facts: Facts) -> bool:
    """False for animals and for grown-ups with no child in the text."""
    if facts.ages.children:
        return True
    if facts.has("animal") and not facts.has("child", "baby"):
        return False
    grown_up = facts.has("adult_victim") or bool(facts.ages.adults)
    return not grown_up or facts.has("child", "baby")


def _bare_signals(facts: Facts) -> Iterator[Finding]:
    """Each counted signal at its own level: going on now, past, or settled (one level down, rule 3)."""
    for one in facts.judged:
        term = one.hit.term
        if one.aside or term.level is None:
            continue
        level = term.now if one.now and term.now else term.level
        rule = term.means
        if one.past and level is Level.RED:
            level, rule = Level.ORANGE, f"{rule},过去的事降一级"
        if one.settled:
            level, rule = level.lowered(), f"{rule},已处置降一级"
        yield Finding(level, rule, term.circumstances, (one,))


def _small_child_alone(facts: Facts) -> Iterator[Finding]:
    """Rule 8: alone at 3 is red, for the evening at 13 at most yellow."""
    alone = facts.fresh("alone", "confined")
    if not alone:
        return
    youngest = facts.ages.youngest
    if (youngest is not None and youngest < _SMALL) or facts.has("baby"):
        yield Finding(Level.RED, "不满八岁的孩子独处", ("neglect",), alone)
    elif youngest is not None and youngest < _TEEN:
        yield Finding(Level.YELLOW, "孩子独自在家", ("neglect",), alone)


def _sexual_abuse(facts: Facts) -> Iterator[Finding]:
    """Under 14 always red; from 14 red when recent or in reach of whoever did it."""
    hits = facts.of("sexual")
    if not hits:
        return
    youngest = facts.ages.youngest
    code = "sexual_abuse_u14" if youngest is None or youngest < _CONSENT else "sexual_abuse_14plus"
    past = all(one.past or one.settled for one in hits)
    if youngest is not None and youngest < _CONSENT and not past:
        yield Finding(Level.RED, "不满十四岁遭性侵害", (code,), hits)
    elif not past and facts.has("kin_in_reach", "fear", "secrecy", "genital_injury", "bleeding_now"):
        yield Finding(Level.RED, "性侵害,施害人能接触到孩子", (code,), hits)
    else:
        yield Finding(Level.ORANGE, "性侵害", (code,), hits)


def _pregnancy(facts: Facts) -> Iterator[Finding]:
    hits = facts.of("pregnant")
    youngest = facts.ages.youngest
    if not hits or youngest is None:
        return
    if 8 < youngest < _CONSENT:
        yield Finding(Level.RED, "不满十四岁怀孕", ("sexual_abuse_u14",), hits)
    elif _CONSENT <= youngest < _ADULT:
        yield Finding(Level.ORANGE, "未成年怀孕", ("sexual_abuse_14plus",), hits)


def _suicide(facts: Facts) -> Iterator[Finding]:
    """A wish with means at hand, with a farewell, tonight; said plainly on a roof, a bridge or at the water."""
    plain, edge = facts.fresh("death_wish"), facts.fresh("height_edge", "water_edge")
    if plain and edge:
        yield Finding(Level.RED, "明说不想活并在高处或水边", ("self_harm",), (*plain, *edge))
    wish = facts.fresh("suicide_wish", "death_wish")
    if wish and facts.has("means_at_hand", "farewell", "suicide_act", "poison"):
        because = (*wish, *facts.of("means_at_hand", "farewell", "suicide_act", "poison"))
        yield Finding(Level.RED, "轻生念头并有工具或告别", ("self_harm",), because)
    elif wish and facts.marked("soon"):
        yield Finding(Level.RED, "轻生念头并有时间", ("self_harm",), wish)
    farewell = facts.fresh("farewell")
    if farewell and facts.has("means_at_hand"):
        because = (*farewell, *facts.of("means_at_hand"))
        yield Finding(Level.RED, "告别并有工具", ("self_harm",), because)
    cutting = facts.fresh("self_harm")
    if cutting and facts.has("bleeding_now"):
        yield Finding(Level.RED, "自伤正在流血", ("self_harm",), (*cutting, *facts.of("bleeding_now")))


def _violence(facts: Facts) -> Iterator[Finding]:
    beating = facts.fresh("beating")
    if beating and facts.has("cry_for_help", "injury_grave", "unconscious", "weapon_now"):
        because = (*beating, *facts.of("cry_for_help", "injury_grave", "unconscious", "weapon_now"))
        yield Finding(Level.RED, "正在受暴力并有危急情形", ("violence",), because)


def _untreated_illness(facts: Facts) -> Iterator[Finding]:
    untreated = facts.fresh("untreated")
    ill = facts.of("ill_child", "unconscious")
    if untreated and ill:
        yield Finding(Level.RED, "病重不治", ("neglect",), (*untreated, *ill))


def _leaving_soon(facts: Facts) -> Iterator[Finding]:
    """About to be taken away or forced, in days."""
    for name in ("forced_marriage", "labour", "grooming", "sexual_online"):
        hits = facts.fresh(name)
        if (
            hits
            and facts.marked("soon")
            and (facts.has("confined", "fear", "alone") or name == "forced_marriage")
        ):
            yield Finding(
                Level.RED, f"{hits[0].hit.term.means},就在这几天", hits[0].hit.term.circumstances, hits
            )


def _no_guardian(facts: Facts) -> Iterator[Finding]:
    """Hungry, dirty or cold, and small: hours count."""
    hits = facts.fresh("no_carer", "hunger", "cold_filth")
    youngest = facts.ages.youngest
    if hits and ((youngest is not None and youngest < 3) or facts.has("baby")):
        yield Finding(Level.RED, "婴幼儿缺乏照料", ("neglect",), hits)


def _broken_call(facts: Facts) -> Iterator[Finding]:
    """Rule 11: a silent or broken-off call with any sign of distress is at least orange."""
    silence = facts.of("silence")
    if not silence or facts.channel != "call":
        return
    distress = facts.of("distress_sound", "fear", "cry_for_help", "beating", "injury")
    if distress:
        yield Finding(Level.ORANGE, "无声或中断来电,有求助迹象", (), (*silence, *distress))


def _everyday(facts: Facts) -> Iterator[Finding]:
    for one in facts.of(*EVERYDAY):
        yield Finding(Level.GREEN, one.hit.term.means, one.hit.term.circumstances, (one,))


_RULES: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    _bare_signals,
    _small_child_alone,
    _sexual_abuse,
    _pregnancy,
    _suicide,
    _violence,
    _untreated_illness,
    _leaving_soon,
    _no_guardian,
    _broken_call,
    _everyday,
)


def _circumstances(level: Level, findings: Sequence[Finding], facts: Facts) -> tuple[str, ...]:
    """Codes of the findings at most one level below the worst; green texts are a question or nothing of ours."""
    if level is Level.GREEN:
        codes = [code for finding in findings for code in finding.circumstances]
        return ("inquiry",) if "inquiry" in codes else ("irrelevant",)
    floor = max(level.rank - 1, Level.YELLOW.rank)
    found = dict.fromkeys(
        code for finding in findings if finding.level.rank >= floor for code in finding.circumstances
    )
    youngest = facts.ages.youngest
    if "sexual_abuse_u14" in found and youngest is not None and youngest >= _CONSENT:
        found = dict.fromkeys("sexual_abuse_14plus" if code == "sexual_abuse_u14" else code for code in found)
    elif "sexual_abuse_14plus" in found and "sexual_abuse_u14" in found:
        del found["sexual_abuse_14plus"]
    return tuple(found)


def _confidence(level: Level, findings: Sequence[Finding], alarms_aside: int, doubtful: bool) -> float:
    if not findings:
        return 0.3
    same = sum(finding.level is level for finding in findings)
    confidence = 0.55 + 0.1 * min(same, 3) - 0.1 * min(alarms_aside, 3)
    return round(max(0.05, confidence - 0.3 * doubtful), 2)
