"""What other tables would have said of texts that were read before: which levels change, and over which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from triage.protocol import Level
from triage.reader import Reading

UNREAD: Final = "unread"
_SHOWN = 8

Seen = tuple[str, str, bool]
"""A word of the evidence: as it stands in the text, what it was taken for, and whether it counted."""


@dataclass(frozen=True, slots=True)
class Past:
    """A text that was read before. `was`: its level then, or "unread" where the machine could not read it. `evidence`:
    the words that were its reason. `human`: the level that a person gave it, if one did."""

    name: str
    channel: str
    text: str
    was: str
    evidence: frozenset[Seen]
    human: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One text that would get another level. `lost` and `found`: words of the evidence, before and now only."""

    name: str
    was: str
    now: str
    human: str | None
    lost: tuple[Seen, ...]
    found: tuple[Seen, ...]

    @property
    def alarm_lowered(self) -> bool:
        """A red or an orange one that would be less than it was. What could not be read had no level to lose."""
        return self.was in ("red", "orange") and Level(self.now).rank < Level(self.was).rank

    def __str__(self) -> str:
        words = [f"-{_word(seen)}" for seen in self.lost[:_SHOWN]]
        words += [f"+{_word(seen)}" for seen in self.found[:_SHOWN]]
        said = f"  human: {self.human}" if self.human else ""
        return f"{self.name}  {self.was} -> {self.now}{said}  {' '.join(words)}".rstrip()


@dataclass(slots=True)
class Backtest:
    """Counts over the texts that were compared; keeps no text."""

    compared: int = 0
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    lowered: int = 0
    to_the_human: int = 0
    from_the_human: int = 0

    def compare(self, past: Past, reading: Reading) -> Change | None:
        """The change that `reading`, by the other tables, makes to this text; None when its level stays."""
        self.compared += 1
        if reading.level == past.was:
            return None
        new = frozenset((item.text, item.signal, item.counted) for item in reading.evidence)
        change = Change(
            name=past.name,
            was=past.was,
            now=reading.level,
            human=past.human,
            lost=tuple(sorted(past.evidence - new)),
            found=tuple(sorted(new - past.evidence)),
        )
        self.changes[past.was, reading.level] += 1
        self.lowered += change.alarm_lowered
        self.to_the_human += reading.level == past.human
        self.from_the_human += past.was == past.human
        return change

    def table(self) -> str:
        """The totals per change, the most frequent first."""
        lines = [f"{self.compared} compared, {self.changes.total()} would change level"]
        lines += [
            f"{was:>8} -> {now:<8}{number:6}"
            for (was, now), number in sorted(self.changes.items(), key=lambda one: (-one[1], one[0]))
        ]
        if self.to_the_human or self.from_the_human:
            lines.append(
                f"{self.to_the_human} towards a human's word, {self.from_the_human} away from one that agreed"
            )
        lines.append(f"{self.lowered} red or orange would be lower")
        return "\n".join(lines)


def seen(evidence: Iterable[Mapping[str, Any]]) -> frozenset[Seen]:
    """The words of evidence as it is kept: mappings with text, signal and counted."""
    return frozenset((item["text"], item["signal"], item["counted"]) for item in evidence)


def _word(seen: Seen) -> str:
    text, signal, counted = seen
    return f"{text}({signal if counted else f'{signal}, aside'})"
