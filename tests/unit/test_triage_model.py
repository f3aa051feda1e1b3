"""The learned half: its weights file, what training makes of a corpus, and what it says of a text."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from click.testing import CliRunner

from triage import training
from triage.background import TEXTS, background
from triage.cli import triage
from triage.evaluation import Labelled, labelled
from triage.model import LEVELS, Model, WeightsError
from triage.protocol import CHANNELS, Level
from triage.reader import WEIGHTS, Analyst, Reader

HERE = Path(__file__).resolve().parents[2]
TABLES = HERE / "config" / "tables"
CORPUS = HERE / "triage" / "corpus"


@pytest.fixture(scope="module")
def analyst() -> Analyst:
    return Analyst.load(TABLES)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(WEIGHTS)


def corpus() -> list[Labelled]:
    lines = [line for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [labelled(json.loads(line)) for line in lines]


@pytest.fixture(scope="module")
def some() -> list[Labelled]:
    """Every fifteenth text of the corpus: small, but with every circumstance in it."""
    return corpus()[::15]


def test_every_label_of_the_corpus_is_known() -> None:
    truths = corpus()

    assert len(truths) >= 2500
    assert len({truth.id for truth in truths}) == len(truths)
    assert len({truth.text for truth in truths}) == len(truths)


def test_training_is_reproducible_to_the_byte_in_whatever_order_texts_come(
    analyst: Analyst, some: list[Labelled]
) -> None:
    once = training.train(training.examples(analyst, some), version="t")
    again = training.train(training.examples(analyst, some[::-1]), version="t")

    assert once == again
    assert Model.parse(once).identity == Model.parse(again).identity


def test_whole_numbers_in_the_file_say_what_the_trainer_found(analyst: Analyst, some: list[Labelled]) -> None:
    """A text of the corpus that was trained on gets its own level back, most of the time."""
    given = training.examples(analyst, some)
    model = Model.parse(training.train(given, version="t"))
    right = 0
    for one in given:
        analysis = analyst.analyse(one.truth.text, channel=one.truth.channel)
        estimate = model.estimate(analysis.normal.text, analysis.tokens, one.found["s"])
        likely = [level for level in LEVELS if estimate.at_least[level] >= 0.5]
        right += (likely[-1] if likely else Level.GREEN) == one.truth.level

    assert right / len(given) > 0.9


def test_a_circumstance_without_examples_is_refused_by_name(analyst: Analyst, some: list[Labelled]) -> None:
    without = [truth for truth in some if "begging" not in truth.circumstances]

    with pytest.raises(ValueError, match="begging"):
        training.train(training.examples(analyst, without), version="t")


def test_probabilities_fall_from_level_to_level(analyst: Analyst, model: Model) -> None:
    for text in ("", "一", "娃不见了,河边只有一只鞋", "路灯坏了,请尽快修理", "😀" * 50):
        analysis = analyst.analyse(text, channel="sms")
        chances = model.estimate(analysis.normal.text, analysis.tokens, ()).at_least

        assert 1.0 >= chances[Level.YELLOW] >= chances[Level.ORANGE] >= chances[Level.RED] >= 0.0


def test_longer_text_than_any_lane_could_overflow_with(model: Model) -> None:
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(60_000))

    assert 0.0 <= model.estimate(text, list(text), ()).at_least[Level.RED] <= 1.0


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["{}"], "line 1"),
        (["not json"], "line 1"),
        (["HEADER", "c\t孩\t3\tx"], "line 2"),
        (["HEADER", "z\t孩\t3" + "\t0" * 20], "line 2"),
        (["HEADER", "c\t孩\t3" + "\t99999" * 20], "line 2"),
    ],
)
def test_a_bad_weights_file_names_its_line(lines: list[str], place: str, tmp_path: Path) -> None:
    header = lzma.decompress(WEIGHTS.read_bytes()).decode().split("\n")[0]
    content = "\n".join(header if line == "HEADER" else line for line in lines)
    file = tmp_path / "bad.tsv.xz"
    file.write_bytes(lzma.compress(content.encode()))

    with pytest.raises(WeightsError, match=rf"bad\.tsv\.xz: {place}"):
        Model.load(file)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.tsv.xz"
    file.write_bytes(b"weights")

    with pytest.raises(WeightsError, match=r"weights\.tsv\.xz"):
        Model.load(file)


def test_the_background_is_the_same_every_time_and_what_is_measured_was_not_trained_on() -> None:
    trained, measured = background()

    assert (trained, measured) == background()
    assert len(trained) == TEXTS < len(measured)
    assert not {truth.text for truth in trained} & {truth.text for truth in measured}
    assert {truth.channel for truth in trained} == set(CHANNELS)


def test_real_reviews_that_were_not_trained_on_alarm_nobody() -> None:
    """Of 1,000 at most 10: before the background was trained on it was 170."""
    reader = Reader.load(TABLES)
    _, unseen = background()
    alarmed = [
        truth.text
        for truth in unseen[:1000]
        if reader.read(truth.text, channel=truth.channel).level in ("red", "orange")
    ]
    assert len(alarmed) <= 10, alarmed


def test_the_command_trains_on_the_folder_that_is_named(tmp_path: Path, some: list[Labelled]) -> None:
    lines = [
        json.dumps(
            {
                "id": truth.id,
                "channel": truth.channel,
                "text": truth.text,
                "level": truth.level,
                "circumstances": sorted(truth.circumstances),
            },
            ensure_ascii=False,
        )
        for truth in some
    ]
    (tmp_path / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "weights.tsv.xz"

    answer = CliRunner().invoke(
        triage, ["train", "--version", "t", "--corpus", str(tmp_path), "--out", str(out)]
    )

    assert answer.exit_code == 0, answer.output
    assert f"{len(some)} texts and {TEXTS} of background" in answer.output
    assert Model.load(out).identity.startswith("t sha256:")
