"""The check digits of `uk.identifiers.checks` over whole columns.

Every expression reads cells that were cut to ASCII digits (and letters) before; a cell too short or of anything
else is null, and null is no agreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.frames import polars
from isa_guard.uk.identifiers.checks import police_letter

if TYPE_CHECKING:
    import polars as pl

_DIGITS_IN_64_BITS: Final = 19
_LAST_DAY: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BY_REST: Final = {police_letter(str(rest)): rest for rest in range(23)}


def number(text: pl.Expr) -> pl.Expr:
    """Digits as a number, up to nineteen of them."""
    read: pl.Expr = text.cast(polars().UInt64, strict=False)
    return read


def weighted(whole: pl.Expr, count: int, weights: tuple[int, ...]) -> pl.Expr:
    """The sum of the digits of a number of `count` digits times weights, from the left."""
    total: pl.Expr = polars().lit(0, polars().UInt64)
    for place, weight in enumerate(weights):
        total = total + whole // 10 ** (count - 1 - place) % 10 * weight
    return total


def differs(whole: pl.Expr, count: int) -> pl.Expr:
    """Whether a number of `count` digits is more than one digit repeated: only those are multiples of 11...1."""
    return whole % int("1" * count) != 0


def luhn(whole: pl.Expr) -> pl.Expr:
    """Whether the last digit is that of ISO/IEC 7812-1 annex B; noughts before a number change nothing."""
    frames = polars()
    total: pl.Expr = frames.lit(0, frames.UInt64)
    for place in range(_DIGITS_IN_64_BITS):
        digit = whole // 10**place % 10
        if place % 2:
            digit = digit * 2 - frames.when(digit > 4).then(9).otherwise(0)
        total = total + digit
    return total % 10 == 0


def police_check(whole: pl.Expr, letter: pl.Expr) -> pl.Expr:
    """Whether the letter is the number modulo 23, counted in the alphabet of the police that starts at Z."""
    rest = letter.replace_strict(
        list(_BY_REST), list(_BY_REST.values()), default=None, return_dtype=polars().UInt64
    )
    return whole % 23 == rest


def is_day(day: pl.Expr, month: pl.Expr) -> pl.Expr:
    """Whether some year has this day: 29 February has one."""
    return month.is_between(1, 12) & day.is_between(1, _length(month))


def is_date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether the Gregorian calendar has this date."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return is_day(day, month) & (leap | (month != 2) | (day != 29))


def letters_mod97(text: pl.Expr, count: int) -> pl.Expr:
    """What so many capitals leave modulo 97, each written as its number from A = 10 (ISO/IEC 7064)."""
    total: pl.Expr = polars().lit(0, polars().UInt64)
    for place in range(count):
        value = text.str.slice(place, 1).str.to_integer(base=36, strict=False).cast(polars().UInt64)
        total = (total * 100 + value) % 97
    return total


def _length(month: pl.Expr) -> pl.Expr:
    frames = polars()
    return month.replace_strict(list(range(1, 13)), list(_LAST_DAY), default=None, return_dtype=frames.UInt64)
