"""Whether two or three columns together single somebody out, whichever columns were called quasi-identifiers.

Singling out is the first of the three questions that the ICO's guidance on anonymisation asks (with linking and
inference), and recital 26 of the UK GDPR names it.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.microdata.records import not_checked
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.microdata.records import Records

MOST_SETS: Final = 2_000  # sets of columns that are tried; pairs first
MOST_ROWS: Final = 200_000_000  # rows grouped in all, so that long exports are tried by fewer sets
_SIZES: Final = (2, 3)
_NAMED: Final = 5  # the worst sets are named


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """A few columns, and how many people are the only ones with their values in them."""

    columns: tuple[str, ...]
    alone: int


def singled_out(records: Records) -> tuple[ColumnSet, ...]:
    """Every pair and triple of columns, keys left out, with whom it singles out, worst first; up to both limits."""
    pl = polars()
    found = []
    for _, columns in zip(range(_tried(records)), _sets(records.others()), strict=False):
        sizes = records.frame.group_by(list(columns)).agg(pl.len().alias("isa-guard size"))
        found.append(ColumnSet(columns, int((sizes["isa-guard size"] == 1).sum())))
    return tuple(sorted(found, key=lambda one: (-one.alone, len(one.columns), one.columns)))


def singling_out(records: Records, limits: Limits) -> tuple[Disclosure, ...]:
    """The worst sets of two or three columns that single people out; a person weighs whether others know them."""
    del limits
    found = [
        Disclosure(
            Check.SINGLING_OUT,
            records.places(*one.columns),
            Severity.WARN,
            f"{one.alone:,} of {records.frame.height:,} people are the only ones with their {', '.join(one.columns)}",
            "whoever knows as much of a person finds their record, whatever else was removed",
        )
        for one in singled_out(records)[:_NAMED]
        if one.alone
    ]
    sets = sum(comb(len(records.others()), size) for size in _SIZES)
    if sets > (tried := _tried(records)):
        reason = f"{tried:,} of {sets:,} sets of two or three columns were tried"
        found.append(not_checked(Check.SINGLING_OUT, (), reason))
    return tuple(found)


def _tried(records: Records) -> int:
    return min(MOST_SETS, MOST_ROWS // max(1, records.frame.height))


def _sets(columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in _SIZES:
        yield from combinations(columns, size)
