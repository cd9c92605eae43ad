"""Small tables for the tests, and the slow judge of what their withheld cells can be."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from isa_guard.scan.disclosure.cells import Cell, CellKind, read_cell
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold, ZeroPolicy
from isa_guard.scan.disclosure.system import Interval
from isa_guard.scan.disclosure.table import Axis, Sum, Table, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIVE = Limits(threshold=Threshold(Comparison.FEWER_THAN, 5))
FIVE_AND_NOUGHT = Limits(threshold=Threshold(Comparison.FEWER_THAN, 5), zeros=ZeroPolicy.WITHHELD)


def table(*rows: str) -> Table:
    """A table of words, the last row and column being the totals of the others."""
    cells = tuple(tuple(read_cell(word) for word in row.split()) for row in rows)
    return with_totals(cells)


def with_totals(cells: Sequence[Sequence[Cell]]) -> Table:
    high, wide = len(cells) - 1, len(cells[0]) - 1
    sums = (
        Sum(Axis.ROW, high, tuple(range(high))),
        Sum(Axis.COLUMN, wide, tuple(range(wide))),
    )
    return table_of(
        tuple(map(tuple, cells)),
        [f"r{row}" for row in range(high + 1)],
        [f"c{column}" for column in range(wide + 1)],
        sums,
    )


def count(number: int) -> Cell:
    return Cell(CellKind.COUNT, number, number)


def summed(body: Sequence[Sequence[int]]) -> list[list[int]]:
    """The numbers with their totals to the right and below."""
    rows = [[*row, sum(row)] for row in body]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def brute_force(bounds: Sequence[Sequence[Interval]], cap: int) -> list[list[Interval]] | None:
    """The interval of every cell, by listing every table of whole numbers that fits; None where none does.

    A cell has no largest value where more room (a higher cap) gives it a larger one.
    """
    tight, roomy = _extremes(bounds, cap), _extremes(bounds, cap + 1)
    if tight is None or roomy is None:
        assert tight is roomy
        return None
    return [
        [
            Interval(low, high if high == higher else None)
            for (low, high), (_, higher) in zip(row, wider, strict=True)
        ]
        for row, wider in zip(tight, roomy, strict=True)
    ]


def _extremes(bounds: Sequence[Sequence[Interval]], cap: int) -> list[list[tuple[int, int]]] | None:
    seen: list[list[tuple[int, int]]] | None = None
    for grid in _fitting(bounds, cap):
        if seen is None:
            seen = [[(value, value) for value in row] for row in grid]
            continue
        seen = [
            [(min(low, value), max(high, value)) for (low, high), value in zip(old, row, strict=True)]
            for old, row in zip(seen, grid, strict=True)
        ]
    return seen


def _fitting(bounds: Sequence[Sequence[Interval]], cap: int) -> Iterator[list[list[int]]]:
    rows = [list(_fitting_rows(row, cap)) for row in bounds[:-1]]
    for body in product(*rows):
        totals = [sum(column) for column in zip(*body, strict=True)]
        if all(_within(value, bound) for value, bound in zip(totals, bounds[-1], strict=True)):
            yield [*map(list, body), totals]


def _fitting_rows(row: Sequence[Interval], cap: int) -> Iterator[list[int]]:
    spans = [range(one.low, (cap if one.high is None else one.high) + 1) for one in row[:-1]]
    for values in product(*spans):
        if _within(sum(values), row[-1]):
            yield [*values, sum(values)]


def _within(value: int, bound: Interval) -> bool:
    return bound.low <= value and (bound.high is None or value <= bound.high)
