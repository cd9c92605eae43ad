"""Keys that say more than "the same person": by their order. Their use in two exports is told in `scan.export.releases`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.microdata.records import Records

_ENOUGH: Final = 10  # records from which an order is no chance (one in 3.6 million)
_NUMBERED: Final = re.compile(r"([A-Za-z_/-]*)(\d{1,18})", re.ASCII)


def ordered_keys(records: Records) -> tuple[Disclosure, ...]:
    """Keys that count up by one, or numbers that merely rise: the order of the source is still in them.

    Random keys in sorted order say nothing and are passed.
    """
    found = []
    for column in records.keys:
        numbers = _numbers(records, column)
        if len(numbers) < _ENOUGH:
            continue
        steps = {later - earlier for earlier, later in pairwise(numbers)}
        dense = max(numbers) - min(numbers) + 1 <= 2 * len(set(numbers))
        here = records.places(column)
        why = "who comes before whom, or when somebody was entered, follows from the key; use random keys"
        if steps in ({1}, {-1}):
            what = f"the keys in {column} count up one by one through {len(numbers):,} records"
            found.append(Disclosure(Check.ORDERED_KEY, here, Severity.BLOCK, what, why))
        elif dense:
            what = f"the keys in {column} are running numbers: {len(set(numbers)):,} of them in a stretch hardly longer"
            found.append(Disclosure(Check.ORDERED_KEY, here, Severity.BLOCK, what, why))
        elif min(steps) >= 0 or max(steps) <= 0:
            what = f"the keys in {column} are numbers in rising or falling order"
            found.append(Disclosure(Check.ORDERED_KEY, here, Severity.WARN, what, why))
    return tuple(found)


def _numbers(records: Records, column: str) -> list[int]:
    """The keys as numbers, where all are numbers or one prefix with a number; else nothing."""
    matches = [_NUMBERED.fullmatch(str(key)) for key in records.frame[column].drop_nulls().to_list()]
    found = [match for match in matches if match is not None]
    if len(found) < len(matches) or len({match[1] for match in found}) > 1:
        return []
    return [int(match[2]) for match in found]
