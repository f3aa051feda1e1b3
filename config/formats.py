"""How the value of each environment variable is written.

Each function returns what the text means, or raises ValueError saying what is wrong with it, in words that go
after the variable's name. A value that may hold a secret is not repeated in them.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"is {value!r}, not a whole number from {low} to {high}")
        return int(value)

    return parse


def city(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{3}", value):
        raise ValueError(f"is {value!r}, not the four digits of a city in GB/T 2260, such as 1407")
    return value


def log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(f"is {value!r}, not DEBUG, INFO, WARNING or ERROR")
    return value.upper()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host(demo: bool) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if demo and not is_loopback(value):
            raise ValueError(f"is {value!r}; a demo, whose sign-ins are public, listens on loopback only")
        return value

    return parse


def web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"is {value!r}, not an address such as https://example.org")
    return value.rstrip("/")


def public_url(demo: bool) -> Callable[[str], str]:
    def parse(value: str) -> str:
        url = web_url(value)
        if not demo and not url.startswith("https://") and not is_loopback(urlsplit(url).hostname or ""):
            raise ValueError(f"is {value!r}; outside a demo it begins with https://")
        return url

    return parse


def database_url(value: str) -> str:
    wrong = (
        "is not a PostgreSQL address, such as postgresql://user@host/database"  # value may hold a password
    )
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ValueError(wrong) from error
    if url.drivername not in ("postgres", "postgresql", "postgresql+psycopg") or not url.database:
        raise ValueError(wrong)
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def redis_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        raise ValueError("is not a Redis address, such as redis://host:6379/0")
    return value


def secret_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError("is shorter than 32 characters")
    return value


def key_of_32_bytes(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ValueError("is not the base64 of 32 bytes")
    return key


def encryption_keys(value: str) -> tuple[tuple[str, bytes], ...]:
    keys: dict[str, bytes] = {}
    for item in value.split(","):
        name, colon, encoded = item.strip().partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", name):
            raise ValueError(
                "has an entry that is not `id:base64 of 32 bytes`, id of 1 to 16 of A-Z a-z 0-9 _ -"
            )
        if name in keys:
            raise ValueError(f"has the id {name} twice")
        try:
            keys[name] = key_of_32_bytes(encoded)
        except ValueError as error:
            raise ValueError(f"entry {name} {error}") from None
    return tuple(keys.items())
