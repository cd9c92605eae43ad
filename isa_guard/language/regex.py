"""Whether an RE2 pattern is found in a text, in time that grows with the text and never explodes.

Two engines, one meaning. Python's own is used only where its backtracking cannot cost much: an upper bound is
worked out from the tree. Every other pair of pattern and text goes through an automaton whose states are sets
of places in the pattern, made as they are met (Thompson's construction): one step a character.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from math import inf
from typing import Final, NamedTuple, TypeAlias, assert_never

from isa_guard.language.pattern import (
    Chars,
    Choice,
    Node,
    PatternError,
    Place,
    Range,
    Repeat,
    Sequence,
    parse_pattern,
)

MAX_STATES: Final = 3000  # places in a pattern, repeats written out
MAX_WORK: Final = 1_000_000  # places looked at for one text: well under a second
MAX_STEPS: Final = 1_000_000  # of Python's engine, in the worst case: about a twentieth of a second
_LENGTHS: Final = (16_384, 4096, 1024, 256, 64, 16, 0)
_CACHE: Final = 4096
_WORD: Final = re.compile(r"[0-9A-Za-z_]")


class _Consume(NamedTuple):
    """Take one character of these, then go on. `bounds` are the ends of the ranges, for bisection."""

    bounds: tuple[int, ...]
    then: int

    def takes(self, point: int) -> bool:
        return bisect_right(self.bounds, point) % 2 == 1


class _Fork(NamedTuple):
    one: int
    other: int


class _Stand(NamedTuple):
    place: Place
    then: int


class _Found(NamedTuple):
    pass


_State: TypeAlias = _Consume | _Fork | _Stand | _Found


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Pattern:
    """The pattern made ready, kept for the next time. Raises PatternError."""
    return Pattern(pattern)


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text. Raises PatternError, also for a text too long."""
    return compiled(pattern).search(text)


class Pattern:
    """One pattern made ready. Raises PatternError if RE2 does not know it or it is too large."""

    __slots__ = ("_cache", "_quick", "_quick_length", "_start", "_states")

    def __init__(self, pattern: str) -> None:
        tree = parse_pattern(pattern)
        builder = _Builder()
        self._start = builder.build(tree, builder.add(_Found()))
        self._states: tuple[_State, ...] = tuple(builder.states)
        self._quick_length = _quick_length(tree)
        self._quick = re.compile(_python(tree), re.ASCII) if self._quick_length >= 0 else None
        self._cache: dict[tuple[frozenset[int], str, str], frozenset[int] | None] = {}

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the text. Raises PatternError for more than MAX_WORK."""
        if self._quick is not None and len(text) <= self._quick_length:
            return self._quick.search(text) is not None
        return self.walk(text)

    def walk(self, text: str) -> bool:
        """As `search`, always by the automaton."""
        kernel: frozenset[int] = frozenset()
        before, work = "", 0
        for character in text:
            key = (kernel, before, character)
            if key not in self._cache:
                work += len(self._states)
                if work > MAX_WORK:
                    raise PatternError("the text is too long for so large a pattern")
                if len(self._cache) >= _CACHE:
                    self._cache.clear()
                self._cache[key] = self._step(kernel, before, character)
            reached = self._cache[key]
            if reached is None:
                return True
            kernel, before = reached, "a" if _WORD.match(character) else "-"
        return self._step(kernel, before, "") is None

    def _step(self, kernel: frozenset[int], before: str, character: str) -> frozenset[int] | None:
        """Where the places of `kernel`, and a new start, lead over one character; None when it is found.

        `before` and `character` are empty at the ends of the text.
        """
        waiting, seen = [self._start, *kernel], set()
        reached: set[int] = set()
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            state = self._states[place]
            match state:
                case _Found():
                    return None
                case _Fork(one, other):
                    waiting += (one, other)
                case _Stand(where, then):
                    if _stands(where, before, character):
                        waiting.append(then)
                case _Consume():
                    if character and state.takes(ord(character)):
                        reached.add(state.then)
                case _:
                    assert_never(state)
        return frozenset(reached)


def _stands(place: Place, before: str, after: str) -> bool:
    match place:
        case Place.START:
            return not before
        case Place.END:
            return not after
        case Place.WORD_EDGE:
            return (before == "a") != bool(_WORD.match(after))
        case _:
            assert_never(place)


class _Builder:
    """Writes the tree out as states, from the end to the beginning."""

    def __init__(self) -> None:
        self.states: list[_State] = []

    def add(self, state: _State) -> int:
        if len(self.states) >= MAX_STATES:
            raise PatternError(f"the pattern is too large: over {MAX_STATES} places with its repeats")
        self.states.append(state)
        return len(self.states) - 1

    def build(self, node: Node, then: int) -> int:
        """The state in which `node` begins, when what follows it begins in `then`."""
        match node:
            case Chars():
                return self.add(_Consume(_bounds(node.ranges), then))
            case Place():
                return self.add(_Stand(node, then))
            case Sequence():
                for part in reversed(node.parts):
                    then = self.build(part, then)
                return then
            case Choice():
                begins = [self.build(part, then) for part in node.parts]
                first = begins.pop()
                while begins:
                    first = self.add(_Fork(begins.pop(), first))
                return first
            case Repeat():
                return self._repeat(node, then)
            case _:
                assert_never(node)

    def _repeat(self, node: Repeat, then: int) -> int:
        if node.most is None:
            loop = self.add(_Fork(then, then))
            self.states[loop] = _Fork(self.build(node.part, loop), then)
            then = loop
        else:
            after = then
            for _ in range(node.most - node.least):
                then = self.add(_Fork(self.build(node.part, then), after))
        for _ in range(node.least):
            then = self.build(node.part, then)
        return then


def _bounds(ranges: tuple[Range, ...]) -> tuple[int, ...]:
    return tuple(bound for low, high in ranges for bound in (low, high + 1))


def _quick_length(tree: Node) -> int:
    """Up to which length of text Python's engine cannot need more than MAX_STEPS; -1 for not at all."""
    for length in _LENGTHS:
        # From every beginning, each way is followed over at most the whole text.
        if _ways(tree, length) * (length + 1) ** 2 <= MAX_STEPS:
            return length
    return -1


def _ways(node: Node, length: int) -> float:
    """At most how many ways backtracking can try at one beginning in a text of that length."""
    match node:
        case Chars() | Place():
            return 1
        case Sequence():
            product: float = 1
            for part in node.parts:
                product *= _ways(part, length)
            return product
        case Choice():
            return sum(_ways(part, length) for part in node.parts)
        case Repeat(part=Chars()):
            return max(1, min(length if node.most is None else node.most, length) - node.least + 1)
        case Repeat():
            inside = _ways(node.part, length)
            if node.most is None or node.most > 16:
                return inf
            return sum(inside**times for times in range(node.least, node.most + 1))
        case _:
            assert_never(node)


def _python(node: Node) -> str:
    """The same pattern for Python's engine, every character escaped by its number."""
    match node:
        case Chars(ranges=()):
            return "(?!)"
        case Chars():
            return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in node.ranges) + "]"
        case Place():
            return node.value
        case Sequence():
            return "".join(map(_python, node.parts))
        case Choice():
            return "(?:" + "|".join(map(_python, node.parts)) + ")"
        case Repeat():
            most = "" if node.most is None else str(node.most)
            return f"(?:{_python(node.part)}){{{node.least},{most}}}"
        case _:
            assert_never(node)
