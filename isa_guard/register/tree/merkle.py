"""The tree of RFC 6962 section 2.1: hashes of leaves and nodes, and the frontier that grows leaf by leaf."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.register.faults import ProofInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    r"""Answer the hash of an entry as a leaf: what `{ printf '\0'; cat entry; } | sha256sum` gives."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Answer the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Answer the root over nodes side by side, whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def peaks_root(peaks: Sequence[bytes]) -> bytes:
    """Answer the root over complete subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, largest first: all that growing needs."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def of(cls, size: int, peaks: Sequence[bytes]) -> Frontier:
        """Answer the frontier of a tree of `size` whose complete subtrees have these roots.

        Raises ProofInvalid where a tree of that size has another number of them.
        """
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != HASH_BYTES for peak in peaks):
            raise ProofInvalid(f"these are not the hashes that a tree of {size} grows from")
        frontier = cls()
        frontier.size = size
        frontier._peaks = list(peaks)
        return frontier

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, the largest first."""
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        completed = self.size
        while completed & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            completed >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Answer the root of the tree as it is now."""
        return peaks_root(self._peaks)
