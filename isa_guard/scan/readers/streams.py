"""Streams that keep to limits: what an archive expands to is counted as it comes out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from isa_guard.scan.readers.limits import BeyondLimit

if TYPE_CHECKING:
    from isa_guard.scan.readers.visit import Visit

_FREE: Final = 1_000_000  # octets of a member that no ratio is asked of: small ones cost little
SAMPLE: Final = 65_536


class _Metered(io.RawIOBase):
    """A stream whose octets are counted against the limits. Reading it raises BeyondLimit."""

    def __init__(self, stream: BinaryIO, packed: int, visit: Visit) -> None:
        self._stream = stream
        self._most = _FREE + packed * visit.limits.ratio
        self._visit = visit
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._read += len(data)
        self._visit.spent.expand(len(data))
        if self._read > self._most:
            ratio = self._visit.limits.ratio
            raise BeyondLimit(f"expands to more than {ratio:,} times its size: the rest is not read")
        buffer[: len(data)] = data
        return len(data)


def metered(stream: BinaryIO, packed: int, visit: Visit) -> BinaryIO:
    """A stream that comes out of `packed` octets and keeps to the limits of a visit."""
    return io.BufferedReader(_Metered(stream, packed, visit), SAMPLE)


def sample_of(stream: BinaryIO) -> bytes:
    """The first 64 kB of a stream, which are still to be read."""
    if isinstance(stream, io.BufferedReader):
        return stream.peek(SAMPLE)[:SAMPLE]
    place = stream.tell()
    sample = stream.read(SAMPLE)
    stream.seek(place)
    return sample


def seekable(stream: BinaryIO, visit: Visit) -> BinaryIO:
    """The stream itself where it can be read in any order, else all of it in memory. Raises BeyondLimit."""
    if stream.seekable():
        return stream
    data = stream.read(visit.limits.whole + 1)
    if len(data) > visit.limits.whole:
        raise BeyondLimit(f"larger than {visit.limits.whole:,} bytes, which is what is read as a whole")
    return cast("BinaryIO", io.BytesIO(data))
