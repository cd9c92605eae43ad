"""A piece of a log into what stands on its lines, by the very readers that an audit of the whole file uses.

They count from the first line that they are given. What comes out is numbered as in the whole file, and a CSV file's
header goes before every piece.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from isa_guard.audit.follow.tail import within_limit
from isa_guard.audit.lines.forms import found_in
from isa_guard.audit.lines.octets import HashedFile
from isa_guard.audit.lines.packing import Packing, packing_of
from isa_guard.audit.lines.reading import Reading
from isa_guard.audit.lines.separated import LIMIT_SPAN, Cells
from isa_guard.audit.mapping.mapping import Reads
from isa_guard.errors import Defect, LoadError, Place, Problem, UsageError
from isa_guard.model.log import LogEvent, LogPlace, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.audit.follow.tail import Lines
    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.language.values import Value

FOLLOWED: Final = (Reads.JSONL, Reads.CSV, Reads.TEXT)
_BOM: Final = b"\xef\xbb\xbf"
LIMIT_RECORD: Final = 1024 * 1024


class Pieces:
    """What reads the pieces of one file, which has the number `index` in the state."""

    def __init__(self, name: str, mapping: LogMapping, index: int, header: bytes) -> None:
        if mapping.reads not in FOLLOWED:
            raise UsageError(
                f"a log of the form `{mapping.reads}` cannot be followed: {', '.join(FOLLOWED)} can"
            )
        self.name = name
        self.index = index
        self.header = header  # of a CSV file that has one: the lines up to the end of it
        self.base = 0  # the number of the line before those that the reader is given
        self._event = mapping.event
        self.mapping = replace(mapping, event=self._numbered)
        self.cells = Cells(mapping.delimiter) if mapping.reads is Reads.CSV else None
        self.headed = self.cells is not None and not mapping.header

    def _numbered(self, values: Mapping[str, Value], place: LogPlace) -> LogEvent | Rejected:
        """Answer the event, which may name its line; a rejection is numbered with those of the reader."""
        found = self._event(values, LogPlace(place.file, place.line + self.base))
        return found._replace(place=place) if isinstance(found, Rejected) else found

    def whole(self, lines: Lines) -> int:
        """Answer how many lines end a record: in CSV, a quote that is open waits for its end."""
        if self.cells is None:
            return len(lines)
        taken, begun = 0, bool(self.header) or not self.headed
        for number, blank in ends(lines, self.cells):
            taken, begun = number, begun or not blank
        return taken if begun else 0  # before its header is whole there is nothing to read

    def read(self, lines: Lines, line: int) -> Iterator[Found]:
        """Answer what stands on lines, of which the first follows on line number `line`. Raises LoadError."""
        given = within_limit(lines)
        if line == 0:
            given[0] = self._beginning(given[0])
        before = [*self.header.split(b"\n")] if self.header else []
        if self.headed and not before:
            self.header = self._header(given)
        self.base = line - len(before)
        given = [*before, *given]
        reading = Reading(self.name, self.mapping, lambda _: iter(()))
        told = 0
        for one in found_in(_Given(given, self.name), self.mapping, self.index, reading):
            told += 1
            if isinstance(one, LogEvent):
                yield one
            elif one.place.line > len(before):  # a blank line of the header was told of already
                yield one._replace(place=LogPlace(self.index, one.place.line + self.base))
        if told + reading.spanned != len(given):
            raise Defect(f"{self.name}: {len(given)} lines were read, but {told + reading.spanned} told of")

    def _beginning(self, first: bytes | None) -> bytes | None:
        """Answer the first line of a file without its byte order mark. Raises LoadError for what is no text."""
        if first is None:
            return None
        if packing_of(first[:4]) is not Packing.NONE:
            what = "the file is packed, and a packed file does not grow line by line"
            hint = "follow the log itself, and audit the packed ones in bulk"
            raise LoadError((Problem(what, Place(self.name), hint, "packing"),))
        for _ in HashedFile(BytesIO(first[:64]), self.name).split():
            pass  # it refuses UTF-16 and UTF-32
        return first.removeprefix(_BOM)

    def _header(self, lines: Lines) -> bytes:
        """Answer the lines up to the end of the header."""
        assert self.cells is not None
        for number, blank in ends(lines, self.cells):
            if not blank:
                return b"\n".join(line or b"" for line in lines[:number])
        return b""


class _Given(HashedFile):
    """Lines that were split already, as the readers take a file."""

    def __init__(self, lines: Lines, name: str) -> None:
        super().__init__(BytesIO(), name)
        self._lines = lines

    def split(self) -> Iterator[Lines]:
        """Answer the lines, all at once."""
        self.text = b"\n".join(line or b"" for line in self._lines)
        yield self._lines


def ends(lines: Lines, cells: Cells) -> Iterator[tuple[int, bool]]:
    """Answer after how many lines a record of CSV ends, and whether it is a blank one, as the reader of CSV finds them."""
    held = size = 0
    for number, line in enumerate(lines, 1):
        text = _text(line)
        if text is None:  # a line that cannot be read ends the record that it breaks
            held = size = 0
            yield number, False
            continue
        if not held and '"' not in text and "\r" not in text:
            yield number, cells.is_blank(text)
            continue
        still = cells.is_open(text, within=bool(held))
        held, size = held + 1, size + len(text)
        if still and held <= LIMIT_SPAN and size <= LIMIT_RECORD:
            continue
        held = size = 0
        yield number, False


def _text(line: bytes | None) -> str | None:
    try:
        text = None if line is None else line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if text is None or "\0" in text else text
