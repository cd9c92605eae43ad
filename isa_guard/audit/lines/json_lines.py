"""JSON Lines: one object a line, read strictly.

Two objects on a line, a key that stands twice, a number that only looks like one: each is told apart, because a line
that one reader takes one way and the next another is how evidence is hidden. `Careful` is the judge of a line;
`json_quick` knows of many lines at once that they need no judge.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.columns import line_reader
from isa_guard.audit.lines.json_quick import LIMIT_DEPTH, Quick
from isa_guard.model.log import Blank, Fault, LogPlace, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.audit.lines.columns import Refused, Values
    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.lines.octets import HashedFile
    from isa_guard.audit.mapping.mapping import LogMapping

_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def found_in_json(hashed: HashedFile, mapping: LogMapping, index: int) -> Iterator[Found]:
    """Answer what stands on each line of a JSONL file."""
    quick, careful, event = Quick(mapping), Careful(mapping), mapping.event
    new = tuple.__new__  # as LogPlace(...), in half the time
    number = 0
    for lines in hashed.split():
        told = quick.all(lines, hashed.text)
        if told is None:
            told = [
                (Fault.TOO_LONG, "") if line is None else quick.one(line) or careful.told(line)
                for line in lines
            ]
        for values in told:
            number += 1
            place: LogPlace = new(LogPlace, (index, number))
            if isinstance(values, dict):
                yield event(values, place)
            elif values is None:
                yield Blank(place)
            else:
                yield Rejected(place, *values)


class Careful:
    """Judges one line after another."""

    def __init__(self, mapping: LogMapping) -> None:
        self._reader = line_reader(mapping)
        self._twice = False

    def told(self, line: bytes) -> Values | Refused | None:
        """Answer the values of a line, why it has none, or None for a blank one."""
        if not line.strip(b" \t\r"):
            return None
        found = self.read_object(line)
        return (found, "") if isinstance(found, Fault) else self._reader.careful(found)

    def read_object(self, line: bytes) -> dict[str, object] | Fault:
        """Answer the object on a line. Each fault goes before those that come later here."""
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return Fault.ENCODING
        if _deep(text):
            return Fault.BROKEN
        self._twice = False
        try:
            found = json.loads(
                text, object_pairs_hook=self._object, parse_constant=_refuse, parse_int=_number
            )
        except (ValueError, RecursionError):
            return Fault.BROKEN
        if "\\u" in text and _holds_no_text(found):
            return Fault.ENCODING
        if not isinstance(found, dict):
            return Fault.NOT_A_RECORD
        return Fault.DUPLICATE_KEY if self._twice else found

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        self._twice = self._twice or len(found) < len(pairs)
        return found


def _deep(text: str) -> bool:
    """Answer whether brackets outside of texts go too deep, without recursion."""
    if text.count("{") + text.count("[") <= LIMIT_DEPTH:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found[0][0]
        depth += (sign in "[{") - (sign in "]}")
        if depth > LIMIT_DEPTH:
            return True
    return False


def _refuse(_: str) -> None:
    raise ValueError


def _number(digits: str) -> int | float:
    """A number beyond 64 bits is no whole number of ours; as a decimal it is worth what it can be."""
    return int(digits) if len(digits) <= 20 else float(digits)


def _holds_no_text(found: object) -> bool:
    """Answer whether some escape stands for a lone surrogate or for U+0000, which no text of a log holds."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\0" in one or any("\ud800" <= letter <= "\udfff" for letter in one):
                return True
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False
