"""Working time: several periods a day, Chinese holidays and make-up workdays (调休).

`chinese_calendar` knows the published years only and raises past them; then Monday to Friday counts, and
`calendar_known` tells, so that a page can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar

CHINA: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """`periods`: the hours of a working day in China's time, in order, not overlapping."""

    periods: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        flat = [moment for period in self.periods for moment in period]
        if not flat or any(later <= earlier for earlier, later in pairwise(flat)):
            raise ValueError("periods: each must end after it begins, and before the next begins")

    @property
    def day(self) -> timedelta:
        """How much work a day holds."""
        return sum((_span(day_period) for day_period in self.periods), timedelta())

    def after(self, start: datetime, work: timedelta) -> datetime:
        """The moment when `work` of working time has passed since `start` (both aware)."""
        moment, left = start.astimezone(CHINA), work
        day = moment.date()
        while True:
            if is_working_day(day):
                for opening, closing in self.periods:
                    begin = max(datetime.combine(day, opening, CHINA), moment)
                    end = datetime.combine(day, closing, CHINA)
                    if begin >= end:
                        continue
                    if end - begin >= left:
                        return begin + left
                    left -= end - begin
            day += timedelta(days=1)

    def before(self, end: datetime, work: timedelta) -> datetime:
        """The moment from which `work` of working time passes until `end` (both aware); the mirror of `after`."""
        moment, left = end.astimezone(CHINA), work
        day = moment.date()
        while True:
            if is_working_day(day):
                for opening, closing in reversed(self.periods):
                    begin = datetime.combine(day, opening, CHINA)
                    stop = min(datetime.combine(day, closing, CHINA), moment)
                    if begin >= stop:
                        continue
                    if stop - begin >= left:
                        return stop - left
                    left -= stop - begin
            day -= timedelta(days=1)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time passes from `start` to `end` (both aware); none when `end` is not later."""
        begin, stop = start.astimezone(CHINA), end.astimezone(CHINA)
        total, day = timedelta(), begin.date()
        while day <= stop.date():
            if is_working_day(day):
                for opening, closing in self.periods:
                    first = max(datetime.combine(day, opening, CHINA), begin)
                    last = min(datetime.combine(day, closing, CHINA), stop)
                    total += max(last - first, timedelta())
            day += timedelta(days=1)
        return total

    def opening(self, moment: datetime) -> datetime:
        """`moment` when offices are open at it, else when they open next."""
        return self.after(moment, timedelta())


def is_working_day(day: date) -> bool:
    if calendar_known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def calendar_known(day: date) -> bool:
    """Whether the holidays of that year have been published to us."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def unknown_years(now: datetime) -> tuple[int, ...]:
    """Of the year of `now` in China and the next one, those whose holidays have not been published to us."""
    year = now.astimezone(CHINA).year
    return tuple(one for one in (year, year + 1) if not calendar_known(date(one, 1, 1)))


def _span(period: tuple[time, time]) -> timedelta:
    epoch = date(2000, 1, 1)
    return datetime.combine(epoch, period[1]) - datetime.combine(epoch, period[0])
