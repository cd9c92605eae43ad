"""A kept release as a line, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.scan.disclosure.cells import TEXT, Cell, CellKind
from isa_guard.scan.disclosure.earlier import Earlier
from isa_guard.scan.disclosure.table import Axis, Sum
from isa_guard.scan.export.releases.release import ColumnDigests, Release, least
from isa_guard.scan.export.releases.written import as_line, of_line

WORDS = st.text(max_size=8)
COUNTS = st.integers(0, 99)
CELLS = st.one_of(
    st.just(TEXT),
    st.builds(lambda n: Cell(CellKind.COUNT, n, n), COUNTS),
    st.just(Cell(CellKind.WITHHELD)),
    st.builds(lambda n: Cell(CellKind.BELOW, 0, n), COUNTS),
)
TABLES = st.builds(
    Earlier,
    WORDS,
    st.lists(WORDS, max_size=2).map(tuple),
    st.lists(WORDS, max_size=2).map(tuple),
    st.lists(st.lists(CELLS, max_size=3).map(tuple), max_size=3).map(tuple),
    st.lists(
        st.builds(Sum, st.sampled_from(Axis), COUNTS, st.lists(COUNTS, max_size=3).map(tuple)), max_size=2
    ).map(tuple),
)
COLUMNS = st.lists(
    st.builds(ColumnDigests, WORDS, st.lists(st.binary(min_size=8, max_size=8), max_size=3).map(tuple)),
    max_size=2,
    unique_by=lambda one: one.name,
).map(lambda held: tuple(sorted(held, key=lambda one: one.name)))
RELEASES = st.builds(
    Release,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    st.lists(TABLES, max_size=2).map(tuple),
    COLUMNS,
    COLUMNS,
    COUNTS,
)


@given(RELEASES)
def test_a_release_is_read_as_it_was_written(release: Release) -> None:
    line = as_line(release)
    assert "\n" not in line
    assert of_line(line) == release


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | WORDS, st.lists).map(str)))
def test_any_other_line_is_refused_in_an_orderly_way(line: str) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        of_line(line)


@given(st.sets(WORDS, max_size=40), st.sets(WORDS, max_size=40))
def test_values_meet_in_their_digests_where_they_meet(one: set[str], other: set[str]) -> None:
    key = b"an invented key"
    assert len(set(least(one, key)) & set(least(other, key))) == len(one & other)
