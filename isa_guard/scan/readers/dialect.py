"""How a file of separated values is laid out: its delimiter, its width, the titles above it and its headings."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Final

from isa_guard.frozen import dataclass
from isa_guard.scan.readers.records import Record, records
from isa_guard.scan.readers.tables import are_headings, headings

DELIMITERS: Final = (",", "\t", ";", "|")
_LOOKED_AT: Final = 200  # records
_ALIKE: Final = 0.3
_FEWEST: Final = 3  # rows that must agree before a text that is not called CSV is taken for one


@dataclass(frozen=True, slots=True)
class Layout:
    """`names` of the columns; `lines` is how many lines titles and headings take before the first row.

    `above` are the titles and the headings, each with its line, to be handed on as texts.
    """

    delimiter: str
    names: tuple[str, ...]
    lines: int
    above: tuple[tuple[int, str], ...]


def layout_of(sample: str, name: str) -> Layout | None:
    """The layout of a text that begins like this; None where it is no table.

    A name that ends in .csv or .tsv says that it is one, if only of one column; any other text has to have at least
    three rows, all of one width, because prose has commas too.
    """
    called = name.lower().endswith((".csv", ".tsv", ".tab", ".psv"))
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        widths = [len(cells) for cells in _cells(_looked_at(sample, delimiter))]
        width, rows = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if width < 2 or rows < (_ALIKE * len(widths) if called else max(_FEWEST, len(widths))):
            continue
        rank = (rows / len(widths), width, delimiter)
        if best is None or rank[:2] > best[:2]:
            best = rank
    if best is not None:
        return _layout(sample, best[2], best[1])
    return _layout(sample, ",", 1) if called else None


def _looked_at(sample: str, delimiter: str) -> list[Record]:
    """The first records of a sample, without the last, which the sample may have cut."""
    found = list(islice(records(sample, delimiter), _LOOKED_AT))
    cut = len(found) > 1 and found[-1].end == len(sample) and not sample.endswith("\n")
    return found[:-1] if cut else found


def _cells(found: list[Record]) -> list[tuple[str, ...]]:
    return [record.cells for record in found if record.cells]


def _layout(sample: str, delimiter: str, width: int) -> Layout:
    """Titles are the records of another width above the first of the right one."""
    above: list[tuple[int, str]] = []
    for record in _looked_at(sample, delimiter):
        if record.cells is None:
            break
        if len(record.cells) == width:
            if not are_headings(record.cells):
                return Layout(delimiter, tuple(headings((), width)), record.line - 1, tuple(above))
            above.append((record.line, "\t".join(record.cells)))
            lines = record.line - 1 + max(1, sample.count("\n", record.start, record.end))
            return Layout(delimiter, tuple(headings(record.cells, width)), lines, tuple(above))
        if record.cells:
            above.append((record.line, "\t".join(record.cells)))
    return Layout(delimiter, tuple(headings((), width)), 0, ())
