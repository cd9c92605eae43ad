"""The tree of RFC 6962 section 2.1: hashes of leaves and nodes, and the frontier that grows leaf by leaf."""

from __future__ import annotations

import hashlib
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    r"""Answer the hash of an entry as a leaf: what `{ printf '\0'; cat entry; } | sha256sum` gives."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Answer the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, largest first: all that growing needs."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

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
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root
