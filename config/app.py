"""The only place that puts the web application together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from flask import Flask
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator

import intake.register.accounts.web
import intake.web
import notifications.phone
import notifications.web
import routing.acts
import routing.rota.web
import routing.units.web
import routing.web
import triage.web
from config import advice, demo, health, pages
from config.parts import TABLES, Parts, assemble, warm
from config.settings import Settings
from intake.register.database import SERVICE
from intake.register.service import EXTENSION, Service, Verdict
from triage import queries as triage_queries

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, surface: str = "all", parts: Parts | None = None) -> Flask:
    """`surface`: "public" has no staff route, "staff" no public one, "all" has both.
    Lexicon and divisions are loaded here, before a fork, and not in the first request."""
    if surface not in ("all", "public", "staff"):
        raise ValueError(f"surface: {surface!r} is not all, public or staff")
    settings = settings or Settings.from_environ()
    parts = parts or assemble(settings)
    warm(settings)
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.extensions[EXTENSION] = _service(settings, parts)
    pages.init_app(app, settings)
    intake.register.accounts.web.init_app(app)
    app.register_blueprint(health.blueprint)
    if surface != "staff":
        for blueprint in (intake.web.public, intake.web.api, routing.web.public, routing.web.api):
            app.register_blueprint(blueprint)
        app.register_blueprint(notifications.phone.twilio)
        app.register_blueprint(notifications.web.links)
        app.register_blueprint(routing.rota.web.public)
        pages.without_csrf(
            app,
            intake.web.public,
            intake.web.api,
            routing.web.public,
            routing.web.api,
            notifications.phone.twilio,
            notifications.web.links,
        )
    if surface != "public":
        app.register_blueprint(intake.register.accounts.web.accounts)
        app.register_blueprint(routing.web.staff)
        app.register_blueprint(routing.units.web.units)
        app.register_blueprint(routing.rota.web.rota)
        app.register_blueprint(routing.acts.acts)
        app.register_blueprint(triage.web.staff)
        if settings.mode == "demo":
            app.register_blueprint(notifications.web.handset)
            pages.without_csrf(app, notifications.web.handset)
    return app


def _service(settings: Settings, parts: Parts) -> Service:
    words = advice.load(TABLES / "advice.toml")

    def verdict(report_id: UUID) -> Verdict:
        language = "en" if str(get_locale()).startswith("en") else "zh"
        try:
            with parts.database.begin(SERVICE) as session:
                found = triage_queries.standing(session, report_id)
        except SQLAlchemyError:
            log.exception("no verdict on report %s", report_id)
            found = None
        if found is None or found.source == "unread":
            return Verdict(None, None, words[language]["unread"])
        return Verdict(found.level, found.call_police, words[language][found.level])

    tools: Mapping[str, object] = {
        "wording": parts.tools.wording,
        "divisions": lambda: parts.tools.gazetteer().divisions,
        "clocks": parts.tools.clocks,
        "reader": parts.tools.reader,
        "twilio_validator": (
            RequestValidator(settings.twilio_auth_token) if settings.twilio_auth_token else None
        ),
    }
    return Service(
        database=parts.database,
        now=parts.tools.now,
        home=settings.home_city,
        city=lambda: parts.tools.gazetteer().division(settings.home_city).name,
        public_url=settings.public_url,
        demo=settings.mode == "demo",
        verdict=verdict,
        health=lambda: health.check(parts),
        tools=tools,
        sign_ins=tuple(demo.sign_ins()) if settings.mode == "demo" else (),
    )
