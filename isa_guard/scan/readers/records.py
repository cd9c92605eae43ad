"""CSV taken apart exactly: every record with its cells, its lines, and whether a quote is left open.

RFC 4180, read as spreadsheets read it: a quote opens a cell only at its beginning; elsewhere it is a character.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Record:
    """One record, from character `start` up to `end` of its text. `cells` is None where a quote is not closed."""

    cells: tuple[str, ...] | None
    line: int
    start: int
    end: int


@lru_cache(maxsize=8)
def _cell(delimiter: str) -> re.Pattern[str]:
    apart = re.escape(delimiter)
    rest = rf"(?:[^{apart}\r\n]|\r(?!\n))*+"
    return re.compile(rf'"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"(?P<behind>{rest})|(?!")(?P<plain>{rest})')


def records(text: str, delimiter: str, line: int = 1) -> Iterator[Record]:
    """Every record of a text whose first line has the number `line`; blank ones have no cells.

    A record whose quote is not closed is the last: it takes all that is left.
    """
    match = _cell(delimiter).match
    start = 0
    while start < len(text):
        cells: list[str] = []
        place = start
        while True:
            cell = match(text, place)
            if cell is None:
                yield Record(None, line, start, len(text))
                return
            plain = cell["plain"]
            cells.append(cell["quoted"].replace('""', '"') + cell["behind"] if plain is None else plain)
            place = cell.end()
            if not text.startswith(delimiter, place):
                break
            place += 1
        end = _past_line(text, place)
        blank = len(cells) == 1 and not cells[0].strip()
        yield Record(() if blank else tuple(cells), line, start, end)
        line += text.count("\n", start, end)
        start = end


def _past_line(text: str, place: int) -> int:
    if text.startswith("\r\n", place):
        return place + 2
    return min(place + 1, len(text))
