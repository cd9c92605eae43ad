"""The forms that a log file can have, each from bytes to what was found on its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.lines.found import Found, finder, rejected
from isa_guard.audit.lines.json_lines import found_in_json
from isa_guard.audit.lines.separated import found_in_csv
from isa_guard.audit.mapping.mapping import Reads
from isa_guard.audit.mapping.patterns import line_pattern
from isa_guard.errors import UsageError
from isa_guard.model.log import Blank, Fault, LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.audit.lines.octets import HashedFile
    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import LogMapping


def found_in(hashed: HashedFile, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands on each line of a file of the form that its mapping reads."""
    match mapping.reads:
        case Reads.JSONL:
            return found_in_json(hashed, mapping, index)
        case Reads.CSV:
            return found_in_csv(hashed, mapping, index, reading)
        case Reads.TEXT:
            return found_in_text(hashed, mapping, index)
        case _:
            raise UsageError(f"a log of the form `{mapping.reads}` is no stream of bytes")


def found_in_text(hashed: HashedFile, mapping: LogMapping, index: int) -> Iterator[Found]:
    """Answer what stands on each line of a text file, taken apart by the mapping's patterns."""
    find = finder(mapping, index)
    pattern = line_pattern(mapping.pattern)
    number = 0
    for lines in hashed.split():
        for line in lines:
            number += 1
            if line is None:
                yield rejected(index, number, Fault.TOO_LONG)
                continue
            text = _decoded(line)
            if text is None:
                yield rejected(index, number, Fault.ENCODING)
            elif not text.strip(" \t"):
                yield Blank(LogPlace(index, number))
            elif (raw := pattern.parts(text)) is None:
                yield rejected(index, number, Fault.BROKEN)
            else:
                yield find(raw, number)


def _decoded(line: bytes) -> str | None:
    """Answer the text on a line; None where it is not UTF-8 or holds U+0000, which no text of a log does."""
    try:
        text = line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
