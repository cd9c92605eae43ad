"""Protective markings in the tables and texts of an export, whatever the manifest says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.contents import TextPart, Unread, line_numbers
from isa_guard.scan.frames import polars
from isa_guard.uk.markings import MAY_BE_MARKED, MarkingError, find_markings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Spot, TablePart
    from isa_guard.uk.markings import Marking

_MAY_BE: Final = re.compile(MAY_BE_MARKED)
HIDDEN: Final = "a protective marking holds characters that nobody sees, or letters of another alphabet"


def in_text(part: TextPart) -> Iterator[Observation | Unread]:
    """Answer the markings in a text, and an Unread for one that cannot be told."""
    if _MAY_BE.search(part.text) is None:
        return
    number = line_numbers(part)
    try:
        for found in find_markings(part.text):
            yield _seen(found.marking, part.spot, number(found.offset))
    except MarkingError:
        yield Unread(part.spot, HIDDEN)


def in_table(part: TablePart) -> Iterator[Observation | Unread]:
    """Answer the markings in the cells of a table, and an Unread for each that cannot be told."""
    for column in part.frame.get_columns():
        if column.dtype != polars().String:
            continue
        hits = column.str.contains(MAY_BE_MARKED).fill_null(value=False)
        for row in hits.arg_true().to_list() if hits.any() else []:
            yield from in_text(TextPart(part.spot, column[row], part.number(row)))


def _seen(marking: Marking, spot: Spot, line: int) -> Observation:
    name = marking.legacy or (marking.tier.words if marking.tier else "")
    return Observation(
        Seen.MARKING, Weight.ALLOWED, name, f"marked {name}", Place(spot.file, line), spot.part
    )
