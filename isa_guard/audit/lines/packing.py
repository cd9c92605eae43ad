"""Unpacks gzip and zstd as they stream by, in memory that stays flat whatever a file unpacks to.

A packed file that ends too soon is never taken for a shorter log, and what follows its end is no log that nobody reads:
both are damage. What was unpacked before the damage is given first.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Read: TypeAlias = Callable[[], bytes]

CHUNK: Final = 256 * 1024
_WINDOW: Final = 128 * 1024 * 1024  # what the zstd tool itself takes without being asked
# Four bytes of zstd can unpack to 128 KiB. So few are fed at a time that no more than 16 MiB come of them.
_SIP: Final = 512


class Packing(StrEnum):
    """How the bytes of a file are packed."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


_ENDINGS: Final = {".gz": Packing.GZIP, ".gzip": Packing.GZIP, ".zst": Packing.ZSTD, ".zstd": Packing.ZSTD}


class DamageError(Exception):
    """A packed file is cut or damaged; says how, in words that follow the name of the file."""


def packing_of(start: bytes) -> Packing:
    """Answer how a file is packed by its first four bytes."""
    if start[:2] == b"\x1f\x8b":
        return Packing.GZIP
    # A zstd file may begin with a frame to be skipped, as pzstd writes it.
    if start[:4] == b"\x28\xb5\x2f\xfd" or (start[1:4] == b"\x2a\x4d\x18" and start[0] >> 4 == 5):
        return Packing.ZSTD
    return Packing.NONE


def packing_named(name: str) -> Packing:
    """Answer how a file is packed by what its name says."""
    return next((kind for end, kind in _ENDINGS.items() if name.lower().endswith(end)), Packing.NONE)


def unpacked(read: Read, packing: Packing) -> Iterator[bytes]:
    """Answer the bytes of a file in chunks of about `CHUNK`. Raises DamageError."""
    unpack = {Packing.NONE: _plain, Packing.GZIP: _gzip, Packing.ZSTD: _zstd}[packing]
    held: list[bytes] = []
    size = 0
    damage: DamageError | None = None
    try:
        for piece in unpack(read):
            held.append(piece)
            size += len(piece)
            if size >= CHUNK:
                joined = b"".join(held)
                held, size = [], 0
                yield from [joined] if len(joined) <= 2 * CHUNK else _cut(joined)
    except DamageError as error:
        damage = error
    if size:
        yield b"".join(held)
    if damage is not None:
        raise damage


def _cut(joined: bytes) -> Iterator[bytes]:
    for start in range(0, len(joined), CHUNK):
        yield joined[start : start + CHUNK]


def _plain(read: Read) -> Iterator[bytes]:
    return iter(read, b"")


def _gzip(read: Read) -> Iterator[bytes]:
    """Several members may follow one another: logs are packed a day at a time and joined. Zeros may fill a tape."""
    unpacker = zlib.decompressobj(31)
    packed = read()
    try:
        while packed:
            yield unpacker.decompress(packed, CHUNK)
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed = unpacker.unused_data.lstrip(b"\0")
                while not packed and (more := read()):
                    packed = more.lstrip(b"\0")
                if not packed:
                    return
                unpacker = zlib.decompressobj(31)
            elif not packed:
                packed = read()
        while rest := unpacker.decompress(b"", CHUNK):
            yield rest
    except zlib.error:
        raise DamageError("is damaged") from None
    if not unpacker.eof:
        raise DamageError("is cut off")


def _zstd(read: Read) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        raise DamageError("needs zstandard to be read: `pip install 'isa-guard[audit]'`; it") from None
    context = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    unpacker = context.decompressobj()
    begun = False
    try:
        for packed in iter(read, b""):
            for start in range(0, len(packed), _SIP):
                sip = packed[start : start + _SIP]
                while sip:
                    if not begun:
                        unpacker, begun = context.decompressobj(), True
                    yield unpacker.decompress(sip)
                    sip = unpacker.unused_data if unpacker.eof else b""
                    begun = not unpacker.eof
    except zstandard.ZstdError:
        raise DamageError("is damaged") from None
    if begun:
        raise DamageError("is cut off")
