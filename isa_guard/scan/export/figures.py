"""The figures of a statistical release: its tables, each by itself, together, and beside who contributed."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.checks import check_table
from isa_guard.scan.disclosure.sheet import find_tables
from isa_guard.scan.export.disclosed import disclosed, doubt
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.model.observation import Observation
    from isa_guard.scan.contents import Spot, TablePart
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

HEADING: Final = 1  # the line of headings above the first row of a sheet
MOST_CELLS: Final = 2_000_000  # of a sheet of figures: beyond that nobody reads it as a table


@dataclass(frozen=True, slots=True)
class Figured:
    """A table of figures with the part of a file that it stands in."""

    table: Table
    part: TablePart


class Figures:
    """The sheets of a release. One that is too long to be a table of figures, or holds none, is a doubt."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets: dict[Spot, list[TablePart]] = {}

    def add(self, part: TablePart) -> None:
        """Take a sheet, or a batch of one."""
        self.sheets.setdefault(part.spot, []).append(part)

    def seen(self) -> Iterator[Observation]:
        """Answer what each table gives away by itself; call it when every sheet has been taken."""
        for parts, tables in self._made:
            if _whole_of(parts) is None:
                yield doubt(
                    parts[0], "the figures could not be taken together, and were not checked as a whole"
                )
            elif not tables:
                yield doubt(parts[0], "no table of figures was made out here")
            for one in tables:
                for found in check_table(one.table, self.limits):
                    yield disclosed(found, one.part, HEADING)

    @property
    def tables(self) -> tuple[Figured, ...]:
        """Every table that was made out, in the order of the files."""
        return tuple(one for _, tables in self._made for one in tables)

    @cached_property
    def _made(self) -> tuple[tuple[Sequence[TablePart], tuple[Figured, ...]], ...]:
        wholes = [(parts, _whole_of(parts)) for parts in self.sheets.values()]
        return tuple((parts, tuple(_tables(whole)) if whole else ()) for parts, whole in wholes)


def _whole_of(parts: Sequence[TablePart]) -> TablePart | None:
    """Answer the batches of a sheet as one part; None where they are no one sheet, or too much of one."""
    first = parts[0]
    if any(part.frame.columns != first.frame.columns for part in parts):
        return None
    if sum(part.frame.height * part.frame.width for part in parts) > MOST_CELLS:
        return None
    if len(parts) == 1:
        return first
    pl = polars()
    lines = pl.Series([part.number(row) for part in parts for row in range(part.frame.height)])
    return replace(first, frame=pl.concat([part.frame for part in parts]), lines=lines)


def _tables(part: TablePart) -> Iterator[Figured]:
    rows = [part.frame.columns, *part.frame.iter_rows()]
    for table in find_tables([[str(cell or "") for cell in row] for row in rows]):
        yield Figured(table, part)
