"""What two releases about the same people give away together: the few who are in one and not in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.earlier import Earlier, as_table, digested
from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.matching import matched
from isa_guard.scan.disclosure.system import Contradiction, Interval, TooLarge, base_of, own_bounds, system_of
from isa_guard.scan.disclosure.withheld import unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.matching import Matched
    from isa_guard.scan.disclosure.table import Table

_WHY: Final = (
    "whoever has both releases subtracts one from the other and is left with a group too small to be shown"
)
_SHOWN_BEFORE: Final = "what was shown once cannot be withheld afterwards from whoever kept it"


def differencing(table: Table, other: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every cell whose count differs by a small number from the other release, in either direction.

    Both must be about the same people, or one about some of the other's: the same month published twice, a
    unit and the unit without its officers. Lines are matched by label; withheld cells enter with the interval
    that their own release leaves them. Places are those of `table`. Raises UsageError without highspy.
    """
    lines = matched(table, other)
    if not lines.rows or not lines.columns:
        reason = "the two releases share no label of a row, or none of a column"
        return (unchecked(Check.DIFFERENCING, (At(0, 0),), reason, table.size),)
    here, there = _known(table, limits), _known(other, limits)
    left: tuple[Disclosure, ...] = ()
    try:
        here, there = _audited(table, limits, here), _audited(other, limits, there)
    except (Contradiction, TooLarge) as error:
        left = (unchecked(Check.DIFFERENCING, (At(0, 0),), str(error), table.size),)
    return (
        *_differences(table, other, lines, (here, there), limits),
        *_shown_before(table, other, lines),
        *left,
    )


def differencing_from(table: Table, earlier: Earlier, key: bytes, limits: Limits) -> tuple[Disclosure, ...]:
    """As `differencing`, against a release of which only its record is kept under the same key."""
    return differencing(digested(table, key), as_table(earlier), limits)


def _known(table: Table, limits: Limits) -> dict[int, Interval]:
    """The counts that are shown, within their rounding; cells are numbered row by row."""
    wide, base = len(table.columns), base_of(table, limits)
    return {
        row * wide + column: own_bounds(cell, limits, base)
        for row, column, cell in table.places()
        if cell.known is not None
    }


def _audited(table: Table, limits: Limits, known: dict[int, Interval]) -> dict[int, Interval]:
    """With them the counts that are withheld, as far as the table's own sums leave them open."""
    wide = len(table.columns)
    hidden = [
        number
        for row, column, cell in table.places()
        if cell.counts and (number := row * wide + column) not in known
    ]
    if not hidden:
        return known
    audit = exact_intervals(system_of(table, limits), hidden)
    if audit.unanswered:
        raise TooLarge(audit.reason)
    return {**known, **dict(audit.intervals)}


def _differences(
    table: Table,
    other: Table,
    lines: Matched,
    intervals: tuple[dict[int, Interval], dict[int, Interval]],
    limits: Limits,
) -> Iterator[Disclosure]:
    here, there = intervals
    for row, row_there in lines.rows:
        for column, column_there in lines.columns:
            one = here.get(row * len(table.columns) + column)
            two = there.get(row_there * len(other.columns) + column_there)
            if one is None or two is None:
                continue
            for more, fewer in ((one, two), (two, one)):
                if fewer.high is None or more.high is None:
                    continue
                least, most = more.low - fewer.high, more.high - fewer.low
                if least >= 1 and most < limits.threshold.least_safe:
                    exact = f"by {least}" if least == most else f"by {least} to {most}"
                    what = f"a count differs from the other release's {exact}, and {limits.threshold} may not be shown"
                    yield Disclosure(Check.DIFFERENCING, (table.at(row, column),), Severity.BLOCK, what, _WHY)


def _shown_before(table: Table, other: Table, lines: Matched) -> Iterator[Disclosure]:
    """Cells withheld here and shown there; where all other counts are the same, the count shown there is the one."""
    pairs = [
        (row, column, table.cells[row][column], other.cells[row_there][column_there])
        for row, row_there in lines.rows
        for column, column_there in lines.columns
    ]
    known = [
        (here.known, there.known)
        for _, _, here, there in pairs
        if here.known is not None and there.known is not None
    ]
    same = bool(known) and all(here == there for here, there in known)
    for row, column, here, there in pairs:
        if here.counts and here.known is None and there.known is not None:
            what = "a count is withheld here and shown in the other release" + (
                ", which agrees with this one in every other count" if same else ""
            )
            severity = Severity.BLOCK if same else Severity.WARN
            yield Disclosure(Check.DIFFERENCING, (table.at(row, column),), severity, what, _SHOWN_BEFORE)
