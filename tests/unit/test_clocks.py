"""By when: the table of clocks and working time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.parts import TABLES
from routing.clocks import table
from routing.clocks.table import ClockTableError
from routing.clocks.worktime import CHINA, WorkingTime, calendar_known, is_working_day

OFFICE = WorkingTime(((time(8, 30), time(12)), (time(14), time(17, 30))))


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "hours", "due", "why"),
    [
        ("2026-03-05 09:00", 2, "2026-03-05 11:00", "inside a period"),
        ("2026-03-05 11:00", 2, "2026-03-05 15:00", "over the lunch break"),
        ("2026-03-05 16:30", 4, "2026-03-06 11:30", "over the night"),
        ("2026-03-06 17:00", 4, "2026-03-09 12:00", "over the weekend"),
        ("2026-03-05 02:00", 4, "2026-03-05 14:30", "from the night before opening"),
        ("2026-09-30 17:00", 4, "2026-10-08 12:00", "over the National Day holiday"),
        ("2026-02-14 09:00", 2, "2026-02-14 11:00", "a Saturday that is a make-up workday (调休)"),
    ],
)
def test_working_time(start: str, hours: float, due: str, why: str) -> None:
    assert OFFICE.after(china(start), timedelta(hours=hours)) == china(due), why


def test_a_year_that_is_not_published_yet_falls_back_to_weekdays() -> None:
    assert not calendar_known(date(2199, 1, 1))
    assert is_working_day(date(2199, 1, 4)) == (date(2199, 1, 4).weekday() < 5)
    assert calendar_known(date(2026, 10, 1))
    assert not is_working_day(date(2026, 10, 1))


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001
    first=st.integers(1, 2000),
    second=st.integers(1, 2000),
)
def test_working_time_adds_up(start: datetime, first: int, second: int) -> None:
    """Going on from where the first part ended comes to the same as going all the way."""
    begin = start.replace(tzinfo=CHINA)
    once = OFFICE.after(begin, timedelta(minutes=first + second))
    twice = OFFICE.after(OFFICE.after(begin, timedelta(minutes=first)), timedelta(minutes=second))
    assert once == twice
    assert once >= begin + timedelta(minutes=first + second)


def test_the_protocols_default_clocks() -> None:
    clocks = table.load(TABLES / "clocks.toml")
    night = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)  # 02:00 of a Thursday in China
    red = clocks.clocks("red", since=night)
    assert red["acknowledge"] - night == timedelta(minutes=10)
    assert red["visit"] - night == timedelta(hours=2)
    orange = clocks.clocks("orange", since=night)
    assert orange["acknowledge"] - night == timedelta(minutes=30)
    assert orange["visit"] - night == timedelta(hours=24)
    yellow = clocks.clocks("yellow", since=night)
    assert yellow["acknowledge"] == china("2026-03-05 14:30"), "four working hours"
    assert yellow["visit"] == china("2026-03-09 17:30"), "three working days"
    assert set(clocks.clocks("green", since=night)) == {"answer"}
    assert [clocks.rung("red", rung, since=night) for rung in range(5)] == [
        night,
        night + timedelta(minutes=3),
        night + timedelta(minutes=6),
        night + timedelta(minutes=10),
        None,
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[green]", "[violet]"), "[violet]"),
        (("acknowledge = { minutes = 10 }", ""), "[red] acknowledge is missing"),
        (("visit = { hours = 2 }", "visit = { hours = -2 }"), "[red] visit"),
        (("visit = { hours = 2 }", "visit = { weeks = 2 }"), "'weeks'"),
        (("visit = { hours = 2 }", "call = { hours = 2 }"), "'call'"),
        (('["14:00", "17:30"]', '["11:00", "17:30"]'), "periods"),
        (("visit = { hours = 2 }", "visit = { hours = 2"), "clocks.toml"),
    ],
)
def test_a_table_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = (TABLES / "clocks.toml").read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "clocks.toml"
    broken.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ClockTableError, match=said.replace("[", r"\[").replace("]", r"\]")):
        table.load(broken)
