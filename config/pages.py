"""What all pages have in common: language, look, headers, and errors that tell what to do."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    Response,
    has_request_context,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_babel import gettext as _
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from config import labels, staff_labels
from config.settings import Settings
from intake.register.service import service

log = logging.getLogger(__name__)

HERE: Final = Path(__file__).parent
CHINA: Final = ZoneInfo("Asia/Shanghai")
LANGUAGES: Final = {"zh_CN": "中文", "en": "English"}
LARGEST_REQUEST: Final = 1024 * 1024
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A phone handed back, or a shared computer, must not show what was read on it.
    "Cache-Control": "no-store",
}


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="hutong",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(HERE / "translations"),
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    Babel(app, locale_selector=_language)
    app.static_url_path = "/static"  # Bootstrap-Flask puts its own files below it
    Bootstrap5(app)
    app.extensions["csrf_protect"] = CSRFProtect(app)
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        language=_language,
        here=service,
        has_page=app.view_functions.__contains__,
        **labels.TEMPLATE_NAMES,
        **staff_labels.TEMPLATE_NAMES,
    )
    app.jinja_env.filters["china"] = china
    app.jinja_env.filters["moment"] = lambda said: china(datetime.fromisoformat(said), "%m-%d %H:%M")
    app.add_url_rule("/static/<path:filename>", "static", _static)
    app.add_url_rule("/language/<code>", "language", _choose, methods=["POST"])
    app.after_request(_headers)
    for error in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(error, _no_database)
    app.register_error_handler(HTTPException, _refused)


def without_csrf(app: Flask, *blueprints: Blueprint) -> None:
    """These act with nobody's authority, or check a signature of their own: a lost cookie must not lose a report."""
    for blueprint in blueprints:
        app.extensions["csrf_protect"].exempt(blueprint)


def china(moment: datetime | str, form: str = "%m-%d %H:%M:%S") -> str:
    """A moment, or what an event says of one, as the clock on a wall in China shows it."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return moment.astimezone(CHINA).strftime(form)


def _language() -> str:
    chosen = request.cookies.get("language") if has_request_context() else None
    return chosen if chosen in LANGUAGES else "zh_CN"


def _choose(code: str) -> ResponseReturnValue:
    back = urlsplit(request.form.get("back", "/")).path or "/"
    answer = redirect(back if back.startswith("/") and not back.startswith("//") else "/")
    if code in LANGUAGES:
        answer.set_cookie("language", code, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
    return answer


def _static(filename: str) -> Response:
    return send_from_directory(HERE / "static", filename, max_age=3600)


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        if not (name == "Cache-Control" and request.endpoint in ("static", "bootstrap.static")):
            response.headers[name] = value
    return response


def _no_database(error: Exception) -> ResponseReturnValue:
    """Nothing was taken in: the sender must try again, and must not be thanked."""
    log.error("no database: %s", str(error).splitlines()[0])
    said = _("现在没有收下，请一分钟后再试。情况危急请立即拨打110。")
    if _wants_json():
        answer = jsonify({"errors": [{"field": "", "message": said}]})
    else:
        answer = make_response(render_template("error.html", title=_("没有收下"), said=said))
    answer.headers["Retry-After"] = "60"
    return answer, 503


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    answer = make_response(*_refusal(error))
    if error.code == 413:
        # What was not read of the request would be taken for the next one.
        answer.headers["Connection"] = "close"
    return answer


def _refusal(error: HTTPException) -> tuple[str | Response, int]:
    titles = {
        400: _("这个请求看不懂。"),
        403: _("您不能看这一页。"),
        404: _("没有这一页，或您无权看到它。"),
        405: _("这里不能这样提交。"),
        413: _("太大了：最多1 MB。"),
        422: _("有一项填得不对。"),
    }
    said = titles.get(error.code or 500, error.name)
    if _wants_json():
        field = (
            "X-CSRFToken" if isinstance(error, CSRFError) else error.description if error.code == 422 else ""
        )
        return jsonify({"errors": [{"field": field, "message": said}]}), error.code or 500
    return render_template("error.html", title=said, said=""), error.code or 500


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/handset/", "/twilio/")) or request.is_json
