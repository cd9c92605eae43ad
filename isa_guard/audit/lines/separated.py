"""CSV as RFC 4180 has it: quotes stand around a whole cell and are doubled inside it, or stand nowhere.

A record may span lines. A quote that is not closed must not swallow the lines after it: where a record over several
lines does not come out right, its first line alone is rejected and reading goes on with the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from isa_guard.audit.lines.found import Found, finder, rejected
from isa_guard.audit.lines.splitting import LIMIT_LINE, split_lines
from isa_guard.model.log import Blank, Fault, LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.audit.lines.octets import HashedFile
    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import LogMapping

LIMIT_SPAN: Final = 100  # lines of one record


class _Record(NamedTuple):
    """The cells that begin on a line, or why there are none; None for a blank line."""

    line: int
    cells: list[str] | Fault | None
    spans: int = 1


class _Cells:
    """Takes lines apart. `width` is how many cells a record has, once that is known."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.width = 0
        cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n{re.escape(delimiter)}]*+)'
        apart = re.escape(delimiter)
        self._whole = re.compile(rf"{cell}(?:{apart}{cell})*+")
        self._each = re.compile(rf"(?:\A|{apart})({cell})")

    def split(self, text: str) -> list[str] | None:
        """Answer the cells of a whole record, or None where it is not of the form."""
        if '"' not in text:
            cells = text.split(self.delimiter) if "\r" not in text else None
        elif self._whole.fullmatch(text):
            cells = [_unquoted(cell) for cell in self._each.findall(text)]
        else:
            cells = None
        return cells if cells is None or not self.width or len(cells) == self.width else None


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def found_in_csv(hashed: HashedFile, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands on each record of a CSV file. Raises LoadError for a header that does not fit."""
    find = finder(mapping, index)
    cells = _Cells(mapping.delimiter)
    names: list[str] | None = list(mapping.header) or None
    cells.width = len(mapping.header)
    for record in _records(hashed, cells):
        reading.spanned += record.spans - 1
        if record.cells is None:
            yield Blank(LogPlace(index, record.line))
        elif names is None:
            names = _header(record, mapping, hashed)
            cells.width = len(names)
            reading.spanned += 1
        elif isinstance(record.cells, Fault):
            yield rejected(index, record.line, record.cells)
        else:
            yield find(dict(zip(names, record.cells, strict=True)), record.line)
    if names is None:
        raise hashed.fault("the file has no header", "the first line names the columns", "header")


def _header(record: _Record, mapping: LogMapping, hashed: HashedFile) -> list[str]:
    """Answer the names of the columns. A header that does not fit would reject every line: said once."""
    if isinstance(record.cells, Fault) or record.cells is None:
        raise hashed.fault("the header cannot be read", "", "header", at_line=True)
    names = record.cells
    if len(set(names)) < len(names):
        raise hashed.fault("the header names a column twice", "give it another name", "header", at_line=True)
    declared = {column.path[0]: column for column in mapping.columns}
    missing = [key for key, column in declared.items() if not column.optional and key not in names]
    if missing:
        what = f"the header lacks the column{'s' * (len(missing) > 1)} {', '.join(f'`{key}`' for key in missing)}"
        raise hashed.fault(what, "is it the right log map, and the right delimiter?", "header", at_line=True)
    strange = sum(name not in declared for name in names)
    if strange and not mapping.others_ignored:
        what = f"the header has {strange} column{'s' * (strange > 1)} that the log map does not know"
        hint = "name them under `columns`, or say `others: ignore`"
        raise hashed.fault(what, hint, "header", at_line=True)
    return names


def _records(hashed: HashedFile, cells: _Cells) -> Iterator[_Record]:
    lines = _lines(hashed)
    waiting: list[tuple[int, bytes | None]] = []
    while True:
        first = waiting.pop(0) if waiting else next(lines, None)
        if first is None:
            return
        number, line = first
        if line is None:
            yield _Record(number, Fault.TOO_LONG)
            continue
        if b'"' not in line:
            yield _alone(number, line, cells)
            continue
        held = [first]
        record = _spanning(held, lines, waiting, cells)
        if record is None:  # the first line is at fault; the others are read again
            waiting[:0] = held[1:]
            yield _Record(number, _fault(line))
        else:
            yield record


def _lines(hashed: HashedFile) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    for lines in split_lines(hashed.chunks()):
        for line in lines:
            number += 1
            yield number, line


def _alone(number: int, line: bytes, cells: _Cells) -> _Record:
    """A line without a quote is a record by itself."""
    if not line or line.isspace():
        return _Record(number, None)
    try:
        text = line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return _Record(number, Fault.ENCODING)
    found = cells.split(text)
    return _Record(number, Fault.BROKEN if found is None else found)


def _spanning(
    held: list[tuple[int, bytes | None]],
    lines: Iterator[tuple[int, bytes | None]],
    waiting: list[tuple[int, bytes | None]],
    cells: _Cells,
) -> _Record | None:
    """Answer the record that begins on the line in `held`, as many more put there as it needs; None if there is none.

    In a record every quote has its fellow: while their number is odd, a cell is open.
    """
    parts: list[bytes] = []
    quotes = size = 0
    while True:
        line = held[-1][1]
        if line is None:
            return None
        parts.append(line)
        quotes += line.count(b'"')
        size += len(line)
        if quotes % 2 == 0:
            break
        following = waiting.pop(0) if waiting else next(lines, None)
        if following is None:
            return None
        held.append(following)
        if len(held) > LIMIT_SPAN or size > LIMIT_LINE:
            return None
    try:
        text = b"\n".join(parts).removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None
    found = cells.split(text)
    return None if found is None else _Record(held[0][0], found, len(held))


def _fault(line: bytes) -> Fault:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return Fault.ENCODING
    return Fault.BROKEN
