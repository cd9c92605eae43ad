"""Which days are working days: the calendars of the parts of the UK, and those an agreement makes from them.

A calendar knows only its own years. A day outside them is an error, never a guess, because a later
proclamation may close it. Its digest names exactly the closed days it holds, so that a decision can be
replayed years later.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError, OutsideCalendar
from isa_guard.uk.bank_holidays import FIRST, LAST, VERSION, bank_holidays

if TYPE_CHECKING:
    from collections.abc import Mapping

# Which lines of the bank holiday table close each calendar. The last is FOIA 2000 s.10(6): a holiday anywhere
# in the UK stops the clock everywhere.
_PARTS: Final = {
    "england-and-wales": ("England and Wales", "E"),
    "scotland": ("Scotland", "S"),
    "northern-ireland": ("Northern Ireland", "N"),
    "any-part-of-uk": ("Any part of the United Kingdom", "ESN"),
}
_PART_TITLES: Final = {"E": "England and Wales", "S": "Scotland", "N": "Northern Ireland"}
CALENDAR_IDS: Final = tuple(_PARTS)

_SATURDAY: Final = 5


class CalendarError(IsaGuardError):
    """A calendar that is not known, or whose own definition contradicts itself."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days from `first` to `last`: Monday to Friday except the `closed` days, each with its reason.

    `closed` is in order of days, one entry a day. Raises CalendarError where it is not, or lies outside the
    range.
    """

    id: str
    title: str
    version: str
    first: date
    last: date
    closed: tuple[tuple[date, str], ...] = field(hash=False)
    _weekdays_closed: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = [day for day, _ in self.closed]
        if self.first > self.last:
            raise CalendarError(f"calendar {self.id!r} ends on {self.last} before it begins on {self.first}")
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise CalendarError(f"calendar {self.id!r}: closed days must be in order and stand once each")
        if days and not (self.first <= days[0] and days[-1] <= self.last):
            raise CalendarError(f"calendar {self.id!r} closes days outside {self.first} to {self.last}")
        weekdays = tuple(day.toordinal() for day in days if day.weekday() < _SATURDAY)
        object.__setattr__(self, "_weekdays_closed", weekdays)
        object.__setattr__(self, "_digest", _digest_of(self))

    def __hash__(self) -> int:
        # Of all that makes it, and kept: a calendar is part of the key of many answers.
        return hash(self._digest)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that decides an answer of this calendar, and of its names."""
        return self._digest

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day. Raises OutsideCalendar for a day it does not know."""
        return self.why_closed(day) is None

    def why_closed(self, day: date) -> str | None:
        """The reason that `day` is not a working day, or None when it is one. Raises OutsideCalendar."""
        self._require(day)
        found = bisect_right(self.closed, day, key=lambda entry: entry[0])
        if found and self.closed[found - 1][0] == day:
            return self.closed[found - 1][1]
        if day.weekday() >= _SATURDAY:
            return "Saturday" if day.weekday() == _SATURDAY else "Sunday"
        return None

    def working_days_through(self, day: date) -> int:
        """How many working days lie in `first`..`day`, both included: logarithmic in the number of closed
        days.

        The difference of two such counts is the number of working days between. Raises OutsideCalendar.
        """
        self._require(day)
        return self._through(day.toordinal())

    def nth_working_day(self, n: int) -> date | None:
        """The `n`th working day of this calendar, counted from 1; None where it has no such day."""
        if not 1 <= n <= self._through(self.last.toordinal()):
            return None
        before = _weekdays_through(self.first.toordinal() - 1)
        weekday = n  # among the weekdays since `first`: more than n by those that are closed
        while True:
            ordinal = _nth_weekday(before + weekday)
            again = n + bisect_right(self._weekdays_closed, ordinal)
            if again == weekday:
                return date.fromordinal(ordinal)
            weekday = again

    def derived(
        self,
        id: str,  # noqa: A002 - the name of the field it fills
        title: str,
        version: str,
        also_closed: Mapping[date, str],
        open_from: date | None = None,
        until: date | None = None,
    ) -> Calendar:
        """This calendar with more days closed (school holidays, a trust's own days), and perhaps a shorter
        range.

        It can close days, never open one. Raises CalendarError for a range or a day outside this calendar.
        """
        first, last = open_from or self.first, until or self.last
        if not (self.first <= first <= last <= self.last):
            raise CalendarError(
                f"calendar {id!r} would run {first} to {last}; {self.id!r} runs {self.first} to {self.last}"
            )
        closed = {day: why for day, why in self.closed if first <= day <= last}
        closed |= also_closed
        return Calendar(id, title, version, first, last, tuple(sorted(closed.items())))

    def _through(self, ordinal: int) -> int:
        weekdays = _weekdays_through(ordinal) - _weekdays_through(self.first.toordinal() - 1)
        return weekdays - bisect_right(self._weekdays_closed, ordinal)

    def _require(self, day: date) -> None:
        if self.first <= day <= self.last:
            return
        raise OutsideCalendar(
            f"{day} is outside the calendar {self.id!r}, which knows {self.first} to {self.last}"
        )


@cache
def calendar(id: str) -> Calendar:  # noqa: A002 - as the field of Calendar
    """The shipped calendar of that id, one of CALENDAR_IDS. Raises CalendarError for another."""
    if id not in _PARTS:
        raise CalendarError(f"no calendar {id!r}; the shipped ones are {', '.join(CALENDAR_IDS)}")
    title, parts = _PARTS[id]
    reasons: dict[date, list[str]] = {}
    for holiday in bank_holidays():
        if set(holiday.parts) & set(parts):
            reasons.setdefault(holiday.day, []).append(_reason(holiday.title, holiday.parts, parts))
    closed = tuple((day, "; ".join(names)) for day, names in reasons.items())
    return Calendar(id, title, VERSION, FIRST, LAST, closed)


def closed_range(first: date, last: date, why: str) -> dict[date, str]:
    """Every day from `first` to `last`, closed for one reason: the form that `Calendar.derived` takes.

    Raises CalendarError when the range runs backwards or is longer than a shipped calendar.
    """
    length = (last - first).days + 1
    if not 1 <= length <= (LAST - FIRST).days + 1:
        raise CalendarError(f"{first} to {last} is no range of closed days ({why})")
    return {first + timedelta(days=offset): why for offset in range(length)}


def _reason(title: str, closing: str, asked: str) -> str:
    """Name the parts that close only where the calendar covers some that do not."""
    if set(asked) <= set(closing):
        return title
    return f"{title} ({', '.join(_PART_TITLES[part] for part in closing if part in asked)})"


def _weekdays_through(ordinal: int) -> int:
    """Mondays to Fridays among the ordinals 1..`ordinal`; ordinal 1, 1 January of year 1, is a Monday."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _nth_weekday(n: int) -> int:
    """The ordinal of the `n`th Monday to Friday since 1 January of year 1, which is the first."""
    weeks, rest = divmod(n - 1, 5)
    return weeks * 7 + rest + 1


def _digest_of(of: Calendar) -> str:
    closed = [[str(day), why] for day, why in of.closed]
    parts = [
        "isa-guard/calendar/1",
        of.id,
        of.title,
        of.version,
        str(of.first),
        str(of.last),
        "sat,sun",
        closed,
    ]
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
