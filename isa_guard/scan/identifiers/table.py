"""What a table holds, column by column and identifier by identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.column import Column
from isa_guard.scan.identifiers.known import NOBODY, Known
from isa_guard.scan.identifiers.tally import Limits, Sum

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.scan.identifiers.grading import Confidence, Evidence


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the name of the sheet or file it came from."""

    name: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Found:
    """One identifier in one column: everything but the values.

    `rows` counts the cells that hold it, `graded` the same by how sure it is, surest first; `distinct` counts its
    different values. `confidence`, `shape`, `evidence` and `places`, the first few row numbers from 0, are those of
    the surest grade.
    """

    table: str
    column: str
    entity: str
    rows: int
    graded: tuple[tuple[Confidence, int], ...]
    distinct: int
    places: tuple[int, ...]
    confidence: Confidence
    shape: str
    evidence: frozenset[Evidence]


class TableScan:
    """A table that comes in batches of rows, all of the same columns.

    The answer is that of all rows in one go, but memory does not grow with them: what is kept of a column is sums,
    the first few places, and digests of its different values up to a limit.
    """

    def __init__(self, name: str, known: Known = NOBODY, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._name = name
        self._known = known
        self._limits = limits
        self._columns: dict[str, Column] = {}
        self._rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Read the next rows. Raises UsageError where they have other columns, or where polars is missing."""
        if not self._rows and not self._columns:
            self._columns = {name: Column(name, self._known, self._limits) for name in frame.columns}
        if list(self._columns) != frame.columns:
            raise UsageError("the batches of a table must have the same columns in the same order")
        for name, column in self._columns.items():
            column.add(frame.get_column(name), self._rows)
        self._rows += len(frame)

    def sums(self) -> dict[str, list[Sum]]:
        """What each column holds, with every grade and place that was kept."""
        return {name: column.sums() for name, column in self._columns.items()}

    def found(self) -> tuple[Found, ...]:
        """What stands in each column, columns in their order."""
        return tuple(
            _found(self._name, column, one) for column, every in self.sums().items() for one in every
        )


def scan_table(table: Table, known: Known = NOBODY) -> tuple[Found, ...]:
    """What stands in each column of a table, columns in their order. Raises UsageError where polars is missing."""
    scan = TableScan(table.name, known)
    scan.add(table.frame)
    return scan.found()


def _found(table: str, column: str, one: Sum) -> Found:
    surest = one.grades[one.surest]
    graded = {confidence: each.held.rows for confidence, each in one.grades.items()}
    return Found(
        table=table,
        column=column,
        entity=one.entity,
        rows=sum(graded.values()),
        graded=tuple(sorted(graded.items(), reverse=True)),
        distinct=one.distinct,
        places=surest.held.places,
        confidence=one.surest,
        shape=surest.held.shape,
        evidence=surest.evidence,
    )
