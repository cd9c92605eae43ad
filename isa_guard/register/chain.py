"""What makes envelopes a register: each is signed, says its own place, and names the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.register.faults import Damage, RecordError, RegisterBroken, SignatureInvalid
from isa_guard.register.records import dsse
from isa_guard.register.records.act_event import ActEvent
from isa_guard.register.records.statement import EventRecord, read_statement
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.stores.store import Noted, Tip
from isa_guard.register.tree.merkle import Frontier, leaf_hash

if TYPE_CHECKING:
    from isa_guard.register.records.statement import Record, Standing
    from isa_guard.register.tree.checkpoint import Checkpoint
    from isa_guard.register.trust_roots.trust import TrustRoot


class Chain:
    """Follows a register record by record; holds the last one's place and the frontier of the tree."""

    def __init__(self, trust: TrustRoot) -> None:
        self.trust = trust
        self.frontier = Frontier()
        self._leaf: bytes | None = None
        self._last: Standing | None = None
        self._unread = b""
        self._before: tuple[bytes, ...] = ()
        self._end = b""

    @classmethod
    def at(cls, trust: TrustRoot, tip: Tip) -> Chain:
        """Answer the chain as a store noted it; whether it is so shows once its root is a signed one.

        Raises ProofInvalid where it cannot be so.
        """
        chain = cls(trust)
        chain.frontier = Frontier.of(tip.size - 1, tip.peaks)
        chain.skip(tip.last)
        return chain

    @property
    def tip(self) -> Tip:
        """What to note of the end."""
        return Tip(self.size, self._before, self._end)

    @property
    def size(self) -> int:
        """How many records have been followed."""
        return self.frontier.size

    @property
    def previous(self) -> str | None:
        """The leaf hash of the last record, as the next one must name it."""
        return self._leaf.hex() if self._leaf is not None else None

    @property
    def last(self) -> Standing | None:
        """Where and when the last record was made, if there is one. Raises RegisterBroken where it is malformed."""
        if self._unread:
            self._last = statement_of(dsse.open_unverified(self._unread).payload, self.size - 1).standing
            self._unread = b""
        return self._last

    def skip(self, envelope: bytes) -> None:
        """Take an envelope into the tree without reading it: only for those that a signed root will prove."""
        self._grow(envelope, leaf_hash(envelope))
        self._unread = envelope

    def noted_skip(self, envelope: bytes) -> Noted:
        """As `skip`, and answer what to note of the record. Raises RegisterBroken where it is malformed."""
        index = self.size
        try:
            payload = dsse.open_unverified(envelope).payload
        except SignatureInvalid as error:
            raise RegisterBroken(Damage.SIGNATURE, index, str(error)) from None
        record = statement_of(payload, index)
        self.skip(envelope)
        return Noted(index, self._leaf or b"", record.standing.id, record.subject)

    def noted_follow(self, envelope: bytes) -> Noted:
        """As `follow`, and answer what to note of the record."""
        record = self.follow(envelope)
        return Noted(self.size - 1, self._leaf or b"", record.standing.id, record.subject)

    def follow(self, envelope: bytes) -> Record:
        """Answer the next record. Raises RegisterBroken with its index: signature, place, chain or time."""
        return self.follow_signed(envelope, leaf_hash(envelope), self._proven(envelope, self.size))

    def follow_signed(self, envelope: bytes, leaf: bytes, record: Record) -> Record:
        """As `follow`, for a record whose signature has been verified, and the leaf hash of its envelope."""
        index = self.size
        standing, last = record.standing, self.last
        place = (standing.origin, standing.epoch, standing.index)
        if place != (self.trust.origin, self.trust.epoch, index):
            what = f"it says it is record {standing.index} of {standing.origin}, epoch {standing.epoch}"
            raise RegisterBroken(Damage.POSITION, index, what)
        if standing.previous != self.previous:
            raise RegisterBroken(Damage.CHAIN, index)
        if last and standing.decided_at < last.decided_at:
            raise RegisterBroken(Damage.TIME, index)
        refuse_unsigned_act(record, self.trust, index)
        self._last, self._unread = standing, b""
        self._grow(envelope, leaf)
        return record

    def take(self, envelope: bytes, standing: Standing) -> bytes:
        """Take a record that is known to follow, and answer its leaf hash."""
        self._last, self._unread = standing, b""
        return self._grow(envelope, leaf_hash(envelope))

    def _grow(self, envelope: bytes, leaf: bytes) -> bytes:
        self._before, self._end, self._leaf = self.frontier.peaks, envelope, leaf
        self.frontier.add(leaf)
        return leaf

    def matches(self, checkpoint: Checkpoint) -> None:
        """Raise RegisterBroken unless the tree, at the checkpoint's size, has its root."""
        if self.frontier.root() != checkpoint.root:
            raise RegisterBroken(Damage.ROOT, None, f"none of the first {checkpoint.size} can be relied on")

    def _proven(self, envelope: bytes, index: int) -> Record:
        try:
            payload = dsse.verify(envelope, self.trust.keys(Role.RECORD, index))
        except SignatureInvalid as error:
            raise RegisterBroken(Damage.SIGNATURE, index, str(error)) from None
        return statement_of(payload, index)


def refuse_unsigned_act(record: Record, trust: TrustRoot, index: int) -> None:
    """Raise RegisterBroken where an act is not signed by a person whose key counts at `index`, in that person's own post."""
    if not isinstance(record, EventRecord) or not isinstance(record.event, ActEvent):
        return
    event, act = record.event, record.event.act
    grant = trust.person(event.key_id, index)
    person = grant.person if grant is not None else None
    if (
        grant is None
        or person is None
        or not isinstance(grant.key, PublicKey)
        or (person.party, person.post, trust.origin) != (act.party, act.post, act.origin)
        or not event.is_of(grant.key)
    ):
        raise RegisterBroken(Damage.SIGNATURE, index, "the act is not signed by the person that it names")


def statement_of(payload: bytes, index: int) -> Record:
    """Answer the record in a payload whose signature has been checked. Raises RegisterBroken with its index."""
    try:
        return read_statement(payload)
    except RecordError as error:
        raise RegisterBroken(Damage.STATEMENT, index, str(error)) from None
