"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

from intake.register.accounts.operations import sign_in
from intake.register.accounts.queries import AccountView, active_account
from intake.register.database import SERVICE
from intake.register.service import service

accounts = Blueprint("accounts", __name__, template_folder="templates")
Parameters = ParamSpec("Parameters")


class SignedInUser(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """Flask-Login's view of an account."""

    def __init__(self, account: AccountView) -> None:
        self.account = account

    def get_id(self) -> str:
        return str(self.account.id)


def init_app(app: Flask) -> None:
    manager = LoginManager()
    # Its own context processor would look the user up for every page, also when the database is away.
    manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["signed_in_account"] = signed_in_account
    manager.login_view = "accounts.sign_in_form"
    manager.login_message = lazy_gettext("请先登录。")

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(user_id: str) -> SignedInUser | None:
        try:
            account_id = UUID(user_id)
        except ValueError:
            return None
        here = service()
        with here.database.begin(SERVICE) as session:
            account = active_account(session, account_id)
        return SignedInUser(account) if account else None


def signed_in_account() -> AccountView | None:
    """Whoever is signed in, if anybody is."""
    return current_user.account if current_user.is_authenticated else None


def account() -> AccountView:
    """Whoever is signed in; only behind `staff_only`."""
    view = current_user.account
    assert isinstance(view, AccountView)
    return view


def staff_only(
    view: Callable[Parameters, ResponseReturnValue],
) -> Callable[Parameters, ResponseReturnValue]:
    """Only for those who are signed in; others are sent to sign in and come back."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs)

    protected: Any = login_required(guarded)
    protected.staff_only = True
    return protected  # type: ignore[no-any-return]


def staff_only_api(
    view: Callable[Parameters, ResponseReturnValue],
) -> Callable[Parameters, ResponseReturnValue]:
    """Only for those who are signed in, by the same cookie as the pages; others are told so in JSON (401). What changes
    or reads anything by POST sends the page's CSRF token in the header `X-CSRFToken`."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
        if signed_in_account() is None:
            return jsonify({"errors": [{"field": "", "message": "sign in first"}]}), 401
        return view(*args, **kwargs)

    guarded.staff_only = True  # type: ignore[attr-defined]
    return guarded


@accounts.get("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", next=_own(request.args.get("next")))


@accounts.post("/sign-in")
def signed_in() -> ResponseReturnValue:
    here = service()
    with here.database.begin(SERVICE) as session:
        found = sign_in(
            session,
            username=request.form.get("username", "").strip(),
            password=request.form.get("password", ""),
            now=here.now(),
        )
    if found is None:
        flash(_("用户名或密码不对。"), "danger")
        return render_template("accounts/sign_in.html", next=_own(request.form.get("next"))), 401
    login_user(SignedInUser(found))
    return redirect(_own(request.form.get("next")) or url_for("routing.desk"))


@accounts.post("/sign-out")
def signed_out() -> ResponseReturnValue:
    logout_user()
    return redirect(url_for("accounts.sign_in_form"))


def _own(target: str | None) -> str:
    """A path of this site, or nothing: a link must not send whoever signs in elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target
