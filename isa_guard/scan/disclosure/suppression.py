"""Whether what was withheld can be worked out again from what was published: the intruder's own sum.

The interval audit of cell suppression: Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.shares import implied
from isa_guard.scan.disclosure.system import (
    MOST_CELLS,
    MOST_WITHHELD,
    Contradiction,
    System,
    TooLarge,
    meet,
    own_bounds,
    system_of,
)
from isa_guard.scan.disclosure.withheld import WITHHELD_KINDS, given_away, unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table


def suppression(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every withheld cell that the published cells give away, exactly or nearly.

    What the arithmetic could not settle is said to be unchecked. Raises UsageError without highspy.
    """
    if table.size > MOST_CELLS:
        reason = f"{table.size:,} cells are more than the {MOST_CELLS:,} whose sums are looked into"
        return (unchecked(Check.SUPPRESSION, (At(0, 0),), reason, table.size),)
    wide = len(table.columns)
    hidden = [
        (row * wide + column, table.at(row, column), cell)
        for row, column, cell in table.places()
        if cell.kind in WITHHELD_KINDS
    ]
    if not hidden:
        return ()
    if len(hidden) > MOST_WITHHELD:
        reason = f"up to {MOST_WITHHELD:,} withheld counts are worked out"
        return (unchecked(Check.SUPPRESSION, (hidden[0][1],), reason, len(hidden)),)
    places = tuple(at for _, at, _ in hidden)
    doubtful = tuple(_doubtful(table))
    try:
        system = _with_percentages(table, system_of(table, limits), limits)
        audit = exact_intervals(system, [number for number, _, _ in hidden])
    except (Contradiction, TooLarge) as error:
        return (*doubtful, unchecked(Check.SUPPRESSION, places[:1], str(error), len(places)))
    intervals = dict(audit.intervals)
    found = [
        disclosure
        for number, at, cell in hidden
        if number in intervals
        and (disclosure := given_away((at,), own_bounds(cell, limits), intervals[number], limits))
    ]
    if audit.unanswered:
        left = set(audit.unanswered)
        first = tuple(at for number, at, _ in hidden if number in left)[:1]
        found.append(unchecked(Check.SUPPRESSION, first, audit.reason, len(left)))
    return (*doubtful, *found)


def _with_percentages(table: Table, system: System, limits: Limits) -> System:
    """The system with what the table's own percentages say of withheld counts."""
    bounds = list(system.bounds)
    for one in implied(table, limits):
        if one.of is not None:
            number = one.of[0] * len(table.columns) + one.of[1]
            bounds[number] = meet(bounds[number], one.interval)
    return System(tuple(bounds), system.equations)


def _doubtful(table: Table) -> Iterator[Disclosure]:
    for one in table.doubtful:
        cells = (table.at(one.total, 0) if one.axis == "row" else table.at(0, one.total),)
        what = f"a {one.axis} is called a total, but its numbers are not the sum of any lines beside it"
        yield Disclosure(
            Check.SUPPRESSION, cells, Severity.UNCHECKED, what, "its sums could not be used in the audit"
        )
