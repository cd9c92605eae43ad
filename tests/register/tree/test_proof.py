"""Proofs of inclusion and consistency: made as RFC 6962 defines them, and refused when anything in them is changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from isa_guard.register.faults import ProofInvalid
from isa_guard.register.tree.merkle import EMPTY_ROOT, Frontier, leaf_hash
from isa_guard.register.tree.proof import (
    check_consistency,
    check_inclusion,
    peaks_at,
    prove_consistency,
    prove_inclusion,
    root_at,
)
from tests.register.trees import Tree, entries, naive_path, naive_proof, naive_root

LARGE = 66_000  # three levels of tiles
ENTRIES = entries(LARGE)
TREE = Tree(ENTRIES)
SIZES = st.one_of(
    st.integers(1, 40),
    st.integers(1, 1100),
    st.sampled_from([255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, LARGE]),
)


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(SIZES)
    return draw(st.integers(1, new)), new


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(SIZES)
    return draw(st.integers(0, size - 1)), size


def frontier_root(size: int) -> bytes:
    frontier = Frontier()
    for entry in ENTRIES[:size]:
        frontier.add(leaf_hash(entry))
    return frontier.root()


def test_every_small_proof_is_that_of_the_definition_and_holds() -> None:
    for size in range(1, 34):
        root = naive_root(ENTRIES[:size])
        assert root_at(TREE, size) == root
        for index in range(size):
            path = prove_inclusion(TREE, index, size)
            assert list(path) == naive_path(index, ENTRIES[:size])
            check_inclusion(leaf_hash(ENTRIES[index]), index, size, path, root)
        for old in range(1, size + 1):
            path = prove_consistency(TREE, old, size)
            assert list(path) == naive_proof(old, ENTRIES[:size])
            check_consistency(old, naive_root(ENTRIES[:old]), size, root, path)


@given(places())
def test_inclusion_is_proven_at_any_size(place: tuple[int, int]) -> None:
    index, size = place
    path = prove_inclusion(TREE, index, size)
    assert list(path) == naive_path(index, ENTRIES[:size])
    check_inclusion(leaf_hash(ENTRIES[index]), index, size, path, root_at(TREE, size))


@given(two_sizes())
def test_consistency_is_proven_at_any_sizes(sizes: tuple[int, int]) -> None:
    old, new = sizes
    path = prove_consistency(TREE, old, new)
    assert list(path) == naive_proof(old, ENTRIES[:new])
    check_consistency(old, root_at(TREE, old), new, root_at(TREE, new), path)


@settings(max_examples=20)
@given(SIZES)
def test_the_root_out_of_tiles_is_that_of_the_leaves(size: int) -> None:
    assert root_at(TREE, size) == frontier_root(size)
    again = Frontier.of(size, peaks_at(TREE, size))
    assert again.root() == frontier_root(size)


def test_a_proof_reads_a_few_hundred_hashes() -> None:
    for make in (
        lambda: prove_inclusion(TREE, 31_337, LARGE),
        lambda: prove_consistency(TREE, 31_337, LARGE),
        lambda: root_at(TREE, LARGE),
    ):
        TREE.read = 0
        make()
        assert 0 < TREE.read < 1_000


@settings(max_examples=60)
@given(st.data(), st.integers(1, 300))
def test_a_stranger_verifies_the_same_proofs(data: st.DataObject, size: int) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[:size]:
        theirs.append_entry(entry)
    index = data.draw(st.integers(0, size - 1))
    root = naive_root(ENTRIES[:size])
    inclusion = theirs.prove_inclusion(index + 1, size)
    verify_inclusion(theirs.get_leaf(index + 1), root, inclusion)
    assert tuple(inclusion.path[1:]) == prove_inclusion(TREE, index, size)
    old = index + 1
    assert (theirs.get_root(old), theirs.get_root(size)) == (root_at(TREE, old), root_at(TREE, size))
    verify_consistency(root_at(TREE, old), root, theirs.prove_consistency(old, size))


def refused_inclusion(leaf: bytes, index: int, size: int, path: tuple[bytes, ...], root: bytes) -> None:
    with pytest.raises(ProofInvalid):
        check_inclusion(leaf, index, size, path, root)


@given(places(), st.data())
def test_no_inclusion_is_proven_by_a_changed_proof(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    leaf, root = leaf_hash(ENTRIES[index]), root_at(TREE, size)
    path = prove_inclusion(TREE, index, size)
    for changed in changes(path, data, (leaf, root)):
        refused_inclusion(leaf, index, size, changed, root)
    refused_inclusion(flipped(leaf, data), index, size, path, root)
    refused_inclusion(leaf, index, size, path, flipped(root, data))
    # The hash of a shorter or longer way up fits at no other place of the same tree.
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        refused_inclusion(leaf, other, size, path, root)
    for wrong in (-1, size, size + 1, 2**63):
        refused_inclusion(leaf, wrong, size, path, root)


def refused_consistency(old: int, before: bytes, new: int, after: bytes, path: tuple[bytes, ...]) -> None:
    with pytest.raises(ProofInvalid):
        check_consistency(old, before, new, after, path)


@given(two_sizes(), st.data())
def test_no_consistency_is_proven_by_a_changed_proof(sizes: tuple[int, int], data: st.DataObject) -> None:
    old, new = sizes
    before, after = root_at(TREE, old), root_at(TREE, new)
    path = prove_consistency(TREE, old, new)
    for changed in changes(path, data, (before, after)):
        refused_consistency(old, before, new, after, changed)
    refused_consistency(old, flipped(before, data), new, after, path)
    refused_consistency(old, before, new, flipped(after, data), path)
    if old != new:
        refused_consistency(new, after, old, before, path)
        refused_consistency(old, before, new, before, path)
        refused_consistency(old, after, new, after, path)


def changes(path: tuple[bytes, ...], data: st.DataObject, near: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """The same proof with one hash altered, left out, added or put in another place."""
    found: list[tuple[bytes, ...]] = []
    extra = data.draw(st.sampled_from([*near, *path, bytes(32)]))
    at = data.draw(st.integers(0, len(path)))
    found.append((*path[:at], extra, *path[at:]))
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        found.append((*path[:at], *path[at + 1 :]))
        found.append((*path[:at], flipped(path[at], data), *path[at + 1 :]))
        found.append((*path[:at], path[at][:31], *path[at + 1 :]))
    found += [
        (*path[:one], path[two], path[one], *path[two + 1 :]) for one, two in pairwise(range(len(path)))
    ]
    return found


def flipped(hash_: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, 255))
    return (int.from_bytes(hash_) ^ 1 << at).to_bytes(32)


@settings(max_examples=50)
@given(st.integers(1, 300), st.data())
def test_a_tree_with_another_past_is_consistent_with_no_proof_of_its_own(
    old: int, data: st.DataObject
) -> None:
    new = data.draw(st.integers(old + 1, 400))
    changed = data.draw(st.integers(0, old - 1))
    other = [*ENTRIES[:changed], b"another story", *ENTRIES[changed + 1 : new]]
    path = prove_consistency(Tree(other), old, new)
    refused_consistency(old, naive_root(ENTRIES[:old]), new, naive_root(other), path)


def test_nothing_comes_before_everything() -> None:
    root = naive_root(ENTRIES[:5])
    check_consistency(0, EMPTY_ROOT, 5, root, ())
    check_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    refused_consistency(0, EMPTY_ROOT, 5, root, (root,))
    refused_consistency(0, root, 5, root, ())
    refused_consistency(0, EMPTY_ROOT, 0, root, ())
    refused_consistency(-1, root, 5, root, ())


def test_no_proof_is_made_of_what_is_not_there() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ProofInvalid):
            prove_inclusion(TREE, index, size)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(ProofInvalid):
            prove_consistency(TREE, old, new)
    with pytest.raises(ProofInvalid, match="missing"):
        root_at(TREE, LARGE + 1)
