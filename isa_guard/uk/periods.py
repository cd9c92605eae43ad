"""Periods as agreements write them ("10 working days", "72 hours", "6 months"), and when they run out.

Two questions are kept apart. `due`: the last instant by which something must be done. `earliest`: the first
day on which a notice of that length has been given.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never
from zoneinfo import ZoneInfo

from isa_guard.errors import IsaGuardError
from isa_guard.uk.working_days import Count, add_working_days, earliest_release

if TYPE_CHECKING:
    from isa_guard.uk.calendars import Calendar

LONDON: Final = ZoneInfo("Europe/London")
MOST: Final = 999_999  # of any unit; more is a slip of the pen, and this keeps every sum small


class PeriodError(IsaGuardError):
    """A period that cannot be read, or cannot be counted from where it starts; `hint` says what would do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what = what
        self.hint = hint


class Unit(StrEnum):
    """What a period is counted in.

    SCHOOL_DAYS are working days of a calendar that the agreement defines: no other calendar may stand in.
    """

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    SCHOOL_DAYS = "school days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    @property
    def needs_calendar(self) -> bool:
        """Whether its days are those of a calendar."""
        return self in {Unit.WORKING_DAYS, Unit.SCHOOL_DAYS}


@dataclass(frozen=True, slots=True)
class Period:
    """So many of a unit; a calendar where the unit needs one, and how its end days count when it is a notice.

    `str` gives the words that `parse_period` reads; the calendar is the agreement's to name and is not in
    them. Raises PeriodError for an amount outside 1 to 999,999, a calendar on a unit that has none, or clear
    hours.
    """

    amount: int
    unit: Unit
    calendar: Calendar | None = None
    count: Count = Count.COUNTED

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MOST:
            raise PeriodError(f"a period of {self.amount} {self.unit}", f"write 1 to {MOST}")
        if self.calendar is not None and not self.unit.needs_calendar:
            raise PeriodError(
                f"{self.unit} are not counted on a calendar", "only working and school days are"
            )
        if self.unit is Unit.HOURS and self.count is Count.CLEAR:
            raise PeriodError("there are no clear hours", "a notice in days or longer units can be clear")

    def __str__(self) -> str:
        clear = "clear " if self.count is Count.CLEAR else ""
        unit = self.unit.removesuffix("s") if self.amount == 1 else str(self.unit)
        return f"{self.amount} {clear}{unit}"

    def on(self, calendar: Calendar) -> Period:
        """The same period counted on `calendar`. Raises PeriodError for a unit that has none."""
        return replace(self, calendar=calendar)


_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        start=1,
    )
} | {"a": 1, "an": 1}
_UNITS: Final = {
    "hour": Unit.HOURS,
    "day": Unit.DAYS,
    "calendar day": Unit.DAYS,
    "working day": Unit.WORKING_DAYS,
    "business day": Unit.WORKING_DAYS,
    "school day": Unit.SCHOOL_DAYS,
    "week": Unit.WEEKS,
    "month": Unit.MONTHS,
    "calendar month": Unit.MONTHS,
    "year": Unit.YEARS,
}
_FORM: Final = re.compile(
    r"(?P<amount>[0-9]{1,6}|[a-z]{1,6})(?: \((?P<again>[0-9]{1,6})\))?"
    r"[ -](?P<clear>clear )?(?P<unit>[a-z]+(?: [a-z]+)?)(?:'s?)?"
)
_LONGEST: Final = 60  # characters: "twelve (12) clear calendar months'" is 34
_HINT: Final = "write an amount and a unit: '10 working days', '72 hours', '6 months', 'one school day'"


def parse_period(text: str) -> Period:
    """The period that people mean by "10 working days", "one school day", "ten (10) clear days", "1 year".

    Numbers are digits or words to twelve. Working and school days come back without a calendar: see
    `Period.on`. Raises PeriodError, whose hint says what can be read.
    """
    if len(text) > _LONGEST:
        raise PeriodError(f"a period of {len(text)} characters", _HINT)
    found = _FORM.fullmatch(" ".join(text.lower().replace("’", "'").split()))
    if found is None:
        raise PeriodError(f"{text!r} is no period", _HINT)
    amount = _amount(found["amount"], text)
    if found["again"] and int(found["again"]) != amount:
        raise PeriodError(f"{text!r} gives two different numbers", "write the amount once")
    words = found["unit"]
    unit = _UNITS.get(words) or _UNITS.get(words.removesuffix("s"))
    if unit is None:
        raise PeriodError(f"{text!r} is no period: {words!r} is no unit", f"the units are {', '.join(Unit)}")
    return Period(amount, unit, count=Count.CLEAR if found["clear"] else Count.COUNTED)


def _amount(words: str, text: str) -> int:
    if words.isdecimal():
        return int(words)
    if words not in _NUMBERS:
        raise PeriodError(f"{text!r} is no period: {words!r} is no number", "number words end at twelve")
    return _NUMBERS[words]


def add_months(day: date, n: int) -> date:
    """The corresponding date `n` months later (earlier, for a negative `n`).

    Where that month has no such day, its last day: 31 January and one month is 28 or 29 February. This is the
    rule of Dodds v Walker [1981] 1 WLR 1027. Raises PeriodError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    if not date.min.year <= year <= date.max.year:
        raise _overflow(f"{n} months from {day}")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due(start: datetime, period: Period) -> datetime:
    """The last instant, in UTC, by which a thing must be done that has `period` from `start`.

    Hours are elapsed hours: nights, closed days and the changes of the clock make no difference. Every other
    unit runs in civil days of Europe/London and ends with the last microsecond of its last day there; working
    days are counted from the day after the start. The instant is in UTC because two times in London compare
    wrongly in the hour that the clock goes back; show it with `in_london`.

    Raises PeriodError for a start without a zone, working days without a calendar, clear days (they measure a
    notice, not a time to act in) and dates outside the years 1 to 9999; OutsideCalendar.
    """
    if start.utcoffset() is None:
        raise PeriodError(f"{start} has no time zone", "give the offset, as in 2026-03-02T09:00:00+00:00")
    if period.count is Count.CLEAR:
        raise PeriodError(f"{period} is a length of notice, not a deadline", "a deadline is counted")
    try:
        if period.unit is Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=period.amount)
        return end_of_day(_last_day(london_day(start), period))
    except OverflowError as error:
        raise _overflow(f"{period} from {start}") from error


def in_time(start: datetime, done: datetime, period: Period) -> bool:
    """Whether `done` is no later than `period` from `start` allows. Raises as `due` does."""
    limit = due(start, period)
    if done.utcoffset() is None:
        raise PeriodError(f"{done} has no time zone", "give the offset, as in 2026-03-02T09:00:00+00:00")
    return done <= limit


def earliest(start: date, notice: Period) -> date:
    """The first day on which a notice of that length, given on `start`, is complete.

    Counted: the last day of the notice itself. Clear: the day after it.
    Raises PeriodError for hours (a day is no instant), for working days without a calendar, and outside the
    years 1 to 9999; OutsideCalendar.
    """
    if notice.unit.needs_calendar:
        return earliest_release(start, notice.amount, _calendar_of(notice), notice.count)
    try:
        last = _last_day(start, notice)
        return last + timedelta(days=1) if notice.count is Count.CLEAR else last
    except OverflowError as error:
        raise _overflow(f"{notice} from {start}") from error


def met(start: date, end: date, period: Period) -> bool:
    """Whether a notice given on `start` for `end` is at least `period` long. Raises as `earliest` does."""
    return end >= earliest(start, period)


def london_day(instant: datetime) -> date:
    """The civil day in Europe/London on which an instant falls. Raises PeriodError outside the years 1 to
    9999.
    """
    return in_london(instant).date()


def in_london(instant: datetime) -> datetime:
    """The instant as a clock in London shows it: for people, not for comparing. Raises PeriodError."""
    try:
        return instant.astimezone(LONDON)
    except OverflowError as error:
        raise _overflow(str(instant)) from error


def start_of_day(day: date) -> datetime:
    """The first instant of a civil day in London, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in Europe/London, in UTC."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)


def _last_day(start: date, period: Period) -> date:
    match period.unit:
        case Unit.HOURS:
            raise PeriodError(f"{period} cannot be counted in days", "give the notice in days")
        case Unit.DAYS:
            return start + timedelta(days=period.amount)
        case Unit.WORKING_DAYS | Unit.SCHOOL_DAYS:
            return add_working_days(start, period.amount, _calendar_of(period))
        case Unit.WEEKS:
            return start + timedelta(weeks=period.amount)
        case Unit.MONTHS:
            return add_months(start, period.amount)
        case Unit.YEARS:
            return add_months(start, period.amount * 12)
        case _:
            assert_never(period.unit)


def _calendar_of(period: Period) -> Calendar:
    if period.calendar is None:
        raise PeriodError(f"{period} on no calendar", "the agreement must name one")
    return period.calendar


def _overflow(what: str) -> PeriodError:
    return PeriodError(f"{what} leaves the years 1 to 9999", "check the year")
