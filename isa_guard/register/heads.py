"""Signed heads that were kept, held against the register as it is: rollback, truncation and fork show here.

A register put back whole in an older state is a valid register. Only a head that somebody kept says otherwise,
and then the two together prove it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.register.faults import (
    Damage,
    HeadsContradict,
    ProofInvalid,
    RegisterBroken,
    SignatureInvalid,
    StorageFailed,
)
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.checkpoint import read_checkpoint
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.tree.merkle import Frontier, leaf_hash
from isa_guard.register.tree.proof import check_consistency, prove_consistency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.stores.store import Store
    from isa_guard.register.tree.checkpoint import Checkpoint
    from isa_guard.register.trust_roots.trust_root import TrustRoot


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint and the note that says so."""

    checkpoint: Checkpoint
    note: bytes


def kept_head(note: bytes, trust: TrustRoot) -> Head:
    """Answer a head that some log key of the register has signed. Raises RegisterBroken.

    Also one whose key has been revoked since: what it signed is still what it said.
    """
    try:
        return Head(read_checkpoint(note, trust.origin, trust.ever(Role.LOG)), note)
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.KEPT, None, str(error)) from None


class Heads:
    """The heads that a register has to agree with."""

    def __init__(self, found: Head, kept: Iterable[Head]) -> None:
        """Raises HeadsContradict where one is ahead of what was found: the end was cut off, or an old copy put back."""
        self.found = found
        self._kept: dict[int, list[Head]] = {}
        for one in kept:
            self._kept.setdefault(one.checkpoint.size, []).append(one)
            if one.checkpoint.size > found.checkpoint.size:
                what = f"it had {one.checkpoint.size} records when that was signed, and shows {found.checkpoint.size}"
                raise HeadsContradict(Damage.ROLLBACK, what, one.note, found.note)

    def check(self, tree: Frontier) -> None:
        """Raise HeadsContradict where a head of this size names another root than the tree has."""
        for one in self._kept.get(tree.size, ()):
            if one.checkpoint.root != tree.root():
                what = f"of the first {tree.size} records"
                raise HeadsContradict(Damage.FORK, what, one.note, self.found.note)


def quorum_at(note: bytes, trust: TrustRoot, size: int) -> datetime | None:
    """Answer when the witnesses that a quorum needs had cosigned a head; None where there is no quorum.

    Each key counts once. Raises SignatureInvalid where a line names a witness and is not by it.
    """
    found = cosignatures(note, trust.witness_keys(size))
    if not trust.quorum or len(found) < trust.quorum:
        return None
    latest_needed = sorted(one.time for one in found)[trust.quorum - 1]
    try:
        return datetime.fromtimestamp(latest_needed, UTC)
    except (OverflowError, OSError, ValueError):
        raise SignatureInvalid("a witness's cosignature gives a time that no calendar has") from None


def refuse_contradiction(store: Store, trust: TrustRoot, kept: bytes, found: bytes) -> None:
    """Raise HeadsContradict unless the register, as the note `found` says it is, grew out of a kept head.

    The index is asked for the proof; where it gives none, or a wrong one, all is counted.
    """
    before, now = kept_head(kept, trust), kept_head(found, trust)
    heads = Heads(now, (before,))
    old, new = before.checkpoint, now.checkpoint
    try:
        path = prove_consistency(store, old.size, new.size)
        check_consistency(old.size, old.root, new.size, new.root, path)
    except (ProofInvalid, StorageFailed):
        tree = Frontier()
        heads.check(tree)
        for envelope in islice(store.entries(), new.size):
            tree.add(leaf_hash(envelope))
            heads.check(tree)
