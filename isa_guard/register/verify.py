"""Whether a register is whole: every record, signature, place, link and time, and the root over all.

It proves that nothing covered by the checkpoint was altered, left out, added or put in another order since it
was signed, and that it grew out of every head that was kept. It cannot prove that the checkpoint is the newest
one where no newer head was kept elsewhere.
"""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.chain import Chain, statement_of
from isa_guard.register.faults import (
    ArchiveBroken,
    Damage,
    RegisterBroken,
    RegisterUnreadable,
    SignatureInvalid,
)
from isa_guard.register.heads import Head, Heads, kept_head, quorum_at
from isa_guard.register.records import dsse
from isa_guard.register.records.event import ErasureEvent, KeyEvent, WitnessEvent
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.register import proven_checkpoint, trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import check_ml_dsa
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.trust_roots.trust_root import TrustRoot, Vouched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from isa_guard.register.records.statement import Record
    from isa_guard.register.stores.store import Log

AT_ONCE: Final = 64  # envelopes whose signatures are checked in one go
AHEAD: Final = 4  # such goes that may be under way: memory stays flat


@dataclass(frozen=True, slots=True)
class Verified:
    """What was proven: a register of this name, size and root, and what its records say of it."""

    origin: str
    size: int
    root: bytes
    beyond: int  # records, whole or not, that follow and that no checkpoint covers
    heads: int  # kept heads that it agrees with
    witnessed: Vouched | None  # the newest head that a quorum of witnesses has cosigned
    erased: frozenset[str]  # digests of the cases that were erased
    clock_steps: tuple[int, ...]  # the first records made after a clock was set


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that verifies, and the envelope that it was read from."""

    index: int
    envelope: bytes
    record: Record


def verify(log: Log, trusted: str | TrustRoot, against: Iterable[bytes] = ()) -> Verified:
    """Verify a register against a root key's fingerprint, or against a trust root that one already holds.

    `against` are heads kept elsewhere. Raises RegisterBroken with the first broken record and its damage,
    HeadsContradict with both heads, Untrusted, RegisterUnreadable. Memory does not grow with the register.
    """
    walk = Walk(log, trusted, against)
    for _ in walk.records():
        pass
    return walk.verified()


def record_at(log: Log, trusted: str | TrustRoot, index: int, against: Iterable[bytes] = ()) -> Stored:
    """Answer one record of a register that verifies as a whole. Raises as `verify`, and RegisterUnreadable."""
    return records_at(log, trusted, frozenset({index}), against)[0]


def records_at(
    log: Log, trusted: str | TrustRoot, indices: frozenset[int], against: Iterable[bytes] = ()
) -> tuple[Stored, ...]:
    """Answer the records of these indices, in order. Raises as `verify`, and RegisterUnreadable where one is not there."""
    walk = Walk(log, trusted, against)
    found = tuple([one for one in walk.records() if one.index in indices])
    missing = indices - {one.index for one in found}
    if missing:
        raise RegisterUnreadable(
            f"there is no record {min(missing)}: the register has {walk.verified().size}"
        )
    return found


def records_named(
    log: Log, trusted: str | TrustRoot, name: str, against: Iterable[bytes] = ()
) -> tuple[Stored, ...]:
    """Answer the record of an index or an id, or all records about the document of a digest.

    Raises as `verify`, and RegisterUnreadable where there is none.
    """
    if name.isascii() and name.isdecimal() and len(name) < len("2" * 16):
        return (record_at(log, trusted, int(name), against),)
    walk = Walk(log, trusted, against)
    wanted = name.strip().lower()
    found = tuple([one for one in walk.records() if wanted in (one.record.standing.id, one.record.subject)])
    if not found:
        raise RegisterUnreadable("no record has that index or id, or is about a document of that digest")
    return found


class Walk:
    """Goes through a register from its first record to its checkpoint."""

    def __init__(self, log: Log, trusted: str | TrustRoot, against: Iterable[bytes] = ()) -> None:
        """Read trust root, checkpoint and kept heads.

        Raises Untrusted, RegisterBroken, HeadsContradict, RegisterUnreadable.
        """
        self.log = log
        self.trust = trusted if isinstance(trusted, TrustRoot) else trust_root_of(log, trusted)
        note = log.checkpoint()
        self.checkpoint = proven_checkpoint(note, self.trust)
        self._second_signature(note)
        found = Head(self.checkpoint, note)
        kept = [kept_head(one, self.trust) for one in (*log.kept_checkpoints(), *against)]
        self._witnessed: Vouched | None = None
        for one in (*kept, found):
            self._vouch(one)
        self._kept = frozenset([hashlib.sha256(one.note).hexdigest() for one in kept])
        self._kept_heads = len(kept)
        self._heads = Heads(found, kept)
        self._chain = Chain(self.trust)
        self._entries = log.entries()
        self._erased: set[str] = set()
        self._clock_steps: list[int] = []

    def records(self) -> Iterator[Stored]:
        """Answer every record once it is proven by itself; all are proven together once the last is given."""
        self._heads.check(self._chain.frontier)
        for envelope, leaf, record in self._proven():
            index = self._chain.size
            if isinstance(record, RegisterBroken):
                raise record
            self._chain.follow_signed(envelope, leaf, record)
            self._notice(index, record)
            self._heads.check(self._chain.frontier)
            yield Stored(index, envelope, record)
        if self._chain.size < self.checkpoint.size:
            what = f"the checkpoint covers {self.checkpoint.size}, the journal holds {self._chain.size}"
            raise RegisterBroken(Damage.MISSING, self._chain.size, what)
        self._chain.matches(self.checkpoint)

    def verified(self) -> Verified:
        """Answer what was proven. Only to be asked once every record has been given."""
        return Verified(
            self.trust.origin,
            self.checkpoint.size,
            self.checkpoint.root,
            self._beyond(),
            self._kept_heads,
            self._witnessed,
            frozenset(self._erased),
            tuple(self._clock_steps),
        )

    def _vouch(self, head: Head) -> None:
        """Note how far a quorum of witnesses has seen the register; that its records lead there is checked on the way."""
        try:
            seen = quorum_at(head.note, self.trust, head.checkpoint.size)
        except SignatureInvalid as error:
            raise RegisterBroken(Damage.KEPT, None, str(error)) from None
        if seen is None:
            return
        self.trust = self.trust.with_vouched(head.checkpoint.size, seen)
        if self._witnessed is None or head.checkpoint.size >= self._witnessed.size:
            self._witnessed = Vouched(head.checkpoint.size, seen)

    def _proven(self) -> Iterator[tuple[bytes, bytes, Record | RegisterBroken]]:
        """Answer every envelope with its leaf hash and its record, or what is wrong with it, in order.

        Two threads prove whole stretches ahead: the library lets go of the interpreter while it checks a signature,
        and what is left to do here is too little for the three to get in each other's way.
        """
        envelopes = islice(self._entries, self.checkpoint.size)
        pending: deque[Future[list[tuple[bytes, bytes, Record | RegisterBroken]]]] = deque()
        index, broken = 0, None
        with ThreadPoolExecutor(2) as pool:
            while True:
                while broken is None and len(pending) < AHEAD:
                    chunk, broken = _taken(envelopes)
                    if not chunk:
                        break
                    pending.append(pool.submit(self._stretch, index, chunk))
                    index += len(chunk)
                if not pending:
                    break
                yield from pending.popleft().result()
        if broken is not None:
            raise broken

    def _stretch(
        self, start: int, envelopes: Sequence[bytes]
    ) -> list[tuple[bytes, bytes, Record | RegisterBroken]]:
        return [
            (envelope, leaf_hash(envelope), self._record(envelope, index))
            for index, envelope in enumerate(envelopes, start)
        ]

    def _record(self, envelope: bytes, index: int) -> Record | RegisterBroken:
        try:
            payload = dsse.verify(envelope, self.trust.keys(Role.RECORD, index))
            return statement_of(payload, index)
        except SignatureInvalid as error:
            return RegisterBroken(Damage.SIGNATURE, index, str(error))
        except RegisterBroken as broken:
            return broken

    def _beyond(self) -> int:
        """Answer how many records follow the checkpoint: an append is going on, or was broken off."""
        number = 0
        try:
            for _ in self._entries:
                number += 1
        except RegisterBroken:
            number += 1
        return number

    def _second_signature(self, note: bytes) -> None:
        """Hold the checkpoint to the second kind of signature, where the trust root says that it has one."""
        keys = self.trust.ml_dsa_keys(max(self.checkpoint.size - 1, 0))
        if not keys:
            return
        try:
            check_ml_dsa(note, keys)
        except SignatureInvalid as error:
            raise RegisterBroken(Damage.CHECKPOINT, None, str(error)) from None

    def _notice(self, index: int, record: Record) -> None:
        if record.standing.step_detected and len(self._clock_steps) < AT_ONCE:
            self._clock_steps.append(index)
        if isinstance(record, DecisionRecord):
            self._attachment(index, record)
            return
        match record.event:
            case ErasureEvent(digest=digest):
                self._erased.add(digest)
            case WitnessEvent(size=size, note_digest=digest) if digest not in self._kept:
                what = f"the head of {size} records that witnesses cosigned is not kept as it was"
                raise RegisterBroken(Damage.KEPT, index, what)
            case KeyEvent(trust_version=version) if version > self.trust.version:
                what = f"record {index} says that there is a version {version}; this is {self.trust.version}"
                raise RegisterBroken(Damage.TRUST_ROOT, index, what)
            case KeyEvent(trust_version=version, trust_digest=digest) if self._another(version, digest):
                what = f"its version {version} is not the one that record {index} tells of"
                raise RegisterBroken(Damage.TRUST_ROOT, index, what)
            case _:
                pass

    def _another(self, version: int, digest: str) -> bool:
        """Answer whether a version of the trust root has another digest: its root keys then told two stories."""
        return self.trust.lineage[version - 1 : version] not in ((digest,), ())

    def _attachment(self, index: int, record: DecisionRecord) -> None:
        if record.attachment is None:
            return
        try:
            found = self.log.blob(Shelf.ATTACHMENTS, record.attachment)
        except ArchiveBroken as error:
            raise RegisterBroken(Damage.ATTACHMENT, index, str(error)) from None
        if found is None:
            raise RegisterBroken(
                Damage.ATTACHMENT, index, f"attachments/sha256 lacks {record.attachment[:12]}"
            )


def _taken(envelopes: Iterator[bytes]) -> tuple[list[bytes], RegisterBroken | None]:
    """Answer the next envelopes, and what broke off their reading: those before it are looked at first."""
    chunk: list[bytes] = []
    try:
        for envelope in islice(envelopes, AT_ONCE):
            chunk.append(envelope)  # noqa: PERF402 - what was read before it broke off counts
    except RegisterBroken as broken:
        return chunk, broken
    return chunk, None
