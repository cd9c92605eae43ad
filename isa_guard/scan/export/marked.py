"""Protective markings in the tables and texts of an export, whatever the manifest says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.uk.markings import MarkingError, find_markings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Spot, TablePart, TextPart

# Every marking begins with one of these (Government Security Classifications; the scheme before April 2014).
_HEADS: Final = r"(?i)official|secret|restricted|confidential|protect"
_HEAD: Final = re.compile(_HEADS)
HIDDEN: Final = (
    "OFFICIAL-SENSITIVE"  # what a marking with hidden characters counts as: it was meant to be one
)


def in_text(part: TextPart) -> Iterator[Observation]:
    """Answer the markings in a text."""
    for offset, marking in _markings(part.text):
        line = part.line + part.text.count("\n", 0, offset) if part.line else 0
        yield _seen(marking, part.spot, line)


def in_table(part: TablePart) -> Iterator[Observation]:
    """Answer the markings in the headings and cells of a table."""
    for _, marking in _markings("\n".join(part.frame.columns)):
        yield _seen(marking, part.spot, max(part.row - 1, 0))
    for column in part.frame.get_columns():
        if not column.dtype.is_(_text_type()):
            continue
        hits = column.str.contains(_HEADS).fill_null(value=False)
        for row in hits.arg_true().to_list() if hits.any() else []:
            for _, marking in _markings(column[row]):
                yield _seen(marking, part.spot, part.number(row))


def _markings(text: str) -> Iterator[tuple[int, str]]:
    if _HEAD.search(text) is None:
        return
    try:
        for found in find_markings(text):
            tier = found.marking.tier
            yield found.offset, found.marking.legacy or (tier.words if tier else "")
    except MarkingError:  # characters that nobody sees stand within one
        yield 0, HIDDEN


def _seen(marking: str, spot: Spot, line: int) -> Observation:
    words = f"marked {marking}"
    return Observation(Seen.MARKING, Weight.ALLOWED, marking, words, Place(spot.file, line), spot.part)


def _text_type() -> type:
    import polars as pl

    return pl.String
