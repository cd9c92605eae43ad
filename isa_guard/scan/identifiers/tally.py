"""The running sums of what one column holds: never a value, once a batch has been added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.digests import Digests
from isa_guard.scan.identifiers.shape import shape
from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from isa_guard.scan.identifiers.grading import Confidence, Evidence

_ORDER: Final = {one.entity: place for place, one in enumerate(IDENTIFIERS)}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept of a column: the first few `places` (enough to go and look), and digests of `distinct` values.

    Of a column with more different values the first so many vote, and `Found.distinct` stops there.
    """

    places: int = 5
    distinct: int = 1_000_000


class Held:
    """How often something stands in a column, where first, in what shape, and in how many different values."""

    __slots__ = ("_limits", "_pending", "_places", "digests", "first", "rows", "shape")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._places: list[int] = []
        self._pending: list[str] = []
        self.digests = Digests(limits.distinct)
        self.rows = 0
        self.first = -1
        self.shape = ""

    @property
    def places(self) -> tuple[int, ...]:
        """The first few row numbers."""
        return tuple(sorted(set(self._places))[: self._limits.places])

    def add(self, canonical: str, rows: int, places: list[int], written: str) -> None:
        """Count a value that stands in so many rows."""
        self.rows += rows
        self._pending.append(canonical)
        self._see(places, written)

    def add_cells(self, cells: pl.DataFrame, canonical: pl.Series) -> None:
        """Count whole cells, in the order of their first rows."""
        if cells.is_empty():
            return
        self.rows += int(cells.get_column("rows").sum())
        self.digests.add(canonical)
        # Cells come in the order of their first rows: the first few rows of all are among the first few cells'.
        places = cells.get_column("places").head(self._limits.places).explode().to_list()
        self._see(places, cells.get_column("value")[0])

    def settle(self) -> None:
        """Keep digests of the values of a batch in their place."""
        if self._pending:
            self.digests.add(polars().Series("value", self._pending, dtype=polars().String))
            self._pending.clear()

    def merge(self, other: Held) -> None:
        """Count what another has counted, digests aside."""
        self.rows += other.rows
        self._places += other.places
        if self.first < 0 or other.first < self.first:
            self.first, self.shape = other.first, other.shape

    def _see(self, places: list[int], written: str) -> None:
        if self.first < 0 or places[0] < self.first:
            self.first, self.shape = places[0], shape(written)
        self._places += places
        if len(self._places) > 16 * self._limits.places:
            self._places = list(self.places)


@dataclass(frozen=True, slots=True)
class Graded:
    """What is held at one grade, and the kinds of evidence for it."""

    held: Held
    evidence: frozenset[Evidence]


@dataclass(frozen=True, slots=True)
class Sum:
    """What one column holds of one identifier, by grade."""

    entity: str
    grades: dict[Confidence, Graded]
    distinct: int

    @property
    def surest(self) -> Confidence:
        """The grade of the surest of its values."""
        return max(self.grades)


class Tally:
    """What one column holds, by identifier and grade."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: dict[tuple[str, Confidence], list[Held]] = {}
        self._evidence: dict[tuple[str, Confidence], frozenset[Evidence]] = {}

    def one(self, entity: str, confidence: Confidence, evidence: frozenset[Evidence]) -> Held:
        """Where values of an entity at a grade are to be counted."""
        key = (entity, confidence)
        if key not in self._held:
            self.take(entity, confidence, evidence, Held(self._limits))
        self._evidence[key] |= evidence
        return self._held[key][0]

    def take(self, entity: str, confidence: Confidence, evidence: frozenset[Evidence], held: Held) -> None:
        """Count what has been counted elsewhere."""
        key = (entity, confidence)
        self._held.setdefault(key, []).append(held)
        self._evidence[key] = self._evidence.get(key, frozenset()) | evidence

    def merge(self, other: Tally) -> None:
        """Count all that another has counted."""
        for (entity, confidence), every in other._held.items():
            for held in every:
                self.take(entity, confidence, other._evidence[entity, confidence], held)

    def settle(self) -> None:
        """Keep digests of the values of a batch in their place."""
        for every in self._held.values():
            for held in every:
                held.settle()

    def sums(self) -> list[Sum]:
        """The sums in the order of the registry."""
        entities = sorted({entity for entity, _ in self._held}, key=_ORDER.__getitem__)
        return [self._sum(entity) for entity in entities]

    def _sum(self, entity: str) -> Sum:
        grades: dict[Confidence, Graded] = {}
        digests = Digests(self._limits.distinct)
        for (named, confidence), every in self._held.items():
            if named != entity:
                continue
            digests.merge(held.digests for held in every)
            grades[confidence] = Graded(_merged(every, self._limits), self._evidence[named, confidence])
        return Sum(entity, grades, len(digests))


def _merged(every: Iterable[Held], limits: Limits) -> Held:
    whole = Held(limits)
    for held in every:
        whole.merge(held)
    return whole
