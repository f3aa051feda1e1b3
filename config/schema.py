"""All tables of all rooms, for migrations: importing the models is what registers them."""

from __future__ import annotations

import intake.models
import intake.register.accounts.models
import intake.register.ledger
import intake.register.pulse
import notifications.models
import routing.models
import triage.models  # noqa: F401
from intake.register.database import Model

METADATA = Model.metadata
