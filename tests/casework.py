"""Steps that tests of cases share: a report of each level, the accounts of the demo, what the ledger says."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from config.parts import Parts
from config.schedule import audit_some, sweep
from intake import queries as intake
from intake.operations import receive_report
from intake.register.accounts.models import Account
from intake.register.accounts.queries import AccountView, view
from intake.register.database import SERVICE
from intake.register.ledger import EventRow
from intake.report import IncomingReport
from routing import operations, queries
from routing.jobs import NOWHERE
from routing.models import Case, Clock
from tests.conftest import FakeClock
from triage import operations as triage

HERE, NEIGHBOUR, OTHER_COUNTY = "140702001", "140702002", "140703200"
"""The townships of the demo's officer, of another station of that county, and of one of the next county."""
OFFICER, DEPUTY = "10007020011", "10007020012"
COUNTY = {"10000007021", "10000007022"}
CITY = {"10000000071", "10000000072"}


@dataclass
class Casework:
    """What a test does with cases in one process."""

    parts: Parts
    clock: FakeClock
    client: FlaskClient
    answer_bell: Callable[[], int]

    def open(self, level: str, *, code: str = HERE) -> queries.CaseView:
        """A case of this level at this place, whatever triage would make of the words; its first rung is told."""
        now = self.clock.at
        with self.parts.database.begin(SERVICE) as session:
            incoming = IncomingReport(channel="web", text="邻居家的孩子")
            received = receive_report(session, incoming=incoming, home="1407", now=now)
            report = intake.report(session, received.report_id)
            assert report is not None
            case_id = operations.open_case(
                session,
                report=report,
                level=level,
                placement=dataclasses.replace(NOWHERE, code=code),
                clocks=self.parts.tools.clocks,
                home="1407",
                now=now,
            )
        self.answer_bell()
        with self.parts.database.begin(SERVICE) as session:
            found = queries.case_by_id(session, case_id)
        assert found is not None
        return found

    def case(self, number: str) -> queries.CaseView:
        with self.parts.database.begin(SERVICE) as session:
            found = queries.case_by_number(session, number)
        assert found is not None
        return found

    def clock_of(self, case: queries.CaseView, act: str) -> queries.ClockView:
        return next(item for item in self.case(case.number).clocks if item.act == act)

    def acknowledge(self, case: queries.CaseView) -> UUID:
        """By the officer who was told first; returns who that is."""
        with self.parts.database.begin(SERVICE) as session:
            row = session.get_one(Case, case.id)
            officer = queries.reachable(session, [row.unit_id], at=self.clock.at)[0].id
            operations.acknowledge(
                session,
                case_id=case.id,
                officer_id=officer,
                how="button",
                actor=f"officer:{officer}",
                clocks=self.parts.tools.clocks,
                now=self.clock.at,
            )
        self.answer_bell()
        return officer

    def visit(self, case: queries.CaseView) -> None:
        with self.parts.database.begin(SERVICE) as session:
            operations.record_visit(
                session,
                case_id=case.id,
                alone=True,
                note="见到了",
                actor="system",
                clocks=self.parts.tools.clocks,
                now=self.clock.at,
            )

    def regrade(self, case: queries.CaseView, level: str, *, new_clocks: bool = False) -> queries.CaseView:
        """By a human's word on its report, as the page gives it to triage; returns the case as it then is."""
        who = self.account("city")
        with self.parts.database.begin(who.scope) as session:
            triage.override(
                session,
                report_id=case.reports[0],
                level=level,
                circumstances=["violence"],
                reason="电话核实过",
                new_clocks=new_clocks,
                account_id=who.id,
                name=who.name,
                key=str(uuid.uuid4()),
                seen=None,
                now=self.clock.at,
            )
        self.answer_bell()
        found = self.case(case.number)
        assert found.level == level
        return found

    def forward(self, **delta: float) -> None:
        """Time passes, and then the clock process and a worker do what is due."""
        self.clock.forward(**delta)
        self.sweep()

    def sweep(self) -> None:
        """Twice, as a second later: what a breach leads to is told by the next sweep."""
        for _ in range(2):
            sweep(self.parts)
        audit_some(self.parts)
        self.answer_bell()

    def events(self, case: queries.CaseView, kind: str) -> list[dict[str, Any]]:
        with self.parts.database.begin(SERVICE) as session:
            rows = session.scalars(
                select(EventRow)
                .where(EventRow.stream == case.id, EventRow.kind == kind)
                .order_by(EventRow.seq)
            )
            return [row.payload for row in rows]

    def account(self, username: str) -> AccountView:
        with self.parts.database.begin(SERVICE) as session:
            return view(session.scalars(select(Account).where(Account.username == username)).one())

    def change(self, case: queries.CaseView, act: str, **values: Any) -> None:
        """A hand in the database: a fault that no part of the service would make."""
        with self.parts.database.begin(SERVICE) as session:
            row = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.act == act)).one()
            for name, value in values.items():
                setattr(row, name, value)
