"""An office of invented people with keys of their own, and a register that trusts them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from isa_guard.acts.acting import prepared
from isa_guard.acts.evidence import Permissions
from isa_guard.acts.ledger import Ledger, read_ledger
from isa_guard.acts.requests import State, state_of
from isa_guard.decide.decide import decide
from isa_guard.library import load_agreement, typed
from isa_guard.load.acts import said
from isa_guard.load.facts import read_facts
from isa_guard.model.act import Action
from isa_guard.model.agreement import Versions
from isa_guard.model.people import Office, Person
from isa_guard.register.appender import Appender
from isa_guard.register.records.act_event import signed
from isa_guard.register.register import signed_checkpoint
from isa_guard.register.signing.keys import FileSigner, Role
from isa_guard.register.stores.directory import Directory
from isa_guard.register.tree.checkpoint import Checkpoint
from isa_guard.register.tree.merkle import EMPTY_ROOT
from isa_guard.register.trust_roots.trust import read_trust_roots, write_trust_root
from isa_guard.register.trust_roots.trust_root import Grant, TrustRoot
from tests.register.making import NOON, ORIGIN, SIGNERS, Made, signer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from isa_guard.model.decision import Decision

# name: party, post, offices
PEOPLE = {
    "analyst": ("opcc", "performance-analyst", (Office.REQUESTER,)),
    "spoc": ("constabulary", "spoc-officer", (Office.SPOC, Office.REQUESTER)),
    "deputy": ("constabulary", "deputy-spoc", (Office.SPOC,)),
    "stranger-spoc": ("opcc", "head-of-policy", (Office.SPOC,)),
    "owner": ("constabulary", "information-owner", (Office.OWNER,)),
    "opcc-owner": ("opcc", "information-owner", (Office.OWNER,)),
    "dpo": ("constabulary", "data-protection-officer", (Office.DATA_PROTECTION,)),
    "auditor": ("opcc", "auditor", (Office.AUDITOR,)),
}


@cache
def shipped() -> Versions:
    return load_agreement("cambridgeshire-opcc")


def person_of(name: str) -> Person:
    party, post, offices = PEOPLE[name]
    return Person(signer(name).key_id, party, post, offices)


def trust_of() -> TrustRoot:
    """A trust root in which every one of them is granted a key."""
    grants = [
        Grant(Role.RECORD, SIGNERS.record.public_key, 0, None),
        Grant(Role.LOG, SIGNERS.log.public_key, 0, None),
        *(Grant(Role.PERSON, signer(name).public_key, 0, None, person_of(name)) for name in PEOPLE),
    ]
    return TrustRoot(1, ORIGIN, 1, signer("root").public_key, tuple(grants))


@dataclass
class Desk:
    """The register, the agreement, and people who act on it."""

    made: Made
    versions: Versions = field(default_factory=shipped)
    seed: int = 0

    @property
    def ledger(self) -> Ledger:
        return read_ledger(self.made.store, self.made.trust)

    @property
    def now(self) -> datetime:
        return self.made.clock.wall

    def wait(self, **period: float) -> None:
        self.made.clock.wall += timedelta(**period)

    def random(self, size: int) -> bytes:
        """Bytes that differ from call to call, and not from run to run."""
        self.seed += 1
        return hashlib.sha256(f"{self.seed}".encode()).digest()[:size]

    def act(
        self, who: str, action: Action, matter: str = "", signing: FileSigner | None = None, /, **given: Any
    ) -> str:
        """Have somebody act; answer the id of the matter."""
        agreement = self.versions.agreements[-1]
        ledger = self.ledger
        about = ledger.matter(matter) if matter else None
        told = said(action, given, "invented")
        made = prepared(told, person_of(who), agreement, ledger, about, self.now, self.random)
        appender = self.appender()
        appender.append_act(signed(made.act, signing or signer(who)), made.document, agreement, appender.size)
        return made.act.matter

    def appender(self) -> Appender:
        return Appender(self.made.store, self.made.trust, self.made.signers, self.made.surroundings)

    def decided(self, text: str) -> Decision:
        """The decision on a fact, with what the register says in support of it."""
        (untyped,) = read_facts(text.encode(), "invented.yaml")
        permissions = Permissions(self.made.store, self.ledger)
        fact = typed(untyped, self.versions, self.made.folder, self.now.date(), permissions)
        return decide(self.versions.version(fact.version), fact, now=self.now)

    def request(self, who: str, text: str, kind: str = "transfer") -> str:
        """Put a fact before the SPOC, as the command does; answer the request's id."""
        decision = self.decided(text)
        (receipt,) = self.made.append(decision)
        fact = decision.fact
        return self.act(
            who,
            Action.REQUESTED,
            reference=fact.reference,
            fact=fact.digest,
            position=fact.position,
            kind=kind,
            decision=receipt.index,
        )

    def answer(self, who: str, action: Action, request: str, **given: Any) -> State:
        """Have somebody answer a request; answer where it stands then."""
        self.act(who, action, request, **given)
        return state_of(self.ledger.matter(request))


def desk_in(folder: Path) -> Desk:
    """An empty register in `folder` that trusts all of PEOPLE."""
    content = write_trust_root(trust_of(), signer("root"))
    trust = read_trust_roots((content,), signer("root").key_id)
    store = Directory(folder)
    note = signed_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), SIGNERS)
    store.begin(content, note, b"\x07" * 32)
    store.close()
    desk = Desk(Made(folder, trust, SIGNERS))
    desk.made.clock.wall = NOON
    return desk
