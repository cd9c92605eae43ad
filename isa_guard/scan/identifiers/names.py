"""A column headed as names: names if most of its different cells can be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.cells import every_cell
from isa_guard.scan.identifiers.digests import Digests
from isa_guard.scan.identifiers.grading import Confidence, Evidence
from isa_guard.scan.identifiers.tally import Held, Limits, Tally
from isa_guard.scan.identifiers.voting import SHARE

if TYPE_CHECKING:
    import polars as pl

_ENTITY: Final = "person-name"
_EVIDENCE: Final = frozenset({Evidence.SHAPE, Evidence.HEADING, Evidence.COLUMN})
# One to five words of letters, the first with a capital, with inner hyphens, apostrophes and full stops.
_NAME: Final = r"^\p{Lu}[\p{L}'.-]*(?:,? \p{L}[\p{L}'.-]*){0,4}$"


class Names:
    """What has been seen so far of a column headed as names."""

    __slots__ = ("_distinct", "_held", "_limits", "_named", "_seen")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = Held(limits)
        self._seen = Digests(limits.distinct)
        self._distinct = 0
        self._named = 0

    def add(self, readable: pl.Series, first: int) -> None:
        """Read the next cells, in plain form, the first of them in row `first`."""
        frame = every_cell(readable, first, self._limits.places)
        values = frame.get_column("value")
        fresh, named = self._seen.fresh(values), values.str.contains(_NAME)
        self._distinct += int(fresh.sum())
        self._named += int((fresh & named).sum())
        self._held.add_cells(frame.filter(named), values.filter(named))

    def tell(self, tally: Tally) -> None:
        """Count what was seen as names, if it is enough."""
        if self._named and self._named >= SHARE * self._distinct:
            tally.take(_ENTITY, Confidence.LIKELY, _EVIDENCE, self._held)
