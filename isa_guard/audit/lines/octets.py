"""The bytes of a log file: hashed as they lie on disk while they are read, unpacked where they are packed.

Memory stays flat whatever a file unpacks to. A packed file that ends too soon is an error, never a shorter log.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

CHUNK: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
# zstd can unpack four bytes to 128 KiB: so few are fed at a time that no more than 8 MiB comes of them.
_SIP: Final = 256
_WINDOW: Final = 128 * 1024 * 1024  # what the zstd tool itself takes without being asked
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"


class HashedFile:
    """An open file read once from its beginning to its end. `lines` counts line feeds, for `reconcile`."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.octets = 0
        self._file = file
        self._digest = hashlib.sha256()
        self._feeds = 0
        self._ended = True

    @property
    def sha256(self) -> str:
        """The digest of what has been read."""
        return self._digest.hexdigest()

    @property
    def lines(self) -> int:
        """How many lines the unpacked bytes hold so far, counted without regard to what stands in them."""
        return self._feeds + (not self._ended)

    def chunks(self) -> Iterator[bytes]:
        """Answer the unpacked bytes, none of the chunks empty. Raises LoadError."""
        first = self._read()
        for chunk in self._unpacked(first):
            if chunk:
                if self._feeds == 0 and self._ended:
                    self._refuse_encoding(chunk)
                self._feeds += chunk.count(b"\n")
                self._ended = chunk.endswith(b"\n")
                yield chunk

    def fault(self, what: str, hint: str = "", code: str = "log", *, at_line: bool = False) -> LoadError:
        """Answer the error that this file makes, at the line that has been reached."""
        place = Place(self.name, max(self.lines, 1)) if at_line else Place(self.name)
        return LoadError((Problem(what, place, hint, code),))

    def _read(self) -> bytes:
        try:
            chunk = self._file.read(CHUNK)
        except OSError as error:
            raise self.fault(f"cannot be read: {(error.strerror or 'input fails').lower()}") from None
        self._digest.update(chunk)
        self.octets += len(chunk)
        return chunk

    def _unpacked(self, first: bytes) -> Iterator[bytes]:
        while 0 < len(first) < len(ZSTD) and (more := self._read()):  # a pipe gives what it has
            first += more
        if first.startswith(GZIP):
            return self._gunzipped(first)
        if first.startswith(ZSTD):
            return self._unzstd(first)
        for ending, kind in ((".gz", "gzip"), (".zst", "zstd")):
            if self.name.endswith(ending) and first:
                raise self.fault(f"the name says {kind}, but the file is not", "", "packing")
        return self._plain(first)

    def _plain(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            yield chunk
            chunk = self._read()

    def _gunzipped(self, chunk: bytes) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(31)
        try:
            while chunk:
                yield unpacker.decompress(chunk, CHUNK)
                if not unpacker.eof:
                    chunk = unpacker.unconsumed_tail or self._read()
                    continue
                chunk = unpacker.unused_data.lstrip(b"\0") or self._read().lstrip(b"\0")
                if not chunk:
                    return
                unpacker = zlib.decompressobj(
                    31
                )  # a further member: logs are packed a day at a time and joined
            # Nothing more to read, though what is packed has more to give.
            while rest := unpacker.decompress(b"", CHUNK):
                yield rest
        except zlib.error:
            raise self._broken("gzip") from None
        if not unpacker.eof:
            raise self._cut("gzip")

    def _unzstd(self, chunk: bytes) -> Iterator[bytes]:
        import zstandard

        context = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        unpacker = context.decompressobj()
        fed = False
        try:
            while chunk:
                for start in range(0, len(chunk), _SIP):
                    sip = chunk[start : start + _SIP]
                    while sip:
                        if unpacker.eof:
                            unpacker = context.decompressobj()
                        yield unpacker.decompress(sip)
                        fed = True
                        sip = unpacker.unused_data if unpacker.eof else b""
                chunk = self._read()
        except zstandard.ZstdError:
            raise self._broken("zstd") from None
        if fed and not unpacker.eof:
            raise self._cut("zstd")

    def _cut(self, kind: str) -> LoadError:
        what = f"the {kind} file ends too soon: it is cut off in this line"
        return self.fault(what, "get the whole file; what it lacks cannot be audited", "cut", at_line=True)

    def _broken(self, kind: str) -> LoadError:
        return self.fault(f"the {kind} data is damaged from this line on", "", "packing", at_line=True)

    def _refuse_encoding(self, chunk: bytes) -> None:
        start = chunk[:4]
        if start[:2] in _UTF_16 or b"\0" in start:
            raise self.fault("the file is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8", "encoding")
        if start.startswith(_BOM):
            hint = "save it as UTF-8 without one: it would become part of the first value or column name"
            raise self.fault("the file begins with a byte order mark", hint, "encoding")


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
