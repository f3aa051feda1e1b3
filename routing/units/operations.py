"""Lists of units and staff are put by, taken over whole or not at all, and taken out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from intake.register.database import keyring_of
from intake.register.keyring import normalise_phone
from intake.register.ledger import emit
from routing.models import Officer, Unit
from routing.places.divisions import Divisions
from routing.units import queries, writing
from routing.units.comparing import Change, Comparison, Plan
from routing.units.establishment import Lists, StaffRecord, UnitRecord
from routing.units.events import ListTakenOut, ListTakenOver
from routing.units.models import CoverageRow, OfficerVillage, StaffList
from routing.units.parsing import parse

ONE_AT_A_TIME: Final = 7014070002
"""Lists are taken over one after the other: what a preview said holds while it is taken over."""
FORMS: Final = ("xlsx", "units.csv", "staff.csv")
_NOTHING: Final = Plan(Comparison(), Comparison(), ())


class ListRefused(ValueError):
    """The list has problems, or is not what was shown when it was confirmed. `plan`: what it would do now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"{len(plan.problems)} problems")
        self.plan = plan


def put_by(
    session: Session, data: bytes, *, plan: Plan, division: str, account_id: UUID | None, now: datetime
) -> UUID:
    """Keeps a list whose preview somebody has seen until they confirm it; one that was not is forgotten."""
    session.execute(
        delete(StaffList).where(
            StaffList.direction == "in", StaffList.taken_at.is_(None), StaffList.account_id == account_id
        )
    )
    kept = StaffList(
        id=uuid_utils.compat.uuid7(),
        direction="in",
        division=division,
        account_id=account_id,
        at=now,
        content=base64.b64encode(data).decode(),
        digest=_digest(plan),
    )
    session.add(kept)
    session.flush()
    return kept.id


def take_over_kept(
    session: Session, *, list_id: UUID, account_id: UUID, divisions: Divisions, actor: str, now: datetime
) -> Plan:
    """Takes over a list that was put by. LookupError when it is not there or another's; ListRefused when it would now
    do something other than what was shown. Idempotent: one that was taken over does nothing more."""
    _lock(session)
    kept = session.get(StaffList, list_id)
    if kept is None or kept.direction != "in" or kept.account_id != account_id:
        raise LookupError(f"list {list_id} is not there")
    if kept.taken_at is not None or kept.content is None:
        return _NOTHING
    lists = parse(base64.b64decode(kept.content))
    plan = queries.plan(session, lists, divisions=divisions, area=kept.division, now=now)
    if _digest(plan) != kept.digest:
        raise ListRefused(plan)
    _take(session, kept, plan, actor=actor, now=now)
    return plan


def take_over(
    session: Session, lists: Lists, *, divisions: Divisions, division: str, actor: str, now: datetime
) -> Plan:
    """Takes lists over at once. Raises ListRefused when anything in them is wrong: then nothing is changed. The same
    lists again change nothing."""
    _lock(session)
    plan = queries.plan(session, lists, divisions=divisions, area=division, now=now)
    kept = StaffList(id=uuid_utils.compat.uuid7(), direction="in", division=division, at=now)
    session.add(kept)
    session.flush()
    _take(session, kept, plan, actor=actor, now=now)
    return plan


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Units and staff on their way out. `file`: as a file, which takes seconds for a province: after the commit."""

    units: tuple[UnitRecord, ...]
    staff: tuple[tuple[UUID, StaffRecord], ...]
    form: str

    def file(self) -> bytes:
        if self.form == "xlsx":
            return writing.excel_bytes(writing.unit_rows(self.units), writing.staff_rows(self.staff))
        return writing.csv_bytes(
            writing.unit_rows(self.units) if self.form == "units.csv" else writing.staff_rows(self.staff)
        )


def take_out(
    session: Session,
    *,
    division: str,
    form: str,
    account_id: UUID | None,
    actor: str,
    now: datetime,
) -> TakenOut:
    """The units and staff of `division`, which is on record. `form`: "xlsx" for both, "units.csv" or "staff.csv"."""
    if form not in FORMS:
        raise ValueError(f"form: {form!r} is none of {', '.join(FORMS)}")
    units = queries.units(session, area=division) if form != "staff.csv" else []
    staff = queries.staff(session, area=division) if form != "units.csv" else []
    kept = StaffList(
        id=uuid_utils.compat.uuid7(),
        direction="out",
        division=division,
        account_id=account_id,
        at=now,
        taken_at=now,
    )
    session.add(kept)
    session.flush()
    event = ListTakenOut(list_id=kept.id, division=division, form=form, units=len(units), staff=len(staff))
    emit(session, event, at=now, actor=actor)
    return TakenOut(tuple(one.record for one in units), tuple((one.id, one.record) for one in staff), form)


def _take(session: Session, kept: StaffList, plan: Plan, *, actor: str, now: datetime) -> None:
    if plan.problems:
        raise ListRefused(plan)
    _write_units(session, [*plan.units.new, *plan.units.changed])
    _write_staff(session, [*plan.staff.new, *plan.staff.changed], now=now)
    kept.taken_at, kept.content, kept.digest = now, None, None
    event = ListTakenOver(
        list_id=kept.id,
        division=kept.division,
        units_new=len(plan.units.new),
        units_changed=len(plan.units.changed),
        staff_new=len(plan.staff.new),
        staff_changed=len(plan.staff.changed),
    )
    emit(session, event, at=now, actor=actor)


def _write_units(session: Session, changes: list[Change[UnitRecord]]) -> None:
    if not changes:
        return
    ids = {row.division: row.id for row in session.execute(select(Unit.division, Unit.id))}
    ids |= {one.record.code: uuid_utils.compat.uuid7() for one in changes if one.id is None}

    def columns(record: UnitRecord) -> dict[str, Any]:
        return {
            "id": ids[record.code],
            "kind": record.kind,
            "division": record.code,
            "name": record.name,
            "parent_id": ids[record.parent] if record.parent else None,
            "phone": record.phone or None,
            "email": record.email or None,
            "since": record.since,
            "until": record.until,
        }

    in_order = sorted(changes, key=lambda one: len(one.record.code))
    _bulk(session, Unit, ((one.id is None, columns(one.record)) for one in in_order))
    mine = [ids[one.record.code] for one in changes]
    session.execute(delete(CoverageRow).where(CoverageRow.unit_id.in_(mine)))
    rows = [
        {"division": code, "unit_id": ids[one.record.code]} for one in changes for code in one.record.covers
    ]
    if rows:
        session.execute(insert(CoverageRow), rows)


def _write_staff(session: Session, changes: list[Change[StaffRecord]], *, now: datetime) -> None:
    if not changes:
        return
    units = {row.division: row.id for row in session.execute(select(Unit.division, Unit.id))}
    keyring = keyring_of(session)
    numbers = [one.id or uuid_utils.compat.uuid7() for one in changes]
    known = [one.id for one in changes if one.id is not None]
    # A phone may go from one to another in one list: all that change let go of theirs first.
    session.execute(update(Officer).where(Officer.id.in_(known)).values(phone_index=None))

    def columns(number: UUID, record: StaffRecord) -> dict[str, Any]:
        held = "" if record.left(queries.day(now)) else record.phone
        return {
            "id": number,
            "unit_id": units[record.unit],
            "post": record.post,
            "name": record.name,
            "phone": record.phone or None,
            "phone_index": keyring.blind("phone", normalise_phone(held)) if held else None,
            "email": record.email or None,
            "since": record.since,
            "until": record.until,
            # Who has left is marked, and their cases handed over, by the clock: `rota.operations.departures_due`.
            "active": True,
        }

    pairs = list(zip(numbers, changes, strict=True))
    # Whoever has left in the past and still held the phone that a newcomer has now.
    taken = [columns(number, one.record)["phone_index"] for number, one in pairs if one.record.phone]
    session.execute(
        update(Officer)
        .where(Officer.phone_index.in_([one for one in taken if one]), Officer.id.not_in(known))
        .values(phone_index=None, active=False)
    )
    _bulk(session, Officer, ((one.id is None, columns(number, one.record)) for number, one in pairs))
    session.execute(delete(OfficerVillage).where(OfficerVillage.officer_id.in_(known)))
    rows = [{"officer_id": number, "division": code} for number, one in pairs for code in one.record.villages]
    if rows:
        session.execute(insert(OfficerVillage), rows)


def _bulk(
    session: Session, model: type[Unit] | type[Officer], rows: Iterable[tuple[bool, dict[str, Any]]]
) -> None:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for is_new, row in rows:
        (new if is_new else changed).append(row)
    if new:
        session.execute(insert(model), new)
    if changed:
        session.execute(update(model), changed)
    session.expire_all()


def _lock(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))


def _digest(plan: Plan) -> bytes:
    return hashlib.sha256(repr(plan).encode()).digest()
