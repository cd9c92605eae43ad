"""Trees held in memory, and RFC 6962 written out naively: what proofs and tiles are compared with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from isa_guard.register.tree.merkle import leaf_hash


def entries(size: int, story: str = "") -> list[bytes]:
    return [f"{story}entry {index}".encode() for index in range(size)]


def naive_root(given: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word: split at the largest power of two below n."""
    if not given:
        return hashlib.sha256(b"").digest()
    if len(given) == 1:
        return hashlib.sha256(b"\0" + given[0]).digest()
    split = largest_below(len(given))
    return hashlib.sha256(b"\1" + naive_root(given[:split]) + naive_root(given[split:])).digest()


def naive_path(index: int, given: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.1, word for word."""
    if len(given) == 1:
        return []
    split = largest_below(len(given))
    if index < split:
        return [*naive_path(index, given[:split]), naive_root(given[split:])]
    return [*naive_path(index - split, given[split:]), naive_root(given[:split])]


def naive_proof(old: int, given: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.2, word for word."""
    return naive_subproof(old, given, whole=True)


def naive_subproof(old: int, given: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(given):
        return [] if whole else [naive_root(given)]
    split = largest_below(len(given))
    if old <= split:
        return [*naive_subproof(old, given[:split], whole=whole), naive_root(given[split:])]
    return [*naive_subproof(old - split, given[split:], whole=False), naive_root(given[:split])]


def largest_below(size: int) -> int:
    split = 1
    while split * 2 < size:
        split *= 2
    return split


@dataclass
class Tree:
    """The inner hashes of a tree of these entries, as the protocol `Hashes` gives them; counts what is read."""

    entries: Sequence[bytes]
    read: int = 0
    _levels: list[list[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        row = [leaf_hash(entry) for entry in self.entries]
        self._levels.append(row)
        while len(row) >= 256:
            above = []
            for start in range(0, len(row) // 256 * 256, 256):
                full = row[start : start + 256]
                while len(full) > 1:
                    full = [
                        hashlib.sha256(b"\1" + full[at] + full[at + 1]).digest()
                        for at in range(0, len(full), 2)
                    ]
                above += full
            self._levels.append(above)
            row = above

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        self.read += stop - start
        return self._levels[level][start:stop]
