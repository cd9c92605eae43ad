"""The running sums of what one column holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.cells import PLACES
from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.identifiers.grading import Confidence, Evidence

_ORDER: Final = {one.entity: place for place, one in enumerate(IDENTIFIERS)}


class Sum:
    """What one column holds of one identifier. It holds values while a column is read, and never shows them."""

    __slots__ = ("confidence", "entity", "evidence", "places", "rows", "shape", "values")

    def __init__(self, entity: str, confidence: Confidence, shape: str) -> None:
        self.entity = entity
        self.confidence = confidence
        self.shape = shape
        self.rows = 0
        self.values: set[str] = set()
        self.places: set[int] = set()
        self.evidence: set[Evidence] = set()

    def first_places(self) -> tuple[int, ...]:
        """The first few row numbers."""
        return tuple(sorted(self.places)[:PLACES])


class Tally:
    """The sums of one column, by identifier."""

    def __init__(self) -> None:
        self._sums: dict[str, Sum] = {}

    def add(
        self,
        entity: str,
        canonical: str,
        rows: int,
        places: Iterable[int],
        confidence: Confidence,
        shape: str,
        evidence: frozenset[Evidence],
    ) -> None:
        """Count a value that stands in so many rows, the first of them `places`."""
        one = self._sums.get(entity)
        if one is None:
            one = self._sums[entity] = Sum(entity, confidence, shape)
        one.rows += rows
        one.values.add(canonical)
        if len(one.places) < 4 * PLACES:
            one.places.update(places)
        one.confidence = max(one.confidence, confidence)
        one.evidence |= evidence

    def sums(self) -> list[Sum]:
        """The sums in the order of the registry."""
        return sorted(self._sums.values(), key=lambda one: _ORDER[one.entity])
