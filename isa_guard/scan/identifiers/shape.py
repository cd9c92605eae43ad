"""The shape of a value: what may be said of it aloud."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 40
_KEPT: Final = frozenset(" -/.,@+():'")


def shape(text: str) -> str:
    """The class of each character: A a letter, 9 a digit, common separators as they are, ? all else.

    Cut at 40 characters: the length of an address says something too.
    """
    cut = text[: _LONGEST + 1]
    classes = "".join(map(_class, cut[:_LONGEST]))
    return classes + "\u2026" if len(cut) > _LONGEST else classes


def shape_pattern(shapes: tuple[str, ...]) -> str:
    """A regular expression for texts that have one of these shapes, spaces standing for themselves."""
    return "|".join(
        re.escape(one).replace(r"\ ", " ").replace("A", "[A-Za-z]").replace("9", "[0-9]") for one in shapes
    )


def _class(character: str) -> str:
    if character.isalpha():
        return "A"
    if character.isdigit():
        return "9"
    if character.isspace():
        return " "
    return character if character in _KEPT else "?"
