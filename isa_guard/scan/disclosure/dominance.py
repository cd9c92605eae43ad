"""Whether a few contributors make up an amount, so that one can work out another's share.

Both rules as in Hundepool and others, Statistical Disclosure Control (2012), section 4.2. They need what each
contributor gave, which no release holds: the publisher puts it beside the table.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

_WHY_DOMINANCE: Final = "who is so large a part of an amount is known by the amount"
_WHY_P: Final = "the second largest contributor takes their own part off and knows the largest too nearly"
_SHOWN: Final = frozenset({CellKind.MEASURE, CellKind.COUNT})


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each contributor gave to one cell, numbered from 0 in the table; the sign of an amount is ignored."""

    row: int
    column: int
    amounts: tuple[Decimal, ...]


def dominance(table: Table, contributions: Iterable[Contributions], limits: Limits) -> tuple[Disclosure, ...]:
    """Every shown amount that breaks the (n, k) rule or the p per cent rule.

    Raises UsageError for contributions to a cell that the table has not.
    """
    return tuple(
        found
        for one in contributions
        if table_cell(table, one) in _SHOWN
        for found in _broken(table, one, limits)
    )


def table_cell(table: Table, one: Contributions) -> CellKind:
    """The kind of the cell that contributions belong to. Raises UsageError where there is none."""
    if not (0 <= one.row < len(table.rows) and 0 <= one.column < len(table.columns)):
        raise UsageError(f"the table has no cell in row {one.row + 1} and column {one.column + 1}")
    return table.cells[one.row][one.column].kind


def _broken(table: Table, one: Contributions, limits: Limits) -> Iterator[Disclosure]:
    here = (table.at(one.row, one.column),)
    shares = sorted((abs(amount) for amount in one.amounts), reverse=True)
    total = sum(shares, Decimal(0))
    if not total:
        return
    largest = sum(shares[: limits.dominance_n], Decimal(0))
    if largest * 100 > limits.dominance_k * total:
        what = f"{min(limits.dominance_n, len(shares))} of {len(shares)} contributors make up more than {limits.dominance_k} %"
        yield Disclosure(Check.DOMINANCE, here, Severity.BLOCK, what, _WHY_DOMINANCE)
    if sum(shares[2:], Decimal(0)) * 100 < limits.p_percent * shares[0]:
        what = f"the largest of {len(shares)} contributors can be estimated to within {limits.p_percent} %"
        yield Disclosure(Check.P_PERCENT, here, Severity.BLOCK, what, _WHY_P)
