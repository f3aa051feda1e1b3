"""Commands of routing: ``flask routing ...`` and ``flask places ...``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from routing.places import DivisionsError, Gazetteer, PlacesTableError, locate
from routing.places.measure import Case, Locate, measure
from routing.places.peers import PEERS, NotInstalledError, after_home, peer

TABLES = Path(__file__).resolve().parents[1] / "config" / "tables"

routing = AppGroup("routing", help="Where a report goes: places, units, duty, clocks and cases.")
places = AppGroup("places", help="Where the child is, measured.")


@routing.command("locate", with_appcontext=False)
@click.option("--jsonl", is_flag=True, required=True, help="Read and write one JSON object a line.")
def locate_command(jsonl: bool) -> None:
    """Read {"id","home","text"} a line on stdin; write where the child is, a line each, on stdout.

    Needs no database. A bad line is told on stderr with its number and field, the others are still answered,
    and the command ends with status 1.
    """
    gazetteer = _gazetteer()
    failed = False
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            answer = answer_line(gazetteer, line)
        except ValueError as error:
            failed = True
            click.echo(f"line {number}: {error}", err=True)
            continue
        click.echo(json.dumps(answer, ensure_ascii=False))
    if failed:
        sys.exit(1)


@places.command("evaluate", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--misses", is_flag=True, help="Print the ids of cases missed or wrong without a flag.")
@click.option("--compare", is_flag=True, help="Beside ours: jionlp and cpca, where they are installed.")
def evaluate_command(file: Path, misses: bool, compare: bool) -> None:
    """Measure the places on a file of labelled lines: {"id","home","text","gold","accept"} each."""
    gazetteer = _gazetteer()
    cases = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            cases.append(Case.from_fields(json.loads(line)))
        except ValueError as error:
            raise click.ClickException(f"{file.name}: line {number}: {error}") from error
    readers: dict[str, Locate] = {"hutong": lambda text, home: locate(gazetteer, text, home=home)}
    for name in PEERS if compare else ():
        try:
            readers[name] = peer(name, gazetteer.divisions)
        except NotInstalledError as error:
            click.echo(error)
            continue
        readers[f"{name}, told the city"] = after_home(readers[name], gazetteer.divisions)
    heads = ("right without asking", "wrong without flag", "ambiguous flagged", "county right")
    click.echo(f"{len(cases)} cases".ljust(24) + "".join(f"{head:>22}" for head in heads))
    for name, reader in readers.items():
        try:
            found = measure(cases, reader)
        except ValueError as error:
            raise click.ClickException(f"{file.name}: {error}") from error
        shares = (
            found.right_without_asking,
            found.wrong_without_flag,
            found.ambiguous_flagged,
            found.county_right,
        )
        click.echo(name.ljust(24) + "".join(f"{share:22.3f}" for share in shares))
        if misses:
            click.echo(f"  missed: {' '.join(found.missed)}\n  silent: {' '.join(found.silent)}")


def _gazetteer() -> Gazetteer:
    try:
        return Gazetteer.load(TABLES / "divisions.tsv.xz", TABLES / "places.toml")
    except (DivisionsError, PlacesTableError) as error:
        raise click.ClickException(str(error)) from error


def answer_line(gazetteer: Gazetteer, line: bytes) -> dict[str, Any]:
    """The answer to one line; raises ``ValueError`` naming the field that is wrong."""
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"not JSON in UTF-8: {error}") from error
    if not isinstance(asked, dict):
        raise ValueError("not a JSON object")
    for field in ("id", "home", "text"):
        if field not in asked:
            raise ValueError(f"{field}: missing")
    for field in ("home", "text"):
        if not isinstance(asked[field], str):
            raise ValueError(f"{field}: a string is wanted, not {asked[field]!r}")
    if not isinstance(asked["id"], str | int) or isinstance(asked["id"], bool):
        raise ValueError(f"id: a string or a number is wanted, not {asked['id']!r}")
    placed = locate(gazetteer, asked["text"], home=asked["home"])
    return {
        "id": asked["id"],
        "code": placed.code,
        "village": placed.village,
        "needs_confirmation": placed.needs_confirmation,
        "candidates": [
            {"code": one.code, "name": one.name, "score": round(one.score, 3), "words": one.words}
            for one in placed.candidates
        ],
        "question": placed.question,
    }
