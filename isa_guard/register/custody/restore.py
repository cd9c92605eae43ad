"""A register out of a backup: the epoch that ended, to be read, and a new one that begins where it ended."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.appender import Appender
from isa_guard.register.custody import backup
from isa_guard.register.faults import Damage, RegisterBroken, RegisterUnreadable
from isa_guard.register.records.event import RecoveryEvent
from isa_guard.register.records.predicate import COMMITMENT_KEY_BYTES
from isa_guard.register.register import first_trust, signed_checkpoint, trust_root_of
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.journal import START, Tail
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import Checkpoint
from isa_guard.register.tree.merkle import EMPTY_ROOT
from isa_guard.register.trust_roots.trust import read_trust_roots, write_trust_root
from isa_guard.register.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.register.appender import Surroundings
    from isa_guard.register.register import Signers
    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot

AT_ONCE = 256  # envelopes in one write


@dataclass(frozen=True, slots=True)
class Restored:
    """The new register: its trust root, what ended, and the index of the record that says so."""

    trust: TrustRoot
    event: RecoveryEvent
    index: int


def unpack(path: Path, former: Path) -> Directory:
    """Put a backup into a folder of its own, to be read and never appended to: it gets no lock.

    Raises UsageError where something is there, RegisterUnreadable for what is no backup, StorageFailed.
    """
    with storage.storing(f"{former} cannot be written"):
        storage.private_folder(former)
        if any(former.iterdir()):
            raise UsageError(f"{former} is not empty: a backup is unpacked into a folder of its own")
        storage.private_folder(former / "journal")
        storage.write_new(former / "journal" / "000000000000.seg", b"")
    store = Directory(former)
    tail = Tail(former / "journal", START)
    waiting: list[bytes] = []
    try:
        for name, content in backup.members(path):
            if backup.is_entry(name, tail.at.index + len(waiting)):
                waiting.append(content)
            else:
                _put(store, name, content)
            if len(waiting) == AT_ONCE:
                tail.append(waiting)
                waiting = []
        if waiting:
            tail.append(waiting)
    finally:
        tail.close()
    return store


def restore(
    former: Directory,
    trusted: str,
    store: Store,
    root: Signer,
    signers: Signers,
    surroundings: Surroundings,
    witnessed_size: int | None,
) -> Restored:
    """Begin a new epoch in `store` where the register in `former`, which must verify, ended.

    `witnessed_size` is the largest size that a witness is known to have cosigned. Raises as `verify`; UsageError
    where the store holds something.
    """
    trust = trust_root_of(former, trusted)
    proven = verify(former, trust)
    following = _following(trust, root, signers)
    content = write_trust_root(following, root)
    note = signed_checkpoint(Checkpoint(following.origin, 0, EMPTY_ROOT), signers)
    key = former.commitment_key() or surroundings.randomness(COMMITMENT_KEY_BYTES)
    store.begin(content, note, key)
    for shelf in Shelf:
        for digest in former.digests(shelf):
            kept = former.blob(shelf, digest)
            if kept is not None:
                store.keep(shelf, {digest: kept})
    ended = former.checkpoint()
    event = RecoveryEvent(
        trust.origin, trust.epoch, proven.size, hashlib.sha256(ended).hexdigest(), witnessed_size
    )
    read = read_trust_roots((content,), following.fingerprint)
    receipt = Appender(store, read, signers, surroundings).append_event(event)
    return Restored(read, event, receipt.index)


def following_origin(origin: str, epoch: int) -> str:
    """Answer the name of the epoch after this one: a name is never used for two."""
    base = origin.removesuffix(f"/e{epoch}") if epoch > 1 else origin
    return f"{base}/e{epoch + 1}"


def _following(trust: TrustRoot, root: Signer, signers: Signers) -> TrustRoot:
    first = first_trust(following_origin(trust.origin, trust.epoch), trust.epoch + 1, root, signers)
    return dataclasses.replace(
        first, witnesses=trust.witnesses, quorum=trust.quorum, witness_every=trust.witness_every
    )


def _put(store: Directory, name: str, content: bytes) -> None:
    """Put a part of a backup where a folder has it. Raises RegisterUnreadable for a name that no part has."""
    with storage.storing("the backup cannot be unpacked"):
        match backup.part_of(name):
            case backup.Part.CHECKPOINT:
                storage.write_new(store.folder / "checkpoint", content)
            case backup.Part.TRUST_ROOT:
                storage.write_new(store.folder / name, content)
            case backup.Part.KEPT:
                store.keep_checkpoint(int(name.split("/")[1].split("-", maxsplit=1)[0]), content)
            case backup.Part.COMMITMENTS:
                storage.write_new(store.folder / backup.COMMITMENTS, content)
            case Shelf() as shelf:
                digest = name.rsplit("/", 1)[1]
                if shelf is Shelf.CASES and hashlib.sha256(content).hexdigest() != digest:
                    raise RegisterBroken(
                        Damage.KEPT, None, f"the case {digest[:12]} of the backup was altered"
                    )
                store.keep_unlocked(shelf, {digest: content})
            case None:
                raise RegisterUnreadable("the backup holds something that is no part of a register")
