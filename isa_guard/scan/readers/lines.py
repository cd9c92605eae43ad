"""Running text and its lines: in pieces that end where a line ends, each with the number of its first line."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from isa_guard.frozen import dataclass
from isa_guard.scan.readers.decoding import Encoding, decoded, utf8_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a text, as octets, and the number of the first; `cut` where the last line goes on."""

    data: bytes
    line: int
    cut: bool = False


def pieces(stream: BinaryIO, encoding: Encoding, most: int) -> Iterator[Piece]:
    """A text in pieces of whole lines; a line longer than `most` octets is cut."""
    line = 1
    held = b""
    for block in utf8_blocks(stream, encoding, min(most, 1 << 22)):
        held += block
        end = held.rfind(b"\n") + 1
        cut = not end and len(held) >= most
        if cut:
            end = _between_characters(held)
        if end:
            yield Piece(held[:end], line, cut)
            line += held.count(b"\n", 0, end)
            held = held[end:]
    if held:
        yield Piece(held, line)


def _between_characters(data: bytes) -> int:
    """The last place where no character of UTF-8 is cut."""
    for back in range(1, min(4, len(data))):
        if data[-back] & 0xC0 != 0x80:
            return len(data) - back
    return len(data)


def read_lines(stream: BinaryIO, encoding: Encoding, visit: Visit) -> Iterator[Content]:
    """The text of a stream."""
    for piece in pieces(stream, encoding, visit.limits.text):
        yield from visit.texts(decoded(piece.data), piece.line)
