"""The running parts that web, worker and clock share, wired from settings and tables."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from config import embedded
from config.migrate import service_url
from config.relay import Doorbell, Relay
from config.settings import Settings
from config.wiring import SUBSCRIPTIONS, Tools
from intake.register.database import Database, connect
from intake.register.keyring import Keyring
from notifications import wording
from notifications.providers.handset import Handset
from notifications.providers.provider import Provider
from notifications.providers.twilio import TwilioSMS
from routing.clocks import table as clocks
from routing.places import Gazetteer
from triage.reader import Reader

TABLES: Final = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts that web, worker and clock share. Nothing is connected before it is used."""

    settings: Settings
    database: Database
    doorbell: Doorbell
    relay: Relay
    tools: Tools


def utc_now() -> datetime:
    return datetime.now(UTC)


@functools.cache
def reader() -> Reader:
    """Loaded once a process, before it forks."""
    return Reader.load(TABLES)


@functools.cache
def gazetteer() -> Gazetteer:
    return Gazetteer.load(TABLES / "divisions.tsv.xz", TABLES / "places.toml")


def warm(settings: Settings) -> None:
    """What the first report would otherwise wait for. Before the fork, so that its memory is shared."""
    reader()
    gazetteer().warm([settings.home_city])


def assemble(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    database: Database | None = None,
    provider: Provider | None = None,
) -> Parts:
    """Wires the parts. `now`, `database` and `provider` are the seams where a test puts its own."""
    if database is None:
        owner = settings.database_url or embedded.addresses(settings.data_dir).owner_url
        database = Database(connect(service_url(settings, owner), keyring(settings)))
    if provider is None:
        provider = _provider(settings, database, now)
    tools = Tools(
        database=database,
        now=now,
        home=settings.home_city,
        public_url=settings.public_url,
        reader=reader,
        gazetteer=gazetteer,
        clocks=clocks.load(TABLES / "clocks.toml"),
        wording=wording.load(TABLES / "wording.toml", language="zh"),
        provider=provider,
    )
    doorbell = Doorbell.at(settings.redis_url or embedded.addresses(settings.data_dir).redis_url)
    relay = Relay(database, doorbell, SUBSCRIPTIONS, tools, now)
    database.after_commit = relay.ring
    database.unheard = frozenset(kind.__name__ for kind, listeners in SUBSCRIPTIONS.items() if not listeners)
    return Parts(settings, database, doorbell, relay, tools)


def keyring(settings: Settings) -> Keyring:
    return Keyring(dict(settings.encryption_keys), settings.index_key, secrets.token_bytes)


def _provider(settings: Settings, database: Database, now: Callable[[], datetime]) -> Provider:
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_from:
        return TwilioSMS(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            api_url=settings.twilio_api_url,
        )
    return Handset(database, now)
