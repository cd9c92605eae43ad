"""What stands in a file, as its reader hands it on: texts, tables, and what could not be read, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a file. `part` says which, as people do: `sheet 2`, `header`, `page 3`, `attachment 1 > page 2`; "" is all of it.

    A part is named by its number or its kind and never by a name that is written in the file: that may be a person's.
    """

    file: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text. `line` is the number of its first line in the file, 0 where the file has no lines that people count."""

    spot: Spot
    text: str
    line: int = 0


def line_numbers(part: TextPart) -> Callable[[int], int]:
    """Answer what tells the line on which a character of a text stands, 0 where it has no lines that people count."""
    if not part.line:
        return lambda _: 0
    ends = [found.start() for found in re.finditer("\n", part.text)]
    return lambda offset: part.line + bisect_left(ends, offset)


@dataclass(frozen=True, slots=True)
class TablePart:
    """Rows under headings, every cell a text or null. `row` is the number of the first row in its file or sheet, from 1.

    In a file of lines `row` is the line on which that row begins; where rows take several lines, or lines between them
    are blank or unread, `lines` has the number of each row's first line. A long table comes in several parts, of the
    same spot and columns, one after another.
    """

    spot: Spot
    frame: pl.DataFrame
    row: int
    lines: pl.Series | None = None

    def number(self, index: int) -> int:
        """The number, in the file or sheet, of the row at `index` from 0 of this part."""
        return self.row + index if self.lines is None else int(self.lines[index])


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that could not be read, or that lies beyond a limit: it is never passed over."""

    spot: Spot
    why: str


Content: TypeAlias = TextPart | TablePart | Unread
