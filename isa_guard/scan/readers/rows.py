"""A block of separated values into rows: by polars where counts show that it read them right, else one by one."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.contents import TablePart
from isa_guard.scan.frames import polars as library
from isa_guard.scan.readers.decoding import decoded
from isa_guard.scan.readers.records import Record, records
from isa_guard.scan.readers.tables import frame_part

if TYPE_CHECKING:
    from collections.abc import Generator

    import polars as pl

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.dialect import Layout
    from isa_guard.scan.readers.visit import Visit

_SHOWN: Final = 10  # line numbers that an `Unread` gives


@dataclass(frozen=True, slots=True)
class Block:
    """Octets of a table and the number of their first line; `last` where nothing follows."""

    data: bytes
    line: int
    last: bool = False

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n"))


def quick_rows(block: Block, layout: Layout, visit: Visit) -> list[TablePart] | None:
    """The rows as polars reads them; None where that cannot be shown to be right.

    polars fills up short rows without a word, and refuses long ones. So rows are all of one width if there are as many
    delimiters as they need, those inside cells left out.
    """
    if b'"' in block.data and not _strict(layout.delimiter).fullmatch(block.data):
        return None
    frame = _parsed(block.data, layout)
    if frame is None:
        return None
    delimiters = block.data.count(layout.delimiter.encode()) - _within(frame, layout.delimiter, block)
    if delimiters != frame.height * (len(layout.names) - 1) or (
        len(layout.names) == 1 and _has_blank_line(frame, block)
    ):
        return None
    lines = _lines(frame, block)
    if lines is None and block.lines != frame.height:
        return None
    step = visit.limits.rows
    return [
        TablePart(
            visit.spot,
            frame.slice(start, step),
            block.line + start if lines is None else int(lines[start]),
            None if lines is None else lines.slice(start, step),
        )
        for start in range(0, frame.height, step)
    ]


def exact_rows(block: Block, layout: Layout, visit: Visit) -> Generator[Content, None, int]:
    """The rows one by one; answers how many octets were read: all but a last record that is not whole."""
    text = decoded(block.data)
    width = len(layout.names)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    odd: list[Record] = []
    taken = len(text)
    for record in records(text, layout.delimiter, block.line):
        cut = record.end == len(text) and not text.endswith("\n") and not block.last
        if record.cells is None or cut:
            taken = record.start
            break
        if not record.cells:
            continue
        if len(record.cells) < width or any(map(str.strip, record.cells[width:])):
            odd.append(record)
            continue
        rows.append(record.cells[:width])
        lines.append(record.line)
    names = list(layout.names)
    for start in range(0, len(rows), visit.limits.rows):
        end = start + visit.limits.rows
        yield frame_part(names, rows[start:end], lines[start], visit, lines[start:end])
    if odd:
        yield visit.unread(_odd(odd, width))
    for record in odd:
        yield from visit.texts(text[record.start : record.end], record.line)
    return len(block.data) if taken == len(text) else _octets(block.data, text, taken)


def _octets(data: bytes, text: str, taken: int) -> int:
    """How many octets the first `taken` characters were, which end with a line."""
    lines = text.count("\n", 0, taken)
    place = 0
    for _ in range(lines):
        place = data.index(b"\n", place) + 1
    return place


def _odd(odd: list[Record], width: int) -> str:
    shown = ", ".join(str(record.line) for record in odd[:_SHOWN])
    more = f" and {len(odd) - _SHOWN:,} more" if len(odd) > _SHOWN else ""
    rows = "1 row does" if len(odd) == 1 else f"{len(odd):,} rows do"
    where = "line" if len(odd) == 1 else "lines"
    return f"{rows} not have the {width} cells of the table ({where} {shown}{more}): read as text"


@lru_cache(maxsize=8)
def _strict(delimiter: str) -> re.Pattern[bytes]:
    """Quotes as RFC 4180 has them, around whole cells or doubled inside: about all others readers differ."""
    apart = re.escape(delimiter.encode())
    opens = rb'[^"]*+(?<![^%b\n])"' % apart
    closes = rb'"(?=[%b\n]|\r\n|\Z)' % apart
    return re.compile(rb'(?:%b[^"]*+(?:""[^"]*+)*+%b)*+[^"]*+' % (opens, closes))


def _parsed(data: bytes, layout: Layout) -> pl.DataFrame | None:
    """What polars makes of a block, as texts. None where it refuses."""
    try:
        frame: pl.DataFrame = library().read_csv(
            # polars forgives a cell too many on a last line that has no end.
            io.BytesIO(data if data.endswith(b"\n") else data + b"\n"),
            has_header=False,
            schema=dict.fromkeys(layout.names, library().String),
            separator=layout.delimiter,
            quote_char='"',
        )
    except library().exceptions.PolarsError:
        return None if _is_utf8(data) else _parsed(decoded(data).encode(), layout)
    return frame


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_blank_line(frame: pl.DataFrame, block: Block) -> bool:
    """Whether polars took a blank line for a row, which delimiters do not show where there is one column."""
    data = block.data
    if b"\n\n" not in data and b"\n\r\n" not in data and not data.startswith((b"\n", b"\r\n")):
        return False
    empty = library().all_horizontal(library().all().is_null() | (library().all() == ""))
    return bool(frame.select(empty.any()).item())


def _within(frame: pl.DataFrame, delimiter: str, block: Block) -> int:
    """How many delimiters stand inside cells, which only quotes allow."""
    return sum(_count(frame, delimiter)) if b'"' in block.data else 0


def _lines(frame: pl.DataFrame, block: Block) -> pl.Series | None:
    """The line on which each row begins, where some take several; None where none does, or counts do not agree."""
    if block.lines == frame.height:
        return None
    breaks = library().all().str.count_matches("\n", literal=True).fill_null(0)
    taken = frame.select(library().sum_horizontal(breaks).cast(library().Int64) + 1).to_series()
    return (taken.cum_sum() - taken + block.line).rename("line") if taken.sum() == block.lines else None


def _count(frame: pl.DataFrame, what: str) -> tuple[int, ...]:
    pl = library()
    counted = frame.select(pl.all().str.count_matches(what, literal=True).sum())
    return tuple(int(one or 0) for one in counted.row(0))
