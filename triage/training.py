"""Trains the learned half of reading: `flask triage train`. Needs scikit-learn, which the service does not.

Same corpus, same lexicon, same libraries: the same bytes. Texts are taken in the order of their ids, features in the
order of their names, solvers start from a fixed seed, and what they find is rounded to whole units.
"""

from __future__ import annotations

import json
import lzma
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from triage.evaluation import Labelled, Measures
from triage.model import (
    CHARACTERS,
    IDF_UNITS,
    LEVELS,
    OUTPUTS,
    SIGNAL_UNITS,
    SIGNALS,
    STEP,
    WEIGHT_LIMIT,
    WORDS,
    Model,
    character_grams,
    word_grams,
)
from triage.protocol import CIRCUMSTANCES, Level
from triage.reader import Analyst, Reader, features

FOLDS = 5
_SEEN_IN = 3
_SIGNAL_SHARE = 0.1
_CAPACITY = 30.0
_KINDS = (CHARACTERS, WORDS, SIGNALS)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text with its features by group, and how much of a text it counts for."""

    truth: Labelled
    found: dict[str, frozenset[str]]
    weight: float = 1.0


def examples(analyst: Analyst, truths: Sequence[Labelled], *, weight: float = 1.0) -> list[Example]:
    """In the order of their ids."""
    made: list[Example] = []
    for truth in sorted(truths, key=lambda one: one.id):
        analysis = analyst.analyse(truth.text, channel=truth.channel)
        found = {
            CHARACTERS: frozenset(gram for gram in character_grams(analysis.normal.text) if "\n" not in gram),
            WORDS: frozenset(gram for gram in word_grams(analysis.tokens) if "\n" not in gram),
            SIGNALS: frozenset(features(analysis)),
        }
        made.append(Example(truth, found, weight))
    return made


def train(given: Sequence[Example], *, version: str) -> bytes:
    """The content of a weights file."""
    vocabulary = _Vocabulary(given)
    matrix = vocabulary.matrix(given)
    fitted = {name: _fit(matrix, given, name) for name in OUTPUTS}
    starts = [float(fitted[name].intercept_[0]) for name in OUTPUTS]
    calibration = {name: _shifted(row, starts) for name, row in _calibration(given).items()}
    header = {"version": version, "texts": len(given), "outputs": OUTPUTS, "calibration": calibration}
    lines = [json.dumps(header, ensure_ascii=False)]
    columns = [fitted[name].coef_[0] for name in OUTPUTS]
    for place, (kind, feature) in enumerate(vocabulary.names):
        scale = SIGNAL_UNITS * _SIGNAL_SHARE if kind == SIGNALS else vocabulary.idf[place]
        units = [_unit(float(column[place]) * scale / STEP) for column in columns]
        square = 0 if kind == SIGNALS else round(vocabulary.idf[place] ** 2 * IDF_UNITS)
        if square or any(units):
            lines.append("\t".join([kind, feature, str(square), *map(str, units)]))
    return lzma.compress("\n".join([*lines, ""]).encode(), preset=9 | lzma.PRESET_EXTREME)


def cross_validate(
    analyst: Analyst,
    splits: Iterable[tuple[list[Example], list[Example]]],
    *,
    background: Sequence[Example] = (),
) -> Measures:
    """How right the whole reader is on texts that its model has not seen. `background`: trained on each time."""
    measures = Measures()
    for seen, unseen in splits:
        reader = Reader(analyst, Model.parse(train([*seen, *background], version="cross-validation")))
        for one in unseen:
            measures.add(one.truth, reader.read(one.truth.text, channel=one.truth.channel))
    return measures


def folds(given: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """What to train on and what to measure on, `FOLDS` times; each text is measured once."""
    return _split(given, [number % FOLDS for number in range(len(given))])


def authors(given: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """The same, so that nothing was trained on by the authors who are measured (the part of an id before the dash)."""
    hands = [one.truth.id.partition("-")[0] for one in given]
    places = {hand: place for place, hand in enumerate(sorted(set(hands)))}
    return _split(given, [places[hand] % FOLDS for hand in hands])


def _split(given: Sequence[Example], fold_of: Sequence[int]) -> Iterator[tuple[list[Example], list[Example]]]:
    for fold in range(FOLDS):
        yield (
            [one for one, its in zip(given, fold_of, strict=True) if its != fold],
            [one for one, its in zip(given, fold_of, strict=True) if its == fold],
        )


class _Vocabulary:
    """The features seen in enough texts, sorted, with their inverse document frequency."""

    def __init__(self, given: Sequence[Example]) -> None:
        counts = Counter((kind, name) for one in given for kind in _KINDS for name in one.found[kind])
        self.names = sorted(key for key, count in counts.items() if count >= _SEEN_IN)
        self.idf = [math.log((1 + len(given)) / (1 + counts[key])) + 1 for key in self.names]
        self._places = {key: place for place, key in enumerate(self.names)}

    def matrix(self, given: Sequence[Example]) -> Any:
        import numpy as np
        from scipy.sparse import csr_array

        values: list[float] = []
        places: list[int] = []
        ends = [0]
        for one in given:
            for kind in _KINDS:
                known = sorted(
                    self._places[kind, name] for name in one.found[kind] if (kind, name) in self._places
                )
                if kind == SIGNALS:
                    values += [_SIGNAL_SHARE] * len(known)
                else:
                    length = math.sqrt(sum(self.idf[place] ** 2 for place in known)) or 1.0
                    values += [self.idf[place] / length for place in known]
                places += known
            ends.append(len(places))
        # liblinear takes 32-bit places only.
        where = (np.array(places, dtype=np.int32), np.array(ends, dtype=np.int32))
        return csr_array((values, *where), shape=(len(given), len(self.names)))


def _calibration(given: Sequence[Example]) -> dict[str, list[float]]:
    """From scores of texts that the model had not seen to probabilities: for every level a shift and a factor for
    each of the three level scores (softmax over the levels), for every circumstance one for each score."""
    from sklearn.linear_model import LogisticRegression

    scores = _scores_unseen(given)
    levels = [one.truth.level for one in given]
    model = LogisticRegression(max_iter=5000).fit(scores[:, : len(LEVELS)], levels, _weights(given))
    rows = {
        str(name): [float(start), *map(float, factors)]
        for name, start, factors in zip(model.classes_, model.intercept_, model.coef_, strict=True)
    }
    for code in CIRCUMSTANCES:
        counted = [row for row, one in enumerate(given) if _counts(one.truth, code)]
        model = LogisticRegression(max_iter=5000).fit(
            scores[counted],
            [_holds(given[row].truth, code) for row in counted],
            _weights([given[row] for row in counted]),
        )
        rows[code] = [float(model.intercept_[0]), *map(float, model.coef_[0])]
    return rows


def _shifted(row: Sequence[float], starts: Sequence[float]) -> list[float]:
    """The same row for scores that leave out the models' own starting values."""
    shift = row[0] + sum(factor * start for factor, start in zip(row[1:], starts, strict=False))
    return [round(one, 4) for one in (shift, *row[1:])]


def _scores_unseen(given: Sequence[Example]) -> Any:
    """The score of each text (row) for every output (column), from a model that has not seen the text."""
    import numpy as np

    scores = np.zeros((len(given), len(OUTPUTS)))
    for fold in range(FOLDS):
        unseen = [row for row in range(len(given)) if row % FOLDS == fold]
        seen = [one for row, one in enumerate(given) if row % FOLDS != fold]
        vocabulary = _Vocabulary(seen)
        matrix, other = vocabulary.matrix(seen), vocabulary.matrix([given[row] for row in unseen])
        for column, name in enumerate(OUTPUTS):
            scores[unseen, column] = _fit(matrix, seen, name).decision_function(other)
    return scores


def _fit(matrix: Any, given: Sequence[Example], name: str) -> Any:
    from sklearn.linear_model import LogisticRegression

    rows = [row for row, one in enumerate(given) if _counts(one.truth, name)]
    answers = [_holds(given[row].truth, name) for row in rows]
    if len(set(answers)) < 2:
        raise ValueError(f"corpus: {name}: needs texts with it and texts without")
    model = LogisticRegression(
        C=_CAPACITY,
        solver="liblinear",
        dual=True,
        tol=1e-3,
        max_iter=1000,
        class_weight="balanced",
        random_state=0,
    )
    return model.fit(matrix[rows], answers, _weights([given[row] for row in rows]))


def _weights(given: Sequence[Example]) -> list[float]:
    return [one.weight for one in given]


def _counts(truth: Labelled, name: str) -> bool:
    """A circumstance that only one of the two readings saw teaches nothing."""
    return name not in truth.maybe - truth.circumstances


def _holds(truth: Labelled, name: str) -> bool:
    if name in LEVELS:
        return Level(truth.level).rank >= Level(name).rank
    return name in truth.circumstances


def _unit(value: float) -> int:
    return max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, round(value)))
