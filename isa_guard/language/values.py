"""What a value of each type is in Python, how it becomes Python's dates, and how people see it.

A timestamp is microseconds since the epoch, UTC; a duration microseconds; a date days since 1970-01-01. A
list is a tuple, a record a mapping where an absent field is an absent key. There is no null: None never
occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from isa_guard.errors import IsaGuardError
from isa_guard.language.types import (
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    List,
    Nothing,
    Optional,
    PeriodType,
    Record,
    String,
    Timestamp,
    Type,
)

if TYPE_CHECKING:
    from isa_guard.uk.periods import Period

Value: TypeAlias = "bool | int | float | str | bytes | Period | tuple[Value, ...] | Mapping[str, Value]"

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_LONDON: Final = ZoneInfo("Europe/London")
# The years that RFC 3339 can write: 1 to 9999.
TIMESTAMP_MIN: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
TIMESTAMP_MAX: Final = (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC) - _EPOCH) // _MICROSECOND
DATE_MIN: Final = date.min.toordinal() - _EPOCH_DAY
DATE_MAX: Final = date.max.toordinal() - _EPOCH_DAY


class ValueRangeError(IsaGuardError):
    """A number, instant or day beyond what its type can hold."""


def from_datetime(moment: datetime) -> int:
    """An aware datetime as a timestamp. Raises ValueRangeError for a naive one: it names no instant."""
    if moment.utcoffset() is None:
        raise ValueRangeError("a time without an offset from UTC names no instant")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(timestamp: int) -> datetime:
    """A timestamp as a datetime in UTC. Raises ValueRangeError outside the years 1 to 9999."""
    if not TIMESTAMP_MIN <= timestamp <= TIMESTAMP_MAX:
        raise ValueRangeError("a timestamp outside the years 1 to 9999")
    return _EPOCH + timedelta(microseconds=timestamp)


def from_date(day: date) -> int:
    """A date as days since 1970-01-01. A datetime counts as its own civil day."""
    return day.toordinal() - _EPOCH_DAY


def to_date(days: int) -> date:
    """Days since 1970-01-01 as a date. Raises ValueRangeError outside the years 1 to 9999."""
    if not DATE_MIN <= days <= DATE_MAX:
        raise ValueRangeError("a date outside the years 1 to 9999")
    return date.fromordinal(days + _EPOCH_DAY)


def from_timedelta(elapsed: timedelta) -> int:
    """A timedelta as a duration, exact to the microsecond."""
    return elapsed // _MICROSECOND


def to_timedelta(duration: int) -> timedelta:
    """A duration as a timedelta."""
    return timedelta(microseconds=duration)


def text(value: Value, type_: Type) -> str:
    """The value in words for people: "Tue 24 Nov 2026 16:30 GMT", "10 working days", "a, b".

    Timestamps are shown in London time. A value that is not of the type is shown as Python would; privacy is
    the caller's affair (`types.is_private`).
    """
    match type_:
        case Bool():
            return "yes" if value else "no"
        case Date() if isinstance(value, int):
            return day_text(value)
        case Timestamp() if isinstance(value, int):
            return _instant(value)
        case Duration() if isinstance(value, int):
            return _elapsed(value)
        case List(element=element) if isinstance(value, tuple):
            return ", ".join(text(item, element) for item in value)
        case Record() if isinstance(value, Mapping):
            return _record(value, type_)
        case Optional(element=element):
            return text(value, element)
        case Bytes() if isinstance(value, bytes):
            return value.hex()
        case (
            Int()
            | Double()
            | String()
            | PeriodType()
            | Nothing()
            | Date()
            | Timestamp()
            | Duration()
            | List()
            | Record()
            | Bytes()
        ):
            return str(value)
        case _:
            assert_never(type_)


# English whatever the locale of the machine: a decision must read the same everywhere.
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=4_096)
def day_text(days: int) -> str:
    """A date in words for people: "Tue 24 Nov 2026". Raises ValueRangeError outside the years 1 to 9999."""
    return _civil(to_date(days))


def _civil(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month]} {day.year}"


def _instant(timestamp: int) -> str:
    try:
        local = to_datetime(timestamp).astimezone(_LONDON)
    except OverflowError:  # the first minute of year 1: London was then behind Greenwich
        local = to_datetime(timestamp)
    clock = f"{local.hour:02}:{local.minute:02}"
    # Only as fine as it needs to be: most times are whole minutes.
    if local.second or local.microsecond:
        clock += f":{local.second:02}"
    if local.microsecond:
        clock += f".{local.microsecond:06}".rstrip("0")
    return f"{_civil(local)} {clock} {local.tzname()}"


def _elapsed(duration: int) -> str:
    """Days, hours, minutes and seconds, without the parts that are nought."""
    if duration == 0:
        return "0 seconds"
    rest, micros = divmod(abs(duration), 1_000_000)
    minutes, seconds = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{amount} {unit}" + ("" if amount == 1 else "s")
        for amount, unit in ((days, "day"), (hours, "hour"), (minutes, "minute"))
        if amount
    ]
    if seconds or micros:
        shown = f"{seconds}.{micros:06}".rstrip("0").rstrip(".")
        parts.append(f"{shown} second" + ("" if shown == "1" else "s"))
    return ("minus " if duration < 0 else "") + " ".join(parts)


def _record(value: Mapping[str, Value], type_: Record) -> str:
    shown = (
        f"{field.name}: {text(value[field.name], field.type)}"
        for field in type_.fields
        if field.name in value and not field.private
    )
    return ", ".join(shown)
