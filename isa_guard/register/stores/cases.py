"""The case store of a register in a folder: fact documents in segments, each erased where it lies.

    cases/000000000000.seg    frames: length (4 bytes), SHA-256 (32 bytes), document; named by their order

A document is personal data until the contrary is known. Many are stored with one sync, and erasing one writes
zeros over its bytes and its digest, so that neither a free block nor a list keeps it. An erased frame has its
length left and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.faults import ArchiveBroken
from isa_guard.register.stores.journal import HEADER, LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

LIMIT_CASE: Final = 64 * 1024 * 1024  # as large as any document may be (load.packs)
LIMIT_SEGMENT: Final = 16 * 1024 * 1024
ERASED: Final = bytes(32)
_SEGMENT = re.compile(r"[0-9]{12}\.seg\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a document lies: number of its segment, byte of its frame, its length and its digest."""

    segment: int
    offset: int
    length: int
    digest: bytes


class Growth:
    """The growing end of the case store. To be used by one alone: whoever holds the register's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: tuple[int, int] | None = None  # segment and size, as this process left them

    def add(self, contents: Sequence[bytes]) -> tuple[Slot, ...]:
        """Store documents durably, with one sync, and answer where. Raises OSError."""
        storage.private_folder(self.folder)
        number, end = self._end()
        path = _path(self.folder, number)
        if not path.exists():
            storage.write_new(path, b"")
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            slots, frames = _framed(contents, number, end)
            os.lseek(descriptor, end, os.SEEK_SET)
            storage.write_all(descriptor, frames)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        self._known = number, end + len(frames)
        return slots

    def _end(self) -> tuple[int, int]:
        """Answer the segment that grows and where its last whole document ends.

        Where something follows that is no whole document, the next segment grows. It may be what a crash left in part,
        or a length that was damaged with documents behind it: cutting it off could lose them.
        """
        number, end = self._known or (0, 0)
        untouched = self._known and not _path(self.folder, number + 1).exists()
        if not (untouched and _path(self.folder, number).stat().st_size == end):
            numbers = _numbers(self.folder)
            number, end = (numbers[-1] if numbers else 0), 0
            for slot in _slots_of(self.folder, number) if numbers else ():
                end = slot.offset + HEADER + slot.length
            if numbers and _path(self.folder, number).stat().st_size > end:
                return number + 1, 0
        return (number, end) if end < LIMIT_SEGMENT else (number + 1, 0)


def _framed(contents: Sequence[bytes], number: int, end: int) -> tuple[tuple[Slot, ...], bytes]:
    slots: list[Slot] = []
    frames: list[bytes] = []
    for content in contents:
        digest = hashlib.sha256(content).digest()
        slots.append(Slot(number, end, len(content), digest))
        frames += (len(content).to_bytes(LENGTH, "big"), digest, content)
        end += HEADER + len(content)
    return tuple(slots), b"".join(frames)


def read(folder: Path, slot: Slot) -> bytes | None:
    """Answer a document, None where its slot no longer holds it. Raises ArchiveBroken where it was altered."""
    try:
        descriptor = os.open(_path(folder, slot.segment), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchiveBroken(f"the case store cannot be read: {storage.plain(error)}") from None
    try:
        header = storage.read_at(descriptor, slot.offset, HEADER)
        if header[LENGTH:] != slot.digest or int.from_bytes(header[:LENGTH], "big") != slot.length:
            return None
        content = storage.read_at(descriptor, slot.offset + HEADER, slot.length)
    except OSError as error:
        raise ArchiveBroken(f"the case store cannot be read: {storage.plain(error)}") from None
    finally:
        os.close(descriptor)
    if hashlib.sha256(content).digest() != slot.digest:
        raise ArchiveBroken(
            f"the kept fact {slot.digest.hex()[:12]} was altered: it no longer has its digest"
        )
    return content


def slots(folder: Path) -> Iterator[Slot]:
    """Answer where every document lies that has not been erased, reading headers only. Raises OSError."""
    for number in _numbers(folder):
        for slot in _slots_of(folder, number):
            if slot.digest != ERASED:
                yield slot


def erase(folder: Path, digest: str, known: Callable[[int], Iterable[int]]) -> int:
    """Write zeros over every copy of a document, durably, and answer how many there were. Raises OSError.

    Also over what a crash left of one in part; `known` answers where documents of a segment are noted to lie, so
    that nothing behind a damaged length goes with it.
    """
    wanted = bytes.fromhex(digest)
    found = [slot for slot in slots(folder) if slot.digest == wanted]
    for number in _numbers(folder):
        rest = _rest(folder, number)
        if rest is not None and rest.digest == wanted:
            stop = min(
                (at for at in known(number) if at > rest.offset), default=rest.offset + HEADER + rest.length
            )
            found.append(Slot(number, rest.offset, max(stop - rest.offset - HEADER, 0), wanted))
    for slot in found:
        _overwrite(folder, slot)
    return len(found)


def _overwrite(folder: Path, slot: Slot) -> None:
    descriptor = os.open(_path(folder, slot.segment), os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # The content first: a crash in between leaves a digest by which the rest is found and erased again.
        os.lseek(descriptor, slot.offset + HEADER, os.SEEK_SET)
        storage.write_all(descriptor, bytes(slot.length))
        os.fsync(descriptor)
        os.lseek(descriptor, slot.offset + LENGTH, os.SEEK_SET)
        storage.write_all(descriptor, ERASED)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rest(folder: Path, number: int) -> Slot | None:
    """Answer what follows the last whole document of a segment, as far as a digest says what it was to be."""
    end = 0
    for slot in _slots_of(folder, number):
        end = slot.offset + HEADER + slot.length
    descriptor = os.open(_path(folder, number), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size, header = os.fstat(descriptor).st_size, storage.read_at(descriptor, end, HEADER)
    finally:
        os.close(descriptor)
    return Slot(number, end, size - end - HEADER, header[LENGTH:]) if len(header) == HEADER else None


def _slots_of(folder: Path, number: int) -> Iterator[Slot]:
    """Answer every whole frame of a segment, erased ones too; what a crash left in part at its end is none."""
    descriptor = os.open(_path(folder, number), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size, at = os.fstat(descriptor).st_size, 0
        while at + HEADER < size:
            header = storage.read_at(descriptor, at, HEADER)
            length = int.from_bytes(header[:LENGTH], "big")
            if not 0 < length <= LIMIT_CASE or at + HEADER + length > size:
                return
            yield Slot(number, at, length, header[LENGTH:])
            at += HEADER + length
    finally:
        os.close(descriptor)


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.iterdir() if _SEGMENT.match(path.name))


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:012}.seg"
