"""What this deployment is told from outside: environment variables, read once into a frozen value."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from config import formats

Mode = Literal["demo", "production"]
T = TypeVar("T")

ENVIRONMENT: dict[str, str] = {
    "HUTONG_MODE": "`demo` (default) or `production`",
    "DATA_DIR": "where the embedded servers, the demo's secrets and the logs live; default `./data`",
    "HOST": "address the web server listens on; default `127.0.0.1`; a demo takes no other than loopback",
    "PORT": "port of the web server; default `8000`",
    "DATABASE_URL": "PostgreSQL, as the role that owns the tables; demo default: an embedded server",
    "REDIS_URL": "Redis; demo default: an embedded server",
    "DEMO_CITY": "four digits of GB/T 2260, the city a demo plays; default `1407` (晋中)",
    "HOME_CITY": "four digits of GB/T 2260, the city that runs this service; production only",
    "SECRET_KEY": "signs sessions, 32 characters or more; demo: made up once",
    "ENCRYPTION_KEYS": "`id:base64 of 32 bytes`, comma separated; the first encrypts, all decrypt",
    "INDEX_KEY": "base64 of 32 bytes, keys the blind indexes, return codes and links; demo: made up once",
    "PUBLIC_URL": "the address people and Twilio reach; demo default `http://HOST:PORT`",
    "TWILIO_ACCOUNT_SID": "Twilio account; production needs all three TWILIO credentials, a demo takes all or none",
    "TWILIO_AUTH_TOKEN": "Twilio's token, also verifies its webhooks",
    "TWILIO_FROM": "the number messages come from, E.164",
    "TWILIO_API_URL": "where Twilio's API is; default `https://api.twilio.com`",
    "WORKERS": "how many worker processes send notices; default `2`",
    "LOG_LEVEL": "`DEBUG`, `INFO` (default), `WARNING` or `ERROR`",
}
"""Every variable that is read, with its meaning. A variable that is not here cannot be read."""

FROM_FILE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY", "TWILIO_AUTH_TOKEN")
"""Variables that may be given as `NAME_FILE`, the path of a file that holds the value."""

SECRETS_FILE = "secrets.toml"


class SettingsError(ValueError):
    """All that is missing or wrong, at once.

    `problems` holds one sentence for each, beginning with the variable's name.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one deployment. Secrets, and URLs that may hold a password, are not in its repr.

    `database_url` is the owner's, with the driver (`postgresql+psycopg://`); it and `redis_url` are None
    where the embedded servers are to be used. `encryption_keys` are (id, 32 bytes), the current key first.
    `home_city` is the four-digit code of the city that runs this service; in a demo it is `demo_city`.
    """

    mode: Mode
    data_dir: Path
    host: str
    port: int
    public_url: str
    demo_city: str
    home_city: str
    workers: int
    log_level: str
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    secret_key: str = field(repr=False)
    encryption_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    index_key: bytes = field(repr=False)
    twilio_account_sid: str | None
    twilio_auth_token: str | None = field(repr=False)
    twilio_from: str | None
    twilio_api_url: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `environ`. An empty value counts as not given.

        A demo makes up the secrets it is not given, see `demo_secrets`.
        Raises SettingsError naming every variable that is missing or wrong.
        """
        read = _Reader(environ)
        mode = read.text("HUTONG_MODE", default="demo")
        if mode not in ("demo", "production"):
            read.problem("HUTONG_MODE", f"is {mode!r}, not demo or production")
        demo = mode == "demo"
        data_dir = Path(read.text("DATA_DIR", default="data")).expanduser().absolute()
        if demo and any(read.given(name) is None for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY")):
            try:
                read.defaults = demo_secrets(data_dir)
            except (OSError, tomllib.TOMLDecodeError) as error:
                read.problem("DATA_DIR", f"cannot hold {SECRETS_FILE}: {error}")

        host = read.parsed("HOST", formats.host(demo), default="127.0.0.1")
        port = read.parsed("PORT", formats.whole(1, 65535), default="8000")
        city = read.parsed("DEMO_CITY", formats.city, default="1407")
        local_url = _local_url(host, port)
        twilio = {
            name: read.given(name) for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
        }
        if any(twilio.values()) or not demo:
            why = "no notice would reach a telephone" if not any(twilio.values()) else "the others are given"
            for name in (name for name, value in twilio.items() if value is None):
                read.problem(name, f"is missing; {why}")

        settings = cls(
            mode="demo" if demo else "production",
            data_dir=data_dir,
            host=host,
            port=port,
            public_url=read.parsed(
                "PUBLIC_URL", formats.public_url(demo), default=local_url if demo else None
            ),
            demo_city=city,
            home_city=city if demo else read.parsed("HOME_CITY", formats.city),
            workers=read.parsed("WORKERS", formats.whole(1, 64), default="2"),
            log_level=read.parsed("LOG_LEVEL", formats.log_level, default="INFO"),
            database_url=read.parsed_or_none("DATABASE_URL", formats.database_url, required=not demo),
            redis_url=read.parsed_or_none("REDIS_URL", formats.redis_url, required=not demo),
            secret_key=read.parsed("SECRET_KEY", formats.secret_key),
            encryption_keys=read.parsed("ENCRYPTION_KEYS", formats.encryption_keys),
            index_key=read.parsed("INDEX_KEY", formats.key_of_32_bytes),
            twilio_account_sid=twilio["TWILIO_ACCOUNT_SID"],
            twilio_auth_token=twilio["TWILIO_AUTH_TOKEN"],
            twilio_from=twilio["TWILIO_FROM"],
            twilio_api_url=read.parsed("TWILIO_API_URL", formats.web_url, default="https://api.twilio.com"),
        )
        if read.problems:
            raise SettingsError(read.problems)
        return settings

    @property
    def local_url(self) -> str:
        """Where this machine reaches the web server."""
        return _local_url(self.host, self.port)

    def to_environ(self) -> dict[str, str]:
        """The variables from which `from_environ` reads these settings again; secrets included."""
        keys = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in self.encryption_keys)
        values = {
            "HUTONG_MODE": self.mode,
            "DATA_DIR": str(self.data_dir),
            "HOST": self.host,
            "PORT": str(self.port),
            "PUBLIC_URL": self.public_url,
            "DEMO_CITY": self.demo_city,
            "HOME_CITY": self.home_city,
            "WORKERS": str(self.workers),
            "LOG_LEVEL": self.log_level,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret_key,
            "ENCRYPTION_KEYS": keys,
            "INDEX_KEY": base64.b64encode(self.index_key).decode(),
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM": self.twilio_from,
            "TWILIO_API_URL": self.twilio_api_url,
        }
        return {name: value for name, value in values.items() if value is not None}


def _local_url(host: str, port: int) -> str:
    # A host that was found wrong is None here, and nobody will see the address.
    return f"http://{f'[{host}]' if ':' in str(host) else host}:{port}"


def demo_secrets(data_dir: Path) -> dict[str, str]:
    """The secrets of a demo: made up on the first call, read from DATA_DIR/secrets.toml after.

    The file is for its owner only (0600). Whoever loses it loses what the database holds encrypted.
    Two first calls at once agree on one file. Raises OSError where `data_dir` cannot be written.
    """
    path = data_dir / SECRETS_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made_up = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": f"demo1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        handle, draft = tempfile.mkstemp(dir=data_dir, prefix=".secrets-")  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.writelines(f'{name} = "{value}"\n' for name, value in made_up.items())
            with suppress(FileExistsError):
                os.link(draft, path)  # unlike rename, never overwrites
        finally:
            Path(draft).unlink()
    with path.open("rb") as file:
        return {name: str(value) for name, value in tomllib.load(file).items()}


class _Reader:
    """Reads variables and collects what is wrong with them; goes on with a stand-in after a fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.defaults: Mapping[str, str] = {}
        self.problems: list[str] = []

    def problem(self, name: str, what: str) -> None:
        sentence = f"{name} {what}"
        if sentence not in self.problems:
            self.problems.append(sentence)

    def given(self, name: str) -> str | None:
        """The value in the environment, or in the file that NAME_FILE names; None where there is none."""
        if name not in ENVIRONMENT:
            raise KeyError(name)
        value = self.environ.get(name, "").strip()
        path = self.environ.get(f"{name}_FILE", "").strip() if name in FROM_FILE else ""
        if value and path:
            self.problem(name, f"is given twice, also as {name}_FILE")
        elif path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.problem(f"{name}_FILE", f"cannot be read: {error}")
                return "?"
            if not value:
                self.problem(f"{name}_FILE", "names an empty file")
                return "?"
        return value or None

    def text(self, name: str, *, default: str) -> str:
        return self.given(name) or default

    def parsed(self, name: str, parse: Callable[[str], T], *, default: str | None = None) -> T:
        """The value through `parse`, which raises ValueError saying what is wrong with it."""
        value = self.parsed_or_none(name, parse, default=default, required=True)
        # None only after a problem was noted: from_environ raises before anybody sees it.
        return value  # type: ignore[return-value]

    def parsed_or_none(
        self, name: str, parse: Callable[[str], T], *, default: str | None = None, required: bool
    ) -> T | None:
        value = self.given(name) or self.defaults.get(name) or default
        if value is None:
            if required and not any(problem.startswith("DATA_DIR cannot hold") for problem in self.problems):
                self.problem(name, "is missing")
            return None
        if any(problem.startswith(f"{name}_FILE ") for problem in self.problems):
            return None
        try:
            return parse(value)
        except ValueError as error:
            self.problem(name, str(error))
            return None
