"""Percentages that say the count again, and averages, least and largest values of groups too small to be shown."""

from __future__ import annotations

import re
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import Cell, CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.system import Contradiction, Interval, base_of, meet, own_bounds
from isa_guard.scan.disclosure.table import Axis
from isa_guard.scan.disclosure.withheld import given_away, unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_WHY: Final = (
    "a percentage of a known total is the count again; withhold it with the count, or round it further"
)
_ROUNDEST: Final = 4  # decimals of a percentage that are believed to be rounding and no more


class _Kind(StrEnum):
    """What percentages may be of."""

    COLUMN = "the total of the column"
    ROW = "the total of the row"
    BESIDE = "the only count beside them"


@dataclass(frozen=True, slots=True)
class _Share:
    """A printed percentage: its figure, where it stands, and the count it describes, if one is printed."""

    figure: Decimal
    at: tuple[int, int]
    of: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Implied:
    """What a percentage says of a count: the places of both in the table, and the interval."""

    at: tuple[int, int]
    of: tuple[int, int] | None
    interval: Interval


def percentages(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every percentage that gives a withheld count away, or a small count that is not printed at all.

    What the percentages are of (the column's total, the row's, the only count beside them) is believed where
    the counts that are shown confirm it, or, where none is, where all of them can be of it.
    """
    found = []
    for one in implied(table, limits):
        places = tuple(table.at(*place) for place in (one.at, one.of) if place is not None)[:1]
        if one.of is None:
            if one.interval.high is not None and all(
                limits.is_small(end) for end in (one.interval.low, one.interval.high)
            ):
                what = f"a percentage of a known total says that the count is small ({limits.threshold})"
                found.append(Disclosure(Check.PERCENTAGE, places, Severity.BLOCK, what, _WHY))
            continue
        own = own_bounds(table.cells[one.of[0]][one.of[1]], limits)
        try:
            both = meet(own, one.interval)
        except Contradiction as error:
            found.append(unchecked(Check.PERCENTAGE, places, str(error), 1))
            continue
        disclosure = given_away(places, own, both, limits, Check.PERCENTAGE)
        if disclosure is not None:
            what = disclosure.what.replace("what is published", "a percentage and its total")
            found.append(Disclosure(disclosure.check, places, disclosure.severity, what, _WHY))
    return tuple(found)


def implied(table: Table, limits: Limits) -> tuple[Implied, ...]:
    """What every percentage says of a count that is not shown; used by the audit of suppression as well."""
    if base_of(table, limits) > 1:
        return ()  # a percentage of rounded numbers says no more than they do
    groups: dict[tuple[int, bool], list[_Share]] = {}
    for share in _shares(table):
        groups.setdefault((share.at[1], share.at == share.of), []).append(share)
    return tuple(one for shares in groups.values() for one in _of_group(table, shares))


def _shares(table: Table) -> Iterator[_Share]:
    for row, column, cell in table.places():
        if cell.percent is not None:
            yield _Share(cell.percent, (row, column), (row, column))
        elif cell.kind is CellKind.PERCENTAGE and cell.number is not None:
            yield _Share(cell.number, (row, column), _described(table, row, column))


def _described(table: Table, row: int, column: int) -> tuple[int, int] | None:
    """The count that a percentage in a column of its own is about: the nearest column of counts to its left.

    A column of totals is what percentages are of, not what they are about.
    """
    totals = table.totals(Axis.COLUMN)
    left = range(column - 1, -1, -1)
    return next(
        ((row, other) for other in left if table.cells[row][other].counts and other not in totals), None
    )


def _of_group(table: Table, shares: list[_Share]) -> tuple[Implied, ...]:
    """What the percentages of one column say, by the first kind of total that nothing speaks against."""
    for kind in (_Kind.COLUMN, _Kind.ROW, _Kind.BESIDE):
        given = shares if kind is not _Kind.BESIDE else _undescribed(table, shares)
        pairs = [(share, total) for share in given if (total := _total(table, share, kind))]
        tested = [
            _fits(share.figure, count, total)
            for share, total in pairs
            if share.of is not None and (count := table.cells[share.of[0]][share.of[1]].known)
        ]
        possible = [(share, _counts(share.figure, total)) for share, total in pairs]
        if not pairs or not all(tested) or any(interval is None for _, interval in possible):
            continue
        return tuple(
            Implied(share.at, share.of, interval)
            for share, interval in possible
            if interval is not None
            and (share.of is None or table.cells[share.of[0]][share.of[1]].known is None)
            and (tested or share.of is None or len(possible) > 1)
        )
    return ()


def _undescribed(table: Table, shares: list[_Share]) -> list[_Share]:
    """The same percentages taken for shares of the count beside them, where their heading names what they count."""
    (column,) = {share.at[1] for share in shares}
    named = re.sub(r"%|per ?cent|percentage|\b(?:of|total|all)\b", "", " ".join(table.columns[column].label))
    if not any(map(str.isalpha, named)) or any(share.at == share.of for share in shares):
        return []
    return [_Share(share.figure, share.at, None) for share in shares]


def _total(table: Table, share: _Share, kind: _Kind) -> int | None:
    """The known number of people that a percentage could be of; the last total of several is the widest."""
    if share.of is None:
        counts = [cell.known for cell in table.cells[share.at[0]] if cell.counts]
        return counts[0] if len(counts) == 1 else None
    row, column = share.of
    if kind is _Kind.COLUMN:
        totals = [table.cells[line][column].known for line in sorted(table.totals(Axis.ROW)) if line != row]
    else:
        across = sorted(table.totals(Axis.COLUMN))
        totals = [table.cells[row][line].known for line in across if line != column]
    return totals[-1] if totals else None


def _counts(figure: Decimal, total: int) -> Interval | None:
    """The counts that come to a percentage of a total when rounded to its decimals; None where none does."""
    half = _half(figure)
    low = (Fraction(figure) - half) * total / 100
    high = (Fraction(figure) + half) * total / 100
    least, most = max(0, -(-low.numerator // low.denominator)), min(total, high.numerator // high.denominator)
    return Interval(least, most) if least <= most else None


def _fits(figure: Decimal, count: int, total: int) -> bool:
    return abs(Fraction(100 * count, total) - Fraction(figure)) <= _half(figure)


def _half(figure: Decimal) -> Fraction:
    exponent = figure.as_tuple().exponent
    decimals = min(_ROUNDEST, max(0, -exponent)) if isinstance(exponent, int) else 0
    return Fraction(1, 2 * 10**decimals)


_EXTREMES: Final = ("minimum", "maximum", "lowest", "highest", "youngest", "oldest", "longest", "shortest")
_WHY_STATISTIC: Final = (
    "an average of few people is nearly the value of each, and the least or largest value is one person's own"
)


def statistics(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Amounts and averages over groups that are, or may be, too small; least and largest values of any group."""
    return tuple(
        found
        for row, column, cell in table.places()
        if cell.kind is CellKind.MEASURE
        for found in _statistic(table, (row, column), limits)
    )


def _statistic(table: Table, place: tuple[int, int], limits: Limits) -> Iterator[Disclosure]:
    row, column = place
    here = (table.at(row, column),)
    group = _described(table, row, column)
    if group is not None:
        cell: Cell = table.cells[group[0]][group[1]]
        own = own_bounds(cell, limits, base_of(table, limits))
        if own.high is not None and 0 < own.high <= 2:
            what = "an amount or average over one or two people is shown"
            yield Disclosure(Check.STATISTIC, here, Severity.BLOCK, what, _WHY_STATISTIC)
            return
        if cell.known is None or 0 < cell.low < limits.threshold.least_safe:
            what = f"an amount or average is shown over a group that is or may be {limits.threshold}"
            yield Disclosure(Check.STATISTIC, here, Severity.WARN, what, _WHY_STATISTIC)
            return
    words = " ".join((*table.columns[column].label, *table.rows[row].label)).lower()
    if any(word in words for word in _EXTREMES):
        what = "the least or largest value of a group is shown"
        yield Disclosure(Check.STATISTIC, here, Severity.WARN, what, _WHY_STATISTIC)
