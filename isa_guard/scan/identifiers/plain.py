"""Text in the plain form that patterns read, with the way back to the places of the text itself.

Exports carry no-break and thin spaces inside numbers, en dashes for hyphens and, from some keyboards, full-width
figures. A search that reads bytes as they are loses every such number.
"""

from __future__ import annotations

from typing import Final

from isa_guard.frozen import dataclass

_SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
)
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_QUOTES: Final = "\u2018\u2019\u02bc"
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
# Nobody sees these; between two digits they only hide a number.
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

# One character for one, so that places stay.
REPLACED: Final = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_QUOTES, "'"),
    **{chr(code): chr(code - 0xFEE0) for code in _FULL_WIDTH},
}
_REPLACE: Final = str.maketrans(REPLACED)
_HIDDEN: Final = frozenset(INVISIBLE)


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain text, and for each of its characters the place in the original, where any was left out."""

    text: str
    places: tuple[int, ...] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the plain text from `start` up to `end` stands."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1

    def __repr__(self) -> str:
        return f"Plain({len(self.text)} characters)"  # the text is somebody's


def normalise(text: str) -> Plain:
    """The plain form of a text: spaces, dashes, quotes and full-width characters in ASCII, invisible ones left out."""
    if text.isascii():
        return Plain(text.replace("\t", " "), None)
    if _HIDDEN.isdisjoint(text):
        return Plain(text.translate(_REPLACE), None)
    kept = tuple(place for place, character in enumerate(text) if character not in _HIDDEN)
    return Plain("".join([text[place] for place in kept]).translate(_REPLACE), kept)
