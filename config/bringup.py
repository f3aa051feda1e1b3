"""The two errands of `config.serve`: the database before the service starts, the welcome when it answers."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

import httpx
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from config import embedded
from config.settings import Settings

WAIT_SECONDS = 180.0


class BringUpError(RuntimeError):
    """Why the service cannot start, in one line."""


def prepare_database(settings: Settings) -> None:
    """Wait for PostgreSQL and Redis, migrate, and in a demo load the demo city. Raises BringUpError."""
    from config.migrate import RoleError, upgrade

    if settings.database_url is None or settings.redis_url is None:
        raise BringUpError("started by hand? config.serve sets DATABASE_URL and REDIS_URL")
    if settings.database_url == embedded.addresses(settings.data_dir).owner_url:
        _wait("PostgreSQL", lambda: embedded.postgres_answers(settings.data_dir))
        embedded.create_database(settings.data_dir)
    with Redis.from_url(settings.redis_url, socket_timeout=5) as client:
        _wait("Redis", lambda: _answers(client))
    try:
        upgrade(settings.database_url, settings)
        print("  tables    are up to date", flush=True)
        if settings.mode == "demo":
            from config.demo import load_demo

            load_demo(settings)
            print(f"  demo      city {settings.demo_city} is loaded", flush=True)
    except RoleError as error:
        raise BringUpError(str(error)) from error
    except SQLAlchemyError as error:
        logging.getLogger(__name__).debug("bring-up failed", exc_info=error)
        raise BringUpError(f"the database refuses: {str(error).strip().splitlines()[0]}") from error


def welcome(settings: Settings) -> None:
    """Wait until /healthz says that all is alive; print where, and in a demo who one can be."""
    said = "nothing"
    with httpx.Client(trust_env=False, timeout=5) as client:  # loopback: not through a proxy

        def healthy() -> bool:
            nonlocal said
            try:
                answer = client.get(f"{settings.local_url}/healthz")
            except httpx.HTTPError as error:
                said = str(error)
                return False
            said = f"{answer.status_code} {' '.join(answer.text.split())[:300]}"
            return answer.status_code == 200

        try:
            _wait("the service", healthy)
        except BringUpError as error:
            raise BringUpError(f"{error}; /healthz says: {said}") from error
    lines = [f"\n  Hutong answers on {settings.public_url}   (Ctrl-C stops it, its data stays)\n"]
    if settings.mode == "demo":
        from config.demo import sign_ins

        lines += [
            f"    {who}: {username} / {password}  {what}" for who, username, password, what in sign_ins()
        ]
        lines.append("")
    print("\n".join(lines), flush=True)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _wait(who: str, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise BringUpError(f"{who} did not answer within {WAIT_SECONDS:.0f} s")
        time.sleep(0.1)


def main(errand: str) -> int:
    settings = Settings.from_environ()
    try:
        {"prepare-database": prepare_database, "welcome": welcome}[errand](settings)
    except BringUpError as error:
        print(f"hutong: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
