"""Twilio's webhooks. Only requests that carry Twilio's own signature get past the door."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from twilio.request_validator import RequestValidator

from intake.register.database import SERVICE
from intake.register.service import service
from notifications import answers

twilio = Blueprint("twilio", __name__, url_prefix="/twilio")

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@twilio.before_request
def signed() -> None:
    """403 for a request without Twilio's signature over the public URL and the form.

    The SDK's validator raises TypeError where the header is missing, and for a body that is no form."""
    signature = request.headers.get("X-Twilio-Signature", "")
    validator: RequestValidator | None = service().tools.get("twilio_validator")
    url = service().public_url + request.full_path.removesuffix("?")
    if validator is None or not signature or not request.form:
        abort(403)
    if not validator.validate(url, request.form, signature):
        abort(403)


@twilio.post("/sms")
def sms() -> ResponseReturnValue:
    """An SMS to our number. Twilio may send it twice; its MessageSid makes it one."""
    here = service()
    phone, text, key = (request.form.get(name, "") for name in ("From", "Body", "MessageSid"))
    missing = [name for name, value in (("From", phone), ("MessageSid", key)) if not value]
    if missing:
        return {"errors": [{"field": name, "message": "is missing"} for name in missing]}, 422
    with here.database.begin(SERVICE) as session:
        answers.receive_sms(
            session, phone=phone, text=text, message_key=key, wording=here.tools["wording"], now=here.now()
        )
    return Response(EMPTY, mimetype="application/xml")
