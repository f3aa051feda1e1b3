"""Settings: read once, all faults told at once, secrets never shown."""

from __future__ import annotations

import base64
import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.settings import ENVIRONMENT, Settings, SettingsError, demo_secrets

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()
PRODUCTION = {
    "HUTONG_MODE": "production",
    "HOME_CITY": "1407",
    "DATABASE_URL": "postgres://owner:s3cret-pw@db.example:5433/hutong?sslmode=require",
    "REDIS_URL": "rediss://:redis-pw@redis.example:6380/1",
    "PUBLIC_URL": "https://hutong.example/",
    "SECRET_KEY": "x" * 40,
    "ENCRYPTION_KEYS": f"new:{KEY}, old:{OTHER_KEY}",
    "INDEX_KEY": KEY,
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "t0ken",
    "TWILIO_FROM": "+15005550006",
}


def problems(environ: dict[str, str]) -> dict[str, str]:
    """Variable to what is said about it."""
    with pytest.raises(SettingsError) as raised:
        Settings.from_environ(environ)
    return dict(problem.split(" ", 1) for problem in raised.value.problems)


def test_a_demo_needs_nothing_but_a_directory(tmp_path: Path) -> None:
    settings = Settings.from_environ({"DATA_DIR": str(tmp_path / "new")})
    assert settings.mode == "demo"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 2)
    assert settings.public_url == settings.local_url == "http://127.0.0.1:8000"
    assert settings.demo_city == settings.home_city == "1407"
    assert settings.database_url is None
    assert settings.redis_url is None
    assert [len(key) for _, key in settings.encryption_keys] == [32]
    assert len(settings.index_key) == 32


def test_a_demo_keeps_the_secrets_it_made_up(tmp_path: Path) -> None:
    first = Settings.from_environ({"DATA_DIR": str(tmp_path)})
    again = Settings.from_environ({"DATA_DIR": str(tmp_path)})
    assert first == again
    file = tmp_path / "secrets.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tomllib.loads(file.read_text())["SECRET_KEY"] == first.secret_key
    other = Settings.from_environ({"DATA_DIR": str(tmp_path / "other")})
    assert first.secret_key != other.secret_key
    assert first.index_key != other.index_key


def test_a_given_secret_goes_before_a_made_up_one(tmp_path: Path) -> None:
    settings = Settings.from_environ({"DATA_DIR": str(tmp_path), "INDEX_KEY": KEY})
    assert settings.index_key == b"k" * 32
    assert settings.secret_key == demo_secrets(tmp_path)["SECRET_KEY"]


def test_several_first_starts_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(demo_secrets, [tmp_path] * 16))
    assert all(secrets == found[0] for secrets in found)
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.toml"]


def test_production_reads_what_it_is_given() -> None:
    settings = Settings.from_environ(PRODUCTION)
    assert (
        settings.database_url == "postgresql+psycopg://owner:s3cret-pw@db.example:5433/hutong?sslmode=require"
    )
    assert settings.encryption_keys == (("new", b"k" * 32), ("old", b"o" * 32))
    assert settings.public_url == "https://hutong.example"
    assert settings.home_city == "1407"


def test_production_without_anything_names_everything() -> None:
    found = problems({"HUTONG_MODE": "production"})
    assert set(found) == set(PRODUCTION) - {"HUTONG_MODE"}
    assert {said.split(";")[0] for said in found.values()} == {"is missing"}


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = problems(
        {
            "DATA_DIR": str(tmp_path),
            "HOST": "0.0.0.0",
            "PORT": "70000",
            "WORKERS": "none",
            "DEMO_CITY": "晋中",
            "DATABASE_URL": "mysql://u@h/d",
            "REDIS_URL": "http://h",
            "LOG_LEVEL": "LOUD",
            "SECRET_KEY": "short",
            "ENCRYPTION_KEYS": f"a:{KEY},a:{KEY}",
            "INDEX_KEY": "AAAA",
            "TWILIO_FROM": "+15005550006",
        }
    )
    assert set(found) == {
        *("HOST", "PORT", "WORKERS", "DEMO_CITY", "DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "SECRET_KEY"),
        *("ENCRYPTION_KEYS", "INDEX_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "localhost", "::1"])
def test_a_demo_listens_on_loopback(tmp_path: Path, host: str) -> None:
    assert Settings.from_environ({"DATA_DIR": str(tmp_path), "HOST": host}).host == host


def test_an_ipv6_host_is_bracketed_in_addresses(tmp_path: Path) -> None:
    settings = Settings.from_environ({"DATA_DIR": str(tmp_path), "HOST": "::1", "PORT": "81"})
    assert settings.public_url == "http://[::1]:81"


def test_production_listens_anywhere_but_is_reached_through_https() -> None:
    assert Settings.from_environ({**PRODUCTION, "HOST": "0.0.0.0"}).host == "0.0.0.0"
    assert set(problems({**PRODUCTION, "PUBLIC_URL": "http://hutong.example"})) == {"PUBLIC_URL"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address(tmp_path: Path, scheme: str) -> None:
    settings = Settings.from_environ({"DATA_DIR": str(tmp_path), "DATABASE_URL": f"{scheme}://u:p%40w@h/d"})
    assert settings.database_url == "postgresql+psycopg://u:p%40w@h/d"


def test_no_secret_is_in_the_repr() -> None:
    environ = {
        **PRODUCTION,
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_FROM": "+1",
        "TWILIO_AUTH_TOKEN": "tw-token",
    }
    shown = repr(Settings.from_environ(environ))
    for secret in ("s3cret-pw", "redis-pw", "xxxx", "kkkk", "tw-token", KEY):
        assert secret not in shown


def test_no_secret_is_in_a_complaint() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environ(
            {
                **PRODUCTION,
                "DATABASE_URL": "mysql://u:hidden-1@h/d",
                "REDIS_URL": "http://:hidden-2@h",
                "SECRET_KEY": "hidden-3",
                "ENCRYPTION_KEYS": "hidden-4",
                "INDEX_KEY": "hidden-5",
            }
        )
    assert len(raised.value.problems) == 5
    assert "hidden" not in str(raised.value)


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-the-file-" + "y" * 32 + "\n")
    environ = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    settings = Settings.from_environ({**environ, "SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == "from-the-file-" + "y" * 32


def test_a_secret_file_that_is_not_there_or_comes_beside_the_variable(tmp_path: Path) -> None:
    assert set(problems({**PRODUCTION, "SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "none")})) == {
        "SECRET_KEY_FILE"
    }
    (tmp_path / "key").write_text("z" * 40)
    found = problems({**PRODUCTION, "SECRET_KEY_FILE": str(tmp_path / "key")})
    assert found == {"SECRET_KEY": "is given twice, also as SECRET_KEY_FILE"}


def test_an_unwritable_data_dir_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert set(problems({"DATA_DIR": str(tmp_path / "file" / "x")})) == {"DATA_DIR"}


def test_settings_survive_the_way_to_a_child_process(tmp_path: Path) -> None:
    for settings in (Settings.from_environ(PRODUCTION), Settings.from_environ({"DATA_DIR": str(tmp_path)})):
        environ = settings.to_environ()
        assert Settings.from_environ(environ) == settings
        assert set(environ) <= set(ENVIRONMENT)
