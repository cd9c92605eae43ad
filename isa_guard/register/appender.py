"""Appending to a register, wherever it lies.

An append is acknowledged when its records are stored, read back, and covered by a signed checkpoint that is stored
too. The order makes a checkpoint ahead of its records impossible. What a crash leaves is whole records without a
checkpoint, which the next append checks and covers, or part of one, which it cuts off: the root that it signs
then is the one that the crash kept from being signed, so no size ever gets two.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused, NotAuthorised, UsageError
from isa_guard.frozen import dataclass
from isa_guard.register import archive
from isa_guard.register.chain import Chain, statement_of
from isa_guard.register.faults import (
    Damage,
    ProofInvalid,
    RecordError,
    RegisterBroken,
    StorageFailed,
)
from isa_guard.register.records import dsse
from isa_guard.register.records.clock import RANDOM_BYTES, stepped, uuid7
from isa_guard.register.records.engine import this_engine
from isa_guard.register.records.event import KeyAction
from isa_guard.register.records.statement import ID, Standing, draft, event_draft, statement
from isa_guard.register.register import commitment_key, proven_checkpoint, signed_checkpoint
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.store import Noted, Shelf
from isa_guard.register.tree.checkpoint import (
    Checkpoint,
)
from isa_guard.register.tree.merkle import EMPTY_ROOT, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.decision import Decision
    from isa_guard.register.records.act_event import ActEvent
    from isa_guard.register.records.clock import Reading
    from isa_guard.register.records.event import Event, KeyEvent
    from isa_guard.register.records.statement import Draft
    from isa_guard.register.register import Signers
    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.stores.store import Store, Writer
    from isa_guard.register.trust_roots.trust import TrustRoot

AT_ONCE: Final = 4_096  # records noted in the index at a time while catching up
_TORN: Final = {Damage.FRAME, Damage.CONTENT}


def _unheard(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a register takes from the machine it runs on: clocks, random bytes by number, and an ear for warnings."""

    clock: Callable[[], Reading]
    randomness: Callable[[int], bytes]
    warn: Callable[[str], None] = _unheard


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of one record: index, leaf hash, id, and the size of the checkpoint that covers it."""

    index: int
    leaf: bytes
    id: str
    covered_by: int


@dataclass(frozen=True, slots=True)
class Changing:
    """A register held while its trust root changes (`rotation.Keeping`).

    `size` is the index of the record that will tell of the change.
    """

    size: int
    keeps: Callable[[KeyEvent, int, bytes, Signer | None], None]

    def keep(self, event: KeyEvent, version: int, trust_root: bytes, successor: Signer | None) -> None:
        """Keep a version of the trust root, append the event, and cover both."""
        self.keeps(event, version, trust_root, successor)


class Appender:
    """A register open for appending; every commit holds it alone, so several may be open at a time.

    After any failure it acknowledges nothing more: open it anew.
    """

    def __init__(self, store: Store, trust: TrustRoot, signers: Signers, surroundings: Surroundings) -> None:
        """Open it, and put right what a crash left.

        Raises RegisterBroken where the checkpoint is ahead of the records or does not match them, KeyRefused
        where `signers` are not of this register, StorageFailed where it is held by others too long.
        """
        self.store = store
        self.trust = trust
        self.signers = signers
        self.surroundings = surroundings
        self._failed = False
        self._chain = Chain(trust)
        self._note = b""
        self._covered = Checkpoint(trust.origin, 0, EMPTY_ROOT)
        self._unnoted: list[Noted] = []
        with store.writing() as writer:
            self._commitment_key = commitment_key(store)
            self._resume(writer)
            self._catch_up(writer)

    @property
    def size(self) -> int:
        """How many records the register had when it was last looked at."""
        return self._chain.size

    @property
    def note(self) -> bytes:
        """The checkpoint's note as it was last read or signed."""
        return self._note

    def append(self, decisions: Sequence[Decision]) -> tuple[Receipt, ...]:
        """Record decisions in one commit: all are acknowledged or none.

        Raises StorageFailed where the disk refuses, RecordError where a decision is too large to record.
        """
        return self.commit(self.drafted(decisions))

    def supersede(self, record_id: str, decision: Decision) -> Receipt:
        """Record a decision that replaces an earlier one, which stays: nothing is ever taken back by silence.

        Raises as `append`, and UsageError where this register has no record of that id.
        """
        if not (ID.match(record_id) and self._has(record_id)):
            raise UsageError(f"no record here has the id {record_id}: `isa-guard register show` names it")
        return self.commit((draft(decision, self._commitment_key, this_engine(), record_id),))[0]

    def _has(self, record_id: str) -> bool:
        """Answer whether a record has an id; the index only saves looking."""
        try:
            candidates = self.store.found(record_id)
        except StorageFailed:
            candidates = range(self.size)
        first = min(candidates, default=None)
        return first is not None and any(
            statement_of(dsse.open_unverified(envelope).payload, index).standing.id == record_id
            for index, envelope in enumerate(self.store.entries(first), first)
        )

    def append_event(self, event: Event) -> Receipt:
        """Record what happens to the register itself."""
        return self.commit((event_draft(event, this_engine()),))[0]

    def append_act(self, event: ActEvent, document: bytes, agreement: Agreement, seen: int) -> Receipt:
        """Record a person's act, whose document is kept beside. `seen` is how many records the person had before them.

        Raises NotAuthorised where somebody acted meanwhile: what was decided on may not be so any more.
        """
        return self.commit((event_draft(event, this_engine(), agreement, document),), seen)[0]

    def drafted(self, decisions: Sequence[Decision]) -> tuple[Draft, ...]:
        """Answer the drafts of records; nothing is written yet, so any thread may do it at any time."""
        key, engine = self._commitment_key, this_engine()
        return tuple([draft(decision, key, engine) for decision in decisions])

    def commit(self, drafts: Sequence[Draft], seen: int | None = None) -> tuple[Receipt, ...]:
        """Record drafts in one commit: all are acknowledged or none; none where there are more records than were `seen`."""
        if self._failed:
            raise StorageFailed(
                "an append failed before: open the register anew, nothing more is acknowledged"
            )
        if not drafts:
            return ()
        before = self._note
        try:
            self._keep(drafts)
            with self.store.writing() as writer:
                self._catch_up(writer)
                self._refuse_unseen(seen)
                receipts = self._commit(writer, drafts)
                self._remember(writer)
        except (
            NotAuthorised,
            RecordError,
        ):  # before anything was written, unless what others left was covered first
            self._failed = self._note != before
            raise
        except BaseException:
            self._failed = True
            raise
        return receipts

    def _refuse_unseen(self, seen: int | None) -> None:
        if seen is not None and self.size != seen:
            raise NotAuthorised("somebody has acted meanwhile: look at the matter again, then act")

    @contextmanager
    def keeping(self) -> Iterator[Changing]:
        """Hold the register while its trust root changes: nobody appends between the count and the record."""
        with self.store.writing() as writer:
            self._catch_up(writer)
            yield Changing(self.size, partial(self._change, writer))

    def _change(
        self, writer: Writer, event: KeyEvent, version: int, trust_root: bytes, successor: Signer | None
    ) -> None:
        """Keep a version of the trust root, append the event, and cover both.

        A revoked log key must not be what holds the register together when the version that revokes it is there,
        and a record must not name a version that is not: a crash between any two steps leaves it whole.
        """
        self._failed = True  # it goes on with another trust root, or not at all: open it anew
        if event.action is KeyAction.REVOKED:
            self._cover(writer)
        self.store.keep_trust_root(version, trust_root)
        self._commit(writer, (event_draft(event, this_engine()),), successor)
        self._remember(writer)

    def _keep(self, drafts: Sequence[Draft]) -> None:
        """Keep what replays need before anything is signed that names it."""
        agreements = {id(one.agreement): one.agreement for one in drafts if one.agreement is not None}
        for agreement in agreements.values():
            archive.keep_agreement(self.store, agreement)
        cases = {one.digest: one.case for one in drafts if one.case is not None}
        if cases:
            self.store.keep(Shelf.CASES, cases)
        archive.keep_attachments(self.store, [one.attachment for one in drafts if one.attachment is not None])

    def _commit(
        self, writer: Writer, drafts: Sequence[Draft], successor: Signer | None = None
    ) -> tuple[Receipt, ...]:
        envelopes, standings = self._signed(drafts)
        stored = writer.write(envelopes)
        start = self.size
        for envelope, standing, one in zip(stored, standings, drafts, strict=True):
            leaf = self._chain.take(envelope, standing)
            self._unnoted.append(Noted(standing.index, leaf, standing.id, one.digest))
        noted = self._unnoted[-len(drafts) :]
        self._cover(writer, *((successor,) if successor is not None else ()))
        return tuple([Receipt(start + at, one.leaf, one.id, self.size) for at, one in enumerate(noted)])

    def _signed(self, drafts: Sequence[Draft]) -> tuple[list[bytes], list[Standing]]:
        clock = self.surroundings.clock()
        last = self._chain.last
        decided_at = max(clock.wall, last.decided_at) if last else clock.wall
        step = last is not None and stepped(last.clock, clock)
        self._refuse_foreign()
        envelopes: list[bytes] = []
        standings: list[Standing] = []
        previous = self._chain.previous
        origin, epoch, operator = self.trust.origin, self.trust.epoch, self.signers.record.key_id
        for index, one in enumerate(drafts, self.size):
            record_id = uuid7(decided_at, self.surroundings.randomness(RANDOM_BYTES))
            standing = Standing(
                origin, epoch, index, previous, one.supersedes, decided_at, record_id, clock, step, operator
            )
            envelope = dsse.sign(statement(one, standing), self.signers.record)
            envelopes.append(envelope)
            standings.append(standing)
            previous = leaf_hash(envelope).hex()
        return envelopes, standings

    def _cover(self, writer: Writer, *others: Signer) -> None:
        """Sign a checkpoint over all that is stored and put it in place of the old one."""
        checkpoint = Checkpoint(self.trust.origin, self.size, self._chain.frontier.root())
        note = signed_checkpoint(checkpoint, self.signers, *others)
        writer.seal(note, self._chain.tip)
        self._note, self._covered = note, checkpoint

    def _resume(self, writer: Writer) -> None:
        """Begin at the end that was noted; what follows proves or refutes it."""
        tip = self.store.tip()
        try:
            if tip is not None:
                self._chain = Chain.at(self.trust, tip)
        except ProofInvalid:
            tip = None
        if tip is None:
            writer.forget()

    def _catch_up(self, writer: Writer) -> None:
        """Take what others, or an append that was broken off, have stored since; a torn tail is cut off."""
        note = self.store.checkpoint()
        if note != self._note:
            found = proven_checkpoint(note, self.trust)
            if found.size < self._covered.size:
                raise RegisterBroken(
                    Damage.ROLLBACK, None, f"it covered {self._covered.size}, now {found.size}"
                )
            self._note, self._covered = note, found
        began_at = self.size
        try:
            self._follow(writer)
        except RegisterBroken as broken:
            doubtful = broken.damage is Damage.ROOT or self._chain.size < self._covered.size
            if not began_at or not doubtful:
                raise
            # The end that was noted does not lead to the signed root: read all, and believe only that.
            self.surroundings.warn("the index of the register is wrong and is made anew")
            writer.forget()
            self._chain, self._unnoted = Chain(self.trust), []
            self._follow(writer)
        if self.size > self._covered.size:
            # Where it is the record of a rotation that was not covered yet, the key here may sign no further one.
            self._refuse(Role.LOG, self.signers.log, self.size - 1, self.size)
            self._cover(writer)
        self._remember(writer)

    def _follow(self, writer: Writer) -> None:
        chain, covered = self._chain, self._covered
        if chain.size == covered.size:
            chain.matches(covered)
        elif chain.size > covered.size:
            what = f"the checkpoint covers {covered.size}, and {chain.size} were noted"
            raise RegisterBroken(Damage.ROOT, None, what)
        try:
            for envelope in writer.entries(chain.size):
                self._unnoted.append(
                    chain.noted_skip(envelope) if chain.size < covered.size else chain.noted_follow(envelope)
                )
                if chain.size == covered.size:
                    chain.matches(covered)
                if len(self._unnoted) >= AT_ONCE:
                    self._remember(writer)
        except RegisterBroken as broken:
            if broken.damage not in _TORN or chain.size < covered.size:
                raise
            writer.cut(chain.size)
        if chain.size < covered.size:
            what = f"the checkpoint covers {covered.size}, the journal holds {chain.size}"
            raise RegisterBroken(Damage.MISSING, chain.size, what)

    def _remember(self, writer: Writer) -> None:
        if not self._unnoted:
            return
        noted, self._unnoted = self._unnoted, []
        try:
            writer.remember(noted, self._chain.tip)
        except StorageFailed as error:
            self.surroundings.warn(f"{error}; the records are safe")

    def _refuse_foreign(self) -> None:
        self._refuse(Role.RECORD, self.signers.record, self.size)
        self._refuse(Role.LOG, self.signers.log, self.size)

    def _refuse(self, role: Role, signer: Signer, *indices: int) -> None:
        """Raise KeyRefused where a key may not sign at any of these records."""
        if signer.key_id not in {key.key_id for index in indices for key in self.trust.keys(role, index)}:
            raise KeyRefused(
                f"the {role.value} key is not one of {self.trust.origin} from record {self.size} on: "
                "use the keys that its trust root names"
            )
