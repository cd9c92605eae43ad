"""What a reader of a release knows of its counts: bounds of every cell, and the sums between them, in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import LARGEST, CellKind
from isa_guard.scan.disclosure.limits import ZeroPolicy
from isa_guard.scan.disclosure.table import Axis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.disclosure.cells import Cell
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

MOST_CELLS: Final = 500_000  # cells of a release whose sums are looked into; more are "could not be checked"
MOST_WITHHELD: Final = 50_000  # withheld cells of a release whose intervals are worked out
_CHANCE: Final = 10_000  # unrounded counts are taken for rounded ones in fewer than one table in this many
_BASES: Final = (1000, 100, 50, 20, 10, 5, 3)  # the bases that publishers round to


class Contradiction(IsaGuardError):
    """No counts at all fit what is published: a total is wrong, or a marker is."""


class TooLarge(IsaGuardError):
    """The work would pass a stated limit; what it was meant for has not been checked."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The least and the largest count possible; None: no largest."""

    low: int
    high: int | None

    @property
    def width(self) -> int | None:
        """How far apart they are; None without a largest."""
        return None if self.high is None else self.high - self.low


def meet(one: Interval, other: Interval) -> Interval:
    """What two statements about a count leave together. Raises Contradiction where that is nothing."""
    low = max(one.low, other.low)
    high = min((end for end in (one.high, other.high) if end is not None), default=None)
    if high is not None and high < low:
        raise Contradiction("two statements about one count contradict each other")
    return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Equation:
    """The sum of coefficient times count is `right`."""

    terms: tuple[tuple[int, int], ...]  # (number of the cell, coefficient)
    right: int


@dataclass(frozen=True, slots=True)
class System:
    """Every cell's own bounds, as published, and the equations between cells."""

    bounds: tuple[Interval, ...]
    equations: tuple[Equation, ...]


def rounding_base(table: Table) -> int:
    """The customary base that all counts of a table are multiples of; 1 where they are not, or are too few to tell.

    A base widens what every count may be, so it is not believed of few counts; totals are none of them, since
    they are multiples as soon as their parts are.
    """
    rows, columns = table.totals(Axis.ROW), table.totals(Axis.COLUMN)
    counts, inner = [], 0
    for row, column, cell in table.places():
        if cell.kind is CellKind.COUNT and cell.low:
            counts.append(cell.low)
            inner += row not in rows and column not in columns
    return next(
        (base for base in _BASES if base**inner >= _CHANCE and all(count % base == 0 for count in counts)),
        1,
    )


def base_of(table: Table, limits: Limits) -> int:
    """The base that counts were rounded to: as the agreement claims, else as the table shows."""
    return limits.rounding_base if limits.rounding_base > 1 else rounding_base(table)


def own_bounds(cell: Cell, limits: Limits, base: int = 1) -> Interval:
    """What a cell says by itself. A rounded count says itself within half the base."""
    if cell.kind is CellKind.BELOW and cell.high:
        return Interval(int(limits.zeros is ZeroPolicy.SHOWN), cell.high)
    if cell.kind is CellKind.COUNT and base > 1 and cell.low % base == 0:
        half = base // 2
        return Interval(max(0, cell.low - half), cell.low + half)
    return Interval(cell.low, cell.high)


def system_of(table: Table, limits: Limits) -> System:
    """The counts of one table; cells are numbered row by row. Raises TooLarge."""
    return joined((table,), (), limits)


def joined(tables: tuple[Table, ...], links: Iterable[tuple[int, tuple[int, ...]]], limits: Limits) -> System:
    """The counts of several tables, numbered on from table to table, with sums from one into another.

    A link is the number of a total and those of its parts. Raises TooLarge.
    """
    size = sum(table.size for table in tables)
    if size > MOST_CELLS:
        raise TooLarge(f"{size:,} cells are more than the {MOST_CELLS:,} whose sums are looked into")
    bounds: list[Interval] = []
    sums: list[tuple[int, tuple[int, ...]]] = list(links)
    for table in tables:
        first, wide, base = len(bounds), len(table.columns), base_of(table, limits)
        bounds += [own_bounds(cell, limits, base) for _, _, cell in table.places()]
        sums += [
            (first + row * wide + column, tuple(first + r * wide + c for r, c in parts))
            for (row, column), parts in table.equations()
        ]
    if any(one.low > LARGEST or (one.high or 0) > LARGEST for one in bounds):
        raise TooLarge(f"a count above {LARGEST:,} cannot be reckoned with exactly")
    equations = (
        Equation(((total, -1), *((part, 1) for part in parts)), 0) for total, parts in dict.fromkeys(sums)
    )
    return System(tuple(bounds), tuple(equations))
