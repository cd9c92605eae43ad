"""Counts of people that are too small to be shown, and ranges that say more than the threshold allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.system import base_of, own_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_WHY = (
    "a group this small can be recognised by those who know it, and by its own members (ICO guidance on "
    "anonymisation; the threshold rule of statistical disclosure control)"
)


def small_counts(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every count, in the body or in a total, that the agreement's threshold forbids to show.

    A count that was rounded is no small count: what it may stand for is `rounding`'s and `suppression`'s matter.
    """
    return tuple(_found(table, limits))


def _found(table: Table, limits: Limits) -> Iterator[Disclosure]:
    base = base_of(table, limits)
    rounded = base >= limits.threshold.least_safe
    threshold = limits.threshold
    for row, column, cell in table.places():
        if cell.kind is CellKind.COUNT and limits.is_small(cell.low):
            if cell.low == 0 and base > 1:
                continue  # a rounded nought may stand for people
            if rounded and cell.low % base == 0:
                continue
            what = f"a count of {cell.low} is shown, and {threshold} may not be"
            yield Disclosure(Check.THRESHOLD, (table.at(row, column),), Severity.BLOCK, what, _WHY)
        elif cell.kind in {CellKind.BELOW, CellKind.RANGE} and cell.high is not None:
            own = own_bounds(cell, limits)
            if own.low == own.high and limits.is_small(own.low):
                what = f"a range leaves only {own.low}, and {threshold} may not be shown"
                yield Disclosure(Check.THRESHOLD, (table.at(row, column),), Severity.BLOCK, what, _WHY)
            elif own.low >= limits.least_small and cell.high < threshold.least_safe - 1:
                what = f"a range up to {cell.high} says more than the marker for {threshold} would"
                yield Disclosure(Check.THRESHOLD, (table.at(row, column),), Severity.WARN, what, _WHY)
