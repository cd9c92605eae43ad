"""What heads the rows and columns of a block: header rows, label columns, nested headings, years that look like counts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import BLANK, Cell, CellKind, is_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.blocks import Block


@dataclass(frozen=True, slots=True)
class Headed:
    """The rows and columns of a block that hold data, from 0 within it, with the path of headings over each."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    columns: tuple[tuple[int, tuple[str, ...]], ...]


def headed(block: Block) -> Headed | None:
    """The labels and the data of a block; None where it has no data."""
    first = _first_data_row(block)
    if first is None:
        return None
    labels = _label_columns(block, first)
    wide = len(block.cells[0])
    columns = [
        column
        for column in range(labels, wide)
        if any(row[column] is not BLANK for row in block.cells[first:])
    ]
    rows = tuple(_rows(block, first, labels, columns))
    if not rows or not columns:
        return None
    return Headed(rows, tuple((column, _path(block, first, labels, column)) for column in columns))


def _first_data_row(block: Block) -> int | None:
    """The first row with data beyond its label; before any heading, years and ranges are headings."""
    passed = False
    for number, row in enumerate(block.cells):
        beyond = [cell for cell in (row[1:] or row) if cell is not BLANK]
        if not beyond:
            continue
        soft = all(cell.kind in {CellKind.TEXT, CellKind.RANGE} or _year(cell) for cell in beyond)
        words = any(cell.kind is CellKind.TEXT for cell in beyond)
        years = all(map(_year, beyond)) and _runs_on([cell.low for cell in beyond])
        # "A | B | C" heads columns, although a lone c or x further down is a marker.
        letters = all(text.isalpha() for text in map(str.strip, block.texts[number]) if text)
        if (soft and (words or years)) or (not passed and (soft or letters)):
            passed = True
        elif any(cell.kind is not CellKind.TEXT for cell in beyond):
            return number
    return None


def _year(cell: Cell) -> bool:
    return cell.kind is CellKind.COUNT and is_year(cell.low)


def _runs_on(years: list[int]) -> bool:
    """Whether years follow one another, once or again and again: a heading, and no counts."""
    steps = {later - earlier for earlier, later in itertools.pairwise(years)}
    return len(years) > 1 and 1 in steps and all(step == 1 or step <= -1 or step == 0 for step in steps)


def _label_columns(block: Block, first: int) -> int:
    """How many leading columns are labels: words, and in the first column also ranges or numbers in order (ages)."""
    wide = len(block.cells[0])
    labels = 0
    for column in range(wide - 1):
        cells = [row[column] for row in block.cells[first:] if row[column] is not BLANK]
        words = [cell for cell in cells if cell.kind is CellKind.TEXT]
        if not cells:
            labels += labels == column and labels > 0
            continue
        if labels != column:
            break
        counts = [cell for cell in cells if cell.kind is CellKind.COUNT]
        if words and not counts and len(words) * 2 >= len(cells):
            labels += 1
        elif column == 0 and _bands(cells, words):
            return 1
        else:
            break
    return labels


def _bands(cells: list[Cell], words: list[Cell]) -> bool:
    """Whether a first column holds age bands or years: ranges, or single numbers one after another."""
    banded = [cell for cell in cells if cell.kind is CellKind.RANGE]
    numbers = [cell.low for cell in cells if cell.kind is CellKind.COUNT]
    if banded:
        return len(banded) + len(words) + len(numbers) == len(cells) and len(banded) > len(numbers)
    ascending = all(later == earlier + 1 for earlier, later in itertools.pairwise(numbers))
    return len(numbers) > 2 and ascending and len(numbers) + len(words) == len(cells)


def _rows(block: Block, first: int, labels: int, columns: list[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with data, each under the headings above it: rows of words alone, blanks of merged label columns."""
    heading = _heading_before(block, first)
    filled = [""] * max(labels, 1)
    for number in range(first, len(block.cells)):
        texts = [text.strip() for text in block.texts[number][:labels]]
        cells = block.cells[number]
        if all(cells[column] is BLANK for column in columns):
            words = " ".join(text for text in texts if text)
            heading = (words,) if words else heading
            continue
        if not any(
            cells[column].kind is not CellKind.TEXT for column in columns if cells[column] is not BLANK
        ):
            continue  # a heading repeated in the middle, or a note
        for place, text in enumerate(texts):
            if text:
                filled[place] = text
                if place + 1 < labels:
                    filled[place + 1 :] = [""] * (labels - place - 1)
        yield number, (*heading, *filled[:labels]) if labels else (*heading, f"row {number + 1}")


def _heading_before(block: Block, first: int) -> tuple[str, ...]:
    """A row of words alone between the header and the first data: it heads the rows, where a title heads all."""
    above = [number for number in range(first) if any(text.strip() for text in block.texts[number][1:])]
    if not above:
        return ()
    words = [block.texts[number][0].strip() for number in range(above[-1] + 1, first)]
    return tuple(word for word in words if word)[-1:]


def _path(block: Block, first: int, labels: int, column: int) -> tuple[str, ...]:
    """The headings over a column, with merged upper headings carried to the right."""
    path = []
    for number in range(first):
        row = block.texts[number]
        beyond = [text for text in row[max(labels, 1) :] if text.strip()]
        if not beyond and len(row) > 1:
            continue  # a title over the whole table
        text = row[column].strip()
        if not text and number + 1 < first:
            text = next(
                (row[left].strip() for left in range(column, labels - 1, -1) if row[left].strip()), ""
            )
        if text:
            path.append(text)
    return tuple(path) or (f"column {column + 1}",)
