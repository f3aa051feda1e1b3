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


def _span(period: tuple[time, time]) -> timedelta:
    epoch = date(2000, 1, 1)
    return datetime.combine(epoch, period[1]) - datetime.combine(epoch, period[0])
