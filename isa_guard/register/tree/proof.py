"""Proofs over the tree of RFC 6962: that a record is in it, and that one state of it grew out of another.

They are made from a tree's inner hashes, of which a few hundred are read for each proof. Made or not, they are
worth nothing until checked: the check follows RFC 9162 sections 2.1.3.2 and 2.1.4.2 to the last hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.register.faults import ProofInvalid
from isa_guard.register.tree.merkle import EMPTY_ROOT, HASH_BYTES, full_root, node_hash, peaks_root

if TYPE_CHECKING:
    from collections.abc import Sequence


TILE_HEIGHT: Final = 8  # the levels of `Hashes` are this many levels of the tree apart
LIMIT_PATH: Final = 63  # c2sp.org/tlog-witness: no proof is longer
_OTHER_LENGTH: Final = "the proof has another number of hashes than its tree asks for"


class Hashes(Protocol):
    """The inner hashes of a tree, as C2SP tiles lay them out; unproven until they give a signed root."""

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Answer hashes `start` to `stop` of a level: 0 has the leaves, each level above the roots of full 256s."""


def root_at(hashes: Hashes, size: int) -> bytes:
    """Answer the root that the tree had when it had `size` leaves."""
    return _root(hashes, 0, size)


def peaks_at(hashes: Hashes, size: int) -> tuple[bytes, ...]:
    """Answer what the frontier of the tree was when it had `size` leaves: its complete subtrees, largest first."""
    return tuple(_complete(hashes, start, height) for start, height in _subtrees(0, size))


def prove_inclusion(hashes: Hashes, index: int, size: int) -> tuple[bytes, ...]:
    """Answer the path from a leaf to the root of the tree of `size`: RFC 6962's PATH.

    Raises ProofInvalid where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"there is no record {index} among {size}")
    start, stop = 0, size
    path: list[bytes] = []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_root(hashes, middle, stop))
            stop = middle
        else:
            path.append(_root(hashes, start, middle))
            start = middle
    return tuple(reversed(path))


def prove_consistency(hashes: Hashes, old: int, new: int) -> tuple[bytes, ...]:
    """Answer what proves that the tree of `new` leaves begins with that of `old`: RFC 6962's PROOF.

    It is empty from 0, because anything grows out of nothing. Raises ProofInvalid where `old` is the larger.
    """
    if not 0 <= old <= new:
        raise ProofInvalid(f"a tree of {new} does not grow out of one of {old}")
    if old == 0:
        return ()
    start, stop = 0, new
    path: list[bytes] = []
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_root(hashes, middle, stop))
            stop = middle
        else:
            path.append(_root(hashes, start, middle))
            start = middle
    if start:
        path.append(_root(hashes, start, stop))
    return tuple(reversed(path))


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` stands at `index` in the tree of this size and root. Raises ProofInvalid."""
    if not 0 <= index < size:
        raise ProofInvalid(f"there is no record {index} among {size}")
    _refuse_other_hashes((leaf, root, *path))
    at, last = index, size - 1
    found = leaf
    for one in path:
        if last == 0:
            raise ProofInvalid(_OTHER_LENGTH)
        if at & 1 or at == last:
            found = node_hash(one, found)
            at, last = _climbed(at, last)
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid(_OTHER_LENGTH)
    if found != root:
        raise ProofInvalid("the proof does not lead from this record to the root that was signed")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with that of `old` leaves. Raises ProofInvalid."""
    if not 0 <= old <= new:
        raise ProofInvalid(f"a tree of {new} does not grow out of one of {old}")
    _refuse_other_hashes((old_root, new_root, *path))
    if (old == 0 and old_root != EMPTY_ROOT) or (new == 0 and new_root != EMPTY_ROOT):
        raise ProofInvalid("an empty tree has another root")
    if old in (0, new):
        if path:
            raise ProofInvalid(_OTHER_LENGTH)
        if old == new and old_root != new_root:
            raise ProofInvalid("two trees of one size have two roots")
        return
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    # Where the old tree is complete it is a node of the new one, and its root need not be told.
    hashes = (old_root, *path) if old & (old - 1) == 0 else tuple(path)
    if len(hashes) < 2:
        raise ProofInvalid(_OTHER_LENGTH)
    before = after = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            raise ProofInvalid(_OTHER_LENGTH)
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            at, last = _climbed(at, last)
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid(_OTHER_LENGTH)
    if before != old_root or after != new_root:
        raise ProofInvalid("the newer state did not grow out of the older one")


def _climbed(at: int, last: int) -> tuple[int, int]:
    """Answer the place of a node with no sibling of its own height, raised to where it has one."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _refuse_other_hashes(hashes: Sequence[bytes]) -> None:
    if len(hashes) > LIMIT_PATH + 2 or any(len(one) != HASH_BYTES for one in hashes):
        raise ProofInvalid(_OTHER_LENGTH)


def _split(size: int) -> int:
    """Answer the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _root(hashes: Hashes, start: int, stop: int) -> bytes:
    """Answer the root over leaves `start` to `stop`; `start` is where a subtree at least as large could begin."""
    return peaks_root([_complete(hashes, at, height) for at, height in _subtrees(start, stop)])


def _subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """Answer the complete subtrees that leaves `start` to `stop` are made of: where each starts, and its height."""
    found: list[tuple[int, int]] = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        found.append((start, height))
        start += 1 << height
    return found


def _complete(hashes: Hashes, start: int, height: int) -> bytes:
    level, rest = divmod(height, TILE_HEIGHT)
    first = start >> level * TILE_HEIGHT
    row = hashes.hashes(level, first, first + (1 << rest))
    if len(row) != 1 << rest:
        raise ProofInvalid("hashes of the tree are missing")
    return full_root(row)
