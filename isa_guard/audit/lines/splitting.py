"""Chunks of bytes into lines, none held beyond the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIMIT_LINE: Final = 1024 * 1024


def split_lines(chunks: Iterable[bytes], limit: int = LIMIT_LINE) -> Iterator[list[bytes | None]]:
    """Answer lines without their line feeds, many at a time; None stands for a line longer than `limit`.

    A line ends with a line feed; a carriage return before it stays. The last needs none.
    """
    carry = b""
    dropped = False
    for chunk in chunks:
        pieces: list[bytes | None] = [*chunk.split(b"\n")]
        last = pieces.pop() or b""
        if not pieces:
            carry += b"" if dropped else last
            if len(carry) > limit:
                carry, dropped = b"", True
            continue
        if dropped:
            pieces[0], dropped = None, False
        elif carry:
            pieces[0] = carry + (pieces[0] or b"")
        carry = last
        if len(carry) > limit:
            carry, dropped = b"", True
        yield _within(pieces, limit)
    if dropped:
        yield [None]
    elif carry:
        yield _within([carry], limit)


def _within(lines: list[bytes | None], limit: int) -> list[bytes | None]:
    """A chunk is small, so that few lines can pass the limit: the first, and any of a very large chunk."""
    return [None if line is not None and len(line) > limit else line for line in lines]
