"""What `flask` offers in this folder: each room's commands. Only what reads kept reports, and `units`, which works on
the service's database, needs settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from dotenv import load_dotenv
from flask import Flask

import intake.cli
import routing.cli
import triage.cli
import triage.review  # adds its commands to the group
from config import units_commands
from config.settings import Settings, SettingsError
from intake.register.database import Database, connect
from intake.register.service import DATABASE


def create_commands() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.extensions[DATABASE] = _database
    groups = (intake.cli.intake, triage.cli.triage, routing.cli.routing, routing.cli.places)
    for group in (*groups, units_commands.units):
        app.cli.add_command(group)
    return app


@contextmanager
def _database() -> Iterator[Database]:
    """The one that the service of these settings works on, under the service's own role."""
    from config import embedded
    from config.migrate import service_url
    from config.parts import keyring

    load_dotenv(Path(__file__).resolve().parents[1] / ".env")
    try:
        settings = Settings.from_environ()
    except SettingsError as error:
        raise click.ClickException("; ".join(error.problems)) from error
    owner = settings.database_url or embedded.addresses(settings.data_dir).owner_url
    engine = connect(service_url(settings, owner), keyring(settings))
    try:
        yield Database(engine)
    finally:
        engine.dispose()
