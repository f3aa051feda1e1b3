"""`make bench`: how long lists of a city's and of a province's size take, and looking ahead over a city's rosters."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.orm import Session

from config.parts import Parts, gazetteer
from intake.register.database import SERVICE
from routing.rota import queries as rota
from routing.units import operations, queries
from routing.units.parsing import parse
from tests.bench import establishments
from tests.conftest import FakeClock


def taken(
    session: Session, data: bytes, clock: FakeClock
) -> tuple[float, dict[str, tuple[int, int, int, int]]]:
    start = time.perf_counter()
    plan = operations.take_over(
        session, parse(data), divisions=gazetteer().divisions, division="", actor="system", now=clock.at
    )
    return time.perf_counter() - start, plan.counts


@pytest.mark.parametrize("place", ["Weinan", "Guizhou"])
def test_lists_are_taken_over_in_seconds(parts: Parts, clock: FakeClock, place: str) -> None:
    divisions = gazetteer().divisions
    lists = (
        establishments.weinan(divisions) if place == "Weinan" else establishments.province(divisions, "52")
    )
    data = establishments.as_excel(lists)
    with parts.database.begin(SERVICE) as session:
        first, counts = taken(session, data, clock)
        again, unchanged = taken(session, data, clock)
        start = time.perf_counter()
        area = "6105" if place == "Weinan" else "52"
        covered = queries.coverage(session, divisions=divisions, area=area, now=clock.at)
        looked = time.perf_counter() - start
        start = time.perf_counter()
        operations.take_out(
            session, division=area, form="xlsx", account_id=None, actor="system", now=clock.at
        ).file()
        out = time.perf_counter() - start
    print(
        f"\n  {place}: {counts['units'][0]} units, {counts['staff'][0]} staff, {len(data) // 1024} KB of Excel: "
        f"taken over in {first:.1f} s, the same again {again:.1f} s, coverage {looked:.2f} s "
        f"({len(covered.gaps)} gaps), taken out {out:.1f} s"
    )
    assert counts["units"][0] > 280
    assert (unchanged["units"][0], unchanged["staff"][0]) == (0, 0)
    assert covered.overlaps == ()


def test_looking_ahead_over_a_city(parts: Parts, clock: FakeClock) -> None:
    """The demo city: what the desk asks every ten seconds, and what the page of duty asks."""
    with parts.database.begin(SERVICE) as session:
        start = time.perf_counter()
        units = rota.ahead(session, area="1407", now=clock.at)
        page = time.perf_counter() - start
        start = time.perf_counter()
        rota.tonight(session, area="1407", now=clock.at)
        desk = time.perf_counter() - start
    print(
        f"\n  {len(units)} units: the next 14 days in {page * 1000:.0f} ms, tonight in {desk * 1000:.0f} ms"
    )
    assert len(units) > 100
