"""Octets into text: what a byte order mark says, else UTF-8, else Windows-1252 for the lines that are not UTF-8."""

from __future__ import annotations

import codecs
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLE: Final = 65_536
_BLOCK: Final = 1 << 22


class Encoding(Enum):
    """How the text of a file is written. UTF8 stands for ASCII and Windows-1252 too: lines show which."""

    UTF8 = "utf-8"
    UTF16_LE = "utf-16-le"
    UTF16_BE = "utf-16-be"


_MARKS: Final = (
    (codecs.BOM_UTF8, Encoding.UTF8),
    (codecs.BOM_UTF16_LE, Encoding.UTF16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF16_BE),
)


def encoding_of(sample: bytes) -> Encoding | None:
    """How a text that begins like this is written; None where it is no text.

    UTF-16 without its mark is known by the null in every second octet, since Windows writes it so.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    nulls = sample.count(0)
    if not nulls:
        return Encoding.UTF8 if _is_text(sample) else None
    pairs = len(sample) // 2
    if pairs and nulls > 0.7 * pairs:
        if sample[1::2].count(0) == nulls:
            return Encoding.UTF16_LE
        if sample[::2].count(0) == nulls:
            return Encoding.UTF16_BE
    return None


def _is_text(sample: bytes) -> bool:
    """Whether octets without a null can be text: hardly any controls but those of lines, pages and terminals."""
    controls = sum(sample.count(octet) for octet in range(32) if octet not in b"\t\n\v\f\r\x1b")
    return controls <= len(sample) // 200


def decoded(data: bytes) -> str:
    """The text of octets in UTF-8 or Windows-1252, line by line: one bad line does not spoil the others."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(map(_line, data.split(b"\n")))


def _line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def whole_text(data: bytes) -> str:
    """The text of a whole file."""
    encoding = encoding_of(data[:_SAMPLE]) or Encoding.UTF8
    if encoding is Encoding.UTF8:
        return decoded(data.removeprefix(codecs.BOM_UTF8))
    return data.decode(encoding.value, errors="replace").removeprefix("\ufeff")


def utf8_blocks(stream: BinaryIO, encoding: Encoding, size: int = _BLOCK) -> Iterator[bytes]:
    """The octets of a text without its mark; UTF-16 is turned into UTF-8, what is not UTF-8 stays as it is."""
    first = True
    decoder = None if encoding is Encoding.UTF8 else codecs.getincrementaldecoder(encoding.value)("replace")
    while block := stream.read(size):
        if decoder is not None:
            block = decoder.decode(block).encode(errors="replace")
        yield block.removeprefix(codecs.BOM_UTF8) if first else block
        first = False
    if decoder is not None and (rest := decoder.decode(b"", final=True)):
        yield rest.encode(errors="replace")
