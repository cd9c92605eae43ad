"""Whether what was withheld can be worked out again from what was published: the intruder's own sum.

The interval audit of cell suppression: Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.system import (
    MOST_CELLS,
    Contradiction,
    Interval,
    TooLarge,
    own_bounds,
    system_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

WITHHELD_KINDS: Final = frozenset({CellKind.WITHHELD, CellKind.DASH, CellKind.BELOW, CellKind.RANGE})
_WHY: Final = (
    "a count that can be worked out from the totals has been published; withhold a second cell of the same row "
    "and of the same column, or leave out the totals"
)


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
    places = tuple(at for _, at, _ in hidden)
    doubtful = tuple(_doubtful(table))
    try:
        audit = exact_intervals(system_of(table, limits), [number for number, _, _ in hidden])
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


def given_away(
    cells: tuple[At, ...],
    own: Interval,
    exact: Interval,
    limits: Limits,
    check: Check = Check.SUPPRESSION,
) -> Disclosure | None:
    """What a withheld count's interval gives away beyond its own marker; None where that is nothing.

    A marker such as "<5" says what it says by itself: only what the sums add to it counts.
    """
    if exact == own or exact.high is None:
        return None
    width = exact.high - exact.low
    if width == 0:
        what = "a withheld count can be worked out exactly from what is published"
    elif exact.low >= limits.least_small and exact.high < limits.threshold.least_safe:
        what = f"a withheld count can be worked out to be small ({limits.threshold}), to within {width}"
    elif width < limits.width:
        what = f"a withheld count can be worked out to within {width}; {limits.width} is the least allowed"
    else:
        return None
    return Disclosure(check, cells, Severity.BLOCK, what, _WHY)


def unchecked(check: Check, cells: tuple[At, ...], reason: str, count: int) -> Disclosure:
    """Say that cells could not be checked, so that nobody takes silence for a pass."""
    what = f"{count:,} cells could not be checked: {reason}"
    return Disclosure(check, cells, Severity.UNCHECKED, what, "what was not checked is not known to be safe")


def _doubtful(table: Table) -> Iterator[Disclosure]:
    for one in table.doubtful:
        cells = (table.at(one.total, 0) if one.axis == "row" else table.at(0, one.total),)
        what = f"a {one.axis} is called a total, but its numbers are not the sum of any lines beside it"
        yield Disclosure(
            Check.SUPPRESSION, cells, Severity.UNCHECKED, what, "its sums could not be used in the audit"
        )
