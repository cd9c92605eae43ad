"""Patterns as RE2 inside a database takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.language.pattern import Chars, Choice, Node, Place, Repeat, Sequence, parse_pattern
from isa_guard.language.regex import MAX_WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.language.pattern import Range

MAX_PLACES: Final = 500  # RE2 refuses programs that grow too large; ours are far from it up to here


def re2(pattern: str) -> tuple[str, int] | None:
    """The pattern in a form that leaves RE2 no choice, and up to what length of text we never give up on it.

    None for one so large that RE2 might refuse it.
    """
    tree = parse_pattern(pattern)
    places = _places(tree) + 1
    return (_re2(tree), MAX_WORK // places - 1) if places <= MAX_PLACES else None


def rust(pattern: str) -> str | None:
    r"""The pattern for Rust's engine, whose `\b` is Unicode's unless it is told. None for one that is too large."""
    found = re2(pattern)
    # Every character stands as a number, so `\b` is never part of anything else.
    return found[0].replace(r"\b", r"(?-u:\b)") if found else None


def _places(node: Node) -> int:
    """At least as many states as our automaton has for the node."""
    match node:
        case Chars() | Place():
            return 1
        case Sequence():
            return sum(map(_places, node.parts))
        case Choice():
            return sum(map(_places, node.parts)) + len(node.parts)
        case Repeat():
            times = node.least + 1 if node.most is None else node.most
            return (_places(node.part) + 1) * times + 1
        case _:
            assert_never(node)


def _scalars(ranges: tuple[Range, ...]) -> Iterator[Range]:
    """Without the surrogates, which no text holds and Rust does not take for characters (The Unicode Standard, D76)."""
    for low, high in ranges:
        for start, end in ((low, min(high, 0xD7FF)), (max(low, 0xE000), high)):
            if start <= end:
                yield start, end


def _re2(node: Node) -> str:
    match node:
        case Chars(ranges=()):
            return r"[^\x{0}-\x{10FFFF}]"
        case Chars():
            return (
                "[" + "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in _scalars(node.ranges)) + "]"
            )
        case Place.END:
            return r"\z"
        case Place():
            return str(node.value)
        case Sequence():
            return "".join(map(_re2, node.parts))
        case Choice():
            return "(?:" + "|".join(map(_re2, node.parts)) + ")"
        case Repeat():
            most = "" if node.most is None else str(node.most)
            return f"(?:{_re2(node.part)}){{{node.least},{most}}}"
        case _:
            assert_never(node)
