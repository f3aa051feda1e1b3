"""The learned half of reading: a linear model over the words, the characters and the signals of a text.

For every output (at least yellow, at least orange, red, and each circumstance) a text's score is the sum of the weights
of its features: characters and pairs of them, words and pairs of them (each group as tf-idf of unit length), and
signals. Weights come from `weights.tsv.xz`, trained by `flask triage train`; they are whole numbers, so that every
machine adds up the same. All outputs of one feature are held in one long integer, a lane each, and added at once.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from operator import mul
from pathlib import Path

from triage.protocol import CIRCUMSTANCES, Level

LEVELS = (Level.YELLOW, Level.ORANGE, Level.RED)
OUTPUTS = (*(str(level) for level in LEVELS), *CIRCUMSTANCES)
CHARACTERS, WORDS, SIGNALS = "c", "w", "s"
# One unit of a weight in the file is STEP; a signal's share is not scaled by length, so it gets finer units.
STEP = 0.05
SIGNAL_UNITS = 64.0
WEIGHT_LIMIT = 2047
IDF_UNITS = 16
_BIAS = WEIGHT_LIMIT + 1
_LANE = 32
_SQUARES, _COUNT, _FIRST = 0, 1, 2
_UNPACK = struct.Struct(f"<{_FIRST + len(OUTPUTS)}I")
_MASK = (1 << _LANE) - 1
# Words and character n-grams of a longer text are read up to here; a lane cannot overflow before.
_LONGEST = 20_000


class WeightsError(ValueError):
    """The weights file is wrong; the message names the line."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`at_least[level]`: calibrated probability, 0 to 1, that the level is at least that (yellow, orange, red).
    `circumstances[code]`: the probability of each. `norms`: the lengths that the text's characters and words were
    divided by."""

    at_least: Mapping[Level, float]
    circumstances: Mapping[str, float]
    norms: tuple[float, float]


def character_grams(text: str) -> set[str]:
    text = text[:_LONGEST]
    grams = set(text)
    grams.update(map("".join, pairwise(text)))
    return grams


def word_grams(tokens: Sequence[str]) -> set[str]:
    tokens = tokens[:_LONGEST]
    grams = set(tokens)
    grams.update(map(" ".join, pairwise(tokens)))
    return grams


class Model:
    """Load once per process; `estimate` and `telling` are pure."""

    def __init__(
        self,
        groups: Mapping[str, Mapping[str, int]],
        calibration: Mapping[str, Sequence[float]],
        identity: str,
    ) -> None:
        self.identity = identity
        self._groups = groups
        self._levels = [calibration[level] for level in Level]
        self._circumstances = [(code, calibration[code]) for code in CIRCUMSTANCES]

    @classmethod
    def load(cls, file: Path) -> Model:
        """Raises WeightsError naming the file and the line."""
        try:
            return cls.parse(file.read_bytes())
        except (OSError, WeightsError) as error:
            raise WeightsError(f"{file.name}: {error}") from error

    @classmethod
    def parse(cls, content: bytes) -> Model:
        """Raises WeightsError naming the line."""
        try:
            lines = lzma.decompress(content).decode().split("\n")
        except (lzma.LZMAError, UnicodeDecodeError) as error:
            raise WeightsError(str(error)) from error
        groups: dict[str, dict[str, int]] = {CHARACTERS: {}, WORDS: {}, SIGNALS: {}}
        try:
            header = json.loads(lines[0])
            if tuple(header["outputs"]) != OUTPUTS:
                raise ValueError("outputs: trained for other levels or circumstances")
            calibration = {name: [float(one) for one in row] for name, row in header["calibration"].items()}
            identity = f"{header['version']} sha256:{hashlib.sha256(content).hexdigest()}"
            model = cls(groups, calibration, identity)
        except (ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"line 1: {error}") from error
        for number, line in enumerate(lines[1:], start=2):
            if not line:
                continue
            try:
                group, feature, *units = line.split("\t")
                groups[group][feature] = _lanes([int(unit) for unit in units])
            except (ValueError, KeyError, struct.error) as error:
                raise WeightsError(f"line {number}: {error}") from error
        return model

    def estimate(self, text: str, tokens: Sequence[str], signals: Iterable[str]) -> Estimate:
        """`text` and `tokens` normalised; `signals` the names of `reader.features`."""
        characters, character_norm = self._sum(CHARACTERS, character_grams(text))
        words, word_norm = self._sum(WORDS, word_grams(tokens))
        named, _ = self._sum(SIGNALS, set(signals))
        scores = [
            (c / character_norm + w / word_norm + s / SIGNAL_UNITS) * STEP
            for c, w, s in zip(characters, words, named, strict=True)
        ]
        likely = [math.exp(max(-30.0, min(30.0, _weighted(row, scores)))) for row in self._levels]
        red, orange, yellow, _ = (one / sum(likely) for one in likely)
        return Estimate(
            at_least={Level.YELLOW: red + orange + yellow, Level.ORANGE: red + orange, Level.RED: red},
            circumstances={code: _logistic(_weighted(row, scores)) for code, row in self._circumstances},
            norms=(character_norm, word_norm),
        )

    def telling(self, estimate: Estimate, tokens: Sequence[str], level: Level) -> Iterator[tuple[int, float]]:
        """For each token of two characters or more its number and how far it moves the text towards `level`."""
        lane = LEVELS.index(level if level in LEVELS else Level.YELLOW)
        sign = 1.0 if level in LEVELS else -1.0
        character_norm, word_norm = estimate.norms
        for number, token in enumerate(tokens):
            if len(token) > 1:
                as_characters = self._unit(CHARACTERS, token, lane) / character_norm
                yield number, sign * STEP * (as_characters + self._unit(WORDS, token, lane) / word_norm)

    def _sum(self, group: str, features: set[str]) -> tuple[list[int], float]:
        weights = self._groups[group]
        total = sum(map(weights.get, features, repeat(0)), 0)
        lanes = _UNPACK.unpack(total.to_bytes(_UNPACK.size, "little"))
        bias = lanes[_COUNT] * _BIAS
        return [unit - bias for unit in lanes[_FIRST:]], math.sqrt(lanes[_SQUARES] / IDF_UNITS) or 1.0

    def _unit(self, group: str, feature: str, output: int) -> int:
        lanes = self._groups[group].get(feature)
        return 0 if lanes is None else (lanes >> (_LANE * (_FIRST + output)) & _MASK) - _BIAS


def _lanes(units: Sequence[int]) -> int:
    """`units`: the square of the idf, then one weight for each output."""
    squares, *weights = units
    if any(abs(weight) > WEIGHT_LIMIT for weight in weights):
        raise ValueError(f"a weight outside ±{WEIGHT_LIMIT}")
    return int.from_bytes(_UNPACK.pack(squares, 1, *[weight + _BIAS for weight in weights]), "little")


def _weighted(row: Sequence[float], scores: Sequence[float]) -> float:
    """`row`: the shift, then a factor for each of the first scores."""
    return row[0] + sum(map(mul, row[1:], scores), 0.0)


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
