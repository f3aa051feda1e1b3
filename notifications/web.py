"""The one-tap link, and the demo's handset."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import groupby

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.register.database import SERVICE
from intake.register.service import service
from intake.report import readable
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
    after = request.args.get("after", "0")
    if not after.isdecimal() or int(after) >= 2**31:
        return jsonify({"errors": [{"field": "after", "message": "must be the id of a message"}]}), 422
    with service().database.begin(SERVICE) as session:
        found = queries.handset_messages(session, after=int(after))
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
    found: list[str] = []
    problems: list[dict[str, str]] = []
    for field, longest in (("phone", 32), ("text", 1000)):
        value = given.get(field) if isinstance(given, Mapping) else None
        plain = readable(value).replace("\0", "").strip() if isinstance(value, str) else ""
        if not plain or len(plain) > longest:
            problems.append({"field": field, "message": f"must be a text of 1 to {longest} characters"})
        found.append(plain)
    if problems:
        return jsonify({"errors": problems}), 422
    here = service()
    (phone, text), key = found, uuid.uuid4().hex
    with here.database.begin(SERVICE) as session:
        answers.keep_on_handset(session, phone=phone, text=text, key=key, now=here.now())
        answers.receive_sms(
            session, phone=phone, text=text, message_key=key, wording=here.tools["wording"], now=here.now()
        )
    if request.is_json:
        return jsonify({"phone": phone, "text": text}), 201
    return redirect(url_for("handset.phones"))
