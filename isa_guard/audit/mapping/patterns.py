r"""Patterns that take a line apart, in RE2's dialect, with named groups.

They may be run by Python's engine, which tries ways one after another. So only patterns are taken whose repeats leave
it one way at every character: a repeat ends where what follows it begins (`[^ ]* ` and not `.* `). Sides of a `|`
and parts that may be missing can begin alike a few times, outside of repeats. Then any engine finds the same groups,
and the time grows with the text alone.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias, assert_never

from isa_guard.frozen import dataclass
from isa_guard.language.pattern import (
    Chars,
    Choice,
    Node,
    PatternError,
    Place,
    Repeat,
    Sequence,
    normal,
    parse_pattern,
)

LIMIT_FORKS: Final = 8  # places outside of repeats at which there are two ways on: at most 256 ways in all
_PART: Final = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|\(\?P<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>"
    r"|(?P<flags>\(\?[^:])|(?P<end>\$)|[^\\(\[$]+|.",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
Ranges: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LinePattern:
    """One pattern made ready: `text` as written, its groups in order."""

    text: str
    groups: tuple[str, ...]
    compiled: re.Pattern[str]

    def parts(self, line: str) -> dict[str, str] | None:
        """Answer the groups that are found; None where the line is not of the pattern."""
        found = self.compiled.fullmatch(line)
        if found is None:
            return None
        return {name: part for name, part in found.groupdict().items() if part is not None}


def line_pattern(text: str) -> LinePattern:
    """Answer a pattern made ready. Raises PatternError for what RE2 does not know or what goes more than one way."""
    tree = parse_pattern(text)
    parts = tree.parts if isinstance(tree, Sequence) else (tree,)
    if not parts or parts[0] is not Place.START or parts[-1] is not Place.END:
        raise PatternError("a pattern takes the whole line: it begins with ^ and ends with $")
    _Ways().of(tree, (), again=False)
    try:
        compiled = re.compile(_for_python(text), re.ASCII)
    except re.error as error:
        raise PatternError(f"in the pattern: {error.msg}") from None
    if not compiled.groupindex:
        raise PatternError("the pattern has no named group, as (?P<user>[^ ]+)")
    if compiled.groups > len(compiled.groupindex):
        raise PatternError("every group that is kept has a name; write (?:...) for one that is not")
    return LinePattern(text, tuple(compiled.groupindex), compiled)


def _for_python(text: str) -> str:
    """The same pattern in Python's words. What would mean another thing there is refused."""
    made: list[str] = []
    for found in _PART.finditer(text):
        part = found.group()
        if part == "(?<":  # which only later versions of RE2 know
            raise PatternError("write a named group as (?P<user>[^ ]+)")
        if found["flags"]:
            raise PatternError("flags are not taken in these patterns: write both cases out, as [Aa]")
        if found["class"]:
            if "[:" in part:
                raise PatternError("write a class out, as [A-Za-z], and not by its POSIX name")
            inside = _ESCAPE.sub(lambda escape: _escape(escape[1], r"\t\n\f\r "), part[1:])
            part = "[" + re.sub(r"(?<!\\)\[", r"\\[", inside)
        elif found["name"]:
            part = f"(?P<{found['name']}>"
        elif found["end"]:
            part = r"\Z"
        elif found["escape"]:
            part = _escape(part[1], r"[\t\n\f\r ]")
        made.append(part)
    return "".join(made)


def _escape(letter: str, space: str) -> str:
    if letter == "z":
        return r"\Z"
    if letter == "s":  # Python's has the vertical tab too
        return space
    if letter in "Sx0":
        instead = "[^ ]" if letter == "S" else "the character itself"
        raise PatternError(f"`\\{letter}` is not taken in these patterns: write {instead}")
    return f"\\{letter}"


class _Ways:
    """Counts the places at which there are two ways on. Raises PatternError where they are too many, or repeated."""

    def __init__(self) -> None:
        self.forks = 0

    def of(self, node: Node, follow: Ranges, *, again: bool) -> tuple[Ranges, bool]:
        """What a node may begin with, and whether it may be empty. `again`: it stands in a repeat."""
        match node:
            case Chars():
                return node.ranges, False
            case Place():
                return (), True
            case Sequence():
                return self._sequence(node, follow, again=again)
            case Choice():
                return self._choice(node, follow, again=again)
            case Repeat():
                return self._repeat(node, follow, again=again)
            case _:
                assert_never(node)

    def _choice(self, node: Choice, follow: Ranges, *, again: bool) -> tuple[Ranges, bool]:
        begun: Ranges = ()
        empty = False
        for part in node.parts:
            first, may = self.of(part, follow, again=again)
            taken = _joined(first, follow) if may else first
            self._fork(begun, taken, "two sides of a `|` begin alike", again=again)
            begun, empty = _joined(begun, taken), empty or may
        return begun, empty

    def _repeat(self, node: Repeat, follow: Ranges, *, again: bool) -> tuple[Ranges, bool]:
        many = node.most is None or node.most > 1
        first, may = _begins(node.part)
        if may and many:
            raise PatternError("a repeat of what may be empty goes more than one way")
        # What follows the part is what follows the repeat, or the part once more.
        self.of(node.part, _joined(first, follow) if many else follow, again=again or many)
        if node.most != node.least:
            what = "a repeat may go on where what follows it begins: write [^ ]* rather than .*"
            self._fork(first, follow, what, again=again or many)
        return first, may or node.least == 0

    def _sequence(self, node: Sequence, follow: Ranges, *, again: bool) -> tuple[Ranges, bool]:
        after, empty = follow, True
        first: Ranges = ()
        for part in reversed(node.parts):
            if part is Place.END:  # nothing follows the end
                after, first, empty = (), (), True
                continue
            begins, may = self.of(part, after, again=again)
            after = _joined(begins, after) if may else begins
            first = _joined(begins, first) if may else begins
            empty = empty and may
        return first, empty

    def _fork(self, first: Ranges, second: Ranges, what: str, *, again: bool) -> None:
        if not any(low <= end and start <= high for low, high in first for start, end in second):
            return
        self.forks += 1
        if again or self.forks > LIMIT_FORKS:
            raise PatternError(f"the pattern goes more than one way: {what}")


def _begins(node: Node) -> tuple[Ranges, bool]:
    """What a node may begin with, and whether it may be empty."""
    match node:
        case Chars():
            return node.ranges, False
        case Place():
            return (), True
        case Repeat():
            first, may = _begins(node.part)
            return first, may or node.least == 0
        case Choice():
            sides = [_begins(part) for part in node.parts]
            return normal([one for first, _ in sides for one in first]), any(may for _, may in sides)
        case Sequence():
            begun: Ranges = ()
            for part in node.parts:
                first, may = _begins(part)
                begun = _joined(begun, first)
                if not may:
                    return begun, False
            return begun, True
        case _:
            assert_never(node)


def _joined(first: Ranges, second: Ranges) -> Ranges:
    return normal([*first, *second])
