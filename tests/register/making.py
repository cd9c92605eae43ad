"""A register of invented decisions, with keys from fixed seeds and a clock that the test moves."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from isa_guard.decide.decide import decide
from isa_guard.load.agreement import load
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.register.appender import Appender, Surroundings
from isa_guard.register.records.clock import Reading
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.register import Signers, create
from isa_guard.register.signing.keys import FileSigner
from isa_guard.register.stores.directory import Directory
from isa_guard.register.verify import record_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.decision import Decision
    from isa_guard.register.appender import Receipt
    from isa_guard.register.trust_roots.trust import TrustRoot

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORIGIN = "example.org/invented-isa"


def signer(name: str) -> FileSigner:
    """A key that every run has again."""
    return FileSigner(hashlib.sha256(f"test key {name}".encode()).digest())


@cache
def shipped() -> Agreement:
    return load("cambridgeshire-opcc").agreements[0]


def decided(
    fields: str = "purpose: hold-to-account", reference: str = "T-0001", kind: str = "transfer"
) -> Decision:
    """The decision on a fact of these fields, written on one line of flow YAML."""
    text = f"format: isa-guard/{kind}/1\nagreement: cambridgeshire-opcc\n{kind}: {{reference: {reference}, {fields}}}\n"
    (untyped,) = read_facts(text.encode(), "invented.yaml")
    return decide(shipped(), type_fact(untyped, shipped().schemas), now=NOON)


def decision_at(made: Made, index: int) -> DecisionRecord:
    """The record of a decision, as it verifies."""
    record = record_at(made.store, made.trust, index).record
    assert isinstance(record, DecisionRecord)
    return record


@dataclass
class Clock:
    """A clock that shows what the test says; each reading moves it on by `step`."""

    wall: datetime = NOON
    monotonic_ns: int = 5_000_000_000
    boot_id: str = "boot-1"
    step: timedelta = timedelta(milliseconds=1)

    def __call__(self) -> Reading:
        self.wall += self.step
        self.monotonic_ns += self.step // timedelta(microseconds=1) * 1000
        return Reading(self.wall, self.monotonic_ns, self.boot_id, "test")


@contextmanager
def appending(
    folder: Path, trust: TrustRoot, signers: Signers, surroundings: Surroundings
) -> Iterator[Appender]:
    """A register opened by a process that then ends."""
    store = Directory(folder)
    try:
        yield Appender(store, trust, signers, surroundings)
    finally:
        store.close()


@dataclass
class Made:
    """A register, its trust root, and what is needed to append to it."""

    folder: Path
    trust: TrustRoot
    signers: Signers
    clock: Clock = field(default_factory=Clock)

    @property
    def store(self) -> Directory:
        """The register as a newly begun process would find it."""
        return Directory(self.folder)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.clock, lambda size: bytes(range(size)))

    def append(self, *decisions: Decision) -> tuple[Receipt, ...]:
        """Append in one commit."""
        return self.appender().append(decisions)

    def appender(self) -> Appender:
        """The register opened by a new process."""
        return Appender(self.store, self.trust, self.signers, self.surroundings)


SIGNERS = Signers(signer("record"), signer("log"))


def made_in(folder: Path, origin: str) -> Made:
    """An empty register in `folder`."""
    trust = create(Directory(folder), origin, signer("root"), SIGNERS, lambda size: b"\x07" * size)
    return Made(folder, trust, SIGNERS)
