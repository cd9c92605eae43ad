"""Keys that say more than "the same person": their order, and their use in two exports."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.microdata.records import Records

_ENOUGH: Final = 10  # records from which an order is no chance (one in 3.6 million)
_MOSTLY: Final = 0.9
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


def key_reuse(records: Records, other: Records) -> tuple[Disclosure, ...]:
    """Whether a second export can be linked: by keys that stand in both, or by the same order under new keys.

    Keys are compared column by column of the same name. Raises UsageError where neither keys nor columns are
    shared, so that nothing could be compared.
    """
    keys = [name for name in records.keys if name in other.keys]
    shared = [name for name in records.others() if name in other.others()]
    if not keys and not shared:
        raise UsageError("the two exports share no column")
    return (*_same_keys(records, other, keys), *_same_order(records, other, shared))


def _same_keys(records: Records, other: Records, keys: list[str]) -> tuple[Disclosure, ...]:
    pl = polars()
    found = []
    for name in keys:
        mine, theirs = (one.frame[name].drop_nulls().cast(pl.String).unique() for one in (records, other))
        both = mine.is_in(theirs.implode()).sum()
        if both:
            what = f"{both:,} of {len(mine):,} keys in {name} stand in the other export as well"
            why = "whoever has both exports links them; make new keys for each recipient and each purpose"
            found.append(Disclosure(Check.KEY_REUSE, records.places(name), Severity.BLOCK, what, why))
    return tuple(found)


def _same_order(records: Records, other: Records, shared: list[str]) -> tuple[Disclosure, ...]:
    if not shared or records.frame.height != other.frame.height or records.frame.height < _ENOUGH:
        return ()
    mine, theirs = (one.frame.select(shared).rows() for one in (records, other))
    if len(set(mine)) < _ENOUGH or mine == sorted(mine, key=repr):
        return ()  # too alike for an order to say anything, or in the order of their own values
    same = sum(one == two for one, two in zip(mine, theirs, strict=True))
    if same < _MOSTLY * len(mine):
        return ()
    what = f"{same:,} of {len(mine):,} records stand in the same place as in the other export"
    why = "the place links the two exports whatever the keys; shuffle each export"
    return (Disclosure(Check.KEY_REUSE, records.places(*shared), Severity.BLOCK, what, why),)
