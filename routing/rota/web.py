"""Duty on the screen: the next fourteen days, a unit's roster, and each officer's calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake.register.accounts.roles import SUPERVISOR
from intake.register.accounts.web import account, staff_only
from intake.register.database import SERVICE
from intake.register.service import service
from routing.clocks.worktime import CHINA
from routing.duty.roster import Period
from routing.duty.rules import DutyRefused, Fault, GivenSlot
from routing.models import Unit
from routing.rota import feed as calendars
from routing.rota import operations, queries

rota = Blueprint("rota", __name__, url_prefix="/duty", template_folder="templates")
public = Blueprint("duty_feed", __name__, url_prefix="/duty-calendar")
Act = Callable[[Session, UUID, UUID | None], None]
DAYS: Final = {"1-7": "1234567", "1-5": "12345", "6-7": "67", **{day: day for day in "1234567"}}
"""What the form offers for the days of a row."""
BLANK_ROWS: Final = 3


@rota.get("")
@staff_only
def ahead() -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        units = queries.ahead(session, area=account().division, now=here.now())
    return render_template("rota/ahead.html", units=units, now=here.now())


@rota.get("/<number>")
@staff_only
def unit_page(number: str) -> ResponseReturnValue:
    return _page(number)


@rota.post("/<number>/pattern")
@staff_only
def pattern(number: str) -> ResponseReturnValue:
    given = list(_rows())
    return _act(
        number,
        lambda session, unit, _me: operations.set_pattern(
            session, unit_id=unit, given=given, actor=_actor(), now=service().now()
        ),
    )


@rota.post("/<number>/period")
@staff_only
def period(number: str) -> ResponseReturnValue:
    def add(session: Session, unit: UUID, _me: UUID | None) -> None:
        given = Period(_officer("officer"), *_span())
        if request.form.get("kind") == "shift":
            operations.add_shift(session, unit_id=unit, shift=given, actor=_actor(), now=service().now())
        else:
            operations.add_leave(session, unit_id=unit, leave=given, actor=_actor(), now=service().now())

    return _act(number, add)


@rota.post("/<number>/period/remove")
@staff_only
def remove(number: str) -> ResponseReturnValue:
    return _act(
        number,
        lambda session, unit, _me: operations.remove_period(
            session, unit_id=unit, period_id=_officer("period"), actor=_actor(), now=service().now()
        ),
    )


@rota.post("/<number>/swap")
@staff_only
def swap(number: str) -> ResponseReturnValue:
    def propose(session: Session, unit: UUID, _me: UUID | None) -> None:
        begins, ends = _span()
        operations.propose_swap(
            session,
            unit_id=unit,
            gives=_officer("gives"),
            takes=_officer("takes"),
            begins=begins,
            ends=ends,
            actor=_actor(),
            now=service().now(),
        )

    return _act(number, propose)


@rota.post("/<number>/swap/answer")
@staff_only
def answer(number: str) -> ResponseReturnValue:
    """The one who was asked answers; a supervisor may decide for them."""

    def decide(session: Session, unit: UUID, me: UUID | None) -> None:
        if account().role != SUPERVISOR and me is None:
            abort(403)
        swap_id = _officer("swap")
        if swap_id not in {one.id for one in queries.swaps(session, unit, now=service().now())}:
            abort(404)
        operations.answer_swap(
            session,
            swap_id=swap_id,
            accepted=request.form.get("answer") == "yes",
            officer_id=None if account().role == SUPERVISOR else me,
            actor=_actor(),
            now=service().now(),
        )

    return _act(number, decide)


@rota.post("/<number>/depart")
@staff_only
def depart(number: str) -> ResponseReturnValue:
    def leave(session: Session, unit: UUID, _me: UUID | None) -> None:
        if account().role != SUPERVISOR:
            abort(403)
        leaver = _officer("officer")
        if leaver not in {one.id for one in queries.colleagues(session, unit, now=service().now())}:
            raise DutyRefused(Fault(0, "officer", "unknown_officer"))
        try:
            last_day = date.fromisoformat(request.form.get("until", ""))
        except ValueError as error:
            raise DutyRefused(Fault(0, "until", "bad_date")) from error
        operations.depart(
            session,
            officer_id=leaver,
            last_day=last_day,
            successor_id=_officer("successor"),
            actor=_actor(),
            now=service().now(),
        )

    return _act(number, leave)


@rota.post("/<number>/calendar")
@staff_only
def feed(number: str) -> ResponseReturnValue:
    """One's own calendar only. The address is shown this once."""
    here = service()
    token = ""
    with here.database.begin(account().scope) as session:
        unit = _unit(session, number)
        me = queries.officer_of_account(session, account().id)
        if me is None or me not in {one.id for one in queries.colleagues(session, unit.id, now=here.now())}:
            abort(403)
        if request.form.get("act") == "revoke":
            operations.revoke_feed(session, officer_id=me, actor=_actor(), now=here.now())
        else:
            token = operations.make_feed(session, officer_id=me, actor=_actor(), now=here.now())
    if token:
        return _page(number, address=f"{here.public_url}{url_for('duty_feed.calendar', token=token)}")
    flash(_("日历地址已停用。"), "success")
    return redirect(url_for("rota.unit_page", number=number))


@public.get("/<token>.ics")
def calendar(token: str) -> ResponseReturnValue:
    """By whoever has the private address: a calendar program does not sign in. When somebody is on duty, no more."""
    here = service()
    with here.database.begin(SERVICE) as session:
        found = queries.calendar_of(session, token, now=here.now())
    if found is None:
        abort(404)
    unit, periods = found
    return Response(
        calendars.calendar(unit, periods, now=here.now()), content_type="text/calendar; charset=utf-8"
    )


def _page(number: str, *, address: str = "", faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    here = service()
    now = here.now()
    with here.database.begin(account().scope) as session:
        unit = _unit(session, number)
        people = queries.colleagues(session, unit.id, now=now)
        me = queries.officer_of_account(session, account().id)
        page = {
            "unit": unit.name,
            "number": number,
            "people": people,
            "names": {one.id: one.name for one in people},
            "me": me if me in {one.id for one in people} else None,
            "superior": account().role == SUPERVISOR,
            "roster": queries.roster(session, unit.id, now=now),
            "periods": queries.periods(session, unit.id, now=now),
            "swaps": queries.swaps(session, unit.id, now=now),
            "ahead": next(iter(queries.ahead(session, area=number, now=now)), None),
            "feed": me is not None and queries.has_feed(session, me),
        }
    return render_template("rota/unit.html", address=address, faults=faults, blank_rows=BLANK_ROWS, **page), (
        422 if faults else 200
    )


def _act(number: str, act: Act) -> ResponseReturnValue:
    here = service()
    try:
        with here.database.begin(account().scope) as session:
            unit = _unit(session, number)
            act(session, unit.id, queries.officer_of_account(session, account().id))
    except DutyRefused as refused:
        return _page(number, faults=refused.faults)
    flash(_("已记下。"), "success")
    return redirect(url_for("rota.unit_page", number=number))


def _unit(session: Session, number: str) -> Unit:
    """404 as well for a unit outside the jurisdiction."""
    unit = queries.unit_by_code(session, number) if number.startswith(account().division) else None
    if unit is None:
        abort(404)
    return unit


def _rows() -> Iterator[GivenSlot]:
    """The form's rows; one without an officer is blank, one for several days is a slot for each."""
    columns = [request.form.getlist(name) for name in ("officer", "days", "begins", "ends")]
    for row, (officer, days, begins, ends) in enumerate(zip(*columns, strict=False), 1):
        if officer:
            for weekday in DAYS.get(days, "0"):
                yield GivenSlot(row, officer, weekday, begins, ends)


def _officer(field: str) -> UUID:
    try:
        return UUID(request.form.get(field, ""))
    except ValueError as error:
        raise DutyRefused(Fault(0, field, "unknown_officer")) from error


def _span() -> tuple[datetime, datetime]:
    moments = []
    for field in ("begins", "ends"):
        try:
            moments.append(datetime.fromisoformat(request.form.get(field, "")).replace(tzinfo=CHINA))
        except ValueError as error:
            raise DutyRefused(Fault(0, field, "bad_date")) from error
    return moments[0], moments[1]


def _actor() -> str:
    return f"account:{account().id}"
