"""What several releases give away together when one of them is the sum of the others.

A unit that three forces share is counted by each of them and by whoever leads it. Each table may be safe by
itself; a reader puts the four side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.frozen import dataclass
from isa_guard.model.manifest import Rest
from isa_guard.scan.disclosure.cells import WITHHELD
from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.matching import matched
from isa_guard.scan.disclosure.system import Contradiction, TooLarge, joined, own_bounds
from isa_guard.scan.disclosure.table import Table
from isa_guard.scan.disclosure.withheld import WITHHELD_KINDS, given_away, unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.system import Interval

_WHY_REST: Final = "taking the published parts from the whole leaves a group too small to be shown"


def linked(whole: Table, parts: tuple[Table, ...], rest: Rest, limits: Limits) -> tuple[Disclosure, ...]:
    """Every withheld count, in any of the releases, that all of them together give away.

    Cells are matched by label. The words say which publication a place is of: 1 is the whole, then the parts in
    order. With an unpublished rest (a subgroup and the others), small counts of that rest are found too, at the
    place of the whole. Raises UsageError without highspy.
    """
    tables = (whole, *parts, *_unpublished(whole, rest))
    links = _links(tables)
    if not links:
        reason = "the releases share no label of a row, or none of a column"
        return (unchecked(Check.DIFFERENCING, (At(0, 0),), reason, whole.size),)
    hidden = [one for one in _numbered(tables) if one.withheld]
    try:
        audit = exact_intervals(joined(tables, links, limits), [one.number for one in hidden])
    except (Contradiction, TooLarge) as error:
        return (unchecked(Check.DIFFERENCING, (At(0, 0),), str(error), len(hidden)),)
    intervals = dict(audit.intervals)
    found = []
    for one in hidden:
        interval = intervals.get(one.number)
        if interval is None:
            continue
        of_rest = one.which > len(parts)
        disclosure = _of_rest(one, interval, limits) if of_rest else _of_release(one, interval, limits)
        found += [disclosure] if disclosure else []
    if audit.unanswered:
        found.append(unchecked(Check.DIFFERENCING, (At(0, 0),), audit.reason, len(audit.unanswered)))
    return tuple(found)


def _unpublished(whole: Table, rest: Rest) -> tuple[Table, ...]:
    match rest:
        case Rest.NOBODY:
            return ()
        case Rest.UNPUBLISHED:
            blank = ((WITHHELD,) * len(whole.columns),) * len(whole.rows)
            return (Table(whole.rows, whole.columns, blank, whole.sums),)
        case _:
            assert_never(rest)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A cell by its number among those of all tables, with the table it stands in."""

    number: int
    which: int
    table: Table
    row: int
    column: int

    @property
    def withheld(self) -> bool:
        return self.table.cells[self.row][self.column].kind in WITHHELD_KINDS

    @property
    def at(self) -> At:
        return self.table.at(self.row, self.column)


def _numbered(tables: tuple[Table, ...]) -> Iterator[_Numbered]:
    first = 0
    for which, table in enumerate(tables):
        for row, column, _ in table.places():
            yield _Numbered(first + row * len(table.columns) + column, which, table, row, column)
        first += table.size


def _links(tables: tuple[Table, ...]) -> list[tuple[int, tuple[int, ...]]]:
    """The number of each cell of the whole, with those of the same cell in every part; only where all have it."""
    whole, *parts = tables
    firsts = [sum(table.size for table in tables[:number]) for number in range(1, len(tables))]
    lines = [matched(whole, part) for part in parts]
    rows = [dict(one.rows) for one in lines]
    columns = [dict(one.columns) for one in lines]
    return [
        (
            row * len(whole.columns) + column,
            tuple(
                first + rows[number][row] * len(part.columns) + columns[number][column]
                for number, (first, part) in enumerate(zip(firsts, parts, strict=True))
            ),
        )
        for row, column, cell in whole.places()
        if cell.counts
        and all(row in one for one in rows)
        and all(column in one for one in columns)
        and all(
            part.cells[rows[number][row]][columns[number][column]].counts for number, part in enumerate(parts)
        )
    ]


def _of_release(one: _Numbered, interval: Interval, limits: Limits) -> Disclosure | None:
    own = own_bounds(one.table.cells[one.row][one.column], limits)
    found = given_away((one.at,), own, interval, limits, Check.DIFFERENCING)
    if found is None:
        return None
    what = f"publication {one.which + 1}: {found.what}, taken together with the other publications"
    return Disclosure(found.check, found.cells, found.severity, what, found.why, one.which)


def _of_rest(one: _Numbered, interval: Interval, limits: Limits) -> Disclosure | None:
    if interval.high is None or interval.low < limits.least_small:
        return None
    if interval.high >= limits.threshold.least_safe:
        return None
    what = f"the whole less the published parts leaves a small count ({limits.threshold})"
    return Disclosure(Check.DIFFERENCING, (one.at,), Severity.BLOCK, what, _WHY_REST)
