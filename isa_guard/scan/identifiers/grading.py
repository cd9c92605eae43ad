"""How sure it is that something is an identifier, from the kinds of evidence that speak for it.

Kinds count, not instances: a thousand values of one shape are still one kind. Shape alone never makes more than
`possible`, which blocks nothing.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, assert_never

from isa_guard.uk.identifiers import Strength

if TYPE_CHECKING:
    from isa_guard.uk.identifiers import Identifier


class Confidence(IntEnum):
    """Graded, for people to act on; no probability is claimed."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3

    @property
    def word(self) -> str:
        """As it is written in reports."""
        return self.name.lower()


class Evidence(StrEnum):
    """A kind of evidence."""

    SHAPE = "shape"  # it is written like one
    CHECK = "check"  # its check digit, or its parts, agree
    FORM = "form"  # grouped in the way peculiar to its kind
    KEYWORD = "keyword"  # words beside it name it
    HEADING = "heading"  # the heading of its column names it
    COLUMN = "column"  # so many distinct values of its column agree that it is no chance


_NAMED = frozenset({Evidence.KEYWORD, Evidence.HEADING})


def own_evidence(identifier: Identifier) -> frozenset[Evidence]:
    """What a candidate brings with it once its canonical form is known."""
    match identifier.strength:
        case Strength.CONCLUSIVE | Strength.STRONG | Strength.CHECKED:
            return frozenset({Evidence.SHAPE, Evidence.CHECK})
        case Strength.SHAPED | Strength.FAINT | Strength.WEAK:
            return frozenset({Evidence.SHAPE})
        case unknown:
            assert_never(unknown)


def grade(strength: Strength, evidence: frozenset[Evidence]) -> Confidence | None:
    """How sure it is; None where it is not worth saying."""
    named = bool(evidence & _NAMED)
    column = Evidence.COLUMN in evidence
    form = Evidence.FORM in evidence
    match strength:
        case Strength.CONCLUSIVE:
            return Confidence.CERTAIN
        case Strength.STRONG:
            return Confidence.CERTAIN if named or column else Confidence.LIKELY
        case Strength.CHECKED:
            return _checked(named=named, column=column, form=form)
        case Strength.SHAPED:
            return _shaped(kinds=named + column, form=form)
        case Strength.FAINT:
            return Confidence.LIKELY if named and column else Confidence.POSSIBLE
        case Strength.WEAK:
            return Confidence.LIKELY if named else None
        case unknown:
            assert_never(unknown)


def _checked(*, named: bool, column: bool, form: bool) -> Confidence | None:
    if named:
        return Confidence.CERTAIN
    if column:
        return Confidence.LIKELY
    # One ten-digit number in eleven passes by chance; grouped as the NHS groups it, it deserves a look.
    return Confidence.POSSIBLE if form else None


def _shaped(*, kinds: int, form: bool) -> Confidence | None:
    if kinds == 0:
        return Confidence.POSSIBLE if form else None
    return Confidence.CERTAIN if kinds + form > 1 else Confidence.LIKELY
