"""Reads one log file to its end: every line an event, a rejection or a blank, and none of them lost.

reading = read_lines(Path("access.jsonl"), mapping, 0)
for one in reading: ...
reading.file_read()      # the digest, and the numbers, reconciled
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.forms import found_in
from isa_guard.audit.lines.octets import HashedFile, opened
from isa_guard.audit.lines.parquet import found_in_parquet
from isa_guard.audit.lines.sources import TableSource
from isa_guard.audit.lines.table import found_in_table
from isa_guard.audit.mapping.mapping import Reads
from isa_guard.errors import Defect, UsageError
from isa_guard.model.log import Blank, FileRead, LogEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.lines.sources import LogSource
    from isa_guard.audit.mapping.mapping import LogMapping

STDIN: Final = Path("-")


class Reading:
    """One file being read: iterate it once, then ask for `file_read`."""

    def __init__(self, name: str, mapping: LogMapping, found: Callable[[Reading], Iterator[Found]]) -> None:
        self.name = name
        self.mapping = mapping
        self.audited = self.rejected = self.blank = 0
        self.sha256 = ""
        self.octets = 0
        self.counted = 0  # lines, by the hash pass
        self.spanned = 0  # lines beyond the first of records that span several, and the header
        self.done = False
        self._found = found

    def __iter__(self) -> Iterator[Found]:
        """Answer each line in turn.

        Raises LoadError where the file as a whole cannot be read, Defect where the numbers do not agree in the end.
        """
        audited = rejected = blank = 0
        try:
            for one in self._found(self):
                kind = one.__class__
                if kind is LogEvent:
                    audited += 1
                elif kind is Blank:
                    blank += 1
                else:
                    rejected += 1
                yield one
        finally:
            self.audited, self.rejected, self.blank = audited, rejected, blank
        lines = audited + rejected + blank + self.spanned
        if lines != self.counted:
            raise Defect(f"{self.name}: {self.counted:,} lines were counted, but {lines:,} were told of")
        self.done = True

    def file_read(self) -> FileRead:
        """Answer the file, all of it accounted for."""
        if not self.done:
            raise UsageError("the file has not been read to its end")
        lines = self.audited + self.rejected + self.blank
        return FileRead(
            self.name,
            self.mapping.id,
            self.sha256,
            self.octets,
            lines,
            self.audited,
            self.rejected,
            self.blank,
        )


def read_lines(source: LogSource | BinaryIO, mapping: LogMapping, index: int, name: str = "") -> Reading:
    """Answer the reading of a log by its mapping. `index` is its number in the audit, `name` what to call it.

    A path `-` is standard input. Raises UsageError where the mapping reads another form of log.
    """
    if isinstance(source, TableSource) != (mapping.reads is Reads.TABLE):
        what = "a table of a database" if isinstance(source, TableSource) else "a file"
        raise UsageError(f"the log map `{mapping.id}` reads {mapping.reads}, and this is {what}")
    if isinstance(source, TableSource):
        return Reading(name or source.name, mapping, partial(found_in_table, source, mapping, index))
    if mapping.reads is Reads.PARQUET:
        return _parquet(source, mapping, index, name)
    shown = name or (str(source) if isinstance(source, Path) and source != STDIN else "standard input")
    return Reading(shown, mapping, partial(_stream, source, mapping, index))


def _parquet(source: Path | BinaryIO, mapping: LogMapping, index: int, name: str) -> Reading:
    if not isinstance(source, Path) or source == STDIN:
        raise UsageError("a Parquet file is read from its end: name the file itself, not a stream")
    return Reading(name or str(source), mapping, partial(found_in_parquet, source, mapping, index))


def _stream(source: Path | BinaryIO, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    if isinstance(source, Path) and source != STDIN:
        with opened(source) as file:
            yield from _hashed(file, mapping, index, reading)
    else:
        yield from _hashed(sys.stdin.buffer if isinstance(source, Path) else source, mapping, index, reading)


def _hashed(file: BinaryIO, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    hashed = HashedFile(file, reading.name)
    yield from found_in(hashed, mapping, index, reading)
    reading.sha256, reading.octets, reading.counted = hashed.sha256, hashed.octets, hashed.lines
