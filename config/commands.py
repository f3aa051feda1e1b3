"""What `flask` offers in this folder: each room's commands, which need no settings, no database and no Redis;
`units` works on the service's database."""

from __future__ import annotations

from flask import Flask

import intake.cli
import routing.cli
import triage.cli
from config import units_commands


def create_commands() -> Flask:
    app = Flask(__name__, static_folder=None)
    for group in (intake.cli.intake, triage.cli.triage, routing.cli.routing, units_commands.units):
        app.cli.add_command(group)
    return app
