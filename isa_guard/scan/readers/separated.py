"""CSV, TSV and their like, in batches: memory does not grow with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from isa_guard.scan.readers.decoding import Encoding, decoded, utf8_blocks
from isa_guard.scan.readers.rows import Block, exact_rows, quick_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.dialect import Layout
    from isa_guard.scan.readers.visit import Visit

_BLOCK: Final = 1 << 23


def read_separated(stream: BinaryIO, encoding: Encoding, layout: Layout, visit: Visit) -> Iterator[Content]:
    """The rows of a table, batch by batch; rows of another width as text, and an `Unread` that says where they are.

    Each block of whole records goes to polars first, and is taken apart record by record where that does not do.
    """
    for number, text in layout.above:
        yield from visit.texts(text, number)
    blocks = _one_ended(utf8_blocks(stream, encoding, _BLOCK))
    held = next(blocks, b"")
    start = _past_lines(held, layout.lines)
    line = 1 + layout.lines
    held = held[start:]
    last = False
    while not last:
        following = next(blocks, b"")
        last = not following
        whole = held if last else held[: _cut(held)]
        if not whole and len(held) > visit.limits.record:
            whole = held
        if whole:
            taken = yield from _rows(Block(whole, line, last), layout, visit)
            line += whole.count(b"\n", 0, taken)
            held = held[taken:]
            if not taken and len(held) > visit.limits.record:
                held += following
                break
        held += following
    if held:
        yield visit.unread(f"from line {line} on a row or a quote does not end: read as text from there on")
    while held:
        yield from visit.texts(decoded(held), line)
        line += held.count(b"\n")
        held = next(blocks, b"")


def _rows(block: Block, layout: Layout, visit: Visit) -> Generator[Content, None, int]:
    """The rows of a block; answers how many of its octets were read, which is all but a record that it cuts."""
    parts = quick_rows(block, layout, visit)
    if parts is None:
        taken: int = yield from exact_rows(block, layout, visit)
        return taken
    yield from parts
    return len(block.data)


def _past_lines(data: bytes, lines: int) -> int:
    """Where, in octets, the first `lines` lines end."""
    place = 0
    for _ in range(lines):
        place = data.find(b"\n", place) + 1
        if not place:
            return len(data)
    return place


def _cut(data: bytes) -> int:
    """The end of the last line that is not within quotes, as far as their number tells; 0 where there is none.

    A quote inside a cell misleads it; then the block is refused, and the exact reading finds where records end.
    """
    end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    while end and quotes % 2:
        earlier = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', earlier, end)
        end = earlier
    return end


def _one_ended(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a text; where lines end by a carriage return alone, as once on the Macintosh, by a line feed."""
    first = next(blocks, b"")
    old = b"\r" in first and b"\n" not in first
    yield first.replace(b"\r", b"\n") if old else first
    for block in blocks:
        yield block.replace(b"\r", b"\n") if old else block
