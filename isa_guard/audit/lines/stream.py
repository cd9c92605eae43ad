"""The lines of a file: hashed as its bytes lie on disk while they are read, unpacked, counted, and split.

A line ends with a line feed, which the last one may lack; a carriage return before it is no part of the line. A byte order
mark of UTF-8 at the very beginning is passed over, in every form of log alike; anywhere else it is a character.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.packing import CHUNK, DamageError, Packing, packing_named, packing_of, unpacked
from isa_guard.errors import LoadError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LIMIT_LINE: Final = 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


class Stream:
    """An open file, read once from its beginning to its end.

    `lines` is a count of line feeds made apart from the splitting, so that a line lost on the way is seen. `beyond` is how
    many of them the reader of a form says are no line of their own: a header, the further lines of a CSV record.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.octets = 0
        self.beyond = 0
        self._file = file
        self._digest = hashlib.sha256()
        self._waiting = b""
        self._feeds = 0
        self._ended = True

    @property
    def sha256(self) -> str:
        """The digest of the bytes that have been read."""
        return self._digest.hexdigest()

    @property
    def lines(self) -> int:
        """How many lines the unpacked bytes hold so far."""
        return self._feeds + (not self._ended)

    def split(self, limit: int = LIMIT_LINE) -> Iterator[list[bytes | None]]:
        """Answer the lines, many at a time; None stands for one of more than `limit` octets. Raises LoadError."""
        carry: bytes | None = b""  # what has been seen of a line; None once it is too long
        for chunk in self._chunks():
            lines: list[bytes | None] = [*chunk.split(b"\n")]
            if carry is None:
                lines[0] = None
            elif carry:
                lines[0] = carry + (lines[0] or b"")
            if len(chunk) + len(carry or b"") > limit:
                lines = [line if line is not None and len(line) <= limit else None for line in lines]
            carry = lines.pop()
            yield lines
        if carry is None or carry:
            yield [carry]

    def fault(self, what: str, hint: str = "", code: str = "log", line: int = 0) -> LoadError:
        """Answer the error that this file as a whole makes."""
        return LoadError((Problem(what, Place(self.name, line), hint, code),))

    def _chunks(self) -> Iterator[bytes]:
        begun = False
        try:
            for part in unpacked(self._read, self._packing()):
                chunk = part
                if not begun:
                    begun = True
                    self._refuse_wide(chunk[:4])
                    chunk = chunk.removeprefix(_BOM)
                if chunk:
                    self._feeds += chunk.count(b"\n")
                    self._ended = chunk.endswith(b"\n")
                    yield chunk
        except DamageError as damage:
            whole = (
                f"line {self._feeds} is the last whole one" if self._feeds else "not one line of it is whole"
            )
            hint = "get the whole file: what it lacks cannot be audited"
            raise self.fault(f"the file {damage}: {whole}", hint, "packing", self._feeds) from None

    def _packing(self) -> Packing:
        start = self._read()
        while 0 < len(start) < 4 and (more := self._read()):  # a pipe gives what it has
            start += more
        self._waiting = start
        packing = packing_of(start)
        named = packing_named(self.name)
        if start and named not in {Packing.NONE, packing}:
            hint = "give it the name that it should have, or get the file anew"
            raise self.fault(f"the name says that it is {named}, but its bytes are not", hint, "packing")
        return packing

    def _read(self) -> bytes:
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            return waiting
        try:
            chunk = self._file.read(CHUNK)
        except OSError as error:
            why = (error.strerror or "input fails").lower()
            raise self.fault(f"the file cannot be read on: {why}", "", "unreadable", self._feeds) from None
        self._digest.update(chunk)
        self.octets += len(chunk)
        return chunk

    def _refuse_wide(self, start: bytes) -> None:
        """UTF-16 and UTF-32, also without a mark: ASCII in them has a zero beside each letter."""
        marked = start.startswith(_WIDE)
        zeros = [octet == 0 for octet in start]
        if (
            marked
            or zeros[:2] == [True, False]
            or zeros in ([False, True, False, True], [False, True, True, True])
        ):
            hint = "save it as UTF-8, as `iconv -f UTF-16 -t UTF-8` does"
            raise self.fault("the file is UTF-16 or UTF-32, not UTF-8", hint, "encoding")
