"""CSV as RFC 4180 has it: quotes stand around a whole cell and are doubled inside it, or stand nowhere.

A record may span lines; it has the number of the first, and counts as one line. Where a record does not come out right,
every line that it took is rejected by its own number: what a quote that is not closed has swallowed is part of a cell
for one reader and a record for the next, and nobody guesses. Reading goes on behind the line on which the fault shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.columns import line_reader, quick_cells
from isa_guard.audit.lines.found import Found, finder, rejected
from isa_guard.audit.lines.octets import LIMIT_LINE
from isa_guard.model.log import Blank, Fault, LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from isa_guard.audit.lines.octets import HashedFile
    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import LogMapping

    # The number of its first line, how many lines it takes, and its cells, why it has none, or None for a blank one.
    Record: TypeAlias = tuple[int, int, list[str] | Fault | None]

LIMIT_SPAN: Final = 1_000  # lines of one record


class Cells:
    """Takes records apart, at one delimiter."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        apart = re.escape(delimiter)
        inside = r'[^"]*+(?:""[^"]*+)*+'
        cell = rf'(?:"{inside}"|[^"\r\n{apart}]*+)'
        # A record to its end, or to an open quote; `rest` does the same from within an open quote.
        self._begin = re.compile(rf'(?:{cell}{apart})*+(?:{cell}|(?P<open>"{inside}))', re.DOTALL)
        self._rest = re.compile(
            rf'(?P<open>{inside})|{inside}"(?:{apart}{cell})*+(?P<again>{apart}"{inside})?'
        )
        self._each = re.compile(rf"(?:\A|{apart})({cell})")
        self._spaces = "".join({" ", "\t"} - {delimiter})

    def is_blank(self, text: str) -> bool:
        """Answer whether nothing stands on a line."""
        return not text.strip(self._spaces)

    def is_open(self, text: str, *, within: bool) -> bool | None:
        """Answer whether a line leaves a quote open, being itself within one or not; None where it breaks the rules."""
        found = (self._rest if within else self._begin).fullmatch(text)
        if found is None:
            return None
        return found["open"] is not None or bool(within and found["again"])

    def split(self, record: str) -> list[str]:
        """Answer the cells of a whole record."""
        if '"' not in record:
            return record.split(self.delimiter)
        return [
            cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
            for cell in self._each.findall(record)
        ]


def found_in_csv(hashed: HashedFile, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands on each record of a CSV file. Raises LoadError for a header that does not fit."""
    find, reader, event = finder(mapping, index), line_reader(mapping), mapping.event
    names = list(mapping.header)
    quick = quick_cells(reader, names)
    new = tuple.__new__  # as LogPlace(...), in half the time
    for number, span, cells in _records(hashed, Cells(mapping.delimiter)):
        if cells is None:
            yield Blank(LogPlace(index, number))
        elif not names:
            names = _header(cells, mapping, hashed, number)
            quick = quick_cells(reader, names)
            reading.spanned += span
        elif isinstance(cells, list) and len(cells) == len(names):
            reading.spanned += span - 1
            values = quick(cells)
            if values is None:
                yield find(dict(zip(names, cells, strict=True)), number)
            else:
                yield event(values, new(LogPlace, (index, number)))
        else:
            fault = Fault.BROKEN if isinstance(cells, list) else cells
            for line in range(number, number + span):
                yield rejected(index, line, fault)
    if not names:
        raise hashed.fault("the file has no header", "its first line names the columns", "header")


def _records(hashed: HashedFile, cells: Cells) -> Iterator[Record]:
    number = 0
    held: list[str] = []  # the lines of a record whose quote is open
    size = 0
    for lines in hashed.split():
        for line in lines:
            number += 1
            text = _text(line)
            if isinstance(text, Fault):
                yield number - len(held), len(held) + 1, text
                held, size = [], 0
                continue
            end = text.removesuffix("\r")
            if not held and '"' not in end and "\r" not in end:
                yield number, 1, None if cells.is_blank(end) else end.split(cells.delimiter)
                continue
            still = cells.is_open(end, within=bool(held))
            held.append(text if still else end)  # within a cell it is a part of the text
            size += len(text)
            if still and len(held) <= LIMIT_SPAN and size <= LIMIT_LINE:
                continue
            whole = (
                Fault.TOO_LONG if still else Fault.BROKEN if still is None else cells.split("\n".join(held))
            )
            yield number - len(held) + 1, len(held), whole
            held, size = [], 0
    if held:
        yield number - len(held) + 1, len(held), Fault.BROKEN


def _text(line: bytes | None) -> str | Fault:
    if line is None:
        return Fault.TOO_LONG
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return Fault.ENCODING
    return Fault.ENCODING if "\0" in text else text


def _header(cells: list[str] | Fault, mapping: LogMapping, hashed: HashedFile, line: int) -> list[str]:
    """Answer the names of the columns. A header that does not fit would reject every line: said once."""
    if isinstance(cells, Fault):
        raise hashed.fault("the header cannot be read", "", "header", line)
    if len(set(cells)) < len(cells):
        raise hashed.fault("the header names a column twice", "give it another name", "header", line)
    declared = {column.path[0]: column for column in mapping.columns}
    missing = [f"`{key}`" for key, column in declared.items() if not column.optional and key not in cells]
    if missing:
        what = f"the header lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        raise hashed.fault(what, "is it the right log map, and the right delimiter?", "header", line)
    strange = sum(name not in declared for name in cells)
    if strange and not mapping.others_ignored:
        what = f"the header has {strange} column{'s' * (strange > 1)} that the log map does not know"
        raise hashed.fault(what, "name them under `columns`, or say `others: ignore`", "header", line)
    return cells
