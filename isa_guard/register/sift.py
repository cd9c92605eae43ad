"""The records of some kinds out of a register, proven without checking the signature of every other one.

That nothing is altered, left out or put in follows from the root that the log's key has signed; that a record which is wanted was made by
who may make it, from its own signature. A register of a hundred thousand decisions is so asked for its few acts of people in seconds.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from isa_guard.register.chain import refuse_unsigned_act, statement_of
from isa_guard.register.faults import Damage, RegisterBroken, SignatureInvalid
from isa_guard.register.heads import Head, Heads, kept_head, quorum_at
from isa_guard.register.records import dsse
from isa_guard.register.register import proven_checkpoint
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.merkle import Frontier, leaf_hash
from isa_guard.register.verify import Stored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from isa_guard.register.stores.store import Log
    from isa_guard.register.trust_roots.trust_root import TrustRoot


def sifted(
    log: Log, trust: TrustRoot, marks: tuple[bytes, ...], against: Iterable[bytes] = ()
) -> tuple[Stored, ...]:
    """Answer the records whose payload holds one of `marks`, in order, once the whole is proven.

    Raises RegisterBroken, HeadsContradict, RegisterUnreadable as `verify.verify` does for what it looks at.
    """
    note = log.checkpoint()
    checkpoint = proven_checkpoint(note, trust)
    found = Head(checkpoint, note)
    kept = [kept_head(one, trust) for one in (*log.kept_checkpoints(), *against)]
    trust = _vouched((*kept, found), trust)
    heads, tree, wanted = Heads(found, kept), Frontier(), []
    heads.check(tree)
    for index, envelope in enumerate(islice(log.entries(), checkpoint.size)):
        tree.add(leaf_hash(envelope))
        heads.check(tree)
        payload = _payload(envelope, index)
        if any(mark in payload for mark in marks):
            wanted.append((index, envelope))
    if tree.size < checkpoint.size:
        what = f"the checkpoint covers {checkpoint.size}, the journal holds {tree.size}"
        raise RegisterBroken(Damage.MISSING, tree.size, what)
    if tree.root() != checkpoint.root:
        raise RegisterBroken(Damage.ROOT, None, f"none of the first {checkpoint.size} can be relied on")
    return tuple(_stored(index, envelope, trust) for index, envelope in wanted)


def witnessed_at(log: Log, trust: TrustRoot) -> datetime | None:
    """Answer when a quorum of witnesses last cosigned a kept head or the newest one; None where none ever did. Raises RegisterBroken."""
    heads = [kept_head(note, trust) for note in (*log.kept_checkpoints(), log.checkpoint())]
    try:
        times = [quorum_at(one.note, trust, one.checkpoint.size) for one in heads]
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.KEPT, None, str(error)) from None
    return max((one for one in times if one is not None), default=None)


def _payload(envelope: bytes, index: int) -> bytes:
    try:
        return dsse.open_unverified(envelope).payload
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.SIGNATURE, index, str(error)) from None


def _stored(index: int, envelope: bytes, trust: TrustRoot) -> Stored:
    try:
        payload = dsse.verify(envelope, trust.keys(Role.RECORD, index))
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.SIGNATURE, index, str(error)) from None
    record = statement_of(payload, index)
    refuse_unsigned_act(record, trust, index)
    return Stored(index, envelope, record)


def _vouched(heads: Iterable[Head], trust: TrustRoot) -> TrustRoot:
    """Answer the trust root as witnesses have vouched for it: what they saw in time stays trusted."""
    for head in heads:
        try:
            seen = quorum_at(head.note, trust, head.checkpoint.size)
        except SignatureInvalid as error:
            raise RegisterBroken(Damage.KEPT, None, str(error)) from None
        if seen is not None:
            trust = trust.with_vouched(head.checkpoint.size, seen)
    return trust
