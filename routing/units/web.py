"""Units and staff on the screen of county and city supervisors: lists come in, are shown, and are taken over."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intake.register.accounts.roles import SUPERVISOR
from intake.register.accounts.web import account, staff_only
from intake.register.service import service
from routing.places.divisions import Divisions
from routing.units import operations, queries
from routing.units.comparing import Plan
from routing.units.establishment import Problem
from routing.units.operations import ListRefused
from routing.units.parsing import parse
from routing.units.sheets import Unreadable

units = Blueprint("units", __name__, url_prefix="/units", template_folder="templates")
Parameters = ParamSpec("Parameters")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 200
"""How many lines of a kind a preview shows."""


def supervisors_only(
    view: Callable[Parameters, ResponseReturnValue],
) -> Callable[Parameters, ResponseReturnValue]:
    """Only for supervisors of a county and above."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
        if account().role != SUPERVISOR or len(account().division) > 6:
            abort(403)
        return view(*args, **kwargs)

    return staff_only(guarded)


@units.get("")
@supervisors_only
def overview() -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        counts = queries.counts(session, area=account().division)
        lists = queries.lists(session)
        covered = queries.coverage(session, divisions=divisions(), area=account().division, now=here.now())
    return render_template("units/overview.html", counts=counts, lists=lists, coverage=covered)


@units.get("/coverage")
@supervisors_only
def coverage() -> ResponseReturnValue:
    here = service()
    with here.database.begin(account().scope) as session:
        covered = queries.coverage(session, divisions=divisions(), area=account().division, now=here.now())
        names = {kept.record.code: kept.record.name for kept in queries.units(session)}
    return render_template("units/coverage.html", coverage=covered, names=names, divisions=divisions())


@units.post("/preview")
@supervisors_only
def preview() -> ResponseReturnValue:
    """What the file would do. It is kept, sealed, until whoever brought it says yes."""
    here = service()
    data = b"".join(file.read() for file in request.files.getlist("file")[:1])
    if not data:
        flash(_("请选择文件。"), "danger")
        return redirect(url_for("units.overview"))
    try:
        brought = parse(data)
        with here.database.begin(account().scope) as session:
            plan = queries.plan(
                session, brought, divisions=divisions(), area=account().division, now=here.now()
            )
            number = None
            if not plan.problems and not plan.does_nothing:
                number = operations.put_by(
                    session,
                    data,
                    plan=plan,
                    division=account().division,
                    account_id=account().id,
                    now=here.now(),
                )
            return _shown(plan, number=number)
    except Unreadable as error:
        return _shown(None, problems=(error.problem,))


@units.post("/lists/<number>/take")
@supervisors_only
def take(number: str) -> ResponseReturnValue:
    here = service()
    try:
        list_id = UUID(number)
    except ValueError:
        abort(404)
    try:
        with here.database.begin(account().scope) as session:
            operations.take_over_kept(
                session,
                list_id=list_id,
                account_id=account().id,
                divisions=divisions(),
                actor=f"account:{account().id}",
                now=here.now(),
            )
    except LookupError:
        abort(404)
    except ListRefused as refused:
        flash(_("预览之后情况变了，没有导入。请重新上传。"), "danger")
        return _shown(refused.plan)
    flash(_("已导入。"), "success")
    return redirect(url_for("units.overview"))


@units.post("/export")
@supervisors_only
def export() -> ResponseReturnValue:
    """Names and phones leave the service here, so it is a deed, and on record."""
    here = service()
    form = request.form.get("what", "")
    if form not in operations.FORMS:
        abort(422, description="what")
    with here.database.begin(account().scope) as session:
        taken = operations.take_out(
            session,
            division=account().division,
            form=form,
            account_id=account().id,
            actor=f"account:{account().id}",
            now=here.now(),
        )
    name = f"hutong-{account().division}-{queries.day(here.now())}.{form}"
    return Response(
        taken.file(),
        headers={
            "Content-Type": "text/csv; charset=utf-8" if form.endswith("csv") else EXCEL,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def divisions() -> Divisions:
    return cast(Divisions, service().tools["divisions"]())


def _shown(
    plan: Plan | None, *, number: UUID | None = None, problems: tuple[Problem, ...] = ()
) -> ResponseReturnValue:
    page: dict[str, Any] = {
        "plan": plan,
        "number": number,
        "problems": plan.problems if plan else problems,
        "limit": LISTED,
    }
    return render_template("units/preview.html", **page), 422 if page["problems"] else 200
