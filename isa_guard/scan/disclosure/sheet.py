"""The tables in a sheet of texts: where they stand, what heads them, which cells are blank because withheld."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.blocks import Block, blocks
from isa_guard.scan.disclosure.cells import BLANK, WITHHELD, Cell, CellKind
from isa_guard.scan.disclosure.headings import Headed, headed
from isa_guard.scan.disclosure.system import rounding_base
from isa_guard.scan.disclosure.table import Line, Table
from isa_guard.scan.disclosure.totals import find_totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Dash(StrEnum):
    """What a lone dash means: nobody, a number withheld, or whichever the sums of the table show."""

    NIL = "nil"
    WITHHELD = "withheld"
    BY_SUMS = "by sums"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is to be read where its publisher says so: what a dash means."""

    dash: Dash = Dash.BY_SUMS


_FIGURES: Final = frozenset({CellKind.PERCENTAGE, CellKind.MEASURE})


def find_tables(sheet: Sequence[Sequence[str]], reading: Reading = Reading()) -> tuple[Table, ...]:  # noqa: B008
    """Every table of counts in a sheet, top to bottom. Rows may differ in length; nothing is raised.

    A block without any count, marker, percentage or amount is no table. Places are those of the sheet, from 1.
    """
    return tuple(
        table
        for block in blocks(sheet)
        if (parts := headed(block)) is not None and (table := _table(block, parts, reading)) is not None
    )


def _table(block: Block, parts: Headed, reading: Reading) -> Table | None:
    rows = tuple(Line(block.top + row + 1, label) for row, label in parts.rows)
    columns = tuple(Line(block.left + column + 1, label) for column, label in parts.columns)
    raw = [[block.cells[row][column] for column, _ in parts.columns] for row, _ in parts.rows]
    typed = tuple(map(tuple, _measured(_filled(raw), columns, rows)))
    if not any(cell.counts or cell.kind in _FIGURES for row in typed for cell in row):
        return None
    table = Table(rows, columns, typed)
    totals = find_totals(table, rounding_base(table))
    table = Table(rows, columns, typed, totals.sums, totals.doubtful)
    return _dashed(table, reading.dash)


def _filled(raw: list[list[Cell]]) -> Iterator[list[Cell]]:
    """Blanks among counts are withheld counts: where both the row and the column have counts otherwise."""
    counting = [any(row[column].counts for row in raw) for column in range(len(raw[0]) if raw else 0)]
    for row in raw:
        among = any(cell.counts for cell in row)
        yield [
            WITHHELD if cell is BLANK and among and counting[column] else cell
            for column, cell in enumerate(row)
        ]


_PERCENT_WORDS: Final = ("%", "per cent", "percent", "proportion", "share of")
_MEASURE_WORDS: Final = (
    "average",
    "mean",
    "median",
    "minimum",
    "maximum",
    "lowest",
    "highest",
    "youngest",
    "oldest",
    "£",
    "cost",
    "spend",
    "amount",
    "value",
    "rate",
    "ratio",
    "salary",
    "pay gap",
    "fte",
)


def _measured(
    grid: Iterator[list[Cell]], columns: tuple[Line, ...], rows: tuple[Line, ...]
) -> Iterator[list[Cell]]:
    """Numbers under a heading of percentages or amounts count nobody, whatever they look like."""
    across = [_heading_kind(line.label) for line in columns]
    for row, line in zip(grid, rows, strict=True):
        along = _heading_kind(line.label[-1:])
        yield [
            _as(cell, along or kind) if cell.kind in {CellKind.COUNT, CellKind.MEASURE} else cell
            for cell, kind in zip(row, across, strict=True)
        ]


def _heading_kind(label: tuple[str, ...]) -> CellKind | None:
    words = " ".join(label).lower()
    if any(word in words for word in _PERCENT_WORDS):
        return CellKind.PERCENTAGE
    padded = f" {words} "
    if any(word in padded if word == "£" else f" {word}" in padded for word in _MEASURE_WORDS):
        return CellKind.MEASURE
    return None


def _as(cell: Cell, kind: CellKind | None) -> Cell:
    if kind is None:
        return cell
    return Cell(kind, number=cell.number if cell.number is not None else Decimal(cell.low))


def _dashed(table: Table, dash: Dash) -> Table:
    """The table with its dashes read as nil or as withheld."""
    if not any(cell.kind is CellKind.DASH for row in table.cells for cell in row):
        return table
    if dash is Dash.BY_SUMS:
        dash = Dash.NIL if _sums_say_nil(table) else Dash.WITHHELD
    read = Cell(CellKind.COUNT, 0, 0) if dash is Dash.NIL else WITHHELD
    cells = tuple(tuple(read if cell.kind is CellKind.DASH else cell for cell in row) for row in table.cells)
    return Table(table.rows, table.columns, cells, table.sums, table.doubtful)


def _sums_say_nil(table: Table) -> bool:
    """Whether every sum that has dashes for its only gaps comes out with nobody behind them."""
    left = []
    for total, parts in table.equations():
        cells = [table.cells[row][column] for row, column in parts]
        whole = table.cells[total[0]][total[1]]
        dashes = any(cell.kind is CellKind.DASH for cell in cells)
        others = [cell.known for cell in cells if cell.kind is not CellKind.DASH]
        if dashes and whole.known is not None and None not in others:
            left.append(whole.known - sum(one for one in others if one is not None))
    return bool(left) and not any(left)
