"""The running sums of what one column holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.cells import PLACES
from isa_guard.scan.identifiers.shape import shape
from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.identifiers.grading import Confidence, Evidence

_ORDER: Final = {one.entity: place for place, one in enumerate(IDENTIFIERS)}


class Sum:
    """What one column holds of one identifier. It holds values while a column is read, and never shows them."""

    __slots__ = ("entity", "evidence", "places", "rows", "shapes", "values")

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.values: set[str] = set()
        self.rows: dict[Confidence, int] = {}
        self.places: dict[Confidence, set[int]] = {}
        self.shapes: dict[Confidence, str] = {}
        self.evidence: dict[Confidence, set[Evidence]] = {}

    @property
    def surest(self) -> Confidence:
        """The grade of the surest of its values."""
        return max(self.rows)

    def first_places(self) -> tuple[int, ...]:
        """The first few row numbers of the surest grade."""
        return tuple(sorted(self.places[self.surest])[:PLACES])


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
        written: str,
        evidence: frozenset[Evidence],
    ) -> None:
        """Count a value that stands in so many rows, the first of them `places`."""
        one = self._sums.get(entity)
        if one is None:
            one = self._sums[entity] = Sum(entity)
        one.values.add(canonical)
        if confidence not in one.rows:
            one.rows[confidence] = 0
            one.places[confidence] = set()
            one.shapes[confidence] = shape(written)
            one.evidence[confidence] = set()
        one.rows[confidence] += rows
        one.evidence[confidence] |= evidence
        # Cells come in the order of their first rows, so the first few rows of all are among the first few cells'.
        if len(one.places[confidence]) < PLACES * PLACES:
            one.places[confidence].update(places)

    def sums(self) -> list[Sum]:
        """The sums in the order of the registry."""
        return sorted(self._sums.values(), key=lambda one: _ORDER[one.entity])
