"""The staff's desk and case pages, and the receipt on which the sender reads how far it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake import queries as intake
from intake.register.accounts.roles import SUPERVISOR
from intake.register.accounts.web import account, staff_only
from intake.register.database import SERVICE
from intake.register.service import service
from routing import audit, operations, queries, requests
from routing.clocks.table import ClockTable
from routing.clocks.worktime import unknown_years
from routing.progress import OUTCOMES, Progress, actors, progress
from routing.rota import queries as rota
from triage import queries as triage

staff = Blueprint("routing", __name__, template_folder="templates")
public = Blueprint("receipt", __name__, template_folder="templates")
api = Blueprint("receipt_api", __name__, url_prefix="/api/v1")


@staff.get("/desk")
@staff_only
def desk() -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        listed = queries.desk(session, order=_clocks().order)
        cases = [*listed.waiting, *listed.answered]
        words = triage.standings(session, [report for case in cases for report in case.reports])
        sources = {case.id: {words[one].source for one in case.reports if one in words} for case in cases}
        orphans = queries.without_case(session)
        page: dict[str, Any] = {
            "desk": listed,
            "sources": sources,
            "orphans": orphans,
            "alarms": audit.standing(session) if account().division == here.home else [],
            "to_decide": requests.waiting_for(session, division=account().division, account_id=account().id),
            "holes": rota.tonight(session, area=account().division, now=here.now()),
            "calendar_unknown": unknown_years(here.now()) if account().role == SUPERVISOR else (),
            "now": here.now(),
        }
    return render_template("routing/desk.html", **page)


@staff.get("/cases")
@staff_only
def find_case() -> ResponseReturnValue:
    """To the case of a number as it is read out: "26-000123", "000123" or "123"."""
    digits = "".join(filter(str.isdigit, request.args.get("number", "")))[-8:]
    now = service().now()
    number = f"{digits[:2]}-{digits[2:]}" if len(digits) == 8 else f"{now:%y}-{digits.zfill(6)}"
    return redirect(url_for("routing.case_page", number=number))


@staff.get("/cases/<number>")
@staff_only
def case_page(number: str) -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        case = _case(session, number)
        entries = queries.case_timeline(session, case)
        gradings = [triage.grading(session, report) for report in case.reports]
        said = [word for grading in gradings for word in grading.overrides]
        page: dict[str, Any] = {
            "case": case,
            "reports": list(
                zip([intake.report(session, report) for report in case.reports], gradings, strict=True)
            ),
            "form_key": uuid.uuid4().hex,
            "timeline": entries,
            "people": actors(session, entries) | {str(word.account_id): word.name for word in said},
            "reasons": {str(word.id): word.reason for word in said},
            "outcomes": OUTCOMES,
            "pauses": requests.pauses_of(session, case.id),
            "returns": requests.returns_of(session, case.id),
            "mine": account().division == case.division,
            "now": here.now(),
        }
    return render_template("routing/case.html", **page)


@staff.post("/cases/<number>/acknowledge")
@staff_only
def acknowledge(number: str) -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        case = _case(session, number)
        officer = queries.officer_of_account(session, account().id)
        done = operations.acknowledge(
            session,
            case_id=case.id,
            officer_id=officer.id if officer else None,
            how="button",
            actor=f"account:{account().id}",
            clocks=_clocks(),
            now=here.now(),
        )
    if done.first:
        flash(_("已签收，请前往。"), "success")
    else:
        flash(_("此前已有人签收。"), "info")
    return redirect(url_for("routing.case_page", number=number))


@staff.post("/cases/<number>/visit")
@staff_only
def visit(number: str) -> ResponseReturnValue:
    return _act(
        number,
        lambda session, case: operations.record_visit(
            session,
            case_id=case.id,
            alone=request.form.get("alone") == "yes",
            note=request.form.get("note", ""),
            actor=f"account:{account().id}",
            clocks=_clocks(),
            now=service().now(),
        ),
        _("已记下走访。"),
    )


@staff.post("/cases/<number>/close")
@staff_only
def close(number: str) -> ResponseReturnValue:
    outcome = request.form.get("outcome", "")
    if outcome not in OUTCOMES:
        abort(422, description="outcome")
    return _act(
        number,
        lambda session, case: operations.close(
            session,
            case_id=case.id,
            outcome=outcome,
            note=request.form.get("note", ""),
            actor=f"account:{account().id}",
            clocks=_clocks(),
            now=service().now(),
        ),
        _("已结案。"),
    )


@public.get("/receipt")
def receipt_form() -> ResponseReturnValue:
    return render_template("routing/receipt_form.html", unknown=False)


@public.post("/receipt")
def receipt() -> ResponseReturnValue:
    """By POST, so that the code stays out of the phone's history."""
    found = _progress(request.form.get("code", ""))
    if found is None:
        return render_template("routing/receipt_form.html", unknown=True), 404
    return render_template("routing/receipt.html", progress=found)


@api.get("/reports/<return_code>")
def read_report(return_code: str) -> ResponseReturnValue:
    found = _progress(return_code)
    if found is None:
        return jsonify({"errors": [{"field": "return_code", "message": "no report has this code"}]}), 404
    steps = [{"state": step.state, "at": step.at.isoformat(), "unit": step.unit} for step in found.steps]
    return jsonify({"number": found.number, "state": found.state, "level": found.level, "steps": steps})


def _clocks() -> ClockTable:
    clocks = service().tools["clocks"]
    assert isinstance(clocks, ClockTable)
    return clocks


def _progress(code: str) -> Progress | None:
    with service().database.begin(SERVICE) as session:
        report = intake.report_by_code(session, code)
        return progress(session, report) if report else None


def _case(session: Session, number: str) -> queries.CaseView:
    """404 as well for a case outside the jurisdiction: nobody learns that it is there."""
    case = queries.case_by_number(session, number)
    if case is None:
        abort(404)
    return case


def _act(number: str, act: Callable[[Session, queries.CaseView], None], done: str) -> ResponseReturnValue:
    try:
        with service().database.begin(account().scope) as session:
            act(session, _case(session, number))
    except operations.CaseRefused as refused:
        flash(_("请写明情况。") if refused.field == "note" else _("这一步现在不能做。"), "danger")
    else:
        flash(done, "success")
    return redirect(url_for("routing.case_page", number=number))
