"""How far a report is, as its sender may know it, and who did what, as staff may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from intake.queries import ReportView
from intake.register.accounts.queries import active_account
from intake.register.ledger import Entry
from routing import queries
from triage import queries as triage

OUTCOMES: Final = ("safe", "supported", "placed", "referred", "unfounded")
STEPS: Final = {
    "ReportReceived": "received",
    "CaseOpened": "assigned",
    "CaseAcknowledged": "acknowledged",
    "ChildVisited": "visited",
    "CaseClosed": "closed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: one of `cases.STATES`. `unit`: who has it, by the unit's name; no person is named to the sender."""

    state: str
    at: datetime
    unit: str


@dataclass(frozen=True, slots=True)
class Progress:
    number: str
    state: str
    level: str | None
    steps: tuple[Step, ...]


def progress(session: Session, report: ReportView) -> Progress:
    """What the sender reads: the state, and when each state was first reached."""
    case = queries.case_of_report(session, report.id)
    word = triage.standing(session, report.id)
    level = case.level if case else word.level if word else None
    if case is None:
        received = Step("received", report.received_at, "")
        return Progress(report.number, "received", level, (received,))
    steps: dict[str, Step] = {"received": Step("received", report.received_at, "")}
    for entry in queries.case_timeline(session, case):
        state = STEPS.get(entry.kind)
        if state is not None:
            steps.setdefault(state, Step(state, entry.at, case.unit if state != "received" else ""))
    return Progress(report.number, case.state, level, tuple(steps.values()))


def actors(session: Session, entries: Iterable[Entry]) -> dict[str, str]:
    """Names for the ids that a timeline holds, in actors and in payloads: officers, accounts, units."""
    accounts: set[UUID] = set()
    ids: set[UUID] = set()
    for entry in entries:
        kind, _, number = entry.actor.partition(":")
        if kind == "account":
            accounts.add(UUID(number))
        elif kind == "officer":
            ids.add(UUID(number))
        for key in ("officer_id", "first_by", "from_id", "unit_id", "from_unit_id", "named_unit_id"):
            if entry.payload.get(key):
                ids.add(UUID(entry.payload[key]))
        ids.update(UUID(officer) for officer in entry.payload.get("officers", ()))
    names = {str(unit): name for unit, name in queries.unit_names(session, list(ids)).items()}
    for officer in queries.officers(session, list(ids)).values():
        names[str(officer.id)] = f"{officer.name}（{officer.unit}）"
    for account_id in accounts:
        view = active_account(session, account_id)
        if view is not None:
            names[str(account_id)] = view.name
    return names
