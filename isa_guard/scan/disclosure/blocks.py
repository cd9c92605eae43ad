"""The rectangles of a sheet that hold something: split at blank rows and columns, joined again where one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import BLANK, Cell, CellKind, read_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle: its first row and column in the sheet from 0, its texts, and what each text says."""

    top: int
    left: int
    texts: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]


def blocks(sheet: Sequence[Sequence[str]]) -> tuple[Block, ...]:
    """Every rectangle, top to bottom and left to right.

    A blank row does not part a table from lines that bring no heading of their own (a total set off by space),
    nor a blank column from columns that bring no labels.
    """
    wide = max((len(row) for row in sheet), default=0)
    texts = [(*row, *("",) * (wide - len(row))) for row in sheet]
    cells = [tuple(map(read_cell, row)) for row in texts]
    found = []
    for top, bottom in _row_runs(cells):
        for left, right in _column_runs(cells[top:bottom], wide):
            found.append(
                Block(
                    top,
                    left,
                    tuple(row[left:right] for row in texts[top:bottom]),
                    tuple(row[left:right] for row in cells[top:bottom]),
                )
            )
    return tuple(found)


def _row_runs(cells: list[tuple[Cell, ...]]) -> Iterator[tuple[int, int]]:
    """Runs of rows; a run that begins with a line of data goes on with the run before it."""
    start = end = 0
    for first, last in _runs([any(cell is not BLANK for cell in row) for row in cells]):
        if end and not _data_line(cells[first]):
            yield start, end
            start = first
        elif not end:
            start = first
        end = last
    if end:
        yield start, end


def _data_line(row: tuple[Cell, ...]) -> bool:
    """Whether a row begins with a label and goes on with counts only: a line of the table above, no heading."""
    filled = [cell for cell in row if cell is not BLANK]
    return (
        len(filled) > 1
        and filled[0].kind is CellKind.TEXT
        and all(cell.kind is not CellKind.TEXT for cell in filled[1:])
    )


def _column_runs(cells: list[tuple[Cell, ...]], wide: int) -> Iterator[tuple[int, int]]:
    """Runs of columns; a run whose first column holds no labels goes on with the run before it."""
    used = [False] * wide
    labels = [False] * wide
    body = [row for row in cells if sum(cell is not BLANK for cell in row) > 1]
    for row in body:
        for column, cell in enumerate(row):
            used[column] = used[column] or cell is not BLANK
    for column in range(wide):
        texts = sum(row[column].kind is CellKind.TEXT for row in body)
        labels[column] = texts > 1 and texts * 2 >= len(body)
    start = end = -1
    for first, last in _runs(used):
        if end >= 0 and labels[first]:
            yield start, end
            start = first
        elif end < 0:
            start = first
        end = last
    if end >= 0:
        yield start, end


def _runs(marks: list[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for place, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = place
        elif not mark and start is not None:
            yield start, place
            start = None
