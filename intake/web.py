"""The door for anyone: a form made for a phone, and the API."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from intake.operations import MessageKeyReused, Received, receive_report
from intake.register.database import SERVICE
from intake.register.service import Verdict, service
from intake.report import CHANNELS, LONGEST_PLACE, LONGEST_TEXT, IncomingReport, readable_json, says_something

public = Blueprint("intake", __name__, template_folder="templates")
api = Blueprint("intake_api", __name__, url_prefix="/api/v1")


class ReportBody(BaseModel):
    """What `POST /api/v1/reports` takes. Only `text` must be there; what else is given is kept as it came."""

    model_config = ConfigDict(extra="allow")

    text: str = Field(max_length=LONGEST_TEXT)
    channel: str = "web"
    place: str | dict[str, Any] | None = None
    reporter: dict[str, Any] | str | None = None
    child: dict[str, Any] | str | None = None

    @field_validator("text")
    @classmethod
    def said_something(cls, text: str) -> str:
        if not says_something(text):
            raise ValueError("must not be empty")
        return text

    @field_validator("channel")
    @classmethod
    def known(cls, channel: str) -> str:
        if channel not in CHANNELS:
            raise ValueError(f"must be one of {', '.join(CHANNELS)}")
        return channel

    def incoming(self, *, original: dict[str, Any], key: str | None) -> IncomingReport:
        place = (self.place if isinstance(self.place, str) else _words(self.place))[:LONGEST_PLACE]
        phone = self.reporter.get("phone") if isinstance(self.reporter, dict) else None
        return IncomingReport(
            channel=self.channel,
            text=self.text,
            place=place,
            reporter_phone=phone if isinstance(phone, str) else "",
            original=original,
            message_key=key,
        )


@public.get("/")
def front_page() -> ResponseReturnValue:
    return render_template("intake/front.html")


@public.get("/report")
def report_form() -> ResponseReturnValue:
    return render_template("intake/report.html", form_key=uuid.uuid4().hex, given={}, problems={})


@public.post("/report")
def report_sent() -> ResponseReturnValue:
    """No CSRF token: the form acts with nobody's authority, and a lost cookie must not lose a report."""
    given = {name: request.form.get(name, "").strip() for name in ("text", "place", "name", "phone", "key")}
    problems = {}
    if not says_something(given["text"]):
        problems["text"] = _("请写下发生了什么。")
    if len(given["text"]) > LONGEST_TEXT:
        problems["text"] = _("最多%(most)d字，请分几次发来。", most=LONGEST_TEXT)
    if problems:
        page = render_template(
            "intake/report.html", form_key=given["key"] or uuid.uuid4().hex, given=given, problems=problems
        )
        return page, 422
    incoming = IncomingReport(
        channel="web",
        text=given["text"],
        place=given["place"][:LONGEST_PLACE],
        reporter_phone=given["phone"],
        original={name: value for name, value in given.items() if value},
        message_key=_form_key(given),
    )
    received, verdict = _take(incoming)
    return render_template("intake/received.html", received=received, verdict=verdict), 201


@api.post("/reports")
def create_report() -> ResponseReturnValue:
    """`Idempotency-Key`: the sender's own key for this message; the same key again gives the first answer,
    and with another text it is refused (409)."""
    try:
        original = request.get_json(force=True, silent=True)
        if not isinstance(original, dict):
            return _problems(
                [{"field": "", "message": "the body must be a JSON object with at least a text"}], 400
            )
        given = readable_json(original)
    except RecursionError:
        return _problems([{"field": "", "message": "nested too deeply"}], 400)
    try:
        body = ReportBody.model_validate(given)
    except ValidationError as error:
        found = [
            {"field": str(item["loc"][0]), "message": item["msg"].removeprefix("Value error, ")}
            for item in error.errors()
        ]
        return _problems(found, 422)
    key = request.headers.get("Idempotency-Key")
    try:
        received, verdict = _take(body.incoming(original=original, key=key))
    except MessageKeyReused as error:
        return _problems([{"field": "Idempotency-Key", "message": str(error)}], 409)
    answer = {
        "number": received.number,
        "return_code": received.return_code,
        "level": verdict.level,
        "call_police": verdict.call_police,
        "advice": verdict.advice,
    }
    return jsonify(answer), 201


def _take(incoming: IncomingReport) -> tuple[Received, Verdict]:
    """Committed before anybody thinks about it; then, by the time this returns, it has been thought about."""
    here = service()
    with here.database.begin(SERVICE) as session:
        received = receive_report(session, incoming=incoming, home=here.home, now=here.now())
    return received, here.verdict(received.report_id)


def _form_key(given: dict[str, str]) -> str | None:
    """The form's key and what was written: sent twice it is one report, edited in between it is two."""
    if not given["key"]:
        return None
    written = "\0".join(given[name] for name in ("text", "place", "name", "phone"))
    return f"{given['key']}:{hashlib.sha256(written.encode()).hexdigest()}"


def _problems(found: list[dict[str, str]], status: int) -> ResponseReturnValue:
    return jsonify({"errors": found}), status


def _words(place: dict[str, Any] | None) -> str:
    """A place given in parts: its code if it has one, else its words in the order given."""
    if not place:
        return ""
    code = place.get("code")
    if isinstance(code, str) and code:
        return code
    return "".join(value for value in place.values() if isinstance(value, str))
