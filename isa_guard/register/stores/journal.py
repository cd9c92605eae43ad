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
from isa_guard.register.faults import Damage, RegisterBroken, StorageFailed
from isa_guard.register.records.dsse import LIMIT_ENVELOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FIRST_SEGMENT: Final = "000000000000.seg"
_SEGMENT = re.compile(r"([0-9]{12})\.seg\Z", re.ASCII)
LENGTH: Final = 4
HEADER: Final = 36
LIMIT_SEGMENT: Final = 64 * 1024 * 1024  # beyond it the next append begins a new segment: copies stay cheap


@dataclass(frozen=True, slots=True)
class Position:
    """Where a frame begins: its index, the index that its segment begins with, the byte within the segment."""

    index: int
    segment: int
    offset: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One stored envelope, where its frame begins and where the next one does."""

    envelope: bytes
    start: Position
    end: Position


START: Final = Position(0, 0, 0)


def framed(envelope: bytes) -> bytes:
    """Answer the frame of an envelope."""
    return len(envelope).to_bytes(LENGTH, "big") + hashlib.sha256(envelope).digest() + envelope


def segments(folder: Path) -> tuple[Path, ...]:
    """Answer the segments in order. Raises StorageFailed, and RegisterBroken where there is none at 0."""
    with storage.storing("the journal cannot be read"):
        found = tuple(sorted(path for path in folder.iterdir() if _SEGMENT.match(path.name)))
    if not found or found[0].name != FIRST_SEGMENT:
        raise RegisterBroken(Damage.MISSING, 0, "the first segment of the journal is not there")
    return found


def segment_path(folder: Path, first: int) -> Path:
    """Answer where the segment lies that begins with this index."""
    return folder / f"{first:012}.seg"


def frames(folder: Path, start: Position = START) -> Iterator[Frame]:
    """Answer every frame in order from `start`, one in memory at a time.

    Raises RegisterBroken at the first that is not whole, naming its index.
    """
    at, expected = start, start.segment
    for path in segments(folder):
        first = int(path.stem)
        if first < start.segment:
            continue
        if first != expected:
            raise RegisterBroken(Damage.MISSING, at.index, f"the next segment is {path.name}")
        at = at if first == start.segment else Position(at.index, first, 0)
        for frame in _frames_of(path, at):
            yield frame
            at = frame.end
        expected = at.index


def _frames_of(path: Path, at: Position) -> Iterator[Frame]:
    with storage.storing("the journal cannot be read"), _opened(path) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise RegisterBroken(Damage.FRAME, at.index, "its segment is no regular file")
        file.seek(at.offset)
        while header := file.read(HEADER):
            envelope = _content(file, header, at)
            end = Position(at.index + 1, at.segment, at.offset + HEADER + len(envelope))
            yield Frame(envelope, at, end)
            at = end


def _opened(path: Path) -> IO[bytes]:
    # Without O_NONBLOCK a pipe put in the place of a segment would be waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.fdopen(descriptor, "rb", buffering=1 << 18)
    except BaseException:
        os.close(descriptor)
        raise


def _content(file: IO[bytes], header: bytes, at: Position) -> bytes:
    """Answer what a frame holds. Raises RegisterBroken where it is not whole."""
    length = int.from_bytes(header[:LENGTH], "big")
    if len(header) < HEADER:
        raise RegisterBroken(
            Damage.FRAME, at.index, f"its frame breaks off at byte {at.offset + len(header)}"
        )
    if not 0 < length <= LIMIT_ENVELOPE:
        raise RegisterBroken(Damage.FRAME, at.index, f"its frame claims a length of {length:,} bytes")
    envelope = file.read(length)
    if len(envelope) < length:
        raise RegisterBroken(Damage.FRAME, at.index, f"{length - len(envelope):,} of its bytes are missing")
    if hashlib.sha256(envelope).digest() != header[LENGTH:]:
        raise RegisterBroken(Damage.CONTENT, at.index)
    return envelope


class Tail:
    """The growing end of the journal, open for writing. After any failure it is to be opened anew."""

    def __init__(self, folder: Path, at: Position) -> None:
        """Open the segment that goes on at `at`. Raises StorageFailed."""
        self.folder = folder
        self.at = at
        self.first = at  # where what was last appended begins
        self._descriptor = self._opened(at.segment)

    def close(self) -> None:
        """Let go of the segment."""
        os.close(self._descriptor)

    def cut(self) -> None:
        """Drop what follows `at`, segments that hold nothing whole included. Raises StorageFailed."""
        later = [path for path in segments(self.folder) if int(path.stem) > self.at.segment]
        with storage.storing("the journal cannot be written"):
            for path in later:
                path.unlink()
            if later:
                storage.sync_folder(self.folder)
            os.ftruncate(self._descriptor, self.at.offset)
            os.fsync(self._descriptor)

    def append(self, envelopes: Sequence[bytes]) -> tuple[bytes, ...]:
        """Write the envelopes durably and answer them as read back: only what is stored may be signed for.

        Raises StorageFailed; what was written may then be there in part, and the next opening deals with it.
        """
        content = b"".join([framed(envelope) for envelope in envelopes])
        with storage.storing("the journal cannot be written"):
            if self.at.offset >= LIMIT_SEGMENT:
                self._roll()
            at = self.at.offset
            os.lseek(self._descriptor, at, os.SEEK_SET)
            storage.write_all(self._descriptor, content)
            os.fdatasync(self._descriptor)
            stored = storage.read_at(self._descriptor, at, len(content))
        if stored != content:
            raise StorageFailed("the disk gives back other bytes than were written; nothing was signed")
        self.first = self.at
        self.at = Position(self.at.index + len(envelopes), self.at.segment, at + len(content))
        return _parted(stored)

    def _opened(self, first: int) -> int:
        with storage.storing("the journal cannot be written"):
            return os.open(segment_path(self.folder, first), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)

    def _roll(self) -> None:
        """Begin the next segment. A crash between its making and its first frame leaves an empty one, which is whole."""
        path = segment_path(self.folder, self.at.index)
        if not path.exists():
            storage.write_new(path, b"")
        os.close(self._descriptor)
        self._descriptor = self._opened(self.at.index)
        self.at = Position(self.at.index, self.at.index, 0)


def _parted(stored: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    at = 0
    while at < len(stored):
        end = at + HEADER + int.from_bytes(stored[at : at + LENGTH], "big")
        found.append(stored[at + HEADER : end])
        at = end
    return tuple(found)
