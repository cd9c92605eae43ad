"""Clocks as a calendar file (RFC 5545) that calendar programs read: one event for each end, with an alarm before it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.review.told import TITLES
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from isa_guard.review.clocks.clock import Clock

PRODUCT: Final = "-//isa-guard//due//EN"
BEFORE: Final = timedelta(days=1)


def as_calendar(clocks: Sequence[Clock], now: datetime) -> bytes:
    """Answer the calendar. A clock of days is an event of the whole last day; one of hours, of its last moment.

    An event has the same UID from run to run, so that a calendar that is read again moves it and does not double it.
    Raises UsageError where the library that writes calendars is not installed.
    """
    try:
        from icalendar import Alarm, Calendar, Event
    except ImportError:
        what = "a calendar file needs icalendar, which is not installed: `pip install 'isa-guard[review]'`"
        raise UsageError(what) from None
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for one in clocks:
        if one.end is None:
            continue
        event = Event()
        event.add("uid", _uid(one))
        event.add("dtstamp", now)
        event.add("summary", f"{TITLES[one.kind]}: {one.about}")
        event.add(
            "description",
            "\n".join((one.ends, f"since {one.starts}", one.rule, *one.readings, one.note)).strip(),
        )
        if one.by_day:
            day = london_day(one.end)
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
        else:
            event.add("dtstart", one.end)
            event.add("dtend", one.end)
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"due: {one.about}")
        alarm.add("trigger", -BEFORE)
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _uid(one: Clock) -> str:
    """What makes a clock the same one: its kind, its matter and by what rule; not its end, which may move."""
    told = "\n".join((one.kind.value, one.matter or one.about, one.rule, one.starts))
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@isa-guard"
