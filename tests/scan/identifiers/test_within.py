"""Columns leave out only cells that would come to nothing, identifier by identifier."""

from __future__ import annotations

import re
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.identifiers.candidates import candidates
from isa_guard.scan.identifiers.find import UNMOVED, Context, weighed
from isa_guard.scan.identifiers.patterns import bounded
from isa_guard.scan.identifiers.within import possible, undecided
from isa_guard.scan.identifiers.words import named_by, near
from isa_guard.uk.identifiers import BY_ENTITY, IDENTIFIERS, Identifier
from tests.uk.identifiers.issued import MAKERS

PIECES = st.sampled_from(sorted(MAKERS)).flatmap(
    lambda entity: st.integers(0, 2**32).map(lambda seed: MAKERS[entity](Random(seed)))
)
WORDS = st.sampled_from(
    sorted({keyword for one in IDENTIFIERS for keyword in one.keywords} | {"order", "ref."})
)
JOINS = st.sampled_from([" ", ", ", "/", "-", ".", ": ", "_", "", "\n", " and "])
SPOILT = PIECES.map(lambda value: re.sub("[0-9](?=[^0-9]*$)", "0", value))
SENTENCES = st.lists(
    st.tuples(PIECES | SPOILT | WORDS | st.text("0123456789AB", max_size=6), JOINS), max_size=6
).map(lambda parts: "".join(piece + join for piece, join in parts))


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
@settings(max_examples=25, deadline=None)
@given(st.lists(SENTENCES | st.text(max_size=30), min_size=1, max_size=12))
def test_a_cell_that_holds_a_candidate_is_kept_unless_a_label_says_what_it_is(
    identifier: Identifier, cells: list[str]
) -> None:
    values = pl.Series(cells, dtype=pl.String)
    kept = values.str.contains(bounded(identifier)) & undecided(values, identifier)
    holding = [
        any(
            identifier.strength in UNMOVED or not near(text, one.start, one.end).other
            for one in candidates(text, identifier)
        )
        for text in cells
    ]
    assert [
        text for text, holds, keeps in zip(cells, holding, kept, strict=True) if holds and not keeps
    ] == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=12),
    st.sampled_from(["notes", "nhs_number", "dob", "phone", "ref"]),
)
def test_what_a_sentence_comes_to_is_the_same_by_what_columns_leave(cells: list[str], heading: str) -> None:
    context = Context(heading)
    sought = dict(possible(pl.Series(cells, dtype=pl.String), named_by(heading), list(IDENTIFIERS)))
    for place, text in enumerate(cells):
        every = {
            (one.candidate.span, one.candidate.identifier.entity, one.confidence)
            for one in weighed(text, context, IDENTIFIERS)
        }
        left = weighed(text, context, sought.get(place, ()))
        assert {
            (one.candidate.span, one.candidate.identifier.entity, one.confidence) for one in left
        } == every


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("nhs-number", "NHS number 401 023 2138"), ("pnc-id", "PNC 1999/1234567C"), ("iban", "IBAN GB82 WEST 1234 5698 7654 33"),
        ("vehicle-registration", "stock item AB12 CDE"), ("nhs-number", "NHS ward rang about parcel 401 023 2137"),
        ("phone", "drama number 07700 900123"), ("payment-card", "card 4111 1111 1111 1112"),
    ],
)  # fmt: skip
def test_a_cell_whose_only_number_fails_or_is_labelled_never_reaches_python(entity: str, text: str) -> None:
    values = pl.Series([text])
    assert undecided(values, BY_ENTITY[entity]).to_list() == [False]
    assert possible(pl.concat([values] * 400), frozenset(), [BY_ENTITY[entity]]) == []
