"""How right a reader is on labelled texts: the measures of the bars, and which level was taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.protocol import CIRCUMSTANCES, Level
from triage.reader import Reading

LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW, Level.GREEN)
_ALARMS = frozenset({"red", "orange"})
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with its label. `levels` holds the label and the others a careful reader could defend."""

    id: str
    channel: str
    text: str
    level: str
    levels: frozenset[str]
    circumstances: frozenset[str]
    maybe: frozenset[str]


def labelled(line: Mapping[str, Any]) -> Labelled:
    """Raises ValueError naming the field that is missing or wrong."""
    level = line.get("level")
    if level not in [str(known) for known in Level]:
        raise ValueError(f"level: {level!r} is no level")
    circumstances = frozenset(line.get("circumstances", ()))
    unknown = circumstances - set(CIRCUMSTANCES)
    if unknown:
        raise ValueError(f"circumstances: unknown code {sorted(unknown)[0]!r}")
    return Labelled(
        id=str(line["id"]),
        channel=str(line["channel"]),
        text=str(line["text"]),
        level=level,
        levels=frozenset({level, *line.get("also", ())}),
        circumstances=circumstances,
        maybe=frozenset(line.get("maybe", ())),
    )


@dataclass(slots=True)
class Measures:
    """Counts over labelled texts; `table` puts them into words."""

    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    defended: int = 0
    red_defended: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    given: Counter[int] = field(default_factory=Counter)
    kept: Counter[int] = field(default_factory=Counter)
    asked: Counter[bool] = field(default_factory=Counter)

    def add(self, truth: Labelled, reading: Reading) -> None:
        self.confusions[truth.level, reading.level] += 1
        self.defended += reading.level in truth.levels
        self.red_defended += reading.level == "red" and "red" in truth.levels
        fifth = min(int(reading.confidence * FIFTHS), FIFTHS - 1)
        self.given[fifth] += 1
        self.kept[fifth] += reading.level == truth.level
        self.asked[reading.level == truth.level] += reading.please_read
        found = frozenset(reading.circumstances) - (truth.maybe - truth.circumstances)
        self.codes["right"] += len(found & truth.circumstances)
        self.codes["extra"] += len(found - truth.circumstances)
        self.codes["missed"] += len(truth.circumstances - found)

    def count(self, truths: frozenset[str], answers: frozenset[str]) -> int:
        return sum(
            n for (truth, answer), n in self.confusions.items() if truth in truths and answer in answers
        )

    def values(self) -> dict[str, tuple[float, str]]:
        """Each measure by name, with the bar it is held to."""
        every = frozenset(str(level) for level in LEVELS)
        red, green, calm = frozenset({"red"}), frozenset({"green"}), every - _ALARMS
        total = self.confusions.total()
        right = sum(n for (truth, answer), n in self.confusions.items() if truth == answer)
        said_red = self.count(every, red)
        codes = self.codes
        return {
            "level right": (_share(right, total), ">= 0.85"),
            "level right or defensible": (_share(self.defended, total), ""),
            "red recall": (_share(self.count(red, red), self.count(red, every)), ">= 0.97"),
            "red precision": (_share(self.count(red, red), said_red), ">= 0.85"),
            "red precision, defensible": (_share(self.red_defended, said_red), ""),
            "red or orange recall": (
                _share(self.count(_ALARMS, _ALARMS), self.count(_ALARMS, every)),
                ">= 0.98",
            ),
            "green alarmed": (_share(self.count(green, _ALARMS), self.count(green, every)), "<= 0.03"),
            "red given yellow or green": (float(self.count(red, calm)), "0 texts"),
            "circumstances micro-F1": (
                _share(2 * codes["right"], 2 * codes["right"] + codes["extra"] + codes["missed"]),
                ">= 0.85",
            ),
        }

    def table(self) -> str:
        lines = [f"{self.confusions.total()} texts", "", f"{'measure':28}{'value':>8}   bar"]
        lines += [f"{name:28}{value:8.3f}   {bar}" for name, (value, bar) in self.values().items()]
        lines += ["", f"{'label / answer':16}" + "".join(f"{level:>8}" for level in LEVELS)]
        for truth in LEVELS:
            lines.append(f"{truth:16}" + "".join(f"{self.confusions[truth, answer]:8d}" for answer in LEVELS))
        return "\n".join([*lines, "", *self._calibration()])

    def _calibration(self) -> list[str]:
        """Whether a confidence means what it says, and how many of the mistakes the operator was asked to read."""
        lines = [f"{'confidence':16}{'texts':>8}{'right':>8}"]
        for fifth in range(FIFTHS):
            share = _share(self.kept[fifth], self.given[fifth])
            span = f"{fifth / FIFTHS:.1f} to {(fifth + 1) / FIFTHS:.1f}"
            lines.append(f"{span:16}{self.given[fifth]:8d}{share:8.3f}")
        wrong = self.confusions.total() - self.kept.total()
        right = self.kept.total()
        lines.append(
            f"please read: {self.asked[False]} of {wrong} wrong, {self.asked[True]} of {right} right"
        )
        return lines


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
