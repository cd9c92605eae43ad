"""A register as a whole: making one, who may sign for it, and what its checkpoint is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import KeyRefused, UsageError
from isa_guard.frozen import dataclass
from isa_guard.register.faults import (
    Damage,
    RegisterBroken,
    RegisterUnreadable,
    SignatureInvalid,
)
from isa_guard.register.records.predicate import COMMITMENT_KEY_BYTES
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.checkpoint import (
    ORIGIN,
    Checkpoint,
    add_ml_dsa,
    read_checkpoint,
    sign_checkpoint,
)
from isa_guard.register.tree.merkle import EMPTY_ROOT
from isa_guard.register.trust_roots.trust import Grant, TrustRoot, read_trust_roots, write_trust_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.signing.ml_dsa import MlDsaSigner
    from isa_guard.register.stores.store import Log, Store


@dataclass(frozen=True, slots=True)
class Signers:
    """What signs records and what signs checkpoints: two keys, never one; `log_ml_dsa` adds a line to checkpoints."""

    record: Signer
    log: Signer
    log_ml_dsa: MlDsaSigner | None = None


def create(
    store: Store, origin: str, root: Signer, signers: Signers, randomness: Callable[[int], bytes]
) -> TrustRoot:
    """Make an empty register in a store that holds nothing, and answer its trust root.

    Raises UsageError for a name or a store that will not do, KeyRefused for a key in two roles, StorageFailed.
    """
    if not ORIGIN.match(origin):
        raise UsageError(
            f"`{origin}` is no name for a register: small letters, digits and . - _ / as in example.org/isa"
        )
    if len({root.key_id, signers.record.key_id, signers.log.key_id}) != 3:
        raise KeyRefused("root, record and log need three different keys")
    trust = first_trust(origin, 1, root, signers)
    note = signed_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), signers)
    store.begin(write_trust_root(trust, root), note, randomness(COMMITMENT_KEY_BYTES))
    return trust


def first_trust(origin: str, epoch: int, root: Signer, signers: Signers) -> TrustRoot:
    """Answer the first version of a register's trust root: each key from the first record on."""
    grants = [
        Grant(Role.RECORD, signers.record.public_key, 0, None),
        Grant(Role.LOG, signers.log.public_key, 0, None),
    ]
    if signers.log_ml_dsa is not None:
        grants.append(Grant(Role.LOG_ML_DSA, signers.log_ml_dsa.public_key, 0, None))
    return TrustRoot(1, origin, epoch, root.public_key, tuple(grants))


def trust_root_of(log: Log, fingerprint: str) -> TrustRoot:
    """Answer the register's trust root, if the root key of this fingerprint stands behind it."""
    return read_trust_roots(log.trust_roots(), fingerprint)


def checkpoint_of(log: Log, trust: TrustRoot) -> Checkpoint:
    """Answer the register's checkpoint. Raises RegisterBroken where none of its log keys has signed it."""
    return proven_checkpoint(log.checkpoint(), trust)


def proven_checkpoint(note: bytes, trust: TrustRoot) -> Checkpoint:
    """Answer a checkpoint that a log key in force at its end has signed. Raises RegisterBroken.

    The end is the last record or the place after it: at a rotation the old key and the new one both sign there.
    """
    try:
        size = read_checkpoint(note, trust.origin, trust.ever(Role.LOG)).size
        keys = (*trust.keys(Role.LOG, max(size - 1, 0)), *trust.keys(Role.LOG, size))
        return read_checkpoint(note, trust.origin, tuple(dict.fromkeys(keys)))
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.CHECKPOINT, None, str(error)) from None


def commitment_key(store: Store) -> bytes:
    """Answer the key under which this register's references are committed to. Raises RegisterUnreadable."""
    key = store.commitment_key()
    if key is None:
        raise RegisterUnreadable(
            f"{store.place}: the key of commitments is not there; nothing is recorded without"
        )
    return key


def signed_checkpoint(checkpoint: Checkpoint, signers: Signers, *others: Signer) -> bytes:
    """Answer a checkpoint's note by the log's keys, of both kinds where there are both."""
    note = sign_checkpoint(checkpoint, signers.log, *others)
    return add_ml_dsa(note, signers.log_ml_dsa) if signers.log_ml_dsa is not None else note
