"""Whether counts are rounded as claimed, and whether rounding hides anything once the totals are set beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.system import (
    MOST_CELLS,
    Contradiction,
    TooLarge,
    base_of,
    own_bounds,
    system_of,
)
from isa_guard.scan.disclosure.withheld import unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.finding import At
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_UNROUNDED: Final = "a count that is not rounded among counts that are gives itself and its totals away"
_RECOVERED: Final = (
    "each rounded number is itself within half the base; totals that leave one choice undo the rounding, so round "
    "totals for themselves or add up rounded parts"
)


def rounding(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Counts that break the claimed base, and rounded counts that totals narrow to one, or to a small one.

    Raises UsageError without highspy.
    """
    base = base_of(table, limits)
    if base == 1:
        return ()
    odd = tuple(_unrounded(table, base))
    return odd or tuple(_recovered(table, limits, base))


def _unrounded(table: Table, base: int) -> Iterator[Disclosure]:
    for row, column, cell in table.places():
        if cell.kind is CellKind.COUNT and cell.low % base:
            what = f"a count of {cell.low} is no multiple of {base}, which counts are said to be rounded to"
            yield Disclosure(Check.ROUNDING, (table.at(row, column),), Severity.BLOCK, what, _UNROUNDED)


def _recovered(table: Table, limits: Limits, base: int) -> Iterator[Disclosure]:
    wide = len(table.columns)
    if table.size > MOST_CELLS:
        reason = f"the limit is {MOST_CELLS:,} cells"
        yield unchecked(Check.ROUNDING, (table.at(0, 0),), reason, table.size)
        return
    counts: dict[int, At] = {
        row * wide + column: table.at(row, column)
        for row, column, cell in table.places()
        if cell.kind is CellKind.COUNT
    }
    try:
        audit = exact_intervals(system_of(table, limits), counts)
    except (Contradiction, TooLarge) as error:
        yield unchecked(Check.ROUNDING, tuple(counts.values())[:1], str(error), len(counts))
        return
    for number, interval in audit.intervals:
        own = own_bounds(table.cells[number // wide][number % wide], limits, base)
        if interval == own or interval.high is None:
            continue
        small = limits.is_small(interval.low) and limits.is_small(interval.high)
        if interval.low == interval.high or small:
            what = f"a count rounded to {base} can be worked out " + ("to be small" if small else "exactly")
            severity = Severity.BLOCK if small else Severity.WARN
            yield Disclosure(Check.ROUNDING, (counts[number],), severity, what, _RECOVERED)
    if audit.unanswered:
        first = (counts[audit.unanswered[0]],)
        yield unchecked(Check.ROUNDING, first, audit.reason, len(audit.unanswered))
