"""How far a time zone is from UTC at every instant of the years 1970 to 2099, as one table per zone.

Worked out from the same zone data that the other readings ask, so that SQL never asks its own.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language import standard
from isa_guard.language.values import from_date, to_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

_DAY: Final = 86_400
_SECOND: Final = 1_000_000
FIRST: Final = from_date(date(1970, 1, 1))
END: Final = from_date(date(2100, 1, 1))


@dataclass(frozen=True, slots=True)
class Steps:
    """A function that changes in steps: `values[n]` holds from `starts[n]` up to the next start, or `end`."""

    starts: tuple[int, ...]
    values: tuple[int, ...]
    end: int


@lru_cache(maxsize=64)
def offsets(zone_name: str) -> Steps:
    """Microseconds ahead of UTC, by instant. Raises ConversionError for a zone that does not exist.

    Looks once a week and searches the week in which it differs: no zone since 1970 changed there and back within one.
    """
    return changes(standard.zone(zone_name), 7)


def changes(zone: tzinfo, every: int) -> Steps:
    """Microseconds ahead of UTC, by instant, found by looking once in so many days."""

    def offset(second: int) -> int:
        return _micros(datetime.fromtimestamp(second, zone))

    return _steps(offset, FIRST * _DAY, END * _DAY, every * _DAY, _SECOND)


@lru_cache(maxsize=64)
def midnights(zone_name: str) -> Steps:
    """Microseconds from a day's midnight in UTC to its first instant in the zone, by day."""
    zone = standard.zone(zone_name)

    def offset(day: int) -> int:
        return -_micros(datetime.combine(to_date(day), time.min, zone))

    return _steps(offset, FIRST, END, 1, 1)


def _micros(local: datetime) -> int:
    ahead = local.utcoffset()
    assert ahead is not None  # the zone is given
    return (ahead.days * _DAY + ahead.seconds) * _SECOND


def _steps(of: Callable[[int], int], first: int, end: int, stride: int, unit: int) -> Steps:
    starts, values = [first], [of(first)]
    for at in range(first + stride, end + stride, stride):
        found = of(at)
        if found == values[-1]:
            continue
        before, after = at - stride, at
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if of(middle) == values[-1] else (before, middle)
        if after < end:
            starts.append(after)
            values.append(found)
    return Steps(tuple(start * unit for start in starts), tuple(values), end * unit)


def choice(at: str, steps: Steps) -> str:
    """SQL that gives the value at `at`, by halving: a text within the span, and no longer than a name."""

    def part(low: int, high: int) -> str:
        if high - low == 1:
            return str(steps.values[low])
        middle = (low + high) // 2
        return (
            f"CASE WHEN {at} < {steps.starts[middle]} THEN {part(low, middle)} ELSE {part(middle, high)} END"
        )

    return part(0, len(steps.starts))
