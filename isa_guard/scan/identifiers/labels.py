"""Which texts end in a label of another thing that has numbers, told in columns: what follows is no identifier.

The same answer as `words.near(...).other` wherever it says yes; a test holds the two together.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.words import ALIEN_WORDS, entity_phrases

if TYPE_CHECKING:
    import polars as pl

# What is split into words otherwise than by its letters (a/c), or whose letters are not all ASCII.
_NO_LETTERS: Final = r"[^\x00-\x7f]"
_SPLIT_OTHERWISE: Final = (r"a/c", r"h&c", r"d\.o\.b")


def names_another(left: pl.Series) -> pl.Series:
    """Which of the texts that stand left of a candidate, as far as a label reaches, end in a label of another thing."""
    tail = left.str.extract(_last_label(), 1)
    doubtful = left.str.contains(_guard())
    return (tail.is_not_null() & ~tail.str.contains(_starts_a_phrase()) & ~doubtful).fill_null(value=False)


@cache
def _last_label() -> str:
    """Group 1: what stands behind the last word that names another thing."""
    return f"(?s)^(?:.*[^A-Za-z])?(?i-u:{'|'.join(_alone())})((?:[^A-Za-z].*)?)$"


@cache
def _starts_a_phrase() -> str:
    return f"(?:^|[^A-Za-z])(?i-u:{_either({phrase[0] for phrase in entity_phrases()})})(?:$|[^A-Za-z])"


@cache
def _guard() -> str:
    """What makes a text doubtful: a phrase that names an identifier and holds such a word (`sort code`)."""
    words = set(_alone())
    joined = [
        "[^A-Za-z]+".join(map(re.escape, phrase)) for phrase in entity_phrases() if words.intersection(phrase)
    ]
    return f"{_NO_LETTERS}|(?i:{'|'.join([*_SPLIT_OTHERWISE, *sorted(joined)])})"


@cache
def _alone() -> tuple[str, ...]:
    named = entity_phrases()
    return tuple(sorted(word for word in ALIEN_WORDS if word.isalpha() and (word,) not in named))


def _either(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words))
