"""A log file as lines: hashed as its bytes lie on disk while they are read, unpacked, counted, and split.

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
    from pathlib import Path
    from typing import BinaryIO

LIMIT_LINE: Final = 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_WIDE_LETTERS: Final = frozenset({"0x0x", "x0x0", "x000", "000x", "0x", "x0"})  # ASCII in UTF-16 and UTF-32
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


class HashedFile:
    """An open file, read once from its beginning to its end.

    `lines` is a count of line feeds made apart from the splitting, so that a line lost on the way is seen. `text` is what
    the lines answered last were split from.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.octets = 0
        self.text = b""
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

    def split(self) -> Iterator[list[bytes | None]]:
        """Answer the lines, many at a time; None stands for one longer than LIMIT_LINE. Raises LoadError."""
        carry = b""  # the beginning of a line
        dropped = False  # the line that carry would be of is too long
        for chunk in self._chunks():
            end = chunk.rfind(b"\n")
            if end < 0:
                carry = b"" if dropped else carry + chunk
            else:
                self.text = (b"" if dropped else carry) + chunk[:end]
                lines: list[bytes | None] = [*self.text.split(b"\n")]
                if len(self.text) > LIMIT_LINE:
                    lines = [None if len(line or b"") > LIMIT_LINE else line for line in lines]
                if dropped:
                    lines[0] = None
                carry, dropped = chunk[end + 1 :], False
                yield lines
            if len(carry) > LIMIT_LINE:
                carry, dropped = b"", True
        self.text = carry
        if carry or dropped:
            yield [None if dropped else carry]

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
        """UTF-16 and UTF-32, with a byte order mark or without."""
        zeros = "".join("0" if octet == 0 else "x" for octet in start)
        if start.startswith(_WIDE) or zeros in _WIDE_LETTERS:
            hint = "save it as UTF-8, as `iconv -f UTF-16 -t UTF-8` does"
            raise self.fault("the file is UTF-16 or UTF-32, not UTF-8", hint, "encoding")


def digest_of_file(path: Path) -> tuple[str, int]:
    """Answer the SHA-256 and the size of a file. Raises LoadError."""
    digest, octets = hashlib.sha256(), 0
    with opened(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            octets += len(chunk)
    return digest.hexdigest(), octets


def opened(path: Path) -> BinaryIO:
    """Answer a file to read. Raises LoadError."""
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "it cannot be opened").lower()
        raise LoadError((Problem(f"cannot be read: {why}", Place(str(path)), "", "unreadable"),)) from None
