r"""Patterns in RE2's dialect, from text to a tree, with a refusal by name of what RE2 leaves out.

Look-around, back references, atomic groups and possessive repeats need backtracking and are no part of RE2.
`\d \w \s \b` are ASCII, `$` is the very end of the text (RE2, Syntax).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, TypeAlias

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass

MAX_REPEAT: Final = 1000  # RE2's own
MAX_GROUPS: Final = 40  # within one another
MAX_PATTERN: Final = 2000  # characters
TOP: Final = 0x10FFFF

Range: TypeAlias = tuple[int, int]


class PatternError(IsaGuardError):
    """A regular expression that RE2 does not know, or that could take too long."""


class Place(Enum):
    """A condition on the place between two characters."""

    START = r"\A"
    END = r"\Z"
    WORD_EDGE = r"\b"


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges that are in order and do not touch."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One part or another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part at least `least` and at most `most` times; None for any number."""

    part: Node
    least: int
    most: int | None


Node: TypeAlias = Place | Chars | Sequence | Choice | Repeat

_DIGITS: Final = ((0x30, 0x39),)
_WORD: Final = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Final = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))  # RE2's \s leaves out the vertical tab
_PERL: Final = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_UPPER, _LOWER = ((0x41, 0x5A),), ((0x61, 0x7A),)
_POSIX: Final[dict[str, tuple[Range, ...]]] = {
    "alnum": (*_DIGITS, *_UPPER, *_LOWER),
    "alpha": (*_UPPER, *_LOWER),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGITS,
    "graph": ((0x21, 0x7E),),
    "lower": _LOWER,
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": (*_DIGITS, (0x41, 0x46), (0x61, 0x66)),
}
_CONTROLS: Final = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_PLACES: Final = {
    "A": Place.START,
    "z": Place.END,
    "b": Place.WORD_EDGE,
}
_ANCHORS: Final = {"^": Place.START, "$": Place.END}
_SIGNS: Final[dict[str, tuple[int, int | None]]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_ABSENT: Final = {
    "(?=": "look-ahead",
    "(?!": "look-ahead",
    "(?<=": "look-behind",
    "(?<!": "look-behind",
    "(?>": "an atomic group",
    "(?#": "a comment",
    "(?(": "a conditional group",
    "(?P=": "a back reference",
    "(?P>": "a recursive group",
}
# The only letters outside ASCII that fold to ASCII ones: the Kelvin sign and the long s.
_FOLDS_ABROAD: Final = {0x6B: 0x212A, 0x73: 0x017F}
_REPEAT: Final = re.compile(r"[*+?]|\{([0-9]{1,9})(?:(,)([0-9]{0,9}))?\}")
_GROUP: Final = re.compile(r"\((?:\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|([ims U-]*)([:)])))?")
_HEX: Final = re.compile(r"\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})")
_OCTAL: Final = re.compile(r"\\(0[0-7]{0,2})")
_CLASS_NAME: Final = re.compile(r"\[:(\^?)([a-z]*):\]")


def parse_pattern(text: str) -> Node:
    """The tree of a pattern. Raises PatternError with what is wrong and at which character (from 1)."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"a pattern of {len(text)} characters; at most {MAX_PATTERN}")
    reader = _Reader(text)
    node = reader.choice()
    if reader.at < len(text):
        raise reader.error("a bracket is closed that was not opened")
    return node


def normal(ranges: list[Range]) -> tuple[Range, ...]:
    """The same characters as ranges in order that neither overlap nor touch."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def negated(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """Every other character."""
    others, low = [], 0
    for start, end in ranges:
        if low < start:
            others.append((low, start - 1))
        low = end + 1
    if low <= TOP:
        others.append((low, TOP))
    return tuple(others)


class _Reader:
    """Recursive descent; `folds` and `dot_all` follow the flags of the group being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self._folds = False
        self._dot_all = False
        self._depth = 0

    def error(self, what: str) -> PatternError:
        return PatternError(f"in the pattern, at character {self.at + 1}: {what}")

    def choice(self) -> Node:
        parts = [self._sequence()]
        while self._text.startswith("|", self.at):
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            part = self._repeated()
            if part is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self) -> Node | None:
        part = self._atom()
        found = _REPEAT.match(self._text, self.at)
        if found is None:
            return part
        if part is None or isinstance(part, Place):
            raise self.error("there is nothing to repeat")
        least, most = self._bounds(found)
        self.at = found.end()
        if self._text.startswith("?", self.at):  # lazy: the same texts match
            self.at += 1
        if again := _REPEAT.match(self._text, self.at):
            what = "a possessive repeat" if again.group() == "+" else "a repeat of a repeat"
            raise self.error(f"{what} is not part of RE2")
        return Repeat(part, least, most)

    def _bounds(self, found: re.Match[str]) -> tuple[int, int | None]:
        if found.group() in _SIGNS:
            return _SIGNS[found.group()]
        least = int(found[1])
        most: int | None = least
        if found[2]:
            most = int(found[3]) if found[3] else None
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise self.error(f"the repeat {found.group()} is out of bounds (at most {MAX_REPEAT})")
        return least, most

    def _atom(self) -> Node | None:
        character = self._text[self.at]
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if _REPEAT.match(self._text, self.at):
            raise self.error("there is nothing to repeat")
        self.at += 1
        if character == ".":
            return Chars(((0, TOP),) if self._dot_all else ((0, 9), (11, TOP)))
        if character in _ANCHORS:
            return _ANCHORS[character]
        return self._chars([(ord(character), ord(character))])

    def _chars(self, ranges: list[Range]) -> Chars:
        return Chars(normal(self._folded(ranges) if self._folds else ranges))

    def _folded(self, ranges: list[Range]) -> list[Range]:
        """With the other case of every ASCII letter; other letters fold in ways that differ by version."""
        more = list(ranges)
        for low, high in ranges:
            if high > 0x7F:
                raise self.error("(?i) is taken for ASCII letters only")
            for letter in range(max(low, 0x41), min(high, 0x7A) + 1):
                other = letter ^ 0x20
                if not chr(letter).isalpha():
                    continue
                more.append((other, other))
                if abroad := _FOLDS_ABROAD.get(letter | 0x20):
                    more.append((abroad, abroad))
        return more

    def _group(self) -> Node | None:
        for opening, what in _ABSENT.items():
            if self._text.startswith(opening, self.at):
                raise self.error(f"{what} is not part of RE2")
        found = _GROUP.match(self._text, self.at)
        assert found is not None
        if found.group() == "(" and self._text.startswith("(?", self.at):
            raise self.error("the group is not part of RE2")
        outer = self._folds, self._dot_all
        self._flags(found[2] or "")
        self.at = found.end()
        if found[3] == ")":  # flags for the rest of the group around
            return None
        self._depth += 1
        if self._depth > MAX_GROUPS:
            raise self.error(f"groups go at most {MAX_GROUPS} deep")
        inside = self.choice()
        if not self._text.startswith(")", self.at):
            raise self.error("a bracket is not closed")
        self.at += 1
        self._depth -= 1
        self._folds, self._dot_all = outer
        return inside

    def _flags(self, flags: str) -> None:
        for flag in flags:
            if flag == "i":
                self._folds = True
            elif flag == "s":
                self._dot_all = True
            else:
                raise self.error(f"the flag {flag!r} is not taken; (?i) and (?s) are")

    def _escape(self) -> Node:
        letter = self._text[self.at + 1 : self.at + 2]
        if letter in _PLACES:
            self.at += 2
            return _PLACES[letter]
        if letter == "B":
            # RE2 looks at octets: to it, the middle of a letter beyond ASCII is such a place.
            raise self.error("\\B is not taken, since engines differ about it beyond ASCII")
        if letter and letter in "dwsDWS":
            return Chars(self._perl())
        point = self._point()
        return self._chars([(point, point)])

    def _perl(self) -> tuple[Range, ...]:
        letter = self._text[self.at + 1]
        if self._folds and letter in "wW":
            raise self.error("(?i) and \\w do not go together: \\w has both cases already")
        self.at += 2
        ranges = _PERL[letter.lower()]
        return ranges if letter.islower() else negated(ranges)

    def _point(self) -> int:
        """The character that an escape stands for."""
        if found := _HEX.match(self._text, self.at):
            point = int(found[1] or found[2], 16)
            if point > TOP or 0xD800 <= point <= 0xDFFF:
                raise self.error("there is no such character")
            self.at = found.end()
            return point
        if found := _OCTAL.match(self._text, self.at):
            self.at = found.end()
            return int(found[1], 8)
        letter = self._text[self.at + 1 : self.at + 2]
        if not letter:
            raise self.error("the pattern ends in a backslash")
        if letter in _CONTROLS:
            self.at += 2
            return _CONTROLS[letter]
        if letter.isdigit():
            raise self.error("a back reference is not part of RE2")
        if letter.isalnum() or letter == "_" or ord(letter) > 0x7F:
            raise self.error(f"the escape \\{letter} is not taken")
        self.at += 2
        return ord(letter)

    def _class(self) -> Chars:
        self.at += 1
        reverse = self._text.startswith("^", self.at)
        self.at += reverse
        ranges: list[Range] = []
        first = True
        while first or not self._text.startswith("]", self.at):
            if self.at >= len(self._text):
                raise self.error("the class is not closed with ]")
            ranges += self._class_item()
            first = False
        self.at += 1
        found = normal(ranges)
        return Chars(negated(found) if reverse else found)

    def _class_item(self) -> list[Range]:
        if named := _CLASS_NAME.match(self._text, self.at):
            if named[2] not in _POSIX:
                raise self.error(f"there is no class {named.group()}")
            if self._folds:
                raise self.error("(?i) and named classes do not go together")
            self.at = named.end()
            ranges = normal(list(_POSIX[named[2]]))
            return list(negated(ranges) if named[1] else ranges)
        if self._text.startswith("\\", self.at) and self._text[self.at + 1 : self.at + 2] in tuple("dwsDWS"):
            return list(self._perl())
        low = self._class_point()
        if not self._text.startswith("-", self.at) or self._text[self.at + 1 : self.at + 2] in {"", "]"}:
            high = low
        else:
            self.at += 1
            high = self._class_point()
        if high < low:
            raise self.error("the range runs backwards")
        return self._folded([(low, high)]) if self._folds else [(low, high)]

    def _class_point(self) -> int:
        if self._text.startswith("\\", self.at):
            return self._point()
        point = ord(self._text[self.at])
        self.at += 1
        return point
