"""Staff set another level than the machine did; an operator who types sees what the machine would say."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake import queries as intake
from intake.register.accounts.web import account, staff_only, staff_only_api
from intake.register.service import service
from intake.report import LONGEST_TEXT
from triage import operations
from triage.protocol import CHANNELS, Level

staff = Blueprint("triage", __name__)


@staff.post("/reports/<number>/override")
@staff_only
def override(number: str) -> ResponseReturnValue:
    """`case`: the number of the case whose page has the form. 404 as well for a report outside the jurisdiction."""
    here = service()
    back = redirect(url_for("routing.case_page", number=request.form.get("case") or number))
    with here.database.begin(account().scope) as session:
        report = intake.report_by_number(session, number)
        if report is None:
            abort(404)
        try:
            operations.override(
                session,
                report_id=report.id,
                level=request.form.get("level", ""),
                circumstances=request.form.getlist("circumstances"),
                reason=request.form.get("reason", ""),
                new_clocks=request.form.get("new_clocks") == "yes",
                account_id=account().id,
                name=account().name,
                key=_form_key(number),
                seen=_seen(),
                now=here.now(),
            )
        except operations.OverrideRefused as refused:
            flash(_refusals(refused.field), "danger")
            return back
        except LookupError:
            abort(404)
    flash(_("已改定级，机器的结果仍留着。"), "success")
    return back


@staff.post("/api/v1/triage/preview")
@staff_only_api
def preview() -> ResponseReturnValue:
    """What the machine would say of a text that is being typed. Keeps nothing, and writes no word of it to the log.
    `start` and `end` of the evidence count Unicode characters of the text as given."""
    try:
        given = request.get_json(force=True, silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        return _problem("", "the body must be a JSON object with text and channel")
    text, channel = given.get("text"), given.get("channel", "call")
    if not isinstance(text, str):
        return _problem("text", "must be a string")
    if len(text) > LONGEST_TEXT:
        return _problem("text", f"at most {LONGEST_TEXT} characters", status=413)
    if channel not in CHANNELS:
        return _problem("channel", f"must be one of {', '.join(CHANNELS)}")
    return _json(dataclasses.asdict(service().tools["reader"]().read(text, channel=channel)))


def _form_key(number: str) -> str:
    """The form's key and what was said: sent twice it is one word, changed in between it is two."""
    said = "\0".join(
        f"{name}={value}" for name, value in request.form.items(multi=True) if name != "csrf_token"
    )
    return hashlib.sha256(f"{number}\0{said}".encode("utf-8", "surrogatepass")).hexdigest()


def _seen() -> UUID | None:
    try:
        return UUID(request.form.get("seen", ""))
    except ValueError:
        return None


def _refusals(field: str) -> str:
    if field == "level":
        chosen = request.form.get("level") in list(Level)
        return str(_("等级和情形跟现在一样，没有改。") if chosen else _("请选一个等级。"))
    said = {
        "circumstances": _("没有这种情形。"),
        "reason": _("请写明为什么改，最多2000字。"),
        "seen": _("刚才已有别人改过定级，请看过再改。"),
    }
    return str(said.get(field, _("这份表已经交过。")))


def _problem(field: str, message: str, *, status: int = 400) -> ResponseReturnValue:
    return _json({"errors": [{"field": field, "message": message}]}, status=status)


def _json(answer: dict[str, Any], *, status: int = 200) -> Response:
    """In ASCII: a lone surrogate that was typed goes back as it came."""
    return Response(json.dumps(answer), status=status, mimetype="application/json")
