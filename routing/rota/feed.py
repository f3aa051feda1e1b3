"""An officer's duty as an iCalendar (RFC 5545): when, and for which unit. Nothing of any case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

from routing.duty.roster import Period

REFRESH: Final = timedelta(hours=1)


def calendar(unit: str, periods: Iterable[Period], *, now: datetime) -> bytes:
    """One event for each piece of duty. A piece keeps its UID as long as it begins when it did."""
    made = Calendar()
    made.add("prodid", "-//Hutong//duty//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"值班 {unit}")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for period in periods:
        begins = period.begins.astimezone(UTC)
        event = Event()
        event.add("uid", f"{period.officer}-{begins:%Y%m%dT%H%M%SZ}@hutong")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", begins)
        event.add("dtend", period.ends.astimezone(UTC))
        event.add("summary", f"值班 {unit}")
        made.add_component(event)
    return bytes(made.to_ical())
