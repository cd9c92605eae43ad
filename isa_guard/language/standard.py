"""The functions that CEL itself defines, over our values (cel-spec, Standard Definitions).

Each raises ConversionError, ValueRangeError or ArithmeticFault when it has no answer, never anything else.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from isa_guard.errors import IsaGuardError
from isa_guard.language.operators import duration, instant, whole
from isa_guard.language.values import (
    INT_MAX,
    INT_MIN,
    ValueRangeError,
    from_date,
    from_datetime,
    to_date,
    to_datetime,
)

if TYPE_CHECKING:
    from datetime import tzinfo

_SECOND: Final = 1_000_000
_TRUE: Final = frozenset({"1", "t", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "false", "FALSE", "False"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?")
_RFC3339: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DURATION: Final = re.compile(r"(-?)((?:[0-9]{1,19}(?:\.[0-9]{1,19})?(?:ns|us|ms|h|m|s)){1,12})")
_PART: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?(ns|us|ms|h|m|s)")
_NANOS: Final = {
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1000,
    "ns": 1,
}
_FIXED_ZONE: Final = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")
_ZONE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


class ConversionError(IsaGuardError):
    """A text that is no value of the type asked for."""


def bool_of(text: str) -> bool:
    """The bool that a text names."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ConversionError("the text is neither true nor false")


def int_of_text(text: str) -> int:
    """The whole number that a text writes in decimal digits."""
    if not _INTEGER.fullmatch(text):
        raise ConversionError("the text is no whole number")
    return whole(int(text))


def int_of_double(value: float) -> int:
    """The number without its fraction: towards zero, and strictly inside the range of 64 bits."""
    if not INT_MIN < value < INT_MAX:
        raise ValueRangeError("the number does not fit in 64 bits")
    return whole(int(value))


def int_of_timestamp(timestamp: int) -> int:
    """Whole seconds since the epoch."""
    return timestamp // _SECOND


def double_of_text(text: str) -> float:
    """The number that a text writes in decimals; never infinite, never NaN."""
    if not _DECIMAL.fullmatch(text):
        raise ConversionError("the text is no decimal number")
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueRangeError("the number does not fit in a double")
    return value


def text_of_bool(value: bool) -> str:  # noqa: FBT001 - the value converted
    """`true` or `false`."""
    return "true" if value else "false"


def text_of_bytes(value: bytes) -> str:
    """The text that octets encode in UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ConversionError("the bytes are no UTF-8 text") from None


def text_of_timestamp(timestamp: int) -> str:
    """RFC 3339 in UTC, with as many decimals as are needed."""
    moment = to_datetime(timestamp)
    # Not strftime: %Y does not pad the years before 1000.
    shown = moment.replace(microsecond=0, tzinfo=None).isoformat()
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{shown}{fraction}Z"


def text_of_duration(micros: int) -> str:
    """Seconds with as many decimals as are needed, and an `s`."""
    seconds, rest = divmod(abs(micros), _SECOND)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if micros < 0 else ''}{seconds}{fraction}s"


def text_of_date(days: int) -> str:
    """ISO 8601: 2026-11-24."""
    return to_date(days).isoformat()


def timestamp_of_text(text: str) -> int:
    """The instant that a text writes as RFC 3339 says; not finer than a microsecond."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ConversionError("the text is no RFC 3339 timestamp, as 2026-11-24T09:00:00Z")
    fraction = found[7] or ""
    if fraction[6:].strip("0"):
        raise ConversionError("the timestamp is finer than a microsecond")
    micros = int(fraction[:6].ljust(6, "0"))
    hours, minutes = int(found[9] or 0), int(found[10] or 0)
    if hours > 23 or minutes > 59:
        raise ConversionError("the offset from UTC is no time")
    try:
        year, month, day, hour, minute, second = (int(found[part]) for part in range(1, 7))
        local = datetime(year, month, day, hour, minute, second, micros, UTC)
    except ValueError:
        raise ConversionError("there is no such day or time") from None
    offset = (hours * 60 + minutes) * 60 * _SECOND
    return instant(from_datetime(local) + (offset if found[8] == "-" else -offset))


def timestamp_of_int(seconds: int) -> int:
    """The instant so many seconds after the epoch."""
    return instant(seconds * _SECOND)


def date_of_text(text: str) -> int:
    """The day that a text writes as 2026-11-24."""
    found = _DAY.fullmatch(text)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise ConversionError("the text is no day, as 2026-11-24")
    return from_date(day)


def duration_of_text(text: str) -> int:
    """The duration that a text writes in units: 1h30m, -1.5h, 250ms; not finer than a microsecond."""
    if text in {"0", "-0"}:
        return 0
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ConversionError("the text is no duration, as 1h30m")
    nanos = 0
    for amount, decimals, unit in _PART.findall(found[2]):
        scale = 10 ** len(decimals)
        total, rest = divmod(int(amount + decimals) * _NANOS[unit], scale)
        if rest:
            raise ConversionError("the duration is finer than a microsecond")
        nanos += total
    micros, finer = divmod(nanos, 1000)
    if finer:
        raise ConversionError("the duration is finer than a microsecond")
    return duration(-micros if found[1] else micros)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone of that name ("Europe/London") or offset ("+01:00"). Raises ConversionError."""
    if found := _FIXED_ZONE.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if offset >= timedelta(hours=24) or int(found[3]) > 59:
            raise ConversionError("the offset from UTC is no time")
        return timezone(-offset if found[1] == "-" else offset)
    try:
        if _ZONE_NAME.fullmatch(name):
            return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        pass
    raise ConversionError(f"there is no time zone {name!r}")


def local(timestamp: int, zone_name: str) -> datetime:
    """An instant as a clock in that zone shows it. Raises ConversionError, ValueRangeError."""
    try:
        return to_datetime(timestamp).astimezone(zone(zone_name))
    except OverflowError:
        raise ValueRangeError("a timestamp outside the years 1 to 9999") from None


def hours_of(micros: int) -> int:
    """Whole hours of a duration, towards zero."""
    return _towards_zero(micros, 3600 * _SECOND)


def minutes_of(micros: int) -> int:
    """Whole minutes of a duration, towards zero."""
    return _towards_zero(micros, 60 * _SECOND)


def seconds_of(micros: int) -> int:
    """Whole seconds of a duration, towards zero."""
    return _towards_zero(micros, _SECOND)


def milliseconds_of(micros: int) -> int:
    """The milliseconds beyond the whole seconds of a duration, with its sign."""
    beyond = abs(micros) % _SECOND // 1000
    return -beyond if micros < 0 else beyond


def _towards_zero(amount: int, unit: int) -> int:
    count = abs(amount) // unit
    return -count if amount < 0 else count
