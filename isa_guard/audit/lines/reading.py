"""Reads one log file to its end: every line an event, a rejection or a blank, and none of them lost.

reading = read_lines(Path("access.jsonl"), mapping, 0)
for one in reading: ...
reading.file_read()      # the digest, and the numbers, reconciled
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.octets import HashedFile
from isa_guard.errors import Defect, LoadError, Place, Problem, UsageError
from isa_guard.model.log import Blank, FileRead, LogEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.mapping.mapping import LogMapping

STDIN: Final = Path("-")


class Reading:
    """One file being read: iterate it once, then ask for `file_read`."""

    def __init__(self, name: str, mapping: LogMapping, found: Callable[[], Iterator[Found]]) -> None:
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
        """Answer each line in turn. Raises LoadError where the file as a whole cannot be read."""
        audited = rejected = blank = 0
        try:
            for one in self._found():
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
        self.done = True

    def file_read(self) -> FileRead:
        """Answer the file, all of it accounted for. Raises Defect where the numbers do not agree."""
        if not self.done:
            raise UsageError("the file has not been read to its end")
        lines = self.audited + self.rejected + self.blank
        if lines + self.spanned != self.counted:
            raise Defect(
                f"{self.name}: {self.counted:,} lines were counted, but {lines + self.spanned:,} were told of"
            )
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


def read_lines(file: Path | BinaryIO, mapping: LogMapping, index: int, name: str = "") -> Reading:
    """Answer the reading of a file (`-` is standard input) by its mapping. `index` is its number in the audit."""
    shown = name or ("standard input" if file == STDIN or not isinstance(file, Path) else str(file))
    reading: Reading

    def found() -> Iterator[Found]:
        if not isinstance(file, Path):
            yield from _told(file)
        elif file == STDIN:
            yield from _told(sys.stdin.buffer)
        else:
            with _opened(file) as opened:
                yield from _told(opened)

    def _told(opened: BinaryIO) -> Iterator[Found]:
        from isa_guard.audit.lines.forms import found_in

        hashed = HashedFile(opened, shown)
        yield from found_in(hashed, mapping, index, reading)
        reading.sha256, reading.octets, reading.counted = hashed.sha256, hashed.octets, hashed.lines

    reading = Reading(shown, mapping, found)
    return reading


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "it cannot be opened").lower()
        raise LoadError((Problem(f"cannot be read: {why}", Place(str(path)), "", "unreadable"),)) from None
