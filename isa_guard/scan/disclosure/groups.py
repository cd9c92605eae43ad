"""What a table says of whole groups: that all are alike, or that so few are in one that they know each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity
from isa_guard.scan.disclosure.table import Axis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.cells import Cell
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_ALIKE: Final = (
    "whoever knows that somebody is in the group learns the category as well (attribute disclosure: ONS guidance "
    "on disclosure control for tables)"
)
_MEMBERS: Final = (
    "in a group this small each member knows the others and subtracts themselves: two people learn each other's "
    "category (FOIA 2000 s.40(2): identification even by the people themselves)"
)
_COUPLE: Final = 2


def concentration(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Every row or column whose people all stand in one category; a person weighs whether that matters."""
    del limits  # whatever the size of the group: a large one is given away as surely as a small one
    return tuple(
        Disclosure(
            Check.CONCENTRATION,
            (at,),
            Severity.WARN,
            f"all of a group of {total} are in one of {categories} categories",
            _ALIKE,
        )
        for at, total, categories in _alike(table)
    )


def _alike(table: Table) -> Iterator[tuple[At, int, int]]:
    for axis in Axis:
        for at, cells in _groups(table, axis):
            shown = [cell.known for cell in cells]
            if len(shown) > 1 and None not in shown:
                numbers = [number or 0 for number in shown]
                if sum(map(bool, numbers)) == 1:
                    yield at, sum(numbers), len(numbers)


def self_identification(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Cells of one or two people, and small groups whose categories are shown: members know the others.

    A cell of one or two blocks even where the agreement's threshold would let it pass.
    """
    few = [
        Disclosure(
            Check.SELF_IDENTIFICATION,
            (table.at(row, column),),
            Severity.BLOCK,
            f"a cell counts {cell.low} {'person' if cell.low == 1 else 'people'}",
            _MEMBERS,
        )
        for row, column, cell in table.places()
        if cell.kind is CellKind.COUNT and 0 < cell.low <= _COUPLE
    ]
    return (*few, *_small_groups(table, limits))


def _small_groups(table: Table, limits: Limits) -> Iterator[Disclosure]:
    for axis in Axis:
        for at, cells in _groups(table, axis):
            shown = [cell.known for cell in cells]
            if len(shown) < 2 or None in shown:
                continue
            total = sum(number or 0 for number in shown)
            if 0 < total < limits.threshold.least_safe:
                what = f"a group of {total} is shown by {len(shown)} categories"
                yield Disclosure(Check.SELF_IDENTIFICATION, (at,), Severity.WARN, what, _MEMBERS)


def _groups(table: Table, axis: Axis) -> Iterator[tuple[At, tuple[Cell, ...]]]:
    """Each line of an axis that is no total, with its counts by category: totals along it left out."""
    other = Axis.COLUMN if axis is Axis.ROW else Axis.ROW
    totals, across = table.totals(axis), table.totals(other)
    lines = table.rows if axis is Axis.ROW else table.columns
    grid = table.cells if axis is Axis.ROW else tuple(zip(*table.cells, strict=True))
    for number, cells in enumerate(grid):
        if number in totals:
            continue
        place = lines[number].at
        at = At(place, 0) if axis is Axis.ROW else At(0, place)
        yield at, tuple(cell for line, cell in enumerate(cells) if line not in across and cell.counts)
