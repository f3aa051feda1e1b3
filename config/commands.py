"""What `flask` offers in this folder: each room's commands. Needs no settings, no database and no Redis."""

from __future__ import annotations

from flask import Flask

import intake.cli
import routing.cli
import triage.cli


def create_commands() -> Flask:
    app = Flask(__name__, static_folder=None)
    for group in (intake.cli.intake, triage.cli.triage, routing.cli.routing, routing.cli.places):
        app.cli.add_command(group)
    return app
