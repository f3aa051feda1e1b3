"""`flask triage`: read texts from a file or a pipe, without database or queue; measure against labelled texts."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click
from flask.cli import AppGroup

from triage.drawing import drawing
from triage.evaluation import Labelled, Measures, labelled
from triage.model import Model
from triage.protocol import CHANNELS
from triage.reader import WEIGHTS, Analyst, Reader, Reading

TABLES = Path(__file__).resolve().parents[1] / "config" / "tables"
CORPUS = Path(__file__).with_name("corpus")
# How many real reviews that were not trained on are measured.
REVIEWS = 4000

triage = AppGroup("triage", help="Level, circumstances and evidence from Chinese text.")


class BadLine(ValueError):
    """One line of input cannot be used; the message names the field."""


@triage.command("assess", with_appcontext=False)
@click.option(
    "--jsonl", is_flag=True, required=True, help='Lines {"id", "channel", "text"} on standard input.'
)
def assess(jsonl: bool) -> None:
    """Answer each line of standard input with one line on standard output."""
    reader = Reader.load(TABLES)
    failed = False
    for number, line in _lines(sys.stdin):
        try:
            request = _request(line)
        except BadLine as error:
            failed = True
            click.echo(f"line {number}: {error}", err=True)
            continue
        reading = reader.read(request["text"], channel=request["channel"])
        click.echo(_answer(request["id"], reading))
    if failed:
        sys.exit(1)


@triage.command("evaluate", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--misses", is_flag=True, help="Print each text answered with another level, with its evidence."
)
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write the table as an SVG.")
def evaluate(file: Path, misses: bool, picture: Path | None) -> None:
    """Measure the reader on a file of labelled lines: the bars, the confusions, the misses."""
    reader = Reader.load(TABLES)
    measures = Measures()
    for truth in truths(file):
        reading = reader.read(truth.text, channel=truth.channel)
        measures.add(truth, reading)
        if misses and reading.level not in truth.levels:
            click.echo(_miss(truth, reading))
    click.echo(measures.table())
    if picture:
        picture.write_text(drawing(measures), encoding="utf-8")


@triage.command("train", with_appcontext=False)
@click.option("--version", required=True, help="What this training is called; stored with each assessment.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=WEIGHTS, show_default=False)
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=CORPUS,
    show_default=False,
    help="Folder of *.jsonl to train on, instead of triage/corpus.",
)
@click.option(
    "--cross-validate",
    is_flag=True,
    help="Measure on texts left out, by fifths, by authors and on real reviews; write nothing.",
)
def train(version: str, out: Path, corpus: Path, cross_validate: bool) -> None:
    """Train the weights on a corpus and on background. Needs scikit-learn and snownlp (requirements/dev.txt)."""
    from triage import training
    from triage.background import WEIGHT, background

    try:
        seen, unseen = background()
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from error
    analyst = Analyst.load(TABLES)
    written = [truth for file in sorted(corpus.glob("*.jsonl")) for truth in truths(file)]
    given = training.examples(analyst, written)
    behind = training.examples(analyst, seen, weight=WEIGHT)
    weights = training.train([*given, *behind], version=version)
    if not cross_validate:
        out.write_bytes(weights)
        click.echo(
            f"{len(given)} texts and {len(behind)} of background -> {out.name}, {len(weights):,} bytes"
        )
        return
    for name, splits in (("by fifths", training.folds(given)), ("by authors", training.authors(given))):
        click.echo(f"{name}\n{training.cross_validate(analyst, splits, background=behind).table()}\n")
    reader, measures = Reader(analyst, Model.parse(weights)), Measures()
    for truth in unseen[:REVIEWS]:
        measures.add(truth, reader.read(truth.text, channel=truth.channel))
    click.echo(f"real reviews\n{measures.table()}")


def truths(file: Path) -> Iterator[Labelled]:
    """The labelled lines of a file. Raises ClickException naming file, line and field."""
    with file.open(encoding="utf-8") as lines:
        for number, line in _lines(lines):
            try:
                yield labelled({**_request(line), **json.loads(line)})
            except (BadLine, ValueError) as error:
                raise click.ClickException(f"{file.name}: line {number}: {error}") from error


def _lines(stream: TextIO) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(stream, start=1) if line.strip())


def _request(line: str) -> dict[str, str]:
    try:
        value: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLine("not a JSON object")
    for field in ("id", "channel", "text"):
        if field not in value:
            raise BadLine(f"{field}: missing")
        if not isinstance(value[field], str):
            raise BadLine(f"{field}: want a string, got {type(value[field]).__name__}")
    if value["channel"] not in CHANNELS:
        raise BadLine(f"channel: {value['channel']!r} is none of {', '.join(CHANNELS)}")
    return {field: value[field] for field in ("id", "channel", "text")}


def _answer(identity: str, reading: Reading) -> str:
    answer = {
        "id": identity,
        "level": reading.level,
        "circumstances": reading.circumstances,
        "call_police": reading.call_police,
        "ages": reading.ages,
        "evidence": [dataclasses.asdict(item) for item in reading.evidence],
    }
    line = json.dumps(answer, ensure_ascii=False)
    # A lone surrogate in the text cannot be written as UTF-8; escaped it survives the pipe.
    return line if _is_utf8(line) else json.dumps(answer)


def _is_utf8(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _miss(truth: Labelled, reading: Reading) -> str:
    lines = [f"{truth.id} {truth.level} -> {reading.level}  {truth.text}"]
    lines += [f"    [{item.text}] {item.signal} {item.why}" for item in reading.evidence]
    return "\n".join(lines)
