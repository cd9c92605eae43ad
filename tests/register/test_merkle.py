"""The tree of RFC 6962, against a definition written out naively."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word: split at the largest power of two below n."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\1" + naive_root(entries[:split]) + naive_root(entries[split:])).digest()


@given(st.lists(st.binary(max_size=5), max_size=70))
def test_the_frontier_has_the_root_of_the_definition_at_every_size(entries: list[bytes]) -> None:
    frontier = Frontier()
    for size, entry in enumerate(entries):
        assert (frontier.size, frontier.root()) == (size, naive_root(entries[:size]))
        frontier.add(leaf_hash(entry))
    assert frontier.root() == naive_root(entries)


def test_known_values_of_other_logs() -> None:
    # The empty tree and the empty leaf, as Certificate Transparency's own reference data has them.
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_leaf_is_never_mistaken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
