"""Where columns say that a label names another thing, the words say so too, and nothing found there is worth saying."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.identifiers.labels import names_another
from isa_guard.scan.identifiers.words import ALIEN_WORDS, LEFT, near
from isa_guard.uk.identifiers import IDENTIFIERS

WORDS = st.sampled_from(
    [*sorted({keyword for one in IDENTIFIERS for keyword in one.keywords}), "a/code", "K"]
)
OTHERS = st.sampled_from(ALIEN_WORDS)
LEFTS = st.lists(
    st.tuples(
        OTHERS | OTHERS.map(str.upper) | WORDS | st.sampled_from(["no", "12", "was"]),
        st.sampled_from([" ", ": ", "", "/", "\u212a", "-"]),
    ),
    max_size=6,
).map(lambda parts: "".join(word + join for word, join in parts))


@settings(max_examples=300, deadline=None)
@given(st.lists(LEFTS, min_size=1, max_size=8))
def test_what_columns_call_another_thing_the_words_call_so_too(lefts: list[str]) -> None:
    cut = [f"{left} "[-LEFT:] for left in lefts]
    told = names_another(pl.Series(cut, dtype=pl.String)).to_list()
    by_words = [near(f"{left} 4", len(left) + 1, len(left) + 2).other for left in lefts]
    assert [left for left, says, knows in zip(lefts, told, by_words, strict=True) if says and not knows] == []


@pytest.mark.parametrize("left", ["order ", "NHS trust order no ", "stock item ", "product code ", "PO"])
def test_the_nearest_label_tells_what_a_number_is_of(left: str) -> None:
    assert names_another(pl.Series([left])).to_list() == [True]


@pytest.mark.parametrize(
    "left", ["NHS number ", "order for the patient number ", "sort code ", "reorder ", "", "the "]
)
def test_what_may_name_an_identifier_is_left_to_the_words(left: str) -> None:
    assert names_another(pl.Series([left])).to_list() == [False]
