"""From what stands on a line to an event, a rejection or a blank: the last step, the same for every form of log."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from isa_guard.audit.lines.columns import line_reader, quick_reader
from isa_guard.model.log import Blank, Fault, LogEvent, LogPlace, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.audit.lines.columns import Raw
    from isa_guard.audit.mapping.mapping import LogMapping

Found: TypeAlias = LogEvent | Rejected | Blank


def finder(mapping: LogMapping, file: int) -> Callable[[Raw, int, bool], LogEvent | Rejected]:
    """Answer what makes of the raw columns of a line its event. `plain`: every text on it is ASCII."""
    reader = line_reader(mapping)
    quick, careful, event = quick_reader(reader), reader.careful, mapping.event

    def find(raw: Raw, number: int, plain: bool) -> LogEvent | Rejected:  # noqa: FBT001 - called for every line
        place = LogPlace(file, number)
        line = quick(raw) if plain else None
        if line is None:
            read = careful(raw)
            if isinstance(read, tuple):
                return Rejected(place, *read)
            line = read
        return event(line, place)

    return find


def rejected(file: int, number: int, fault: Fault, column: str = "") -> Rejected:
    """Answer a line that is no event."""
    return Rejected(LogPlace(file, number), fault, column)
