"""Making a register and appending to it.

    trust-root.json   journal/   checkpoint   attachments/   lock          the log
    archive/   cases/   commitments.key                                    beside it; never part of an export

An append is acknowledged when its records are on disk, read back, and covered by a signed checkpoint on disk.
The order makes a checkpoint ahead of its records impossible. What a crash leaves is whole records without a
checkpoint, which the next opening checks and covers, or part of one, which it cuts off.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused, UsageError
from isa_guard.frozen import dataclass
from isa_guard.register import archive, dsse, journal, storage
from isa_guard.register.chain import Chain
from isa_guard.register.checkpoint import ORIGIN, Checkpoint, read_checkpoint, sign_checkpoint
from isa_guard.register.clock import RANDOM_BYTES, stepped, uuid7
from isa_guard.register.engine import this_engine
from isa_guard.register.faults import (
    Damage,
    RegisterBroken,
    RegisterUnreadable,
    SignatureInvalid,
    StorageFailed,
)
from isa_guard.register.keys import Role, read_private
from isa_guard.register.merkle import EMPTY_ROOT, leaf_hash
from isa_guard.register.predicate import COMMITMENT_KEY_BYTES
from isa_guard.register.statement import Standing, draft, statement
from isa_guard.register.trust import Grant, TrustRoot, read_trust_root, write_trust_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from isa_guard.model.decision import Decision
    from isa_guard.register.clock import Reading
    from isa_guard.register.keys import Signer
    from isa_guard.register.statement import Draft

TRUST_ROOT: Final = "trust-root.json"
JOURNAL: Final = "journal"
CHECKPOINT: Final = "checkpoint"
COMMITMENTS: Final = "commitments.key"
LOCK: Final = "lock"
LIMIT_NOTE: Final = 64 * 1024
LOCK_SECONDS: Final = 30.0
_TORN: Final = {Damage.FRAME, Damage.CONTENT}


@dataclass(frozen=True, slots=True)
class Signers:
    """What signs records and what signs checkpoints: two keys, never one."""

    record: Signer
    log: Signer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a register takes from the machine it runs on: clocks, and random bytes by number."""

    clock: Callable[[], Reading]
    randomness: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of one record: index, leaf hash, and the size of the checkpoint that covers it."""

    index: int
    leaf: bytes
    decision_id: str
    covered_by: int


def create(
    folder: Path, origin: str, root: Signer, signers: Signers, randomness: Callable[[int], bytes]
) -> TrustRoot:
    """Make an empty register in `folder`, which must be empty or not there, and answer its trust root.

    Raises UsageError for a name or a folder that will not do, KeyRefused for a key in two roles, StorageFailed.
    """
    if not ORIGIN.match(origin):
        raise UsageError(
            f"`{origin}` is no name for a register: small letters, digits and . - _ / as in example.org/isa"
        )
    if len({root.key_id, signers.record.key_id, signers.log.key_id}) != 3:
        raise KeyRefused("root, record and log need three different keys")
    grants = (
        Grant(Role.RECORD, signers.record.public_key, 0, None),
        Grant(Role.LOG, signers.log.public_key, 0, None),
    )
    trust = TrustRoot(1, origin, 1, root.public_key, grants)
    with storage.storing(f"a register cannot be made in {folder}"):
        storage.private_folder(folder)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty: a register begins in a folder of its own")
        storage.private_folder(folder / JOURNAL)
        storage.write_new(folder / LOCK, b"")
        storage.write_new(folder / COMMITMENTS, randomness(COMMITMENT_KEY_BYTES))
        storage.write_new(folder / TRUST_ROOT, write_trust_root(trust, root))
        storage.write_new(folder / JOURNAL / journal.FIRST_SEGMENT, b"")
        storage.write_new(
            folder / CHECKPOINT, sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), signers.log)
        )
    return trust


def trust_root_of(folder: Path, fingerprint: str) -> TrustRoot:
    """Answer the register's trust root, if the root key of this fingerprint has signed it."""
    return read_trust_root(read_part(folder, TRUST_ROOT), fingerprint)


def read_part(folder: Path, name: str) -> bytes:
    """Answer a small file of a register. Raises RegisterUnreadable."""
    try:
        return storage.read_bounded(folder / name, LIMIT_NOTE)
    except OSError as error:
        raise RegisterUnreadable(
            f"{folder} is no register: {name} cannot be read: {storage.plain(error)}"
        ) from None


def checkpoint_of(folder: Path, trust: TrustRoot) -> Checkpoint:
    """Answer the register's checkpoint. Raises RegisterBroken where none of its log keys has signed it."""
    content = read_part(folder, CHECKPOINT)
    keys = tuple(grant.key for grant in trust.grants if grant.role is Role.LOG)
    try:
        checkpoint = read_checkpoint(content, trust.origin, keys)
        return read_checkpoint(content, trust.origin, trust.keys(Role.LOG, max(checkpoint.size - 1, 0)))
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.CHECKPOINT, None, str(error)) from None


def commitment_key(folder: Path) -> bytes:
    """Answer the key under which this register's references are committed to. Raises RegisterUnreadable."""
    try:
        key = read_private(folder / COMMITMENTS, COMMITMENT_KEY_BYTES)
    except OSError as error:
        raise RegisterUnreadable(f"{folder / COMMITMENTS} cannot be read: {storage.plain(error)}") from None
    if len(key) != COMMITMENT_KEY_BYTES:
        raise RegisterUnreadable(f"{folder / COMMITMENTS} is not the key that the register was made with")
    return key


@contextmanager
def appending(
    folder: Path, trust: TrustRoot, signers: Signers, surroundings: Surroundings
) -> Iterator[Appender]:
    """Open a register for appending, alone: others wait until it is closed.

    Raises RegisterBroken where the checkpoint is ahead of the records or does not match them, KeyRefused where
    `signers` are not of this register, StorageFailed where the lock is not to be had within LOCK_SECONDS.
    """
    with _locked(folder):
        appender = Appender(folder, trust, signers, surroundings)
        try:
            yield appender
        finally:
            appender.close()


class Appender:
    """A register open for appending. After any failure it acknowledges nothing more: open it anew."""

    def __init__(self, folder: Path, trust: TrustRoot, signers: Signers, surroundings: Surroundings) -> None:
        self.folder = folder
        self.trust = trust
        self.signers = signers
        self.surroundings = surroundings
        self._failed = False
        self._commitment_key = commitment_key(folder)
        self._chain, self._tail = _recovered(folder, trust)
        try:
            self._refuse_foreign(self._chain.size)
            if checkpoint_of(folder, trust).size < self._chain.size:
                self._cover()
        except BaseException:
            self._tail.close()
            raise

    @property
    def size(self) -> int:
        """How many records the register has."""
        return self._chain.size

    def close(self) -> None:
        """Let go of the journal."""
        self._tail.close()

    def append(self, decisions: Sequence[Decision]) -> tuple[Receipt, ...]:
        """Record decisions in one commit: all are acknowledged or none.

        Raises StorageFailed where the disk refuses, RecordError where a decision is too large to record.
        """
        if self._failed:
            raise StorageFailed(
                "an append failed before: open the register anew, nothing more is acknowledged"
            )
        key, engine = self._commitment_key, this_engine()
        drafts = [draft(decision, key, engine) for decision in decisions]
        self._keep(decisions, drafts)
        envelopes, standings = self._signed(drafts)
        try:
            stored = self._tail.append(envelopes)
            start = self.size
            leaves = [self._chain.take(*both) for both in zip(stored, standings, strict=True)]
            self._cover()
        except BaseException:
            self._failed = True
            raise
        return tuple(
            Receipt(start + offset, leaf, standing.decision_id, self.size)
            for offset, (leaf, standing) in enumerate(zip(leaves, standings, strict=True))
        )

    def _keep(self, decisions: Sequence[Decision], drafts: Sequence[Draft]) -> None:
        """Keep what replays need before anything is signed that names it."""
        for agreement in {id(one.agreement): one.agreement for one in decisions}.values():
            archive.keep_agreement(self.folder, agreement)
        for content in {one.fact.digest: one.fact.content for one in decisions}.values():
            archive.keep_case(self.folder, content)
        for one in drafts:
            if one.attachment is not None:
                archive.keep_attachment(self.folder, one.attachment)

    def _signed(self, drafts: Sequence[Draft]) -> tuple[list[bytes], list[Standing]]:
        clock = self.surroundings.clock()
        last = self._chain.last
        decided_at = max(clock.wall, last.decided_at) if last else clock.wall
        step = last is not None and stepped(last.clock, clock)
        envelopes: list[bytes] = []
        standings: list[Standing] = []
        previous = self._chain.previous
        for index, one in enumerate(drafts, self.size):
            decision_id = uuid7(decided_at, self.surroundings.randomness(RANDOM_BYTES))
            operator = self.signers.record.key_id
            place = (self.trust.origin, self.trust.epoch, index)
            standing = Standing(*place, previous, decided_at, decision_id, clock, step, operator)
            payload = statement(one, standing)
            envelope = dsse.sign(payload, self.signers.record)
            envelopes.append(envelope)
            standings.append(standing)
            previous = leaf_hash(envelope).hex()
        return envelopes, standings

    def _cover(self) -> None:
        """Sign a checkpoint over all that is stored and put it in place of the old one."""
        checkpoint = Checkpoint(self.trust.origin, self.size, self._chain.frontier.root())
        note = sign_checkpoint(checkpoint, self.signers.log)
        with storage.storing("the checkpoint cannot be written"):
            storage.replace(self.folder / CHECKPOINT, note)

    def _refuse_foreign(self, index: int) -> None:
        for role, signer in ((Role.RECORD, self.signers.record), (Role.LOG, self.signers.log)):
            if signer.key_id not in {key.key_id for key in self.trust.keys(role, index)}:
                raise KeyRefused(
                    f"the {role.value} key is not one of {self.trust.origin}: use the keys it was made with"
                )


def _recovered(folder: Path, trust: TrustRoot) -> tuple[Chain, journal.Tail]:
    """Answer the state of the register, everything beyond the checkpoint checked, a torn tail cut off."""
    checkpoint = checkpoint_of(folder, trust)
    chain = Chain(trust)
    path, end = journal.segments(folder / JOURNAL)[-1], 0
    if not checkpoint.size:
        chain.matches(checkpoint)
    try:
        for frame in journal.frames(folder / JOURNAL):
            if chain.size >= checkpoint.size:
                chain.follow(frame.envelope)
            else:
                chain.skip(frame.envelope)
                if chain.size == checkpoint.size:
                    chain.matches(checkpoint)
            path, end = (frame.segment, frame.end)
    except RegisterBroken as broken:
        if broken.damage not in _TORN or chain.size < checkpoint.size:
            raise
    if chain.size < checkpoint.size:
        what = f"the checkpoint covers {checkpoint.size}, the journal holds {chain.size}"
        raise RegisterBroken(Damage.MISSING, chain.size, what)
    return chain, journal.Tail(path, end)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the register's lock; the system lets go of it when its holder dies."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise RegisterUnreadable(f"{folder} cannot be appended to: {LOCK}: {storage.plain(error)}") from None
    try:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise StorageFailed(
                        f"another process holds the register for more than {LOCK_SECONDS:.0f} s"
                    ) from None
                time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)
