"""Which cells may hold something within, told in columns, so that Python reads few of them.

It leaves out only what `find.weighed` would come to nothing on: a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.candidates import CUTS
from isa_guard.scan.identifiers.cells import either, whole
from isa_guard.scan.identifiers.find import UNMOVED
from isa_guard.scan.identifiers.judging import judged, reads_columns
from isa_guard.scan.identifiers.labels import names_another
from isa_guard.scan.identifiers.lanes import in_lane
from isa_guard.scan.identifiers.patterns import another, bounded, first_and_rest, formed, words_of
from isa_guard.scan.identifiers.words import LEFT
from isa_guard.uk.identifiers import Strength

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.uk.identifiers import Identifier

# Worth saying without a word that names it.
_SURE: Final = frozenset({Strength.CONCLUSIVE, Strength.STRONG, Strength.FAINT})
_LAST_GROUP: Final = "[ /,-]+[^ /,-]*$"
# So few cells Python reads in less time than it takes to make a column's patterns ready.
_SOON_READ: Final = 200


def possible(
    values: pl.Series, named: frozenset[str], sought: list[Identifier]
) -> list[tuple[int, list[Identifier]]]:
    """By its place, each cell that may hold something sought that is worth saying, with what it may hold."""
    told = either(values, _telling_or_sure(sought, named), words_of(tuple(sought)))
    left, numbers = values.filter(told), told.arg_true()
    held: dict[int, list[Identifier]] = {}
    waiting = [in_lane(one, _worth_reading, left, one, named) for one in sought]
    for identifier, places in zip(sought, waiting, strict=True):
        for place in numbers.gather(places.result()).to_list():
            held.setdefault(place, []).append(identifier)
    return sorted(held.items())


def _worth_reading(values: pl.Series, identifier: Identifier, named: frozenset[str]) -> pl.Series:
    """The places of the cells that may hold an identifier."""
    places = _within(values, identifier, named).arg_true()
    return places.filter(_may_come_to_something(values.gather(places), identifier))


def _telling_or_sure(sought: list[Identifier], named: frozenset[str]) -> str:
    """What is worth saying without a word that names it."""
    parts = [bounded(one) for one in sought if one.strength in _SURE or one.entity in named]
    parts += [formed(one) for one in sought if one.telling]
    return "|".join(parts)


def _within(values: pl.Series, identifier: Identifier, named: frozenset[str]) -> pl.Series:
    """Which cells hold what is written like it, with what makes it worth saying: a word that names it or a form.

    The heading of the column may be that word.
    """
    holds = values.str.contains(bounded(identifier))
    if identifier.strength in _SURE or identifier.entity in named or not holds.any():
        return holds
    places = holds.arg_true()
    left = values.gather(places)
    words = words_of((identifier,))
    worth = either(left, words, formed(identifier)) if identifier.telling else left.str.contains(words)
    return holds.scatter(places.filter(~worth), False)


def _may_come_to_something(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which of the cells that hold what is written like it may hold one that passes and that its words allow."""
    return values.is_not_null() if len(values) <= _SOON_READ else undecided(values, identifier)


def undecided(values: pl.Series, identifier: Identifier) -> pl.Series:
    """As it is told in columns, however few cells there are.

    Left out are cells that hold no second, and whose first stands behind the label of another thing, or fails its
    check, as it stands and without its last groups.
    """
    part = values.str.extract_groups(first_and_rest(identifier))
    written, rest = part.struct.field("first"), part.struct.field("1")
    kept = rest.is_null() | rest.str.contains(another(identifier))
    single = (~kept).arg_true()
    if identifier.strength not in UNMOVED:
        single = single.filter(~names_another(_left(values.gather(single), rest.gather(single))))
    if reads_columns(identifier):
        single = single.gather(_passing(written.gather(single), identifier))
    return kept.scatter(single, True)


def _left(values: pl.Series, rest: pl.Series) -> pl.Series:
    """What stands before the rest of each text, as far as a label reaches."""
    before = values.str.head(values.str.len_chars().cast(int) - rest.str.len_chars().cast(int))
    return before.str.tail(LEFT)


def _passing(written: pl.Series, identifier: Identifier) -> pl.Series:
    """The places of those that pass, as they stand or without their last groups."""
    places = polars().int_range(len(written), dtype=polars().UInt32, eager=True)
    passing = [places.clear()]
    for _ in range(CUTS):
        right = judged(written, identifier).is_not_null()
        passing.append(places.filter(right))
        cut = written.str.replace(_LAST_GROUP, "")
        left = ~right & (cut.str.len_bytes() < written.str.len_bytes()) & whole(cut, identifier)
        written, places = cut.filter(left), places.filter(left)
        if not len(places):
            break
    every: pl.Series = polars().concat(passing)
    return every
