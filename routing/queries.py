"""Questions about units, officers and cases. All answers are limited to what the transaction's scope may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, case, func, select
from sqlalchemy.orm import Session

from intake import queries as intake
from intake.queries import ReportView
from intake.register.database import keyring_of
from intake.register.keyring import normalise_phone
from intake.register.ledger import Entry, stuck, timeline
from routing.cases import UnitView
from routing.clocks.table import LEVELS
from routing.models import Case, CaseReport, Clock, Officer, Unit
from routing.rota.queries import able as able
from routing.rota.queries import reachable as reachable
from routing.units.establishment import current
from routing.units.queries import day, station_for


@dataclass(frozen=True, slots=True)
class OfficerView:
    """`phone`: empty when none is known."""

    id: UUID
    name: str
    phone: str
    post: str
    unit_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class ClockView:
    act: str
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    warned_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Neither met nor breached."""
        return self.met_at is None and self.breached_at is None


@dataclass(frozen=True, slots=True)
class CaseView:
    """`placement`: what routing found for the place, with its candidates and the question to ask."""

    id: UUID
    number: str
    level: str
    state: str
    division: str
    code: str
    village: str
    unit_id: UUID
    unit: str
    opened_at: datetime
    needs_confirmation: bool
    placement: dict[str, Any]
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    hand: int
    visit_note: str
    closing_note: str
    reports: tuple[UUID, ...]
    clocks: tuple[ClockView, ...]

    @property
    def waiting(self) -> bool:
        """Nobody has answered yet."""
        return self.state == "assigned"


def responsible_unit(
    session: Session, *, code: str, home: str, village: str = "", at: datetime | None = None
) -> UnitView:
    """The station that answers for the village or the township, by the coverage list or as its own; else the county's
    centre, else the home city's, which answers for whatever has no place yet and for children outside the city.
    `village`: 12 digits, where it is known. `at`: units that do not work then are passed over.
    LookupError when there is no centre."""
    on = day(at) if at else None
    inside = code.startswith(home)
    row = station_for(session, codes=(village, code[:9]), on=on) if inside and len(code) >= 9 else None
    if row is None:
        centres = session.scalars(
            select(Unit)
            .where(
                Unit.division.in_([code[:6], home] if inside else [home]), Unit.kind.in_(("county", "city"))
            )
            .order_by(Unit.division.desc())
        ).all()
        row = next((one for one in centres if on is None or current(one.since, one.until, on)), None)
    if row is None:
        raise LookupError(f"no unit for {home}: the city has no centre")
    return _unit(row)


def unit_by_id(session: Session, unit_id: UUID) -> UnitView:
    return _unit(session.get_one(Unit, unit_id))


def line_of(session: Session, unit: UnitView) -> tuple[UnitView, ...]:
    """The unit and those it escalates to, in order: up to the city."""
    line = [unit]
    while line[-1].parent_id is not None and line[-1].kind != "city":
        parent = session.get_one(Unit, line[-1].parent_id)
        line.append(_unit(parent))
    return tuple(line)


def officers(session: Session, ids: Sequence[UUID]) -> dict[UUID, OfficerView]:
    return {view.id: view for view in _officers(session, Officer.id.in_(ids))}


def officer_by_phone(session: Session, phone: str) -> OfficerView | None:
    index = keyring_of(session).blind("phone", normalise_phone(phone))
    return next(iter(_officers(session, Officer.phone_index == index, Officer.active)), None)


def officer_of_account(session: Session, account_id: UUID) -> OfficerView | None:
    return next(iter(_officers(session, Officer.account_id == account_id, Officer.active)), None)


def unit_names(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))}


def case_by_id(session: Session, case_id: UUID) -> CaseView | None:
    return next(iter(_cases(session, select(Case).where(Case.id == case_id))), None)


def case_by_number(session: Session, number: str) -> CaseView | None:
    return next(iter(_cases(session, select(Case).where(Case.number == number))), None)


def case_of_report(session: Session, report_id: UUID) -> CaseView | None:
    return next(
        iter(_cases(session, select(Case).join(CaseReport).where(CaseReport.report_id == report_id))), None
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Open cases that nobody has answered, and those that somebody is on; how many there are of each in all, which may
    be more than are listed."""

    waiting: list[CaseView]
    answered: list[CaseView]
    waiting_count: int
    answered_count: int


def desk(session: Session, *, order: Sequence[str] = LEVELS, limit: int = 200) -> Desk:
    """By level as in `order`, and of one level the longest-waiting first; at most `limit` of each kind."""
    urgency = case({level: place for place, level in enumerate(order)}, value=Case.level)

    def part(state: ColumnElement[bool]) -> tuple[list[CaseView], int]:
        listed = select(Case).where(state).order_by(urgency, Case.opened_at).limit(limit)
        count = select(func.count()).select_from(Case).where(state)
        return _cases(session, listed), session.scalars(count).one()

    waiting, waiting_count = part(Case.state == "assigned")
    answered, answered_count = part(Case.state.not_in(("assigned", "closed")))
    return Desk(waiting, answered, waiting_count, answered_count)


def without_case(session: Session) -> list[ReportView]:
    """Reports that are nobody's case although it was tried and tried again: a human must read them."""
    entries = stuck(session, kinds=("ReportReceived", "ReportAssessed"), tries=3)
    found = (intake.report(session, UUID(entry.payload["report_id"])) for entry in entries)
    return [report for report in found if report is not None]


def case_timeline(session: Session, view: CaseView) -> list[Entry]:
    """All that happened to the case and to its reports, in order of time."""
    return timeline(session, [view.id, *view.reports])


def _cases(session: Session, statement: Select[Case]) -> list[CaseView]:
    rows = session.scalars(statement).all()
    ids = [row.id for row in rows]
    units = unit_names(session, [row.unit_id for row in rows])
    reports: dict[UUID, list[UUID]] = {}
    for link in session.scalars(
        select(CaseReport).where(CaseReport.case_id.in_(ids)).order_by(CaseReport.report_id)
    ):
        reports.setdefault(link.case_id, []).append(link.report_id)
    clocks: dict[UUID, list[ClockView]] = {}
    for clock in session.scalars(select(Clock).where(Clock.case_id.in_(ids)).order_by(Clock.due_at)):
        view = ClockView(clock.act, clock.due_at, clock.met_at, clock.breached_at, clock.warned_at)
        clocks.setdefault(clock.case_id, []).append(view)
    return [
        CaseView(
            id=row.id,
            number=row.number,
            level=row.level,
            state=row.state,
            division=row.division,
            code=row.code,
            village=row.village,
            unit_id=row.unit_id,
            unit=units[row.unit_id],
            opened_at=row.opened_at,
            needs_confirmation=row.needs_confirmation,
            placement=row.placement,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            hand=row.hand,
            visit_note=row.visit_note or "",
            closing_note=row.closing_note or "",
            reports=tuple(reports.get(row.id, ())),
            clocks=tuple(clocks.get(row.id, ())),
        )
        for row in rows
    ]


def _officers(session: Session, *where: ColumnExpressionArgument[bool]) -> list[OfficerView]:
    rows = session.execute(
        select(Officer, Unit.name).join(Unit, Unit.id == Officer.unit_id).where(*where).order_by(Officer.id)
    )
    return [OfficerView(row.id, row.name, row.phone or "", row.post, row.unit_id, unit) for row, unit in rows]


def _unit(row: Unit) -> UnitView:
    return UnitView(row.id, row.kind, row.division, row.name, row.parent_id)
