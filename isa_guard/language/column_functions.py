"""The functions that SQL shares with us exactly, each as a text; every other one goes by a lookup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.language.column_operators import between
from isa_guard.language.types import (
    DOUBLE,
    STRING,
    Bool,
    Bytes,
    Double,
    Duration,
    Int,
    List,
    String,
    Timestamp,
    Type,
)
from isa_guard.language.values import DATE_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.language.sql_dialects import Spelling

    Native: TypeAlias = Callable[..., str]

_SECOND: Final = 1_000_000
_HOUR: Final = 3600 * _SECOND
_DAY: Final = 24 * _HOUR
# Added before a division, so that it goes towards zero and downwards at once; whole days, from year 1 on.
_ZERO: Final = -TIMESTAMP_MIN


def _plain(what: str) -> Native:
    return lambda say, *texts: say(what, *texts)


def _whole_of_double(say: Spelling, value: str) -> str:
    def cut(one: str) -> str:
        bound = "CAST('9223372036854775808' AS DOUBLE)"  # NaN is above it in SQL
        return f"CASE WHEN {one} > -{bound} AND {one} < {bound} THEN {say('whole part', one)} END"

    return say.bound(value, cut)


def _seconds(say: Spelling, at: str) -> str:
    return f"({say('divide', f'({at} + {_ZERO})', str(_SECOND))} - {_ZERO // _SECOND})"


def _instant_of_seconds(say: Spelling, seconds: str) -> str:
    # A last second of year 9999 holds instants, its end does not.
    found = between(say, seconds, TIMESTAMP_MIN // _SECOND, TIMESTAMP_MAX // _SECOND)
    return f"({found} * {_SECOND})"


def _text_of_bool(_: Spelling, value: str) -> str:
    return f"CASE {value} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END"


def _hours_between(say: Spelling, start: str, end: str) -> str:
    return say("divide", f"({end} - {start})", str(_HOUR))


def _part_of_duration(unit: int) -> Native:
    return lambda say, elapsed: say("divide", elapsed, str(unit))


def _milliseconds(say: Spelling, elapsed: str) -> str:
    return say("divide", say("remainder", elapsed, str(_SECOND)), "1000")


# By name and the type of the first argument.
NATIVE: Final[dict[tuple[str, type[Type]], Native]] = {
    ("size", String): _plain("code points"),
    ("size", Bytes): _plain("octets"),
    ("size", List): _plain("elements"),
    ("contains", String): _plain("contains"),
    ("startsWith", String): _plain("startsWith"),
    ("endsWith", String): _plain("endsWith"),
    ("int", Double): _whole_of_double,
    ("int", Timestamp): _seconds,
    ("double", Int): lambda say, value: say.cast(value, DOUBLE),
    ("string", Bool): _text_of_bool,
    ("string", Int): lambda say, value: say.cast(value, STRING),
    ("bytes", String): _plain("utf8"),
    ("timestamp", Int): _instant_of_seconds,
    ("hours_between", Timestamp): _hours_between,
    ("getHours", Duration): _part_of_duration(_HOUR),
    ("getMinutes", Duration): _part_of_duration(60 * _SECOND),
    ("getSeconds", Duration): _part_of_duration(_SECOND),
    ("getMilliseconds", Duration): _milliseconds,
}


def day_number(say: Spelling, local: str) -> str:
    """The civil day of a local time in microseconds."""
    return f"({say('divide', f'({local} + {_ZERO})', str(_DAY))} - {-DATE_MIN})"


def _of_day(unit: int, count: int) -> Native:
    def part(say: Spelling, local: str) -> str:
        return say("remainder", say("divide", f"({local} + {_ZERO})", str(unit)), str(count))

    return part


def _civil(name: str, less: int = 0) -> Native:
    return lambda say, local: f"CAST({name}({say('civil', day_number(say, local))}) - {less} AS BIGINT)"


def _day_of_week(say: Spelling, local: str) -> str:
    # The first day of year 1 was a Monday.
    days = say("divide", f"({local} + {_ZERO})", str(_DAY))
    return say("remainder", f"({days} + 1)", "7")


# What a clock shows, of a local time in microseconds since 1970; by the name of the function.
PARTS: Final[dict[str, Native]] = {
    "getFullYear": _civil("year"),
    "getMonth": _civil("month", 1),
    "getDate": _civil("day"),
    "getDayOfMonth": _civil("day", 1),
    "getDayOfWeek": _day_of_week,
    "getDayOfYear": _civil("dayofyear", 1),
    "getHours": _of_day(_HOUR, 24),
    "getMinutes": _of_day(60 * _SECOND, 60),
    "getSeconds": _of_day(_SECOND, 60),
    "getMilliseconds": _of_day(1000, 1000),
}
