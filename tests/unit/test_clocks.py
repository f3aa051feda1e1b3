"""By when: the table of clocks and working time."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.parts import TABLES
from routing import events
from routing.clocks import table
from routing.clocks.reading import MEETING
from routing.clocks.table import ClockTableError
from routing.clocks.worktime import CHINA, WorkingTime, calendar_known, is_working_day, unknown_years

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
        (("[yellow]", "[red.yellow]"), "section [yellow] is missing"),
        (
            ('visit = ["ChildVisited"]', 'visit = ["NoteWritten"]'),
            "[met_by] visit: 'NoteWritten' is not one of",
        ),
        (('close = ["CaseClosed"]', "close = []"), "[met_by] close"),
        (('visit = ["ChildVisited"]', ""), "[met_by] visit is missing"),
        (('visit = ["ChildVisited"]', 'call = ["ChildVisited"]'), "[met_by] visit is missing"),
        (("visit = { minutes = 30 }, answer", "visit = { hours = 3 }, answer"), "[red] warn visit"),
        (("visit = { minutes = 30 }, answer", "visit = 1.5, answer"), "[red] warn visit: a share"),
        (
            ("warn = { answer = 0.2 }", "warn = { visit = 0.2 }"),
            "[green] warn: this level has no clock 'visit'",
        ),
        (("overdue = [{ minutes = 0 }, { minutes = 30 }]", "overdue = []"), "[red] overdue"),
        (("overdue = [{ minutes = 0 }, { hours = 2 }]", ""), "[orange] overdue is missing"),
        (("idle = { minutes = 30 }", "idle = { minutes = 0 }"), "[red] idle: must be more than nothing"),
        (
            ("repeat = { minutes = 10 }", "repeat = { minutes = 0 }"),
            "[red] repeat: must be more than nothing",
        ),
        (("decide = { working_hours = 4 }", ""), "[yellow] decide is missing"),
        (
            ('order = ["red", ', 'order = ["blue", '),
            "order must list each of red, orange, yellow, green once",
        ),
        (('day_and_night = ["red", ', 'day_and_night = ["rot", '), "day_and_night: 'rot' is not one of"),
        (("longest = { working_days = 10 }", ""), "[pauses] longest is missing"),
        (('zh = "孩子住院治疗，医院不同意探视", ', ""), "[pauses.reasons] hospital"),
        (("[returns.reasons]", "[returns.grounds]"), "[returns.reasons] must name at least one reason"),
    ],
)
def test_a_table_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = (TABLES / "clocks.toml").read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "clocks.toml"
    broken.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ClockTableError, match=said.replace("[", r"\[").replace("]", r"\]")):
        table.load(broken)


def test_the_acts_that_meet_clocks_are_events_that_happen() -> None:
    assert all(is_dataclass(getattr(events, name)) for name in MEETING)


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001
    minutes=st.integers(1, 3000),
)
def test_working_time_there_and_back(start: datetime, minutes: int) -> None:
    work = timedelta(minutes=minutes)
    begin = OFFICE.opening(start.replace(tzinfo=CHINA))
    end = OFFICE.after(begin, work)
    assert OFFICE.between(begin, end) == work
    assert OFFICE.between(OFFICE.before(end, work), end) == work
    assert OFFICE.opening(begin) == begin, "offices are open when they open"


def test_a_warning_is_a_span_or_a_share_before_the_end() -> None:
    clocks = table.load(TABLES / "clocks.toml")
    night = china("2026-03-05 02:00")
    due = clocks.clocks("red", since=night)["visit"]
    assert clocks.warning("red", "visit", since=night, due=due) == night + timedelta(minutes=90), (
        "at any hour"
    )
    assert clocks.warning("red", "acknowledge", since=night, due=due) is None, "the ladder speaks for it"
    answer = clocks.clocks("green", since=night)["answer"]
    assert answer == china("2026-03-11 17:30")
    assert clocks.warning("green", "answer", since=night, due=answer) == china("2026-03-11 08:30"), (
        "a fifth: a day"
    )


def test_a_routine_warning_falls_into_working_time_before_the_end() -> None:
    clocks = table.load(TABLES / "clocks.toml")
    since = china("2026-03-01 10:00")
    saturday_night = china("2026-03-28 23:00")  # seven days before: Saturday the 21st
    told = clocks.warning("yellow", "close", since=since, due=saturday_night)
    assert told == china("2026-03-23 08:30"), "when offices open on Monday"
    holiday = china(
        "2026-10-08 07:00"
    )  # seven days before: the first day of a holiday that lasts until the end
    assert clocks.warning("yellow", "close", since=since, due=holiday) == china("2026-09-30 17:30"), (
        "before it"
    )
    assert clocks.warning("yellow", "close", since=china("2026-10-01 00:00"), due=holiday) is None, (
        "no time for one"
    )


def test_calendar_time_is_paused_by_calendar_time_and_working_time_by_working_time() -> None:
    clocks = table.load(TABLES / "clocks.toml")
    friday, monday = china("2026-03-06 16:30"), china("2026-03-09 09:30")
    due = china("2026-03-11 09:00")
    assert clocks.after_pause("yellow", "visit", due=due, start=friday, end=monday) == china(
        "2026-03-11 11:00"
    )
    assert clocks.after_pause("orange", "visit", due=due, start=friday, end=monday) == due + (monday - friday)


def test_the_years_whose_holidays_are_not_known() -> None:
    assert unknown_years(china("2025-06-01 12:00")) == ()
    assert unknown_years(china("2198-12-31 23:59")) == (2198, 2199)


def test_the_order_of_the_colours_is_the_citys(tmp_path: Path) -> None:
    """Guizhou lists orange first. Only screens follow; deadlines are each level's own."""
    text = (TABLES / "clocks.toml").read_text(encoding="utf-8")
    ours = tmp_path / "clocks.toml"
    ours.write_text(text.replace('order = ["red", "orange"', 'order = ["orange", "red"'), encoding="utf-8")
    found = table.load(ours)
    assert found.order == ("orange", "red", "yellow", "green")
    assert found.levels == table.load(TABLES / "clocks.toml").levels
