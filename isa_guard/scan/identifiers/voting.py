"""What a column of cells is a column of: its heading, a vote of its distinct values, and each cell's own check."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.cells import telling
from isa_guard.scan.identifiers.grading import Confidence, Evidence, grade, own_evidence
from isa_guard.scan.identifiers.words import named_by, names_other
from isa_guard.uk.identifiers import Strength

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.uk.identifiers import Identifier

# A check passed by one in eleven: that 60 % of eight distinct values pass by chance happens once in a thousand
# columns, of twenty once in ten thousand million.
SHARE: Final = 0.6
_VOTERS: Final = 8
_CHECKING: Final = frozenset({Strength.CONCLUSIVE, Strength.STRONG, Strength.CHECKED})


class About(Enum):
    """Whether a heading leaves it open what stands below, or names another thing that has numbers too."""

    OPEN = "open"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, and what it names."""

    text: str
    named: frozenset[str]
    about: About

    @classmethod
    def read(cls, text: str) -> Heading:
        """What a heading names, however it is joined."""
        return cls(text, named_by(text), About.OTHER if names_other(text) else About.OPEN)

    def evidence(self, identifier: Identifier) -> frozenset[Evidence]:
        """What a cell that passed brings with it below this heading."""
        own = own_evidence(identifier)
        return own | {Evidence.HEADING} if identifier.entity in self.named else own

    def never(self, identifier: Identifier) -> bool:
        """Whether nothing in this column can make a whole cell worth saying: it has no check, and is not named."""
        return identifier.strength is Strength.WEAK and identifier.entity not in self.named

    def settles(self, identifier: Identifier) -> bool:
        """Whether a whole cell that passed is worth saying whatever else the column holds."""
        if grade(identifier.strength, self.evidence(identifier)) is None:
            return False
        return self.about is About.OPEN or identifier.strength is Strength.CONCLUSIVE


@dataclass(frozen=True, slots=True)
class Reading:
    """A column read as one identifier, and how sure that makes it."""

    identifier: Identifier
    share: float
    confidence: Confidence
    evidence: frozenset[Evidence]


class Vote:
    """What the distinct whole cells of a column say about one identifier, and in how many rows they stand."""

    __slots__ = ("_accepted", "_identifier", "_rows", "_telling", "_voters", "_written")

    def __init__(self, identifier: Identifier) -> None:
        self._identifier = identifier
        self._written = 0
        self._accepted = 0
        self._telling = 0
        self._rows = 0
        self._voters: set[int] = set()

    def add(self, written: int, accepted: pl.DataFrame) -> None:
        """Count so many cells not met before that are written so, and the accepted: `value`, `rows`, `fresh`, `canonical`."""
        self._written += written
        self._rows += int(accepted.get_column("rows").sum())
        fresh = accepted.filter(accepted.get_column("fresh"))
        self._accepted += len(fresh)
        self._telling += int(telling(fresh.get_column("value"), self._identifier).sum())
        # Repeats of one value are one voter, and more than enough need not be counted.
        if len(self._voters) < _VOTERS:
            distinct = fresh.get_column("canonical").unique(maintain_order=True).head(2 * _VOTERS)
            self._voters.update(distinct.hash().to_list())

    def reading(self, heading: Heading, filled: int) -> Reading | None:
        """What it comes to in a column with so many cells that hold anything; None where it is not worth saying."""
        if not self._accepted:
            return None
        identifier = self._identifier
        share = self._accepted / self._written
        evidence = heading.evidence(identifier)
        if self._elects(share, filled):
            evidence |= {Evidence.COLUMN}
        if self._telling >= SHARE * self._accepted:
            evidence |= {Evidence.FORM}
        confidence = grade(identifier.strength, evidence)
        if confidence is None or (heading.about is About.OTHER and not self._stands_alone(evidence)):
            return None
        return Reading(identifier, share, confidence, evidence)

    def _elects(self, share: float, filled: int) -> bool:
        """Whether so many distinct values passed that it is no chance."""
        if share < SHARE or len(self._voters) < _VOTERS:
            return False
        # Without a check the form must fill the column: a few cells of a kind among others say nothing.
        return self._identifier.strength in _CHECKING or self._rows >= SHARE * filled

    def _stands_alone(self, evidence: frozenset[Evidence]) -> bool:
        """Whether it is believed under a heading such as `order_no`: numbers are hidden there too."""
        strength = self._identifier.strength
        if strength is Strength.CONCLUSIVE:
            return True
        return strength in _CHECKING and Evidence.COLUMN in evidence


def surest_first(readings: list[Reading]) -> list[Reading]:
    """The readings of a column in the order in which they take its cells."""
    return sorted(readings, key=lambda one: (-one.confidence, -len(one.evidence), -one.share))
