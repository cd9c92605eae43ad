"""The patterns of the registry as an engine without look-around reads them, over columns."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.shape import shape_pattern
from isa_guard.scan.identifiers.words import tokens

if TYPE_CHECKING:
    from isa_guard.uk.identifiers import Identifier

# As in `candidates`, for an engine that does not look around: the characters beside a match are part of it here.
_BEFORE: Final = r"(?:^|[^A-Za-z0-9./-]|(?:^|[^0-9])[./-])"
_AFTER: Final = r"(?:$|[^A-Za-z0-9./-]|[./-](?:$|[^0-9]))"
_BEFORE_MAIL: Final = r"(?:^|[^A-Za-z0-9._%+'-])"


def entire(pattern: str) -> str:
    """A pattern for a whole text."""
    return ascii_only(f"^(?:{pattern})$")


def bounded(identifier: Identifier) -> str:
    """What is written like the identifier, within a text."""
    return ascii_only(f"{_before(identifier)}(?:{identifier.pattern}){_AFTER}")


def first_and_rest(identifier: Identifier) -> str:
    """The first that is written like it as group 2, and as group 1 the text from there on."""
    return ascii_only(f"{_before(identifier)}((?P<first>{identifier.pattern}){_AFTER}(?s:.*))")


def another(identifier: Identifier) -> str:
    """In a text that starts with one: whether another starts later on."""
    before = _before(identifier).replace("^|", "").replace("(?:[^0-9])", "[^0-9]")
    return ascii_only(f"{before}(?:{identifier.pattern}){_AFTER}")


def formed(identifier: Identifier) -> str:
    """What has a form peculiar to the identifier, within a text."""
    return f"{_BEFORE}(?:{shape_pattern(identifier.telling)}){_AFTER}"


@cache
def words_of(identifiers: tuple[Identifier, ...]) -> str:
    """The words that name one of these, as `words.near` tells words apart: by what is no letter."""
    keywords = sorted({tuple(tokens(keyword)) for one in identifiers for keyword in one.keywords})
    joined = "|".join(
        "[^A-Za-z]+".join(f"(?i-u:{re.escape(one)})" for one in keyword) for keyword in keywords
    )
    return f"(?:^|[^A-Za-z])(?:{joined})(?:$|[^A-Za-z])"


def ascii_only(pattern: str) -> str:
    """The pattern with letters of either case in ASCII alone: K is not the sign of kelvin, and it is faster."""
    return pattern.replace("(?i:", "(?i-u:")


def _before(identifier: Identifier) -> str:
    return _BEFORE_MAIL if identifier.entity == "email" else _BEFORE
