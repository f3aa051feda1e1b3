"""The one-tap link, and the demo's handset."""

from __future__ import annotations

import uuid
from itertools import groupby

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.register.database import SERVICE
from intake.register.service import service
from notifications import answers, queries

links = Blueprint("links", __name__, template_folder="templates")
handset = Blueprint("handset", __name__, template_folder="templates", url_prefix="/handset")


@links.get("/a/<token>")
def link(token: str) -> ResponseReturnValue:
    """Shows the case's number and one button. Opening it acknowledges nothing: phones and filters open links of
    their own accord, and nobody would go."""
    with service().database.begin(SERVICE) as session:
        asked = queries.asked_by_link(session, token)
    if asked is None:
        return render_template("notifications/link.html", asked=None, done=False), 404
    return render_template("notifications/link.html", asked=asked, token=token, done=False)


@links.post("/a/<token>")
def link_tapped(token: str) -> ResponseReturnValue:
    here = service()
    with here.database.begin(SERVICE) as session:
        asked = answers.acknowledge_by_link(session, token=token, now=here.now())
    if asked is None:
        return render_template("notifications/link.html", asked=None, done=False), 404
    return render_template("notifications/link.html", asked=asked, token=token, done=True)


@handset.get("")
def phones() -> ResponseReturnValue:
    """Every demo phone with what it received, the one with the latest message first."""
    with service().database.begin(SERVICE) as session:
        messages = queries.handset_messages(session)
    by_phone = {
        phone: list(of_one)
        for phone, of_one in groupby(sorted(messages, key=lambda m: m.phone), lambda m: m.phone)
    }
    latest_first = sorted(by_phone.values(), key=lambda of_one: of_one[-1].id, reverse=True)
    return render_template("notifications/handset.html", phones=latest_first)


@handset.get("/messages")
def messages() -> ResponseReturnValue:
    """What the phones received, the oldest first; `?after=ID` gives only what came later."""
    with service().database.begin(SERVICE) as session:
        found = queries.handset_messages(session, after=request.args.get("after", default=0, type=int))
    return jsonify(
        [
            {
                "id": message.id,
                "phone": message.phone,
                "officer": message.officer,
                "unit": message.unit,
                "text": message.text,
                "at": message.at.isoformat(),
            }
            for message in found
            if not message.incoming
        ]
    )


@handset.post("/reply")
def reply() -> ResponseReturnValue:
    """A phone writes back: `{"phone", "text"}` as JSON, or the page's own form."""
    given = request.get_json(silent=True) if request.is_json else request.form
    found = []
    for field in ("phone", "text"):
        value = given.get(field) if given else None
        if not isinstance(value, str) or not value.strip():
            found.append({"field": field, "message": "must be a text that is not empty"})
    if found or given is None:
        return jsonify({"errors": found}), 422
    here = service()
    phone, text, key = given["phone"].strip(), given["text"].strip()[:1000], uuid.uuid4().hex
    with here.database.begin(SERVICE) as session:
        answers.keep_on_handset(session, phone=phone, text=text, key=key, now=here.now())
        answers.receive_sms(
            session, phone=phone, text=text, message_key=key, wording=here.tools["wording"], now=here.now()
        )
    if request.is_json:
        return jsonify({"phone": phone, "text": text}), 201
    return redirect(url_for("handset.phones"))
