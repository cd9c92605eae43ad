"""When a withheld count counts as given away, and how it is said that a cell could not be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.finding import At
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.system import Interval

WITHHELD_KINDS: Final = frozenset({CellKind.WITHHELD, CellKind.DASH, CellKind.BELOW, CellKind.RANGE})
_WHY: Final = (
    "a count that can be worked out from the totals has been published; withhold a second cell of the same row "
    "and of the same column, or leave out the totals"
)


def given_away(
    cells: tuple[At, ...],
    own: Interval,
    exact: Interval,
    limits: Limits,
    check: Check = Check.SUPPRESSION,
) -> Disclosure | None:
    """What a withheld count's interval gives away beyond its own marker; None where that is nothing.

    A marker such as "<5" says what it says by itself: only what the sums add to it counts.
    """
    if exact == own or exact.high is None:
        return None
    width = exact.high - exact.low
    if width == 0:
        what = "a withheld count can be worked out exactly from what is published"
    elif exact.low >= limits.least_small and exact.high < limits.threshold.least_safe:
        what = f"a withheld count can be worked out to be small ({limits.threshold}), to within {width}"
    elif width < limits.width:
        what = f"a withheld count can be worked out to within {width}; {limits.width} is the least allowed"
    else:
        return None
    return Disclosure(check, cells, Severity.BLOCK, what, _WHY)


def unchecked(check: Check, cells: tuple[At, ...], reason: str, count: int) -> Disclosure:
    """Say that cells could not be checked, so that nobody takes silence for a pass."""
    what = f"{count:,} cells could not be checked: {reason}"
    return Disclosure(check, cells, Severity.UNCHECKED, what, "what was not checked is not known to be safe")
