"""Counting working days, under the two readings that agreements and statutes give the words."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from isa_guard.errors import IsaGuardError, OutsideCalendar

if TYPE_CHECKING:
    from isa_guard.uk.calendars import Calendar


class Count(StrEnum):
    """How the end days are counted.

    COUNTED: the day after the start is day 1 and the end day counts (FOIA 2000 s.10(1)).
    CLEAR: neither end day counts, as "clear days" does in the rules of court.
    """

    COUNTED = "counted"
    CLEAR = "clear"


class CountError(IsaGuardError):
    """A number of working days that cannot be counted: a notice of less than nothing."""


def working_days(start: date, end: date, calendar: Calendar, count: Count = Count.COUNTED) -> int:
    """How many working days lie between two days, under `count`.

    An end on or before the start gives 0, never a negative number: no notice at all was given.
    Raises OutsideCalendar when either day is not known to the calendar.
    """
    through_start = calendar.working_days_through(start)
    through_end = calendar.working_days_through(end)
    if end <= start:
        return 0
    counted = through_end - through_start
    match count:
        case Count.COUNTED:
            return counted
        case Count.CLEAR:
            return counted - calendar.is_working(end)
        case _:
            assert_never(count)


def add_working_days(start: date, n: int, calendar: Calendar) -> date:
    """The `n`th working day after `start`; for a negative `n`, the one that many working days before it.

    0 gives `start` itself, working or not. Raises OutsideCalendar when the answer, or `start`, is not known.
    """
    through = calendar.working_days_through(start)
    if n == 0:
        return start
    if n < 0:
        # The first working day counted from the front that leaves -n of them in [day, start).
        wanted = through - calendar.is_working(start) + n + 1
        return _nth(wanted, n, start, calendar)
    return _nth(through + n, n, start, calendar)


def earliest_release(start: date, n: int, calendar: Calendar, count: Count = Count.COUNTED) -> date:
    """The first day, working or not, on which `n` working days' notice from `start` has been given.

    With COUNTED it is the nth working day itself; with CLEAR the day after it. With `n` of 0 it is `start`.
    Raises CountError for a negative `n`, OutsideCalendar.
    """
    if n < 0:
        raise CountError(f"a notice of {n} working days is no notice")
    if n == 0:
        return start
    nth = add_working_days(start, n, calendar)
    match count:
        case Count.COUNTED:
            return nth
        case Count.CLEAR:
            if nth == calendar.last:
                raise _beyond(n, start, calendar)
            return nth + timedelta(days=1)
        case _:
            assert_never(count)


def _nth(wanted: int, n: int, start: date, calendar: Calendar) -> date:
    day = calendar.nth_working_day(wanted)
    if day is None:
        raise _beyond(n, start, calendar)
    return day


def _beyond(n: int, start: date, calendar: Calendar) -> OutsideCalendar:
    return OutsideCalendar(
        f"{n} working days from {start} end outside the calendar {calendar.id!r}, "
        f"which knows {calendar.first} to {calendar.last}"
    )
