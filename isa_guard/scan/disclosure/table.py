"""A released table: its cells, where they stand in the sheet, and which lines are sums of which others."""

from __future__ import annotations

from enum import StrEnum
from itertools import starmap
from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.finding import At

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.scan.disclosure.cells import Cell


class Axis(StrEnum):
    """Whether a line is a row or a column."""

    ROW = "row"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column: its place in the sheet from 1, and its label below the headings that stand over it."""

    at: int
    label: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """One line is the sum of others, cell by cell. Lines are numbered from 0 within the table."""

    axis: Axis
    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A rectangle of cells with the sums that hold in it. Make one with `table_of`, or find it in a sheet."""

    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: tuple[tuple[Cell, ...], ...]
    sums: tuple[Sum, ...] = ()
    doubtful: tuple[Sum, ...] = ()  # called totals by their words, but the numbers do not add up

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.columns)

    def at(self, row: int, column: int) -> At:
        """Where a cell of the table stands in the sheet."""
        return At(self.rows[row].at, self.columns[column].at)

    def places(self) -> Iterator[tuple[int, int, Cell]]:
        """Every cell with its row and column within the table."""
        for row, line in enumerate(self.cells):
            for column, cell in enumerate(line):
                yield row, column, cell

    def totals(self, axis: Axis) -> frozenset[int]:
        """The lines of an axis that are sums of others."""
        return frozenset(one.total for one in self.sums if one.axis is axis)

    def equations(self) -> Iterator[tuple[tuple[int, int], tuple[tuple[int, int], ...]]]:
        """Every sum of single cells, as the place of the total and the places of its parts.

        Left out where a member counts nobody (a percentage, a word): there is nothing to add.
        """
        for one in self.sums:
            for other in range(len(self.columns if one.axis is Axis.ROW else self.rows)):
                total, *parts = (place(one.axis, line, other) for line in (one.total, *one.parts))
                if all(self.cells[row][column].counts for row, column in (total, *parts)):
                    yield total, tuple(parts)


def place(axis: Axis, line: int, other: int) -> tuple[int, int]:
    """Row and column of the cell where a line of an axis meets a line of the other axis."""
    return (line, other) if axis is Axis.ROW else (other, line)


def table_of(
    cells: tuple[tuple[Cell, ...], ...],
    rows: Iterable[str],
    columns: Iterable[str],
    sums: tuple[Sum, ...] = (),
) -> Table:
    """A table from cells with one label a line, placed in the sheet as if it began at its first cell.

    Raises UsageError where labels, cells and sums do not fit each other.
    """
    table = Table(_lines(rows), _lines(columns), cells, sums)
    if len(cells) != len(table.rows) or any(len(line) != len(table.columns) for line in cells):
        raise UsageError(
            "a table needs one label for each row and column, and every row as long as the first"
        )
    for one in sums:
        length = len(table.rows if one.axis is Axis.ROW else table.columns)
        if not one.parts or one.total in one.parts or not all(0 <= line < length for line in one.parts):
            raise UsageError("a sum needs parts, of this table, and its total is none of them")
        if not 0 <= one.total < length:
            raise UsageError("a sum's total is a line of this table")
    return table


def _lines(labels: Iterable[str]) -> tuple[Line, ...]:
    return tuple(starmap(Line, ((at, (label,)) for at, label in enumerate(labels, start=1))))
