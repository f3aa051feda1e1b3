"""What one sweep of the clock process costs: by what is due, not by what exists. On committed, analysed tables."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from config import embedded, schedule
from config.demo import load_demo
from config.migrate import service_url, upgrade
from config.parts import Parts, assemble, keyring
from config.settings import Settings
from intake.register.database import SERVICE, Database, connect
from tests.conftest import FakeClock, FakeProvider

FEW, MANY, DUE = 10_000, int(os.environ.get("BENCH_CLOCKS", "1000000")), 100
ROUNDS = 7
NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)

CASES = """
insert into "case" (id, number, level, state, division, code, village, unit_id, opened_at, needs_confirmation,
                    placement, rung, next_rung_at, hand, idle_at, idle_step)
select gen_random_uuid(), 'B-' || n, (array['red', 'orange', 'yellow'])[1 + n % 3],
       case when n % 2 = 0 then 'acknowledged' else 'assigned' end, u.division, u.division, '', u.id, :now, false,
       :sealed, 3, case when n % 2 = 1 then cast(:later as timestamptz) + n * interval '1 second' end, 1,
       case when n % 2 = 0 then cast(:later as timestamptz) + n * interval '1 second' end, 0
from generate_series(cast(:first as int), cast(:last as int)) n
join (select id, division, row_number() over (order by division) - 1 as place, count(*) over () as units
      from unit where kind = 'station') u on u.place = n % u.units
"""
CLOCKS = """
insert into clock (id, case_id, act, started_at, due_at, warn_at, escalated)
select gen_random_uuid(), c.id, a.act, :now,
       cast(:later as timestamptz) + (a.place * 250000 + substr(c.number, 3)::int) * interval '1 second',
       cast(:later as timestamptz) + (a.place * 250000 + substr(c.number, 3)::int - 600) * interval '1 second', 0
from "case" c, (values ('acknowledge', 0), ('visit', 1), ('answer', 2), ('close', 3)) a(act, place)
where substr(c.number, 3)::int between :first and :last
"""
EVENTS = """
insert into event (id, stream, seq, kind, at, actor, payload, previous, hash, relay_at, relay_attempts, relayed_at)
select gen_random_uuid(), c.id, k.seq, k.kind, :now, 'system',
       jsonb_build_object('case_id', c.id, 'notice_id', c.id, 'officer_id', o.id, 'officers', jsonb_build_array(o.id)),
       '', '', :now, 0, :now
from "case" c, (values (1, 'RungReached'), (2, 'NoticeQueued'), (3, 'NoticeSent')) k(seq, kind),
     (select id from officer limit 1) o
where substr(c.number, 3)::int between :first and :last
"""


@dataclass
class Filled:
    """A service on a database of its own, and its owner's hand to fill it with."""

    parts: Parts
    owner: Engine
    clock: FakeClock

    def fill(self, first: int, last: int) -> None:
        """Cases `first` to `last`, with four open clocks each; none of them due for a day."""
        sealed = keyring(self.parts.settings).seal(json.dumps({}).encode(), column="case.placement")
        given = {
            "now": self.clock.at,
            "later": self.clock.at + timedelta(days=1),
            "first": first,
            "last": last,
        }
        with self.owner.begin() as connection:
            connection.execute(text(CASES), {**given, "sealed": sealed})
            connection.execute(text(CLOCKS), given)
            connection.execute(text(EVENTS), given)
        with self.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ('"case"', "clock", "event"):
                # Once, by us: a vacuum that starts by itself would fall into one of the two only.
                connection.execute(text(f"alter table {table} set (autovacuum_enabled = false)"))
                connection.execute(text(f"vacuum analyze {table}"))

    def make_due(self, number: int) -> None:
        """So many of the open visit clocks run out now."""
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "update clock set due_at = :now where id in (select id from clock where act = 'visit' "
                    "and breached_at is null and met_at is null order by id limit :number)"
                ),
                {"now": self.clock.at, "number": number},
            )

    def settle(self) -> None:
        """What was rung for is thrown away: a worker's work is not the sweep's."""
        self.parts.doorbell.redis.flushall()
        with self.owner.begin() as connection:
            connection.execute(text("update event set relayed_at = now() where relayed_at is null"))
            connection.execute(
                text("update clock set met_at = now() where breached_at is not null and met_at is null")
            )


@contextmanager
def filled_with(number: int, servers: embedded.Addresses, directory: Path) -> Iterator[Filled]:
    """A service on a database of its own with so many open clocks."""
    name = f"bench{number}"
    url = make_url(servers.owner_url)
    with psycopg.connect(
        host=url.query["host"], user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"create database {name} owner hutong_owner")  # type: ignore[call-overload]
    owner_url = url.set(database=name).render_as_string(hide_password=False)
    settings = Settings.from_environ(
        {"DATA_DIR": str(directory), "DATABASE_URL": owner_url, "REDIS_URL": servers.redis_url}
    )
    upgrade(owner_url, settings)
    load_demo(settings)
    engine, owner = connect(service_url(settings, owner_url), keyring(settings)), create_engine(owner_url)
    clock = FakeClock(NOON)
    parts = assemble(settings, now=clock, database=Database(engine), provider=FakeProvider())
    filled = Filled(parts, owner, clock)
    filled.fill(1, number // 4)
    yield filled
    parts.doorbell.redis.close()
    engine.dispose()
    owner.dispose()


def milliseconds(work: Callable[..., object], *given: object) -> float:
    start = time.perf_counter()
    work(*given)
    return (time.perf_counter() - start) * 1000


def one_sweep(filled: Filled, *, due: int) -> dict[str, float]:
    """Milliseconds of one sweep in which `due` clocks run out, by its parts; the auditor's turn beside it."""
    filled.settle()
    filled.make_due(due)
    filled.clock.forward(seconds=1)
    took = {
        part.__name__.strip("_"): milliseconds(part, filled.parts, filled.clock.at) for part in schedule.PARTS
    }
    return {
        "sweep": sum(took.values()),
        **took,
        "beside it, the auditor": milliseconds(schedule.audit_some, filled.parts),
    }


def told(filled: Filled) -> float:
    """Milliseconds for each of the clocks that have run out, until who is above has been rung for, sweep by sweep."""
    filled.settle()
    filled.make_due(DUE)
    filled.clock.forward(seconds=1)
    schedule.sweep(filled.parts)
    return milliseconds(schedule.sweep, filled.parts) / DUE


def median(rounds: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in rounds)


def best(rounds: list[dict[str, float]], name: str) -> float:
    """What it costs when nothing else is at work on the machine, as near as can be."""
    return min(one[name] for one in rounds)


def test_one_sweep_with_a_hundred_due_and_a_million_open(servers: embedded.Addresses, tmp_path: Path) -> None:
    """By turns on a database with few open clocks and one with many: what else the machine does is in both."""
    with filled_with(FEW, servers, tmp_path) as few, filled_with(MANY, servers, tmp_path) as many:
        for due in (0, DUE):
            found: dict[int, list[dict[str, float]]] = {FEW: [], MANY: []}
            for turn in range(ROUNDS + 2):
                for size, filled in ((FEW, few), (MANY, many)):
                    took = one_sweep(filled, due=due)
                    if turn >= 2:
                        found[size].append(took)
            for size, rounds in found.items():
                parts = ", ".join(f"{name} {median(rounds, name):.1f}" for name in rounds[0])
                print(
                    f"\n  {size} open clocks, {due} due, ms: best {best(rounds, 'sweep'):.1f}, medians: {parts}"
                )
            growth = statistics.median(
                after["sweep"] / before["sweep"]
                for before, after in zip(found[FEW], found[MANY], strict=True)
            )
            print(
                f"\n  one sweep with {due} due, {MANY} open clocks against {FEW}: {growth:.2f} times the time"
            )
            assert growth > 0
        print(f"\n  then, with {MANY} open, each breach told to the unit above: {told(many):.1f} ms")
        many.make_due(DUE)
        with many.parts.database.begin(SERVICE) as session:
            for name, question in QUESTIONS.items():
                plan = "\n".join(session.scalars(text(f"explain {question}"), {"now": many.clock.at}))
                print(f"\n  {name}:\n    " + plan.replace("\n", "\n    "))
                assert f"using {name}" in plan or f"on {name}" in plan


QUESTIONS = {
    "ix_clock_open": "select * from clock where due_at <= :now and met_at is null and breached_at is null "
    "order by due_at limit 100 for no key update skip locked",
    "ix_clock_warn": "select id from clock where warn_at is not null and met_at is null and breached_at is null "
    "and warn_at <= :now order by warn_at limit 100",
    "ix_clock_escalate": "select id from clock where escalate_at <= :now and escalate_at is not null "
    "and met_at is null order by escalate_at limit 100",
    "ix_case_next_rung": 'select id from "case" where next_rung_at <= :now order by next_rung_at limit 100',
    "ix_case_idle": 'select id from "case" where idle_at <= :now and idle_at is not null order by idle_at limit 100',
    "ix_case_open": "select * from \"case\" where state <> 'closed' and id > gen_random_uuid() order by id limit 100",
}
