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


def finder(mapping: LogMapping, file: int) -> Callable[[Raw, int], LogEvent | Rejected]:
    """Answer what makes of the raw columns of a line its event."""
    reader = line_reader(mapping)
    quick, careful, event = quick_reader(reader), reader.careful, mapping.event
    new = tuple.__new__  # as LogPlace(...), in half the time

    def find(raw: Raw, number: int) -> LogEvent | Rejected:
        place: LogPlace = new(LogPlace, (file, number))
        line = quick(raw)
        if line is not None:
            return event(line, place)
        read = careful(raw)
        if isinstance(read, tuple):
            return Rejected(place, *read)
        return event(read, place)

    return find


def rejected(file: int, number: int, fault: Fault, column: str = "") -> Rejected:
    """Answer a line that is no event."""
    return Rejected(LogPlace(file, number), fault, column)
