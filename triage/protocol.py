"""The four levels and the circumstances of the triage protocol, as values."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How soon must somebody be with this child; compared by `rank`, 3 is the most urgent."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def chinese(self) -> str:
        return _CHINESE[self]

    def lowered(self, steps: int = 1) -> Level:
        """`steps` levels less urgent, never below green."""
        return _BY_RANK[max(0, self.rank - steps)]


_BY_RANK = (Level.GREEN, Level.YELLOW, Level.ORANGE, Level.RED)
_RANK = {level: rank for rank, level in enumerate(_BY_RANK)}
_CHINESE = {Level.RED: "红", Level.ORANGE: "橙", Level.YELLOW: "黄", Level.GREEN: "绿"}

# Art. 4 of the 2020 Opinion on mandatory reporting, in its order; then what the stations also handle.
NINE_CIRCUMSTANCES = (
    "genital_injury",
    "sexual_abuse_u14",
    "sexual_abuse_14plus",
    "violence",
    "self_harm",
    "abandonment",
    "missing_trafficked",
    "begging",
    "other_serious",
)
CIRCUMSTANCES = (
    *NINE_CIRCUMSTANCES,
    "neglect",
    "guardianship",
    "schooling",
    "mental_distress",
    "bullying",
    "hardship",
    "inquiry",
    "irrelevant",
)
CHANNELS = ("call", "sms", "web", "mandatory", "12345")


def must_call_police(level: Level, circumstances: tuple[str, ...]) -> bool:
    """True for red, and for orange with any of the nine circumstances of art. 4."""
    if level is Level.RED:
        return True
    return level is Level.ORANGE and any(code in NINE_CIRCUMSTANCES for code in circumstances)
