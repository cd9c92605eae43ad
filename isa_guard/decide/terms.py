"""Terms that differ by category or party: which value holds for one fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement, Term

PARTY_FIELDS: Final = ("from", "to", "party", "holder")


def agreement_for(agreement: Agreement, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Answer the value of `agreement` in rules with every varied term at the value that holds for a fact of these values.

    Where the fact's categories or parties call for two different values, the term is left out: reading it is
    then an error, and the rule cannot be told until the fact is split. No value is guessed.
    """
    terms: dict[str, Value] = {}
    categories, parties = set(_words(values, ("categories", "category"))), set(_words(values, PARTY_FIELDS))
    for term in agreement.terms:
        held = _values(term, categories, parties)
        if len(held) == 1:
            _put(terms, term.path.split("."), held[0])
    return {**agreement.constant, "terms": terms}


def _values(term: Term, categories: set[str], parties: set[str]) -> tuple[Value, ...]:
    """Answer the distinct values that a fact of these categories and parties calls for."""
    if not term.variations:
        return (term.value,)
    by_category = {one.of: one.value for one in term.variations if one.by == "category"}
    own = [by_category[category] for category in sorted(categories) if category in by_category]
    special = [one.value for one in term.variations if one.by == "party" and one.of in parties]
    # What is agreed with a party goes before the default, but not before a category's own value.
    default = [] if special or categories <= by_category.keys() else [term.value]
    called_for = own + special + default
    distinct = [value for index, value in enumerate(called_for) if value not in called_for[:index]]
    return tuple(distinct) or (term.value,)


def _words(values: Mapping[str, Value], names: Iterable[str]) -> Iterable[str]:
    for name in names:
        value = values.get(name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (word for word in value if isinstance(word, str))


def _put(tree: dict[str, Value], path: list[str], value: Value) -> None:
    for step in path[:-1]:
        tree = cast("dict[str, Value]", tree.setdefault(step, {}))
    tree[path[-1]] = value
