"""The register's side of witnessing: ask for a cosignature of its head, take the answer over, and record it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.records.event import Cosigner, WitnessEvent
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.witnessing import witness

if TYPE_CHECKING:
    from isa_guard.register.appender import Appender, Receipt
    from isa_guard.register.stores.store import Store
    from isa_guard.register.tree.cosignature import Cosigned
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.register.witnessing.witness import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a cosignature: of how many records, how many of them the witness saw last, and what to send."""

    size: int
    old: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A head with its cosignatures, and the record that tells of them."""

    size: int
    note: bytes
    cosigned: tuple[Cosigned, ...]
    receipt: Receipt


def ask(store: Store, trust: TrustRoot, old: int | None) -> Asked:
    """Answer the request to cosign the newest head, which is kept so that the answer finds it.

    `old` is how many records the witness saw last; None: as many as the newest head here that one has cosigned.
    Raises UsageError where the trust root names no witness.
    """
    if not trust.witnesses:
        raise UsageError(f"{trust.origin} has no witness yet: `isa-guard keys grant witness` names one")
    note = store.checkpoint()
    size = claimed_checkpoint(note).size
    seen = seen_size(store, trust) if old is None else old
    body = witness.request(store, note, seen)
    store.keep_checkpoint(size, note)
    return Asked(size, seen, body)


def seen_size(store: Store, trust: TrustRoot) -> int:
    """Answer the size of the newest head here that a witness has cosigned, 0 where there is none."""
    kept = [(claimed_checkpoint(note).size, note) for note in store.kept_checkpoints()]
    return max((size for size, note in kept if cosignatures(note, trust.witness_keys(size))), default=0)


def take(appender: Appender, answer: Answer) -> Taken:
    """Add a witness's answer to the head that it is about, keep that, and record it.

    Raises SignatureInvalid where it is about no head that was kept, WitnessUnreachable where it is no cosignature.
    """
    store, trust = appender.store, appender.trust
    problem = SignatureInvalid("no head was kept that a witness could have cosigned: make a request first")
    for kept in reversed(tuple(store.kept_checkpoints())):
        size = claimed_checkpoint(kept).size
        known = trust.witness_keys(size)
        try:
            note = witness.apply(kept, answer, known)
        except SignatureInvalid as error:
            problem = error
            continue
        store.keep_checkpoint(size, note)
        cosigned = cosignatures(note, known)
        cosigners = tuple(Cosigner(one.name, datetime.fromtimestamp(one.time, UTC)) for one in cosigned)
        event = WitnessEvent(size, hashlib.sha256(note).hexdigest(), cosigners)
        return Taken(size, note, cosigned, appender.append_event(event))
    raise problem
