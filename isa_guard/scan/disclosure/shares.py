"""What printed percentages say of counts: which count each is about, what it is of, and the interval that follows.

A table seldom says what its percentages are of. Each way of reading a column of them is held against the counts
that are shown, and one that these confirm goes before one that nothing speaks against.
"""

from __future__ import annotations

import re
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.system import Interval, base_of
from isa_guard.scan.disclosure.table import Axis

if TYPE_CHECKING:
    from decimal import Decimal

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_ROUNDEST: Final = 4  # decimals of a percentage that are believed to be rounding and no more
_NO_NAME: Final = re.compile(r"%|per ?cent|percentage|\b(?:of|total|all)\b", re.IGNORECASE)


class _Reading(StrEnum):
    """What a column of percentages may be about, and of what total."""

    OWN_BY_COLUMN = "the count in the same cell, of its column's total"
    OWN_BY_ROW = "the count in the same cell, of its row's total"
    NEXT_BY_COLUMN = "the count to the left, be it a total, of its column's total"
    BODY_BY_COLUMN = "the count to the left that is no total, of its column's total"
    BODY_BY_ROW = "the count to the left that is no total, of its row's total"
    BESIDE = "a count that is not printed, of the only one beside it"


_OWN: Final = (_Reading.OWN_BY_COLUMN, _Reading.OWN_BY_ROW)
_APART: Final = tuple(one for one in _Reading if one not in _OWN)
_BY_ROW: Final = frozenset({_Reading.OWN_BY_ROW, _Reading.BODY_BY_ROW})


@dataclass(frozen=True, slots=True)
class _Share:
    """A printed percentage and where it stands in the table."""

    figure: Decimal
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Implied:
    """What a percentage says of a count: the places of both in the table (no count: not printed), the interval."""

    at: tuple[int, int]
    of: tuple[int, int] | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a reading makes of the percentages, and how many shown counts confirm it."""

    implied: tuple[Implied, ...]
    confirmed: int


def implied(table: Table, limits: Limits) -> tuple[Implied, ...]:
    """What every percentage says of a count that is not shown.

    Nothing where counts are rounded: a percentage of rounded numbers says no more than they do.
    """
    if base_of(table, limits) > 1:
        return ()
    groups: dict[tuple[int, tuple[_Reading, ...]], list[_Share]] = {}
    for row, column, cell in table.places():
        if cell.percent is not None:
            groups.setdefault((column, _OWN), []).append(_Share(cell.percent, row, column))
        elif cell.kind is CellKind.PERCENTAGE and cell.number is not None:
            groups.setdefault((column, _APART), []).append(_Share(cell.number, row, column))
    return tuple(one for (_, readings), shares in groups.items() for one in _read(table, shares, readings))


def described(table: Table, row: int, column: int) -> tuple[int, int] | None:
    """The count that a figure in a column of its own is about: the nearest to its left that is no total."""
    return _left(table, row, column, table.totals(Axis.COLUMN))


def _left(table: Table, row: int, column: int, without: frozenset[int]) -> tuple[int, int] | None:
    left = range(column - 1, -1, -1)
    return next(
        ((row, other) for other in left if table.cells[row][other].counts and other not in without), None
    )


def _read(table: Table, shares: list[_Share], readings: tuple[_Reading, ...]) -> tuple[Implied, ...]:
    """The percentages by the first reading that counts confirm, else by the first that nothing speaks against."""
    tried = [found for one in readings if (found := _tried(table, shares, one)) is not None]
    best = next((one for one in tried if one.confirmed), None) or next(iter(tried), None)
    return best.implied if best is not None else ()


def _tried(table: Table, shares: list[_Share], reading: _Reading) -> _Tried | None:
    """What a reading makes of the percentages; None where a count or a percentage speaks against it."""
    confirmed = 0
    found = []
    for share in shares:
        of = _about(table, share, reading)
        total = _total(table, share, of, reading)
        if not total:
            continue
        interval = _counts(share.figure, total)
        if interval is None:
            return None
        known = table.cells[of[0]][of[1]].known if of is not None else None
        if known is None:
            found.append(Implied((share.row, share.column), of, interval))
        elif abs(Fraction(100 * known, total) - Fraction(share.figure)) > _half(share.figure):
            return None
        confirmed += bool(known)
    return _Tried(tuple(found), confirmed) if confirmed or len(found) > 1 else None


def _about(table: Table, share: _Share, reading: _Reading) -> tuple[int, int] | None:
    match reading:
        case _Reading.OWN_BY_COLUMN | _Reading.OWN_BY_ROW:
            return share.row, share.column
        case _Reading.NEXT_BY_COLUMN:
            return _left(table, share.row, share.column, frozenset())
        case _Reading.BODY_BY_COLUMN | _Reading.BODY_BY_ROW:
            return described(table, share.row, share.column)
        case _Reading.BESIDE:
            return None
        case _:
            assert_never(reading)


def _total(table: Table, share: _Share, of: tuple[int, int] | None, reading: _Reading) -> int | None:
    """The known number of people that a percentage is of; the last total of several is the widest."""
    if reading is _Reading.BESIDE:
        return _beside(table, share)
    if of is None:
        return None
    row, column = of
    if reading in _BY_ROW:
        across = sorted(table.totals(Axis.COLUMN) - {column})
        return table.cells[row][across[-1]].known if across else None
    down = sorted(table.totals(Axis.ROW) - {row})
    return table.cells[down[-1]][column].known if down else None


def _beside(table: Table, share: _Share) -> int | None:
    """The only count of the row, where the heading of the percentage names whom it counts ("% Asian")."""
    named = _NO_NAME.sub("", " ".join(table.columns[share.column].label))
    counts = [cell.known for cell in table.cells[share.row] if cell.counts]
    return counts[0] if len(counts) == 1 and any(map(str.isalpha, named)) else None


def _counts(figure: Decimal, total: int) -> Interval | None:
    """The counts that come to a percentage of a total when rounded to its decimals; None where none does."""
    half = _half(figure)
    low = (Fraction(figure) - half) * total / 100
    high = (Fraction(figure) + half) * total / 100
    least, most = max(0, -(-low.numerator // low.denominator)), min(total, high.numerator // high.denominator)
    return Interval(least, most) if least <= most else None


def _half(figure: Decimal) -> Fraction:
    exponent = figure.as_tuple().exponent
    decimals = min(_ROUNDEST, max(0, -exponent)) if isinstance(exponent, int) else 0
    return Fraction(1, 2 * 10**decimals)
