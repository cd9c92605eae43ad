"""Candidates in a plain text: what a pattern cuts out and a check accepts, at most one way at each place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.uk.identifiers import Identifier

# A number inside a longer run is no number of its own, and neither is a part of 1.2.3 or 12-34-56-78.
_BEFORE: Final = r"(?<![A-Za-z0-9])(?<![0-9][-/.])"
_AFTER: Final = r"(?![A-Za-z0-9])(?![-/.][0-9])"
_BEFORE_MAIL: Final = r"(?<![A-Za-z0-9._%+'-])"
_SEPARATOR: Final = re.compile(r"[ /,-]+")
CUTS: Final = 3

# Spans in which no identifier is looked for: universally unique identifiers, moments in time, sums of money, ISBN.
_SHIELDS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?!00:00)[0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
    r"|97[89][- ]?(?:[0-9][- ]?){9}[0-9])(?![A-Za-z0-9])"
    r"|[£$€] ?[0-9]{1,3}(?:,?[0-9]{3}){0,5}(?:\.[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a plain text that passed the check of an identifier. It holds a value: never shown, never kept."""

    identifier: Identifier
    start: int
    end: int
    canonical: str

    @property
    def span(self) -> tuple[int, int]:
        """Where it starts and ends."""
        return self.start, self.end

    def __repr__(self) -> str:
        return f"Candidate({self.identifier.entity}, {self.start}, {self.end})"


def _compiled(identifier: Identifier) -> re.Pattern[str]:
    before = _BEFORE_MAIL if identifier.entity == "email" else _BEFORE
    return re.compile(f"{before}(?:{identifier.pattern}){_AFTER}")


_PATTERNS: Final = {one.entity: _compiled(one) for one in IDENTIFIERS}


def shields(text: str) -> tuple[tuple[int, int], ...]:
    """The spans that are something else for certain."""
    return tuple(match.span() for match in _SHIELDS.finditer(text))


def candidates(text: str, identifier: Identifier) -> Iterator[Candidate]:
    """Every candidate for one identifier in a plain text, from left to right.

    The pattern's repeats are bounded and a search begins anew one character on, so the work grows with the text.
    """
    pattern = _PATTERNS[identifier.entity]
    place = 0
    while match := pattern.search(text, place):
        found = _accepted(match, identifier, pattern)
        if found is None:
            place = match.start() + 1
            continue
        yield found
        place = found.end


def _accepted(match: re.Match[str], identifier: Identifier, pattern: re.Pattern[str]) -> Candidate | None:
    """The match, or it without its last groups: a pattern takes a number that merely stands behind another along."""
    start, end = match.span()
    for _ in range(CUTS):
        written = match.string[start:end]
        canonical = identifier.canonical(written)
        if canonical is not None:
            return Candidate(identifier, start, end, canonical)
        cuts = list(_SEPARATOR.finditer(written))
        if not cuts:
            return None
        end = start + cuts[-1].start()
        if not pattern.fullmatch(match.string, start, end):
            return None
    return None
