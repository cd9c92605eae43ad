"""What a field may hold beyond its type: words, bounds, lengths, a pattern. Read from a schedule, held to by every reader.

The rules and their names are cerberus' (docs.python-cerberus.org, Validation Rules). They are carried out here, since a
decision that is made again in ten years must not hang on another library's release; the tests hold them to cerberus.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.frozen import dataclass
from isa_guard.language.pattern import parse_pattern
from isa_guard.language.regex import compiled, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

Limit: TypeAlias = bool | int | float | str  # a day as days since 1970-01-01, an instant as microseconds


class Rule(StrEnum):
    """A rule that a value can break, by the name that cerberus gives it."""

    REQUIRED = "required"
    NULLABLE = "nullable"
    TYPE = "type"
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    REGEX = "regex"
    MINLENGTH = "minlength"
    MAXLENGTH = "maxlength"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a value may be. `regex` takes the whole text (see `whole`); `each` is held by the entries of a list."""

    allowed: tuple[Limit, ...] | None = None
    forbidden: tuple[Limit, ...] = ()
    regex: str | None = None
    minlength: int | None = None
    maxlength: int | None = None
    min: int | float | None = None
    max: int | float | None = None
    each: Constraints | None = None


FREE: Final = Constraints()


def whole(pattern: str) -> str:
    """Answer the pattern, one of RE2's, for the whole text. Raises PatternError.

    Cerberus begins at the first character and adds a `$`, which in Python lets a final line feed through and binds to
    the last of several alternatives alone. Nobody means that.
    """
    parse_pattern(pattern)  # by itself: else `a)(?:b` would become one by what is put around it
    anchored = rf"\A(?:{pattern})\z"
    compiled(anchored)
    return anchored


def broken(value: object, held: Constraints) -> Iterator[Rule]:
    """Answer the rules that a value of the field's type breaks. Raises PatternError for a text too long for the pattern."""
    if held.allowed is not None and value not in held.allowed:
        yield Rule.ALLOWED
    if value in held.forbidden:
        yield Rule.FORBIDDEN
    if isinstance(value, str | tuple):
        if held.minlength is not None and len(value) < held.minlength:
            yield Rule.MINLENGTH
        if held.maxlength is not None and len(value) > held.maxlength:
            yield Rule.MAXLENGTH
    if isinstance(value, str) and held.regex is not None and not matches(value, held.regex):
        yield Rule.REGEX
    if isinstance(value, int | float):
        if held.min is not None and value < held.min:
            yield Rule.MIN
        if held.max is not None and value > held.max:
            yield Rule.MAX
    if isinstance(value, tuple) and held.each is not None:
        yield from dict.fromkeys(rule for entry in value for rule in broken(entry, held.each))
