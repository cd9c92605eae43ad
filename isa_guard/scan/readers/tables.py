"""Rows of texts into tables: which row heads them, headings that are distinct, frames of text and null."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from isa_guard.scan.contents import TablePart
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

# Values and no headings: an e-mail address, a number of five digits or more, a date. A year can be a heading.
_VALUE: Final = re.compile(r"[^@\s]+@[^@\s]+|[+(]?\d[\d\s()./,:-]{3,}\d|[\d\s./:-]*\d{5,}[\d\s./:-]*")
_TITLES: Final = 20  # rows of titles that may stand above a table in a sheet
_FULL: Final = 0.6


def are_headings(row: Sequence[str]) -> bool:
    """Whether the first row of a table can be its headings; a row that holds a value is a row already."""
    return any(cell.strip() for cell in row) and not any(_VALUE.fullmatch(cell.strip()) for cell in row)


def headings(row: Sequence[str], width: int) -> list[str]:
    """Distinct names for `width` columns: the headings themselves, else `column 3`; a second one is `name (2)`."""
    taken: set[str] = set()
    names: list[str] = []
    repeats: dict[str, int] = {}
    for number in range(width):
        wanted = row[number].strip() if number < len(row) else ""
        wanted = wanted or f"column {number + 1}"
        name = wanted
        while name in taken:
            repeats[wanted] = repeats.get(wanted, 1) + 1
            name = f"{wanted} ({repeats[wanted]})"
        taken.add(name)
        names.append(name)
    return names


def table_parts(rows: Iterable[Sequence[str]], row: int, visit: Visit) -> Iterator[Content]:
    """The table of a grid whose first row has the number `row`: titles above it as text, rows under headings.

    The headings are handed on as a text too: what stands there may be data all the same.
    """
    coming = iter(rows)
    batch = list(islice(coming, visit.limits.rows))
    start = _heading_row(batch)
    width = max(map(len, batch), default=0)
    for number, title in enumerate(batch[:start]):
        yield from visit.texts(_joined(title), row + number)
    if start == len(batch):
        return
    named: Sequence[str] = ()
    if are_headings(batch[start]):
        named = batch[start]
        yield from visit.texts(_joined(named), row + start)
        start += 1
    names = headings(named, width)
    batch = batch[start:]
    row += start
    while batch:
        yield frame_part(names, batch, row, visit)
        row += len(batch)
        batch = list(islice(coming, visit.limits.rows))


def frame_part(
    names: list[str],
    rows: Sequence[Sequence[str]],
    row: int,
    visit: Visit,
    lines: Sequence[int] | None = None,
) -> TablePart:
    """Rows of at most as many cells as there are names, as a table; what a row lacks is null."""
    pl = polars()
    columns = {
        name: [line[place] or None if place < len(line) else None for line in rows]
        for place, name in enumerate(names)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    counted = None if lines is None else pl.Series("line", lines, dtype=pl.Int64)
    return TablePart(visit.spot, frame, row, counted)


def _heading_row(rows: Sequence[Sequence[str]]) -> int:
    """The first row that is nearly as full as the fullest near the top: what stands above it are titles."""
    full = [sum(1 for cell in row if cell.strip()) for row in rows[:_TITLES]]
    wanted = max(full, default=0) * _FULL
    return next((number for number, cells in enumerate(full) if cells and cells >= wanted), len(rows))


def _joined(row: Sequence[str]) -> str:
    return "\t".join(cell for cell in row if cell.strip())
