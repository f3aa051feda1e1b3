"""All tables of all rooms, for migrations: importing the models is what registers them."""

from __future__ import annotations

import routing.rota.models
import routing.units.models  # noqa: F401
import triage.models  # noqa: F401
from intake.register.database import Model

METADATA = Model.metadata
