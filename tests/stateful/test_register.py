"""Any order of appending, changing keys, cosigning, crashing, tampering, restoring and publishing, beside a plain list.

After every step `verify` says exactly what the list says: these records and no others, or which damage and where.
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from isa_guard.register.appender import Appender
from isa_guard.register.archive import keep_agreement
from isa_guard.register.custody.erasure import erase
from isa_guard.register.custody.reindex import reindex
from isa_guard.register.faults import (
    Damage,
    Forked,
    HeadsContradict,
    ProofInvalid,
    RegisterBroken,
    RegisterUnreadable,
    StorageFailed,
)
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder
from isa_guard.register.records.event import ErasureReason, KeyAction, RecoveryEvent
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.register import create, trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.trust_roots.rotation import witnessed
from isa_guard.register.verify import Walk, verify
from isa_guard.register.witnessing.witness import Witness, apply, request
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.register.everything import PARTNER, Growing
from tests.register.making import ORIGIN, SIGNERS, decided, shipped, signer

LARGE = os.environ.get("ISA_GUARD_FAULTS") == "all"
ROOT = signer("root")
NOW = 1_795_435_200
SEGMENT = "journal/000000000000.seg"
CALLS = ("write", "fdatasync", "fsync", "pread", "open", "replace", "ftruncate")
_ORIGINAL: list[Path] = []


def original() -> Path:
    """An empty register that the partner witnesses, whose archive holds the agreement; made once."""
    if not _ORIGINAL:
        folder = Path(tempfile.mkdtemp(prefix="isa-guard-stateful-")) / "register"
        atexit.register(shutil.rmtree, folder.parent)
        create(Directory(folder), ORIGIN, ROOT, SIGNERS, lambda size: b"\x07" * size)
        made = Growing(folder, trust_root_of(Directory(folder), ROOT.key_id), SIGNERS)
        keep_agreement(made.store, shipped())
        key = signer("partner").public_key
        made.change(witnessed(made.trust, PARTNER, key), KeyAction.GRANTED, key.key_id, Role.WITNESS, None)
        _ORIGINAL.append(folder)
    return _ORIGINAL[0]


def copied(of: Path, to: Path) -> Path:
    """A copy that shares the archive, which is only added to."""
    to.mkdir(0o700)
    for path in of.iterdir():
        if path.name == "archive":
            (to / "archive").symlink_to(path.resolve())
        elif path.is_dir():
            shutil.copytree(path, to / path.name)
        else:
            shutil.copy2(path, to / path.name)
    return to


@contextmanager
def failing(call: str, at: int) -> Iterator[None]:
    """Let the `at`th of such calls of the system fail, and every one after it: the machine is gone."""
    seen = [0]
    owner, name = (Path, "replace") if call == "replace" else (os, call)
    real: Callable[..., object] = getattr(owner, name)

    def fails(*args: object, **options: object) -> object:
        seen[0] += 1
        if seen[0] >= at:
            raise OSError(errno.EIO, "gone")
        return real(*args, **options)

    with mock.patch.object(owner, name, fails):
        yield


@dataclass
class Copy:
    """The register as it once was."""

    folder: Path
    envelopes: list[bytes]
    note: bytes
    made: Growing


class Register(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="isa-guard-stateful-"))
        self.number = 0
        self.envelopes: list[bytes] = []
        self.cases: dict[str, bytes] = {}
        self.erased: set[str] = set()
        self.heads = 0
        self.newest_cosigned = 0
        self.copies: list[Copy] = []
        self.rotations = 0

    @initialize()
    def begin(self) -> None:
        folder = copied(original(), self.folder / "register")
        self.made = Growing(folder, trust_root_of(Directory(folder), ROOT.key_id), SIGNERS)
        (self.folder / "witness").mkdir(0o700)
        self.envelopes = list(self.made.store.entries())
        self.trust = self.made.trust

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # What people do

    def fresh(self, number: int) -> list[object]:
        self.number += number
        return [decided(reference=f"S-{at}") for at in range(self.number - number, self.number)]

    def opened(self) -> Appender:
        return self.made.appender()

    def grown(self, by: int) -> None:
        """The register has the records that it had, and so many more."""
        found = list(self.made.store.entries())
        assert found[: len(self.envelopes)] == self.envelopes
        assert len(found) == len(self.envelopes) + by
        self.envelopes = found

    @rule(number=st.integers(1, 4))
    def append(self, number: int) -> None:
        decisions = self.fresh(number)
        receipts = self.made.append(*decisions)  # type: ignore[arg-type]
        assert [one.index for one in receipts] == [len(self.envelopes) + at for at in range(number)]
        self.cases |= {one.fact.digest: one.fact.content for one in decisions}  # type: ignore[attr-defined]
        self.grown(number)

    @rule()
    def append_event(self) -> None:
        self.opened().append_event(RecoveryEvent("example.org/before", 1, 9, "ab" * 32, None))
        self.grown(1)

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        digest = data.draw(st.sampled_from(sorted(self.cases)))
        erase(self.opened(), digest, ErasureReason.COURT_ORDER, "data-protection-officer")
        content = self.cases.pop(digest)
        self.erased.add(digest)
        assert content not in b"".join(one.read_bytes() for one in (self.made.folder / "cases").glob("*.seg"))
        self.grown(1)

    @rule(role=st.sampled_from([Role.RECORD, Role.LOG]))
    def rotate(self, role: Role) -> None:
        self.rotations += 1
        self.made.rotate(role, signer(f"{role.value} {self.rotations}"))
        self.grown(1)

    @rule()
    def witness(self) -> None:
        """The partner cosigns; the head is kept."""
        store, note = self.made.store, self.made.store.checkpoint()
        logs = {ORIGIN: self.made.trust.ever(Role.LOG)}
        witness = Witness(PARTNER, signer("partner"), logs, WitnessFolder(self.folder / "witness"))
        try:
            body = request(store, note, self.newest_cosigned)
        except (StorageFailed, ProofInvalid):  # the index was spoilt: it is made anew
            reindex(store, self.made.trust)
            body = request(store, note, self.newest_cosigned)
        answer = witness.respond(body, NOW + len(self.envelopes))
        assert answer.status == 200, answer.body
        cosigned = apply(note, answer, self.made.trust.witness_keys(len(self.envelopes)))
        before = len(list(store.kept_checkpoints()))
        store.keep_checkpoint(len(self.envelopes), cosigned)
        self.heads = len(list(store.kept_checkpoints()))
        assert self.heads - before in {0, 1}
        self.newest_cosigned = len(self.envelopes)

    @rule()
    def reindex(self) -> None:
        assert reindex(self.made.store, self.made.trust) == len(self.envelopes)

    @rule()
    def publish(self) -> None:
        with mock.patch.object(os, "sync"):
            published = publish(self.made.store, self.folder / "published")
        assert published.size == len(self.envelopes)
        proven = verify(TileFolder(self.folder / "published"), ROOT.key_id)
        assert (proven.size, proven.heads) == (len(self.envelopes), self.heads)

    # What goes wrong, and is put right

    @rule(number=st.integers(1, 3), call=st.sampled_from(CALLS), at=st.integers(1, 12))
    def crash(self, number: int, call: str, at: int) -> None:
        """Whatever was not acknowledged is there whole or not at all; the next opening covers it."""
        decisions = self.fresh(number)
        appender = self.opened()
        acknowledged = 0
        with failing(call, at):
            try:
                acknowledged = len(appender.append(decisions))  # type: ignore[arg-type]
            except (StorageFailed, RegisterUnreadable):
                with pytest.raises(StorageFailed):
                    appender.append(decisions)  # type: ignore[arg-type]
        proven = verify(self.made.store, ROOT.key_id)
        assert proven.size >= len(self.envelopes) + acknowledged
        self.opened()
        found = list(self.made.store.entries())
        more = len(found) - len(self.envelopes)
        assert acknowledged <= more <= number
        stored = [one.record for one in Walk(self.made.store, ROOT.key_id).records()][len(self.envelopes) :]
        for record, decision in zip(stored, decisions, strict=False):
            assert isinstance(record, DecisionRecord)
            fact = decision.fact  # type: ignore[attr-defined]
            assert record.fact_digest == fact.digest
            self.cases[fact.digest] = fact.content
        self.grown(more)

    @rule(noise=st.binary(min_size=1, max_size=80))
    def torn(self, noise: bytes) -> None:
        """Part of a record behind the last: verify says so, the next opening cuts it."""
        with (self.made.folder / SEGMENT).open("ab") as file:
            file.write(noise)
        proven = verify(self.made.store, ROOT.key_id)
        assert (proven.size, proven.beyond) == (len(self.envelopes), 1)
        self.opened()
        self.grown(0)

    @rule(how=st.sampled_from(["gone", "noise", "older"]), data=st.data())
    def spoil_the_index(self, how: str, data: st.DataObject) -> None:
        path = self.made.folder / "index.sqlite"
        if how == "gone":
            path.unlink(missing_ok=True)
        elif how == "noise" and path.exists():
            content = bytearray(path.read_bytes())
            at = data.draw(st.integers(0, len(content) - 64))
            content[at : at + 64] = data.draw(st.binary(min_size=64, max_size=64))
            path.write_bytes(content)
        elif self.copies:
            older = self.copies[-1].folder / "index.sqlite"
            if older.exists():
                shutil.copy2(older, path)

    # What is tampered with: told, and then undone

    @contextmanager
    def undone(self, path: Path) -> Iterator[bytearray]:
        content = path.read_bytes()
        changed = bytearray(content)
        yield changed
        path.write_bytes(content)

    def told(self) -> tuple[Damage, int | None]:
        with pytest.raises(RegisterBroken) as caught:
            verify(self.made.store, ROOT.key_id)
        with pytest.raises(RegisterBroken):
            shutil.rmtree(self.folder / "other", ignore_errors=True)
            other = copied(self.made.folder, self.folder / "other")
            (other / "index.sqlite").unlink(missing_ok=True)
            replace(self.made, folder=other).append(decided())
        return caught.value.damage, caught.value.index

    def places(self) -> list[int]:
        """The byte at which each record's frame begins, and the end."""
        found = [0]
        for envelope in self.envelopes:
            found.append(found[-1] + 36 + len(envelope))
        return found

    @rule(data=st.data(), bit=st.integers(0, 7))
    def tamper(self, data: st.DataObject, bit: int) -> None:
        index = data.draw(st.integers(0, len(self.envelopes) - 1))
        at = self.places()[index] + 4 + data.draw(st.integers(0, 31 + len(self.envelopes[index])))
        path = self.made.folder / SEGMENT
        with self.undone(path) as content:
            content[at] ^= 1 << bit
            path.write_bytes(content)
            assert self.told() == (Damage.CONTENT, index)

    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        places = self.places()
        at = data.draw(st.integers(0, places[-1] - 1))
        path = self.made.folder / SEGMENT
        with self.undone(path) as content:
            path.write_bytes(content[:at])
            index = max(number for number, place in enumerate(places) if place <= at)
            assert self.told() == (Damage.MISSING if at in places else Damage.FRAME, index)

    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        """Two records in each other's place, in whole frames: the first of them is not of its place."""
        if len(self.envelopes) < 2:
            return
        one, other = sorted(
            data.draw(st.lists(st.integers(0, len(self.envelopes) - 1), min_size=2, max_size=2, unique=True))
        )
        order = list(range(len(self.envelopes)))
        order[one], order[other] = other, one
        places, path = self.places(), self.made.folder / SEGMENT
        with self.undone(path) as content:
            path.write_bytes(b"".join(content[places[at] : places[at + 1]] for at in order))
            damage, index = self.told()
            # Where a key was rotated in between, it is not the key of that place either.
            assert (damage in {Damage.POSITION, Damage.SIGNATURE}, index) == (True, one)

    @rule()
    def remember_a_copy(self) -> None:
        folder = copied(self.made.folder, self.folder / f"copy-{len(self.copies)}")
        self.copies.append(
            Copy(folder, self.envelopes, self.made.store.checkpoint(), replace(self.made, folder=folder))
        )

    @precondition(lambda self: self.copies)
    @rule(data=st.data(), goes_on=st.booleans())
    def restore_an_old_copy(self, data: st.DataObject, goes_on: bool) -> None:
        """It verifies by itself. Whoever kept the newest head, and so knows the newest keys, refuses it with both."""
        copy = data.draw(st.sampled_from(self.copies))
        folder = copied(copy.folder, self.folder / "restored")
        restored = replace(copy.made, folder=folder)
        newest = self.made.store.checkpoint()
        try:
            size = len(copy.envelopes)
            if goes_on:
                restored.append(decided(reference="ANOTHER-STORY"))
                size += 1
            assert verify(restored.store, ROOT.key_id).size == size
            if size < len(self.envelopes):
                expected = Damage.ROLLBACK
            elif goes_on and len(self.envelopes) > len(copy.envelopes):
                expected = Damage.FORK
            else:
                assert verify(restored.store, self.made.trust, [newest]).size == size
                return
            for refuse in (
                lambda: verify(restored.store, self.made.trust, [newest]),
                lambda: refuse_contradiction(
                    restored.store, self.made.trust, newest, restored.store.checkpoint()
                ),
            ):
                with pytest.raises(HeadsContradict) as caught:
                    refuse()
                assert caught.value.damage is expected
                assert (caught.value.kept, caught.value.found) == (newest, restored.store.checkpoint())
            self.not_published_over(restored, size)
        finally:
            shutil.rmtree(folder)

    def not_published_over(self, restored: Growing, size: int) -> None:
        there = self.folder / "published/checkpoint"
        if there.exists() and int(there.read_bytes().split(b"\n")[1]) > size:
            with pytest.raises(Forked):
                publish(restored.store, self.folder / "published")

    # What always holds

    @invariant()
    def verify_says_what_the_list_says(self) -> None:
        if not self.envelopes:
            return
        store = self.made.store
        walk = Walk(store, ROOT.key_id)
        found = [one.envelope for one in walk.records()]
        proven = walk.verified()
        assert found == self.envelopes
        assert (proven.size, proven.beyond) == (len(self.envelopes), 0)
        assert (proven.heads, set(proven.erased)) == (self.heads, self.erased)
        assert (proven.witnessed.size if proven.witnessed else 0) == self.newest_cosigned
        for note in store.kept_checkpoints():
            assert cosignatures(note, self.made.trust.witness_keys(self.newest_cosigned))

    @invariant()
    def each_case_is_there_until_it_is_erased(self) -> None:
        for digest, content in self.cases.items():
            assert self.made.store.blob(Shelf.CASES, digest) == content
            assert hashlib.sha256(content).hexdigest() == digest
        for digest in self.erased - self.cases.keys():
            assert self.made.store.blob(Shelf.CASES, digest) is None


TestRegister = Register.TestCase
TestRegister.settings = settings(
    max_examples=1_000 if LARGE else 25, stateful_step_count=60 if LARGE else 20, deadline=None
)
