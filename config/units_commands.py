"""`flask units ...`: lists of units and staff, and accounts, on the service's own database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import update
from sqlalchemy.orm import Session

from config import embedded
from config.migrate import service_url
from config.parts import TABLES, keyring
from config.settings import Settings
from config.wiring import SUBSCRIPTIONS
from intake.register.accounts.operations import open_account
from intake.register.accounts.roles import ROLES
from intake.register.database import SERVICE, Database, connect
from routing import queries as routing
from routing.models import Officer
from routing.places.divisions import Divisions
from routing.units import operations, queries
from routing.units.comparing import Plan
from routing.units.operations import ListRefused
from routing.units.parsing import parse
from routing.units.sheets import MAX_BYTES, Unreadable

units = AppGroup("units", help="Units, their staff, and who signs in.")
ACTOR = "system"
MIN_PASSWORD = 10
NAMED = 100
"""How many that the list does not have are named."""


@units.command("import", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--division", default="", help="Take only units below this division code; by default all.")
def import_command(file: Path, *, dry_run: bool, division: str) -> None:
    """Take over FILE, a CSV or Excel list of units or staff: all of it, or nothing when a line is wrong."""
    if file.stat().st_size > MAX_BYTES:
        raise click.ClickException(f"{file.name}: more than {MAX_BYTES // 1024 // 1024} MB")
    data = file.read_bytes()
    now = datetime.now(UTC)
    try:
        lists = parse(data)
        with _session() as session:
            if dry_run:
                plan = queries.plan(session, lists, divisions=_divisions(), area=division, now=now)
            else:
                plan = operations.take_over(
                    session, lists, divisions=_divisions(), division=division, actor=ACTOR, now=now
                )
    except Unreadable as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    except ListRefused as refused:
        plan = refused.plan
    _tell(plan)
    if plan.problems:
        click.echo(f"{file.name}: {len(plan.problems)} problems; nothing was taken over", err=True)
        sys.exit(1)
    if dry_run:
        click.echo("dry run: nothing was taken over")


@units.command("export", with_appcontext=False)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--division", default="", help="Only units below this division code; by default all.")
@click.option("--table", type=click.Choice(["units", "staff"]), default="staff", help="What a CSV holds.")
def export_command(file: Path, *, division: str, table: str) -> None:
    """Write units and staff to FILE (.xlsx with both, .csv with one). It is on record that this was done."""
    forms = {".xlsx": "xlsx", ".csv": f"{table}.csv"}
    if file.suffix.lower() not in forms:
        raise click.ClickException(f"{file.name}: must end in .xlsx or .csv")
    with _session() as session:
        taken = operations.take_out(
            session,
            division=division,
            form=forms[file.suffix.lower()],
            account_id=None,
            actor=ACTOR,
            now=datetime.now(UTC),
        )
    file.touch(mode=0o600)
    data = taken.file()
    file.write_bytes(data)
    click.echo(f"{file.name}: {len(data)} bytes")


@units.command("coverage", with_appcontext=False)
@click.option("--division", help="Division code; by default the home city.")
def coverage_command(division: str | None) -> None:
    """List townships and villages without a station, and those that several stations claim; status 1 if any."""
    settings = Settings.from_environ()
    with _session(settings) as session:
        found = queries.coverage(
            session, divisions=_divisions(), area=division or settings.home_city, now=datetime.now(UTC)
        )
    for gap in found.gaps:
        villages = f": {'、'.join(gap.villages)}" if gap.villages else ""
        click.echo(f"no station\t{gap.division}\t{gap.name}{villages}")
    for overlap in found.overlaps:
        click.echo(f"several stations\t{overlap.division}\t{overlap.name}\t{', '.join(overlap.stations)}")
    click.echo(
        f"{len(found.stations)} townships with a station, {len(found.gaps)} gaps, {len(found.overlaps)} overlaps"
    )
    if found.gaps or found.overlaps:
        sys.exit(1)


@units.command("open-account", with_appcontext=False)
@click.argument("username")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--division", required=True, help="Whose cases they see: 2, 4, 6 or 9 digits.")
@click.option("--phone", default="", help="Of the officer whose account it is, if they are one.")
@click.password_option(envvar="HUTONG_NEW_PASSWORD", help="Asked for when it is not given.")
def open_account_command(username: str, *, role: str, division: str, phone: str, password: str) -> None:
    """Open an account for somebody who signs in. The first one has to be opened here."""
    if len(password) < MIN_PASSWORD:
        raise click.ClickException(f"password: at least {MIN_PASSWORD} characters are needed")
    if division not in _divisions() or len(division) > 9:
        raise click.ClickException(f"division: {division} is not in the divisions table")
    with _session() as session:
        officer = routing.officer_by_phone(session, phone) if phone else None
        if phone and officer is None:
            raise click.ClickException("phone: nobody on duty lists has it")
        name = officer.name if officer else username
        number = open_account(
            session, username=username, password=password, name=name, role=role, division=division
        )
        if officer:
            session.execute(update(Officer).where(Officer.id == officer.id).values(account_id=number))
    click.echo(f"{username}: {role} of {division}")


def _tell(plan: Plan) -> None:
    for problem in plan.problems:
        click.echo(str(problem), err=True)
    for what, (new, changed, unchanged, left) in plan.counts.items():
        click.echo(f"{what}: {new} new, {changed} changed, {unchanged} unchanged, {left} not in the list")
    kept = [f"{one.record.code} {one.record.name}" for one in plan.units.left]
    kept += [f"{one.record.unit} {one.record.post} {one.record.name}" for one in plan.staff.left]
    for line in [] if plan.problems else kept[:NAMED]:
        click.echo(f"not in the list: {line}")
    if len(kept) > NAMED and not plan.problems:
        click.echo(f"not in the list: {len(kept) - NAMED} more")


@contextmanager
def _session(settings: Settings | None = None) -> Iterator[Session]:
    settings = settings or Settings.from_environ()
    owner = settings.database_url or embedded.addresses(settings.data_dir).owner_url
    engine = connect(service_url(settings, owner), keyring(settings))
    unheard = frozenset(kind.__name__ for kind, listeners in SUBSCRIPTIONS.items() if not listeners)
    try:
        with Database(engine, unheard=unheard).begin(SERVICE) as session:
            yield session
    finally:
        engine.dispose()


def _divisions() -> Divisions:
    return Divisions.load(TABLES / "divisions.tsv.xz")
