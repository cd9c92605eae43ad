"""A register in which everything has happened: decisions and events of every kind, keys changed, heads cosigned.

Keys are from fixed seeds and the clock is the test's, so that it can be made again. By index:

     0  permit-with-obligations   4  the partner becomes a witness   8  permit of a breach      12  a key is revoked
     1  refuse                    5  five records are cosigned       9  the log key follows     13  a recovery is told
     2  refer                     6  the record key follows         10  the case of 7 is erased 14  refuse, in place of 2
     3  permit of a breach        7  a decision with an attachment  11  the root key follows
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.decide.decide import decide
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.register.appender import Surroundings
from isa_guard.register.custody.erasure import erase
from isa_guard.register.heads import quorum_at
from isa_guard.register.records import predicate
from isa_guard.register.records.event import (
    Cosigner,
    ErasureReason,
    KeyAction,
    KeyEvent,
    RecoveryEvent,
    WitnessEvent,
)
from isa_guard.register.register import Signers, create, trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.signing.ml_dsa import MlDsaSigner
from isa_guard.register.stores.directory import Directory
from isa_guard.register.trust_roots.rotation import revoked, rotated, signed_version, witnessed
from isa_guard.register.trust_roots.trust import Reason
from isa_guard.register.verify import record_at
from isa_guard.register.witnessing.witness import Witness, apply, request
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.register.making import NOON, Made, decided, shipped, signer

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision
    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.trust_roots.trust import TrustRoot

EVERYTHING = "example.org/everything"
PARTNER = "example.org/partner"
FIRST_ROOT, SECOND_ROOT = signer("root"), signer("second root")
FIRST = Signers(signer("record"), signer("log"), MlDsaSigner(b"m" * 32))
LAST = Signers(signer("second record"), signer("second log"), FIRST.log_ml_dsa)
COSIGNED_AT = int(NOON.timestamp()) + 60
EXAMPLES = Path(__file__).parents[2] / "examples"
SIZE = 15


@dataclass
class Growing(Made):
    """A register whose keys change while it grows."""

    root: Signer = field(default_factory=lambda: FIRST_ROOT)
    drawn: int = 0

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.clock, self.draw)

    def draw(self, size: int) -> bytes:
        """Random bytes that are never the same twice, and the same in every run."""
        self.drawn += 1
        return hashlib.sha256(f"{self.drawn}".encode()).digest()[:size]

    def change(
        self, following: TrustRoot, action: KeyAction, key_id: str, role: Role, to: Signer | None
    ) -> None:
        """Keep the next version of the trust root, and the record that tells of it."""
        appender = self.appender()
        roots = {self.root.key_id: self.root}
        if role is Role.ROOT and to is not None:
            roots[to.key_id] = to
        contents = appender.store.trust_roots()
        content = signed_version(contents, FIRST_ROOT.key_id, following, *roots.values())
        digest = hashlib.sha256(content).hexdigest()
        new = to.key_id if to is not None and action is KeyAction.ROTATED else None
        event = KeyEvent(action, role.value, key_id, new, following.version, digest)
        with appender.keeping() as keeping:
            keeping.keep(event, following.version, content, to if role is Role.LOG else None)
        self.trust = trust_root_of(self.store, FIRST_ROOT.key_id)

    def rotate(self, role: Role, to: Signer) -> None:
        old = self.root if role is Role.ROOT else getattr(self.signers, role.value)
        self.change(
            rotated(self.trust, role, to.public_key, self.size), KeyAction.ROTATED, old.key_id, role, to
        )
        if role is Role.ROOT:
            self.root = to
        else:
            self.signers = (
                replace(self.signers, record=to) if role is Role.RECORD else replace(self.signers, log=to)
            )

    @property
    def size(self) -> int:
        return int(self.store.checkpoint().split(b"\n")[1])


def example(name: str) -> Decision:
    """The decision on a document of the examples."""
    (untyped,) = read_facts((EXAMPLES / name).read_bytes(), name)
    return decide(shipped(), type_fact(untyped, shipped().schemas), now=NOON)


def attached() -> Decision:
    """A decision whose findings do not fit a record, where `attaching` makes room scarce."""
    return decided("purpose: hold-to-account, volume: 7", "ATTACHED")


def everything_in(folder: Path, witness_folder: Path) -> Growing:
    create(Directory(folder), EVERYTHING, FIRST_ROOT, FIRST, lambda size: b"\x07" * size)
    made = Growing(folder, trust_root_of(Directory(folder), FIRST_ROOT.key_id), FIRST)
    made.append(
        example("monthly-performance/transfer.yaml"), example("monthly-performance/transfer_bad.yaml")
    )
    made.append(example("onward-sharing/transfer.yaml"), example("breach-over-a-weekend/breach.yaml"))
    partner = signer("partner")
    following = witnessed(made.trust, PARTNER, partner.public_key, every=7)
    made.change(following, KeyAction.GRANTED, partner.key_id, Role.WITNESS, None)
    cosign(made, witness_folder)
    made.rotate(Role.RECORD, LAST.record)
    room, predicate.LIMIT_INLINE = predicate.LIMIT_INLINE, 1_500  # type: ignore[misc]
    try:
        made.append(attached())
    finally:
        predicate.LIMIT_INLINE = room  # type: ignore[misc]
    made.append(example("breach-over-a-weekend/breach.yaml"))
    made.rotate(Role.LOG, LAST.log)
    digest = attached().fact.digest
    erase(made.appender(), digest, ErasureReason.RETENTION_EXPIRED, "data-protection-officer")
    made.rotate(Role.ROOT, SECOND_ROOT)
    old = FIRST.record.key_id
    made.change(revoked(made.trust, old, Reason.SUPERSEDED, 6), KeyAction.REVOKED, old, Role.RECORD, None)
    made.appender().append_event(RecoveryEvent("example.org/before", 1, 9, "ab" * 32, 11))
    third = record_at(made.store, made.trust, 2).record.standing.id
    made.appender().supersede(third, example("onward-sharing/transfer_bad.yaml"))
    assert made.size == SIZE
    return made


def cosign(made: Growing, folder: Path) -> None:
    """The partner cosigns the newest checkpoint, which is kept, and a record says so."""
    folder.mkdir(0o700, exist_ok=True)
    keys = made.trust.ever(Role.LOG)
    witness = Witness(PARTNER, signer("partner"), {made.trust.origin: keys}, WitnessFolder(folder))
    note = made.store.checkpoint()
    answer = witness.respond(request(made.store, note, 0), COSIGNED_AT)
    cosigned = apply(note, answer, made.trust.witness_keys(made.size))
    seen = quorum_at(cosigned, made.trust, made.size)
    assert seen is not None
    made.store.keep_checkpoint(made.size, cosigned)
    digest = hashlib.sha256(cosigned).hexdigest()
    made.appender().append_event(WitnessEvent(made.size, digest, (Cosigner(PARTNER, seen),)))
