"""The journal: envelopes in append-only segments, each in a frame that shows damage.

A frame is the envelope's length (4 bytes, big-endian), its SHA-256 (32 bytes) and its bytes. A segment is
named by the index of its first record; only the last one grows.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from typing import IO, TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.dsse import LIMIT_ENVELOPE
from isa_guard.register.faults import Damage, RegisterBroken, StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FIRST_SEGMENT: Final = "000000000000.seg"
_SEGMENT = re.compile(r"([0-9]{12})\.seg\Z", re.ASCII)
_LENGTH: Final = 4
_HEADER: Final = 36


@dataclass(frozen=True, slots=True)
class Frame:
    """One stored envelope: its index, and where in which segment its frame begins and ends."""

    index: int
    envelope: bytes
    segment: Path
    start: int
    end: int


def framed(envelope: bytes) -> bytes:
    """Answer the frame of an envelope."""
    return len(envelope).to_bytes(_LENGTH, "big") + hashlib.sha256(envelope).digest() + envelope


def segments(folder: Path) -> tuple[Path, ...]:
    """Answer the segments in order. Raises StorageFailed, and RegisterBroken where there is none at 0."""
    with storage.storing("the journal cannot be read"):
        found = tuple(sorted(path for path in folder.iterdir() if _SEGMENT.match(path.name)))
    if not found or found[0].name != FIRST_SEGMENT:
        raise RegisterBroken(Damage.MISSING, 0, "the first segment of the journal is not there")
    return found


def frames(folder: Path) -> Iterator[Frame]:
    """Answer every frame in order, one in memory at a time.

    Raises RegisterBroken at the first that is not whole, naming its index.
    """
    index = 0
    for path in segments(folder):
        if path.name != f"{index:012}.seg":
            raise RegisterBroken(Damage.MISSING, index, f"the next segment is {path.name}")
        for frame in _frames_of(path, index):
            yield frame
            index = frame.index + 1


def _frames_of(path: Path, index: int) -> Iterator[Frame]:
    with storage.storing("the journal cannot be read"):
        # Without O_NONBLOCK a pipe put in the place of a segment would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        file = os.fdopen(descriptor, "rb", buffering=1 << 18)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise RegisterBroken(Damage.FRAME, index, "its segment is no regular file")
    with file:
        start = 0
        while header := _read(file, _HEADER):
            length = int.from_bytes(header[:_LENGTH], "big")
            if len(header) < _HEADER:
                raise RegisterBroken(
                    Damage.FRAME, index, f"its frame breaks off at byte {start + len(header)}"
                )
            if not 0 < length <= LIMIT_ENVELOPE:
                raise RegisterBroken(Damage.FRAME, index, f"its frame claims a length of {length:,} bytes")
            envelope = _read(file, length)
            if len(envelope) < length:
                raise RegisterBroken(
                    Damage.FRAME, index, f"{length - len(envelope):,} of its bytes are missing"
                )
            if hashlib.sha256(envelope).digest() != header[_LENGTH:]:
                raise RegisterBroken(Damage.CONTENT, index)
            end = start + _HEADER + length
            yield Frame(index, envelope, path, start, end)
            index, start = index + 1, end


def _read(file: IO[bytes], size: int) -> bytes:
    with storage.storing("the journal cannot be read"):
        return file.read(size)


class Tail:
    """The growing end of the journal, open for writing. After any failure it is to be opened anew."""

    def __init__(self, path: Path, end: int) -> None:
        """Open the segment and cut whatever follows the last good frame, at `end`. Raises StorageFailed."""
        self.path = path
        self.end = end
        with storage.storing("the journal cannot be written"):
            self._descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            self.cut = os.fstat(self._descriptor).st_size - end
            if self.cut > 0:
                os.ftruncate(self._descriptor, end)
                os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the segment."""
        os.close(self._descriptor)

    def append(self, envelopes: Sequence[bytes]) -> tuple[bytes, ...]:
        """Write the envelopes durably and answer them as read back: only what is stored may be signed for.

        Raises StorageFailed; what was written may then be there in part, and the next opening deals with it.
        """
        content = b"".join(framed(envelope) for envelope in envelopes)
        with storage.storing("the journal cannot be written"):
            os.lseek(self._descriptor, self.end, os.SEEK_SET)
            storage.write_all(self._descriptor, content)
            os.fdatasync(self._descriptor)
            stored = self._read_back(len(content))
        if stored != content:
            raise StorageFailed("the disk gives back other bytes than were written; nothing was signed")
        self.end += len(content)
        return _parted(stored)

    def _read_back(self, size: int) -> bytes:
        parts: list[bytes] = []
        at = self.end
        while at < self.end + size and (part := os.pread(self._descriptor, self.end + size - at, at)):
            parts.append(part)
            at += len(part)
        return b"".join(parts)


def _parted(stored: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    at = 0
    while at < len(stored):
        end = at + _HEADER + int.from_bytes(stored[at : at + _LENGTH], "big")
        found.append(stored[at + _HEADER : end])
        at = end
    return tuple(found)
