"""Percentages that say the count again, and averages, least and largest values of groups too small to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.cells import Cell, CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.shares import described, implied
from isa_guard.scan.disclosure.system import Contradiction, base_of, meet, own_bounds
from isa_guard.scan.disclosure.withheld import given_away, unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_WHY: Final = (
    "a percentage of a known total is the count again; withhold it with the count, or round it further"
)


def percentages(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every percentage that gives a withheld count away, or a small count that is not printed at all.

    What the percentages are of is read as in `shares`.
    """
    found = []
    for one in implied(table, limits):
        places = (table.at(*one.at),)
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
    group = described(table, row, column)
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
