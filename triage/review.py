"""`flask triage backtest` and `candidates`: other tables beside what was read, and what people said of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import SQLAlchemyError

from intake import queries as intake
from intake.register.database import SERVICE, Database
from intake.register.service import database
from triage import queries
from triage.backtest import UNREAD, Backtest, Past, seen
from triage.cli import TABLES, triage, truths
from triage.lexicon import Lexicon, LexiconError
from triage.model import Model, WeightsError
from triage.reader import WEIGHTS, Analyst, Reader

CHINA: Final = ZoneInfo("Asia/Shanghai")
LEXICON: Final = TABLES / "lexicon"
BATCH: Final = 100
"""Reports held in memory at once; no transaction is open while they are read."""

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@triage.command("backtest")
@click.option(
    "--lexicon",
    type=click.Path(exists=True, path_type=Path),
    help="A folder of lexicon files, or one file: it stands in for the one of its name, or is added.",
)
@click.option("--weights", type=_file, help="Other weights than triage/weights.tsv.xz.")
@click.option("--corpus", type=_file, help="Labelled lines instead of past reports; needs no database.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Reports received on this day or later, in China."
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the newest first.")
@click.option("--accept", is_flag=True, help="Red and orange reports may get lower: end with status 0.")
def backtest(
    lexicon: Path | None,
    weights: Path | None,
    corpus: Path | None,
    since: datetime | None,
    limit: int | None,
    accept: bool,
) -> None:
    """Which past reports would change level with a new lexicon or new weights. Changes nothing.

    Prints for each its number, the recorded level and the new one, a human's word if there is one, and the words of the
    evidence that come (+) or go (-). Ends with status 1 when a red or orange one would get lower, without --accept.
    """
    if lexicon is None and weights is None:
        raise click.UsageError("name what is new: --lexicon or --weights")
    if corpus is not None and since is not None:
        raise click.UsageError("--since: a corpus has no dates")
    reader = _reader(lexicon, weights or WEIGHTS)
    if corpus is not None:
        tested = _compare(reader, islice(_corpus(corpus), limit))
    else:
        with _connected() as base:
            tested = _compare(reader, islice(_past(base, since), limit))
    click.echo(f"\nnew: {reader.lexicon}\n{tested.table()}")
    if tested.lowered and not accept:
        sys.exit(1)


@triage.command("candidates")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def candidates(file: Path) -> None:
    """Write the reports whose level a person has changed to FILE, as lines for the corpus.

    FILE must not be there yet; only you can read it. The texts are as they came, with every name in them.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{file}: is there already, and is not overwritten") from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out, _connected() as base:
            written = _write(base, out)
    except BaseException:
        file.unlink()
        raise
    click.echo(
        f"{written} candidates in {file}. Before a line goes into triage/corpus, by hand: write it anew without names, "
        "addresses, telephone numbers, schools; read its label a second time, without looking at this one; fill in "
        "also, maybe and tags; drop machine, machine_circumstances and reason. Then delete this file.",
        err=True,
    )


def _reader(lexicon: Path | None, weights: Path) -> Reader:
    """Raises ClickException naming file and line of what is wrong."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = lexicon or LEXICON
            if folder.is_file():
                folder = Path(shutil.copytree(LEXICON, Path(scratch) / "lexicon"))
                shutil.copyfile(lexicon or LEXICON, folder / (lexicon or LEXICON).with_suffix(".toml").name)
            return Reader(Analyst(Lexicon.load(folder)), Model.load(weights))
    except (LexiconError, WeightsError) as error:
        raise click.ClickException(str(error)) from error


def _compare(reader: Reader, pasts: Iterator[Past]) -> Backtest:
    tested = Backtest()
    for past in pasts:
        change = tested.compare(past, reader.read(past.text, channel=past.channel))
        if change is not None:
            click.echo(str(change).encode(errors="backslashreplace"))
    return tested


def _past(base: Database, since: datetime | None) -> Iterator[Past]:
    """Reports that have been read, the newest first."""
    day = since.replace(tzinfo=CHINA).astimezone(UTC) if since else None
    before: UUID | None = None
    while True:
        with base.begin(SERVICE) as session:
            reports = intake.reports(session, before=before, since=day, limit=BATCH)
            ids = [report.id for report in reports]
            read, said = queries.assessments(session, ids), queries.overrides(session, ids)
        for report in reports:
            if (machine := read.get(report.id)) is not None:
                human = said[report.id][-1].level if report.id in said else None
                was = UNREAD if machine.source == UNREAD else machine.level
                yield Past(report.number, report.channel, report.text, was, seen(machine.evidence), human)
        if len(reports) < BATCH:
            return
        before = ids[-1]


def _corpus(file: Path) -> Iterator[Past]:
    """Labelled lines, read by the tables of today; the label is the human's word."""
    today = Reader.load(TABLES)
    for truth in truths(file):
        reading = today.read(truth.text, channel=truth.channel)
        evidence = frozenset((item.text, item.signal, item.counted) for item in reading.evidence)
        yield Past(truth.id, truth.channel, truth.text, reading.level, evidence, truth.level)


def _write(base: Database, out: TextIO) -> int:
    written = 0
    after: UUID | None = None
    while True:
        with base.begin(SERVICE) as session:
            ids = queries.overridden(session, after=after, limit=BATCH)
            lines = [_candidate(intake.report(session, one), queries.grading(session, one)) for one in ids]
        for line in filter(None, lines):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
        if len(ids) < BATCH:
            return written
        after = ids[-1]


def _candidate(report: intake.ReportView | None, grading: queries.Grading) -> dict[str, Any] | None:
    word = grading.overrides[-1]
    if report is None or grading.machine is None:
        return None
    return {
        "id": report.number,
        "channel": report.channel,
        "text": report.text,
        "level": word.level,
        "circumstances": list(word.circumstances),
        "tags": [],
        "machine": UNREAD if grading.machine.source == UNREAD else grading.machine.level,
        "machine_circumstances": list(grading.machine.circumstances),
        "reason": word.reason,
    }


@contextlib.contextmanager
def _connected() -> Iterator[Database]:
    try:
        with database() as base:
            yield base
    except SQLAlchemyError as error:
        raise click.ClickException(f"the database does not answer: {str(error).splitlines()[0]}") from error
