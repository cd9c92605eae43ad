"""The tree of RFC 6962, against a definition written out naively."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.faults import ProofInvalid
from isa_guard.register.tree.merkle import EMPTY_ROOT, Frontier, full_root, leaf_hash, node_hash
from tests.register.trees import entries, naive_root


def grown(size: int) -> Frontier:
    frontier = Frontier()
    for entry in entries(size):
        frontier.add(leaf_hash(entry))
    return frontier


@given(st.lists(st.binary(max_size=5), max_size=70))
def test_the_frontier_has_the_root_of_the_definition_at_every_size(made: list[bytes]) -> None:
    frontier = Frontier()
    for size, entry in enumerate(made):
        assert (frontier.size, frontier.root()) == (size, naive_root(made[:size]))
        frontier.add(leaf_hash(entry))
    assert frontier.root() == naive_root(made)


@given(st.integers(0, 300), st.integers(0, 40))
def test_a_frontier_taken_up_again_grows_as_if_never_laid_down(size: int, more: int) -> None:
    before = grown(size)
    again = Frontier.of(before.size, before.peaks)
    for entry in entries(size + more)[size:]:
        again.add(leaf_hash(entry))
    assert (again.size, again.root()) == (size + more, naive_root(entries(size + more)))
    assert before.root() == naive_root(entries(size))


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(-1, 0), (0, 1), (1, 0), (2, 2), (3, 1), (3, 3), (255, 7), (256, 2)],
)
def test_a_frontier_of_other_hashes_than_its_size_has_is_refused(size: int, peaks: int) -> None:
    with pytest.raises(ProofInvalid):
        Frontier.of(size, [bytes(32)] * peaks)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_frontier_of_hashes_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ProofInvalid):
        Frontier.of(1, [bytes(length)])


@pytest.mark.parametrize("size", [1, 2, 4, 8, 256])
def test_the_root_over_a_full_row(size: int) -> None:
    assert full_root([leaf_hash(entry) for entry in entries(size)]) == naive_root(entries(size))


def test_known_values_of_other_logs() -> None:
    # The empty tree and the empty leaf, as Certificate Transparency's own reference data has them.
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_leaf_is_never_mistaken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
