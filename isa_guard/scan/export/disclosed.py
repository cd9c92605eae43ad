"""What a check of disclosure control found, as an observation at the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.disclosure.finding import Severity

if TYPE_CHECKING:
    from isa_guard.scan.contents import TablePart
    from isa_guard.scan.disclosure.finding import Disclosure

UNCHECKED: Final = "could-not-be-checked"


def disclosed(one: Disclosure, part: TablePart, heading: int) -> Observation:
    """Answer the observation of what was found in a part, whose headings take up `heading` lines above its first row."""
    weight = Weight.STOPS if one.severity is Severity.BLOCK else Weight.DOUBTFUL
    what = UNCHECKED if one.severity is Severity.UNCHECKED else one.check.value
    first = one.cells[0] if one.cells else None
    line = _line(part, first.row - 1 - heading) if first is not None and first.row else 0
    column = f"column {first.column}" if first is not None and first.column else ""
    words = f"{one.what}: {one.why}"
    return Observation(
        Seen.DISCLOSURE,
        weight,
        what,
        words,
        Place(part.spot.file, line),
        part.spot.part,
        column,
        "",
        max(1, len(one.cells)),
    )


def _line(part: TablePart, index: int) -> int:
    """Answer the number of a row of a part; that of the headings stands before the first."""
    return part.number(index) if 0 <= index < part.frame.height else max(part.row - 1, 0)


def doubt(part: TablePart, why: str) -> Observation:
    """Answer the observation of what could not be checked: a person looks at it."""
    return Observation(
        Seen.DISCLOSURE, Weight.DOUBTFUL, UNCHECKED, why, Place(part.spot.file), part.spot.part
    )
