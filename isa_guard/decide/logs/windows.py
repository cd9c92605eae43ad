"""The hours, days, weeks and months of London in which an instant lies, each named by its first instant.

Asked for every line of a log: what is true of an hour of UTC is worked out once, since London's clock has
stood a whole number of hours from UTC ever since 1972 (and in 1970 and 1971, one hour).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.language.values import from_datetime, to_datetime
from isa_guard.model.log_rule import Window
from isa_guard.uk.periods import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR: Final = 3_600_000_000
MANY: Final = 65_536


def window_of(per: Window) -> Callable[[int], int]:
    """Answer what gives the first instant, in microseconds UTC, of the window in which an instant lies."""
    match per:
        case Window.HOUR:
            return lambda at: at - at % HOUR
        case Window.DAY:
            return lambda at: _day(at // HOUR)
        case Window.WEEK:
            return lambda at: _week(at // HOUR)
        case Window.MONTH:
            return lambda at: _month(at // HOUR)
        case _:
            assert_never(per)


def month_of(at: int) -> str:
    """Answer the month of London in which an instant lies, as "2026-03"."""
    return _month_name(at // HOUR)


def _midnight(hour: int, back: int) -> int:
    local = to_datetime(hour * HOUR).astimezone(LONDON)
    day = local.date() - timedelta(days=back)
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=LONDON))


@lru_cache(maxsize=MANY)
def _day(hour: int) -> int:
    return _midnight(hour, 0)


@lru_cache(maxsize=MANY)
def _week(hour: int) -> int:
    return _midnight(hour, to_datetime(hour * HOUR).astimezone(LONDON).weekday())


@lru_cache(maxsize=MANY)
def _month(hour: int) -> int:
    return _midnight(hour, to_datetime(hour * HOUR).astimezone(LONDON).day - 1)


@lru_cache(maxsize=MANY)
def _month_name(hour: int) -> str:
    local = to_datetime(hour * HOUR).astimezone(LONDON)
    return f"{local.year:04}-{local.month:02}"
