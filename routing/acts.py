"""What staff do to a case's clocks and its owner: ask for a pause, send it back (退单), and decide on either."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from intake.register.accounts.web import account, staff_only
from intake.register.service import service
from routing import operations, pauses, queries, requests, returns
from routing.clocks.table import ClockTable
from routing.clocks.worktime import CHINA

acts = Blueprint("acts", __name__, template_folder="templates")

REFUSED: Final = {
    "state": lazy_gettext("这一步现在不能做。"),
    "asker": lazy_gettext("只有承办这件个案的单位可以申请。"),
    "decider": lazy_gettext("要由上级单位的人来定，申请的人自己不能定。"),
    "level": lazy_gettext("红色个案不得暂停。"),
    "clock": lazy_gettext("时限：这一项不能暂停（没有这项、已做到、已超时或者已申请过）。"),
    "reason": lazy_gettext("原因：请选一项。"),
    "until": lazy_gettext("暂停到：要在现在之后，并且不超过最长期限。"),
    "unit": lazy_gettext("单位：退单只能退一次，要有上级，新的承办单位要在裁定单位的辖区里。"),
    "named_unit": lazy_gettext("应由谁办：请选本市的另一个单位。"),
    "note": lazy_gettext("理由：请写明。"),
    "answer": lazy_gettext("答复：不同意的，请写明理由。"),
}


@acts.post("/cases/<number>/answered")
@staff_only
def answered(number: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            operations.answer_reporter(
                session,
                case_id=_case(session, number).id,
                actor=f"account:{account().id}",
                clocks=_clocks(),
                now=service().now(),
            )
    except operations.CaseRefused as refused:
        flash(REFUSED[refused.field], "danger")
    else:
        flash(_("已记下答复。"), "success")
    return _to_case(number)


@acts.get("/cases/<number>/pause")
@staff_only
def pause_form(number: str) -> ResponseReturnValue:
    return _page("routing/pause.html", number)


@acts.post("/cases/<number>/pause")
@staff_only
def pause(number: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            pauses.ask(
                session,
                case_id=_case(session, number).id,
                act=request.form.get("clock", ""),
                reason=request.form.get("reason", ""),
                until=_moment(request.form.get("until", "")),
                account=account(),
                clocks=_clocks(),
                now=service().now(),
            )
    except operations.CaseRefused as refused:
        return _page("routing/pause.html", number, refused=refused)
    flash(_("已申请，等上级定。时钟照走。"), "success")
    return _to_case(number)


@acts.post("/cases/<number>/pause/decision")
@staff_only
def decide_pause(number: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            case = _case(session, number)
            asked = next(
                (item for item in requests.pauses_of(session, case.id) if item.id == _id("pause")), None
            )
            if asked is None:
                abort(404)
            pauses.decide(
                session,
                pause_id=asked.id,
                grant=_choice("decision", yes="grant", no="refuse"),
                account=account(),
                clocks=_clocks(),
                now=service().now(),
            )
    except operations.CaseRefused as refused:
        return _page("routing/pause.html", number, refused=refused)
    flash(_("已定。"), "success")
    return _to_case(number)


@acts.get("/cases/<number>/return")
@staff_only
def return_form(number: str) -> ResponseReturnValue:
    return _page("routing/return.html", number)


@acts.post("/cases/<number>/return")
@staff_only
def send_back(number: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            returns.ask(
                session,
                case_id=_case(session, number).id,
                named_unit_id=_id("named_unit"),
                reason=request.form.get("reason", ""),
                note=request.form.get("note", ""),
                account=account(),
                clocks=_clocks(),
                now=service().now(),
            )
    except operations.CaseRefused as refused:
        return _page("routing/return.html", number, refused=refused)
    flash(_("已退单，等上级裁定。裁定之前仍由本单位负责。"), "success")
    return _to_case(number)


@acts.post("/cases/<number>/return/decision")
@staff_only
def decide_return(number: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            case = _case(session, number)
            asked = next(
                (item for item in requests.returns_of(session, case.id) if item.state == "asked"), None
            )
            if asked is None:
                raise operations.CaseRefused("state", "no return waits to be decided")
            returns.decide(
                session,
                return_id=asked.id,
                accept=_choice("decision", yes="accept", no="refuse"),
                unit_id=_id("unit"),
                answer=request.form.get("answer", ""),
                account=account(),
                clocks=_clocks(),
                now=service().now(),
            )
    except operations.CaseRefused as refused:
        return _page("routing/return.html", number, refused=refused)
    flash(_("已裁定。"), "success")
    return _to_case(number)


def _page(
    template: str, number: str, refused: operations.CaseRefused | None = None
) -> tuple[str, int] | ResponseReturnValue:
    """The form, with what was given and what is wrong with it."""
    here = service()
    clocks = _clocks()
    with here.database.begin(account().scope) as session:
        case = _case(session, number)
        page: dict[str, Any] = {
            "case": case,
            "pauses": requests.pauses_of(session, case.id),
            "returns": requests.returns_of(session, case.id),
            "units": requests.units_within(session, here.home, at=here.now()),
            "table": clocks,
            "pausable": [clock for clock in case.clocks if clock.act in pauses.PAUSABLE and clock.open],
            "mine": account().division == case.division,
            "above": requests.above(account().division, case.division),
            "me": account(),
            "now": here.now(),
            "until": here.now() + timedelta(days=1),
            "longest": clocks.due(clocks.longest_pause, since=here.now()),
            "given": request.form,
            "wrong": refused.field if refused else "",
            "said": REFUSED.get(refused.field) if refused else "",
        }
    return render_template(template, **page), 422 if refused else 200


def _case(session: Session, number: str) -> queries.CaseView:
    """404 as well for a case outside the jurisdiction: nobody learns that it is there."""
    case = queries.case_by_number(session, number)
    if case is None:
        abort(404)
    return case


def _to_case(number: str) -> ResponseReturnValue:
    return redirect(url_for("routing.case_page", number=number))


def _clocks() -> ClockTable:
    clocks = service().tools["clocks"]
    assert isinstance(clocks, ClockTable)
    return clocks


def _id(field: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(request.form.get(field, ""))
    return None


def _choice(field: str, *, yes: str, no: str) -> bool:
    given = request.form.get(field, "")
    if given not in (yes, no):
        abort(422, description=field)
    return given == yes


def _moment(text: str) -> datetime:
    """What a field for date and time holds, in China's time. CaseRefused("until") for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise operations.CaseRefused("until", f"{text!r} is not a date and a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
