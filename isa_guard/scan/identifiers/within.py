"""Which cells may hold something within, told in columns, so that Python reads few of them.

It leaves out only what `find.weighed` would come to nothing on: a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.candidates import CUTS
from isa_guard.scan.identifiers.cells import either, whole
from isa_guard.scan.identifiers.find import UNMOVED
from isa_guard.scan.identifiers.judging import judged, reads_columns
from isa_guard.scan.identifiers.labels import names_another
from isa_guard.scan.identifiers.patterns import another, bounded, first_and_rest, formed, words_of
from isa_guard.scan.identifiers.words import LEFT
from isa_guard.uk.identifiers import Strength

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.uk.identifiers import Identifier

# Worth saying without a word that names it.
_SURE: Final = frozenset({Strength.CONCLUSIVE, Strength.STRONG, Strength.FAINT})
_LAST_GROUP: Final = "[ /,-]+[^ /,-]*$"


def possible(
    values: pl.Series, named: frozenset[str], sought: list[Identifier]
) -> list[tuple[int, list[Identifier]]]:
    """By its place, each cell that may hold something sought that is worth saying, with what it may hold."""
    told = either(values, _telling_or_sure(sought, named), words_of(tuple(sought)))
    left, numbers = values.filter(told), told.arg_true()
    held: dict[int, list[Identifier]] = {}
    for identifier in sought:
        places = _within(left, identifier, named).arg_true()
        if not len(places):
            continue
        places = places.filter(_may_come_to_something(left.gather(places), identifier))
        for place in numbers.gather(places).to_list():
            held.setdefault(place, []).append(identifier)
    return sorted(held.items())


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
    return holds.scatter(places.filter(~worth), False)  # noqa: FBT003


def _may_come_to_something(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which of the cells that hold what is written like it may hold one that passes and that its words allow.

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
        single = single.filter(_passes(written.gather(single), identifier))
    return kept.scatter(single, True)  # noqa: FBT003


def _left(values: pl.Series, rest: pl.Series) -> pl.Series:
    """What stands before the rest of each text, as far as a label reaches."""
    before = values.str.head(values.str.len_chars().cast(int) - rest.str.len_chars().cast(int))
    return before.str.tail(LEFT)


def _passes(written: pl.Series, identifier: Identifier) -> pl.Series:
    passed = written.is_null()
    for _ in range(CUTS):
        undecided = (~passed & whole(written, identifier)).fill_null(value=False).arg_true()
        right = judged(written.gather(undecided), identifier).is_not_null()
        passed = passed.scatter(undecided.filter(right), True)  # noqa: FBT003
        written = written.str.replace(_LAST_GROUP, "")
    return passed
