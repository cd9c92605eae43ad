"""Which cells may hold something within, told in columns, so that Python reads few of them.

It leaves out only what `find.weighed` would come to nothing on: a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.identifiers.candidates import CUTS
from isa_guard.scan.identifiers.cells import whole
from isa_guard.scan.identifiers.judging import judged, reads_columns
from isa_guard.scan.identifiers.patterns import another, bounded, first_and_rest, formed, words_of
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
    told = values.str.contains(_telling_or_sure(sought, named)) | values.str.contains(words_of(tuple(sought)))
    left, numbers = values.filter(told), told.arg_true()
    held: dict[int, list[Identifier]] = {}
    for identifier in sought:
        holds = _within(left, identifier, named)
        if not holds.any():
            continue
        places = numbers.filter(holds).filter(_not_all_rejected(left.filter(holds), identifier))
        for place in places.to_list():
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
    worth = values.str.contains(words_of((identifier,)))
    return holds & (worth | values.str.contains(formed(identifier)) if identifier.telling else worth)


def _not_all_rejected(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which of the cells that hold what is written like it may hold one that passes.

    Left out are cells whose first fails its check, as it stands and without its last groups, and that hold no second.
    """
    if not reads_columns(identifier):
        return values.is_not_null()
    part = values.str.extract_groups(first_and_rest(identifier))
    written, rest = part.struct.field("first"), part.struct.field("1")
    kept = rest.is_null() | rest.str.contains(another(identifier))
    for _ in range(CUTS):
        undecided = (~kept & whole(written, identifier)).fill_null(value=False)
        passed = judged(written.filter(undecided), identifier).is_not_null()
        kept = kept.scatter(undecided.arg_true().filter(passed), True)
        written = written.str.replace(_LAST_GROUP, "")
    return kept
