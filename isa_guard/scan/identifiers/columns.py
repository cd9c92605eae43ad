"""What a column of cells is a column of: its heading, a vote of its distinct values, and each cell's own check."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.cells import telling, whole
from isa_guard.scan.identifiers.grading import Confidence, Evidence, grade, own_evidence
from isa_guard.uk.identifiers import IDENTIFIERS, Strength

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.scan.identifiers.cells import Cells
    from isa_guard.uk.identifiers import Identifier

# A check passed by one in eleven: that 60 % of eight distinct values pass by chance happens once in a thousand
# columns, of twenty once in ten thousand million.
_SHARE: Final = 0.6
_VOTERS: Final = 8
_CHECKING: Final = frozenset({Strength.CONCLUSIVE, Strength.STRONG, Strength.CHECKED})


@dataclass(frozen=True, slots=True)
class Reading:
    """A column read as one identifier: which distinct cells passed, and how sure that makes it. Holds values."""

    identifier: Identifier
    passed: dict[int, str]
    share: float
    confidence: Confidence
    evidence: frozenset[Evidence]

    def __repr__(self) -> str:
        return f"Reading({self.identifier.entity}, {len(self.passed)} passed, {self.confidence.word})"


class Heading(Enum):
    """Whether a heading leaves it open what stands below, or names another thing that has numbers too."""

    OPEN = "open"
    OTHER = "other"


def readings(cells: Cells, headed: frozenset[str], about: Heading) -> tuple[Reading, ...]:
    """Every reading of a column's whole cells that is worth saying, the surest first."""
    found = [
        reading
        for identifier in IDENTIFIERS
        if (reading := _reading(cells, identifier, headed, about)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (-one.confidence, -len(one.evidence), -one.share)))


def _reading(cells: Cells, identifier: Identifier, headed: frozenset[str], about: Heading) -> Reading | None:
    values = cells.frame.get_column("value")
    mask = whole(values, identifier)
    written = int(mask.sum())
    if not written:
        return None
    places = mask.arg_true().to_list()
    chosen = values.filter(mask)
    accepted = _accepted(identifier, places, chosen, _failures(identifier, headed, chosen))
    if not accepted:
        return None
    share = len(accepted) / written
    evidence = own_evidence(identifier)
    if identifier.entity in headed:
        evidence |= {Evidence.HEADING}
    if _votes(cells, identifier, accepted, share):
        evidence |= {Evidence.COLUMN}
    if telling(values.gather(list(accepted)), identifier) >= _SHARE * len(accepted):
        evidence |= {Evidence.FORM}
    confidence = grade(identifier.strength, evidence)
    if confidence is None or (about is Heading.OTHER and not _stands_alone(identifier, evidence)):
        return None
    return Reading(identifier, accepted, share, confidence, evidence)


def _failures(identifier: Identifier, headed: frozenset[str], chosen: pl.Series) -> int:
    """How many may fail before it is settled that the column is not worth saying.

    A plain number whose heading is silent and whose grouping is not peculiar counts by the vote alone.
    """
    by_vote_alone = identifier.strength is Strength.CHECKED and identifier.entity not in headed
    if by_vote_alone and not telling(chosen, identifier):
        return int((1 - _SHARE) * len(chosen)) + 1
    return len(chosen)


def _accepted(identifier: Identifier, places: list[int], chosen: pl.Series, failures: int) -> dict[int, str]:
    """The canonical form by place of the cells that pass; nothing where too many fail."""
    canonical = identifier.canonical
    accepted: dict[int, str] = {}
    for place, text in zip(places, chosen.to_list(), strict=True):
        one = canonical(text)
        if one is not None:
            accepted[place] = one
            continue
        failures -= 1
        if failures < 0:
            return {}
    return accepted


def _votes(cells: Cells, identifier: Identifier, accepted: dict[int, str], share: float) -> bool:
    """Whether so many distinct values passed that it is no chance. Repeats of one value are one voter."""
    if share < _SHARE or len(set(accepted.values())) < _VOTERS:
        return False
    if identifier.strength in _CHECKING:
        return True
    # Without a check the form must fill the column: a few cells of a kind among others say nothing.
    rows = int(cells.frame.get_column("rows").gather(list(accepted)).sum())
    return rows >= _SHARE * cells.filled


def _stands_alone(identifier: Identifier, evidence: frozenset[Evidence]) -> bool:
    """Whether it is believed under a heading such as `order_no`: numbers are hidden there too."""
    if identifier.strength is Strength.CONCLUSIVE:
        return True
    return identifier.strength in _CHECKING and Evidence.COLUMN in evidence
