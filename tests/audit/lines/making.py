"""Log maps made by hand, and readings of bytes by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.mapping import LogMapping, Reads
from isa_guard.language.values import Value
from isa_guard.model.log import (
    FIRST_INSTANT,
    LAST_INSTANT,
    Blank,
    Fault,
    FileRead,
    LogEvent,
    LogPlace,
    Rejected,
)
from tests.audit.malformed import COLUMNS, NULLS

if TYPE_CHECKING:
    from isa_guard.audit.lines.found import Found


def event(values: Mapping[str, Value], place: LogPlace) -> LogEvent | Rejected:
    at = values["ts"]
    assert isinstance(at, int)
    if not FIRST_INSTANT <= at <= LAST_INSTANT:
        return Rejected(place, Fault.TIME, "ts")
    return LogEvent(at, place, values)


def mapping(reads: Reads = Reads.JSONL, **changes: Any) -> LogMapping:
    made = LogMapping(
        id="by-hand",
        title="Made by hand",
        reads=reads,
        columns=COLUMNS,
        others_ignored=False,
        nulls=NULLS,
        pattern="",
        delimiter=",",
        fields=(),
        event=event,
        digest="0" * 64,
    )
    return replace(made, **changes) if changes else made


def read(path: Path, log_map: LogMapping) -> tuple[list[Found], FileRead]:
    """Read a file to its end; the numbers must agree with what was told."""
    reading = read_lines(path, log_map, 0)
    lines = list(reading)
    file = reading.file_read()
    kinds = [type(line) for line in lines]
    assert (file.audited, file.rejected, file.blank) == tuple(map(kinds.count, (LogEvent, Rejected, Blank)))
    assert file.lines == len(lines)
    assert file.octets == path.stat().st_size
    return lines, file


def read_bytes(
    content: bytes, folder: Path, log_map: LogMapping, name: str = "log"
) -> list[tuple[int, object]]:
    """Write a file, read it, and answer what was told of each line."""
    path = folder / name
    path.write_bytes(content)
    return told(read(path, log_map)[0])


def told(lines: list[Found]) -> list[tuple[int, object]]:
    """Line by line: the values of an event, the fault and column of a rejected line, None for a blank one."""
    return [(line.place.line, _short(line)) for line in lines]


def _short(line: Found) -> object:
    if isinstance(line, LogEvent):
        return dict(line.values)
    return None if isinstance(line, Blank) else (line.fault, line.column)
