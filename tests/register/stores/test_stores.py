"""What every store must do, asked of a folder and of a PostgreSQL database alike."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from isa_guard.errors import UsageError
from isa_guard.register.appender import Appender, Surroundings
from isa_guard.register.custody.reindex import reindex
from isa_guard.register.faults import ArchiveBroken, HeadsContradict, StorageFailed
from isa_guard.register.group import Group
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.published.publish import publish
from isa_guard.register.records.event import KeyAction, KeyEvent
from isa_guard.register.register import checkpoint_of, create, trust_root_of
from isa_guard.register.replay import Replay, replay_all
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores import directory, postgresql_link, postgresql_writer
from isa_guard.register.stores.opening import open_store
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.tree.proof import (
    check_consistency,
    check_inclusion,
    prove_consistency,
    prove_inclusion,
    root_at,
)
from isa_guard.register.trust_roots import rotation
from isa_guard.register.verify import Walk, record_at, verify
from tests.register.making import ORIGIN, SIGNERS, Clock, decided, signer
from tests.register.postgres_server import server
from tests.register.trees import naive_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot


@dataclass
class Kept:
    """A register wherever it lies; every store that was opened of it is closed again."""

    where: str
    trust: TrustRoot
    stores: list[Any]
    clock: Clock = field(default_factory=Clock)
    warnings: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The register as a newly begun process would find it."""
        self.stores.append(open_store(self.where))
        found: Store = self.stores[-1]
        return found

    def appender(self, store: Store | None = None) -> Appender:
        around = Surroundings(self.clock, lambda size: bytes(range(size)), self.warnings.append)
        return Appender(store or self.store, self.trust, SIGNERS, around)

    def fill(self, *sizes: int) -> Appender:
        """Records in commits of these sizes."""
        appender, one = self.appender(), decided()
        for size in sizes:
            appender.append([one] * size)
        return appender


def begun(where: str) -> Kept:
    store: Any = open_store(where)
    made = create(store, ORIGIN, signer("root"), SIGNERS, lambda size: b"\x07" * size)
    return Kept(where, trust_root_of(store, made.fingerprint), [store])


@pytest.fixture(params=["folder", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "register") if request.param == "folder" else server().schema()


@pytest.fixture
def kept(where: str) -> Iterator[Kept]:
    """An empty register."""
    found = begun(where)
    yield found
    for store in found.stores:
        store.close()


def test_an_empty_register_verifies_and_has_no_tip(kept: Kept) -> None:
    assert verify(kept.store, kept.trust.fingerprint).size == 0
    assert kept.store.tip() is None
    assert list(kept.store.entries()) == []
    assert kept.store.commitment_key() == b"\x07" * 32
    assert trust_root_of(kept.store, kept.trust.fingerprint) == kept.trust


def test_a_register_is_begun_once(kept: Kept) -> None:
    kept.fill(2)
    with pytest.raises(UsageError, match=r"of its own"):
        begun(kept.where)
    assert verify(kept.store, kept.trust).size == 2


def test_what_was_appended_is_read_from_any_place_on(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_writer, "AT_ONCE", 2)
    appender = kept.fill(1, 2, 4)
    assert verify(kept.store, kept.trust).size == appender.size == 7
    every = list(kept.store.entries())
    assert len(every) == 7
    for start in range(9):
        assert list(kept.store.entries(start)) == every[start:]
    assert record_at(kept.store, kept.trust, 5).envelope == every[5]
    tip = kept.store.tip()
    assert tip is not None
    assert (tip.size, tip.last) == (7, every[6])


def test_records_are_found_by_id_and_by_what_they_are_about(kept: Kept) -> None:
    appender = kept.appender()
    one, two = decided(reference="T-1"), decided(reference="T-2")
    receipts = appender.append([one, two, one])
    (same, other, _) = [stored.record for stored in Walk(kept.store, kept.trust).records()]
    assert list(kept.store.found(receipts[1].id)) == [0, 1, 2]  # the random part of an id is fixed here
    assert list(kept.store.found(same.subject)) == [0, 2]
    assert list(kept.store.found(other.subject)) == [1]
    assert list(kept.store.found("f" * 64)) == []
    assert list(kept.store.found("no such id")) == []


def test_its_hashes_prove_every_record_and_every_earlier_state(kept: Kept) -> None:
    appender = kept.appender()
    one = decided()
    for size in (200, 100, 300):  # across the ends of tiles, in one commit and in two
        appender.append([one] * size)
    store = kept.store
    envelopes = list(store.entries())
    root = naive_root(envelopes)
    assert checkpoint_of(store, kept.trust).root == root == root_at(store, 600)
    for index in (0, 255, 256, 511, 599):
        path = prove_inclusion(store, index, 600)
        check_inclusion(leaf_hash(envelopes[index]), index, 600, path, root)
    for old in (1, 200, 256, 300, 512, 600):
        check_consistency(old, naive_root(envelopes[:old]), 600, root, prove_consistency(store, old, 600))
    with pytest.raises(StorageFailed, match="reindex"):
        store.hashes(0, 599, 601)
    with pytest.raises(StorageFailed, match="reindex"):
        store.hashes(1, 1, 3)


def test_what_is_kept_by_its_digest_is_given_back(kept: Kept) -> None:
    store = kept.store
    for shelf in (Shelf.ATTACHMENTS, Shelf.ARCHIVE, Shelf.CASES):
        contents = {hashlib.sha256(one).hexdigest(): one for one in (b"one", b"\x00two" * 5_000, b"three")}
        first = next(iter(contents))
        store.keep(shelf, {first: contents[first]})
        store.keep(shelf, contents)
        store.keep(shelf, contents)
        assert {digest: store.blob(shelf, digest) for digest in contents} == contents
        assert set(store.digests(shelf)) == set(contents)
        assert sorted(store.digests(shelf)) == sorted(contents)
        assert store.has(shelf, first)
        assert not store.has(shelf, "0" * 64)
        assert store.blob(shelf, "0" * 64) is None
    store.keep(Shelf.AGREEMENTS, {"a" * 64: b"a list"})
    assert store.blob(Shelf.AGREEMENTS, "a" * 64) == b"a list"
    assert store.blob(Shelf.RULES, "a" * 64) is None
    assert not store.has(Shelf.RULES, "a" * 64)


def test_an_erased_case_is_gone_and_no_other(kept: Kept) -> None:
    store = kept.store
    cases = {hashlib.sha256(one).hexdigest(): one for one in (b"a case", b"another " * 900)}
    first, second = cases
    store.keep(Shelf.CASES, cases)
    store.keep(Shelf.ARCHIVE, cases)
    assert store.erase(first)
    assert not store.erase(first)
    assert store.blob(Shelf.CASES, first) is None
    assert not store.has(Shelf.CASES, first)
    assert list(store.digests(Shelf.CASES)) == [second]
    assert store.blob(Shelf.CASES, second) == cases[second]
    assert store.blob(Shelf.ARCHIVE, first) == cases[first]
    store.keep(Shelf.CASES, cases)
    assert store.blob(Shelf.CASES, first) == cases[first]


def test_kept_checkpoints_join_and_never_replace(kept: Kept) -> None:
    store = kept.store
    for size, note in ((12, b"c"), (2, b"a"), (12, b"b"), (2, b"a")):
        store.keep_checkpoint(size, note)
    found = list(kept.store.kept_checkpoints())
    assert found[0] == b"a"
    assert sorted(found) == [b"a", b"b", b"c"]


def test_a_version_of_the_trust_root_is_kept_once(kept: Kept) -> None:
    (first,) = kept.store.trust_roots()
    kept.store.keep_trust_root(2, b"second")
    for version in (1, 2):
        with pytest.raises(StorageFailed, match="trust root cannot be kept"):
            kept.store.keep_trust_root(version, b"other")
    kept.store.keep_trust_root(4, b"one is missing before it")
    assert kept.store.trust_roots() == (first, b"second")


def test_where_backups_are_is_noted(kept: Kept) -> None:
    assert kept.store.backups() == ()
    for place in ("/a", "/b", "/a"):
        kept.store.note_backup(place)
    assert kept.store.backups() == ("/b", "/a")
    kept.store.forget_backup("/b")
    kept.store.forget_backup("/c")
    assert kept.store.backups() == ("/a",)


def test_only_one_holds_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(postgresql_link, "LOCK_SECONDS", 0.05)
    with kept.store.writing(), pytest.raises(StorageFailed, match="another process holds the register"):
        kept.appender()
    kept.fill(1)
    assert verify(kept.store, kept.trust).size == 1


def test_appenders_at_the_same_time_share_no_index(kept: Kept) -> None:
    appenders = [kept.appender() for _ in range(3)]
    indices = [appenders[turn % 3].append([decided()])[0].index for turn in range(9)]
    assert indices == list(range(9))
    assert verify(kept.store, kept.trust).size == 9
    assert reindex(kept.store, kept.trust) == 9


def test_threads_share_an_appender_through_a_group(kept: Kept) -> None:
    group, indices = Group(kept.appender()), []
    one = decided()

    def work() -> None:
        for _ in range(5):
            indices.append(group.append(one).index)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(indices) == list(range(30))
    assert verify(kept.store, kept.trust).size == 30


APPENDING = textwrap.dedent("""
    import sys
    from datetime import UTC, datetime
    from isa_guard.register.appender import Appender, Surroundings
    from isa_guard.register.register import trust_root_of
    from isa_guard.register.stores.opening import open_store
    from tests.register.making import SIGNERS, Clock, decided, signer

    store = open_store(sys.argv[1])
    around = Surroundings(Clock(datetime.now(UTC)), lambda size: bytes(range(size)))
    one = decided()
    for _ in range(int(sys.argv[2])):
        appender = Appender(store, trust_root_of(store, signer("root").key_id), SIGNERS, around)
        print(*(receipt.index for receipt in appender.append([one, one])), flush=True)
    store.close()
""")


def test_processes_share_a_register_and_no_index(kept: Kept) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDING, kept.where, "12"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    printed = [process.communicate(timeout=60)[0] for process in processes]
    assert sorted(int(one) for one in re.findall("[0-9]+", " ".join(printed))) == list(range(48))
    assert verify(kept.store, kept.trust).size == 48


def test_what_fails_while_it_is_held_leaves_it_right(kept: Kept) -> None:
    appender = kept.fill(3)
    (draft,) = appender.drafted([decided()])
    with pytest.raises(RuntimeError, match="in the middle"), appender.store.writing() as writer:
        list(writer.entries(3))
        writer.write(appender._signed([draft])[0])
        raise RuntimeError("in the middle")
    assert verify(kept.store, kept.trust).size == 3
    receipt = kept.appender().append([decided(reference="T-9")])[0]
    assert receipt.index in (3, 4)
    assert verify(kept.store, kept.trust).size == receipt.index + 1


def test_what_is_noted_is_made_anew(kept: Kept) -> None:
    kept.fill(300)
    with kept.store.writing() as writer:
        writer.forget()
    assert kept.store.tip() is None
    with pytest.raises(StorageFailed):
        kept.store.hashes(0, 0, 1)
    assert reindex(kept.store, kept.trust) == 300
    tip = kept.store.tip()
    assert tip is not None
    assert tip.size == 300
    assert root_at(kept.store, 300) == checkpoint_of(kept.store, kept.trust).root
    assert kept.appender().append([decided()])[0].index == 300


def test_every_record_replays(kept: Kept) -> None:
    kept.fill(2, 1)
    assert [one.came_out for one in replay_all(kept.store, kept.trust)] == [Replay.SAME] * 3


def test_heads_of_it_agree_and_of_another_do_not(kept: Kept, tmp_path: Path) -> None:
    appender, notes = kept.appender(), []
    for number in range(4):
        appender.append([decided(reference=f"T-{number}")])
        notes.append(appender.note)
    for older, newer in pairwise(notes):
        refuse_contradiction(kept.store, kept.trust, older, newer)
    other = begun(str(tmp_path / "other"))
    refuse_contradiction(kept.store, kept.trust, notes[0], notes[3])
    strange = other.fill(2).note
    with pytest.raises(HeadsContradict):
        refuse_contradiction(kept.store, kept.trust, strange, notes[3])


def test_the_trust_root_changes_while_it_is_held(kept: Kept) -> None:
    appender = kept.fill(2)
    new = signer("second record").public_key
    with appender.keeping() as held:
        following = rotation.granted(kept.trust, Role.RECORD, new, held.size + 1)
        content = rotation.signed_version(
            kept.store.trust_roots(), kept.trust.fingerprint, following, signer("root")
        )
        digest = hashlib.sha256(content).hexdigest()
        held.keep(KeyEvent(KeyAction.GRANTED, "record", new.key_id, None, 2, digest), 2, content, None)
    kept.trust = trust_root_of(kept.store, kept.trust.fingerprint)
    assert kept.trust.version == 2
    assert verify(kept.store, kept.trust).size == 3
    assert kept.appender().append([decided()])[0].index == 3


def published(kept: Kept, folder: Path, *sizes: int) -> dict[str, bytes]:
    """Every file of what is published once the register has grown; of the head in between a copy is kept."""
    note = kept.fill(*sizes).note
    kept.store.keep_checkpoint(checkpoint_of(kept.store, kept.trust).size, note)
    kept.fill(1)
    publish(kept.store, folder)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_records_are_published_as_the_same_files_wherever_they_lie(tmp_path: Path) -> None:
    folder, database = begun(str(tmp_path / "register")), begun(server().schema())
    one: dict[str, bytes] = {}
    try:
        for sizes in ((1, 40), (250,), (300, 7)):
            one = published(folder, tmp_path / "from-folder", *sizes)
            two = published(database, tmp_path / "from-database", *sizes)
            assert one == two
        assert {"checkpoint", "tile/0/000", "tile/0/001", "tile/entries/000"} < set(one)
    finally:
        for store in (*folder.stores, *database.stores):
            store.close()


def test_a_case_that_was_altered_is_not_given_back(kept: Kept) -> None:
    digest = hashlib.sha256(b"right").hexdigest()
    if kept.where.startswith("postgresql"):
        kept.store.keep(Shelf.CASES, {digest: b"wrong"})
    else:
        path = Path(kept.where) / "cases" / "sha256" / digest[:2] / digest[2:]
        path.parent.mkdir(parents=True)
        path.write_bytes(b"wrong")
    with pytest.raises(ArchiveBroken, match="altered"):
        kept.store.blob(Shelf.CASES, digest)
