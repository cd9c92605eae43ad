"""A new export held against those that were let go before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.disclosure.differencing import differencing_from
from isa_guard.scan.disclosure.finding import Check
from isa_guard.scan.export.disclosed import UNCHECKED, disclosed
from isa_guard.scan.export.figures import HEADING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.export.figures import Figured
    from isa_guard.scan.export.releases.records import Linkable
    from isa_guard.scan.export.releases.release import Release

ENOUGH: Final = 10  # records from which the same order is no chance (one in 3.6 million)
MOSTLY: Final = 0.9
NEW_KEYS: Final = "whoever has both exports links them; make new keys for each recipient and each purpose"
SHUFFLE: Final = "the place links the two exports whatever the keys; shuffle each export"
MAY_BE: Final = "if both are about the same people (say so of each with `population`)"


def figures_before(
    tables: Sequence[Figured], new: Release, kept: Iterable[Release], key: bytes, limits: Limits
) -> Iterator[Observation]:
    """Answer what figures give away together with those of earlier releases about the same people.

    Where it is not said of both whom they are about, it is a doubt; where they are said to be about others, nothing.
    """
    for earlier in kept:
        said = bool(new.population and earlier.population)
        if said and new.population != earlier.population:
            continue
        for one in tables:
            for table in earlier.tables:
                for found in differencing_from(one.table, table, key, limits):
                    seen = disclosed(found, one.part, HEADING)
                    if seen.what == UNCHECKED and not said:
                        continue  # tables of other labels are seldom about the same
                    yield _told(seen, earlier, sure=said)


def _told(seen: Observation, earlier: Release, *, sure: bool) -> Observation:
    words = f"{seen.words} (the earlier release {earlier.reference})"
    if sure:
        return replace(seen, words=words)
    return replace(seen, weight=Weight.DOUBTFUL, words=f"{words}, {MAY_BE}")


def records_before(
    linkable: Linkable, new: Release, kept: Iterable[Release], source: str
) -> Iterator[Observation]:
    """Answer what links records to those of an earlier export to somebody else, or for something else."""
    for earlier in kept:
        if (earlier.recipient, earlier.purpose) == (new.recipient, new.purpose):
            continue  # the same people may be followed there: that is what their keys are for
        yield from _same_keys(new, earlier, source)
        yield from _same_order(linkable, new, earlier, source)


def _same_keys(new: Release, earlier: Release, source: str) -> Iterator[Observation]:
    before = {one.name: set(one.digests) for one in earlier.keys}
    for column in new.keys:
        both = len(before.get(column.name, set()).intersection(column.digests))
        if both:
            what = f"{both:,} of {len(column.digests):,} keys in {column.name} stand in the earlier export {earlier.reference}"
            yield _linked(f"{what}: {NEW_KEYS}", source, f"column {column.name}", both)


def _same_order(linkable: Linkable, new: Release, earlier: Release, source: str) -> Iterator[Observation]:
    mine = {one.name: one.digests for one in new.order}
    theirs = {one.name: one.digests for one in earlier.order}
    names = tuple(name for name in mine if name in theirs)
    if not names or new.records != earlier.records or new.records < ENOUGH or linkable.in_order_of(names):
        return
    here = list(zip(*(mine[name] for name in names), strict=False))
    there = list(zip(*(theirs[name] for name in names), strict=False))
    same = sum(one == two for one, two in zip(here, there, strict=False))
    if len(set(here)) < ENOUGH or same < MOSTLY * len(here):
        return
    what = f"{same:,} of {len(here):,} records stand in the same place as in the earlier export {earlier.reference}"
    yield _linked(f"{what}: {SHUFFLE}", source, "", same)


def _linked(words: str, source: str, column: str, many: int) -> Observation:
    return Observation(
        Seen.DISCLOSURE, Weight.STOPS, Check.KEY_REUSE.value, words, Place(source), "", column, "", many
    )
