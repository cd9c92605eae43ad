"""A suggestion for a word that is not known: what every problem about a name can offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Answer a suggestion for a misspelt word, or the list of known ones where it is short."""
    import difflib

    choices = sorted(set(known))
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known here: {', '.join(choices)}" if 0 < len(choices) <= 12 else ""
