"""The records of some kinds out of a register, proven without checking the signature of every other one.

That nothing is altered, left out or put in follows from the root that the log's key has signed; that a record which is wanted was made by
who may make it, from its own signature. A register of a hundred thousand decisions is so asked for its few acts of people in seconds.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.chain import refuse_unsigned_act, statement_of
from isa_guard.register.faults import Damage, ProofInvalid, RegisterBroken, SignatureInvalid
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


@dataclass(frozen=True, slots=True)
class Sifted:
    """How far a log was sifted: its size and the peaks of its tree then, and the place and leaf of every record that was wanted.

    Whoever notes it where nobody else writes need not read the same records again; it is believed only if it leads to the signed root.
    """

    size: int
    peaks: tuple[bytes, ...]
    wanted: tuple[tuple[int, bytes], ...]


NOTHING: Final = Sifted(0, (), ())


def sifted(
    log: Log, trust: TrustRoot, marks: tuple[bytes, ...], against: Iterable[bytes] = ()
) -> tuple[Stored, ...]:
    """Answer the records whose payload holds one of `marks`, in order, once the whole is proven.

    Raises RegisterBroken, HeadsContradict, RegisterUnreadable as `verify.verify` does for what it looks at.
    """
    return sift(log, trust, marks, against, NOTHING)[0]


def sift(
    log: Log, trust: TrustRoot, marks: tuple[bytes, ...], against: Iterable[bytes], noted: Sifted
) -> tuple[tuple[Stored, ...], Sifted]:
    """Answer as `sifted`, going on from what was noted, and what to note now. Raises as `sifted`.

    Notes that do not lead to the signed root are put aside, and all is read. Heads that are older than the notes were looked at when
    those were made.
    """
    note = log.checkpoint()
    found = Head(proven_checkpoint(note, trust), note)
    kept = [kept_head(one, trust) for one in (*log.kept_checkpoints(), *against)]
    trust, heads = _vouched((*kept, found), trust), Heads(found, kept)
    try:
        now = _grown(log, heads, found, marks, noted)
        return tuple(_stored(log, place, leaf, trust) for place, leaf in now.wanted), now
    except (RegisterBroken, ProofInvalid):
        if noted.size == 0:
            raise
    now = _grown(log, heads, found, marks, NOTHING)
    return tuple(_stored(log, place, leaf, trust) for place, leaf in now.wanted), now


def _grown(log: Log, heads: Heads, found: Head, marks: tuple[bytes, ...], noted: Sifted) -> Sifted:
    """Go on with the tree to the checkpoint. Raises RegisterBroken, HeadsContradict, ProofInvalid where it does not lead there."""
    size, root = found.checkpoint.size, found.checkpoint.root
    tree, wanted = Frontier.of(noted.size, noted.peaks), [*noted.wanted]
    if noted.size > size:
        raise ProofInvalid("more was sifted than the register holds")
    heads.check(tree)
    for index, envelope in enumerate(islice(log.entries(noted.size), size - noted.size), noted.size):
        leaf = leaf_hash(envelope)
        tree.add(leaf)
        heads.check(tree)
        payload = _payload(envelope, index)
        if any(mark in payload for mark in marks):
            wanted.append((index, leaf))
    if tree.size < size:
        what = f"the checkpoint covers {size}, the journal holds {tree.size}"
        raise RegisterBroken(Damage.MISSING, tree.size, what)
    if tree.root() != root:
        raise RegisterBroken(Damage.ROOT, None, f"none of the first {size} can be relied on")
    return Sifted(size, tree.peaks, tuple(wanted))


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


def _stored(log: Log, index: int, leaf: bytes, trust: TrustRoot) -> Stored:
    """Answer a record whose leaf the tree has, read again and checked by its own signatures. Raises RegisterBroken."""
    envelope = next(log.entries(index), b"")
    if leaf_hash(envelope) != leaf:
        raise RegisterBroken(Damage.ROOT, index, "the record is not the one that the tree has")
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
