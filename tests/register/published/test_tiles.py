"""Registers as tiles: the layout of the specification, what is published anew, and that damage is found at its place."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.register import strict_json
from isa_guard.register.faults import (
    ArchiveBroken,
    Damage,
    Forked,
    RegisterBroken,
    RegisterUnreadable,
    StorageFailed,
)
from isa_guard.register.published import publish as publishing
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder, tile_path
from isa_guard.register.records import dsse
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.tree.proof import check_inclusion, prove_inclusion, root_at
from tests.register.making import ORIGIN, signer
from tests.register.trees import Tree

LOG, RECORD = signer("log"), signer("record")


def envelope(index: int, attachment: str | None = None, story: str = "") -> bytes:
    digest: strict_json.Json = {"sha256": "0" * 64}
    named: strict_json.Json = {"id": f"invented{story}", "version": "1", "digest": digest}
    predicate: dict[str, strict_json.Json] = {
        "register": {"origin": ORIGIN, "epoch": 1, "index": index},
        "clock": {"bootId": "boot-1", "monotonicNs": "1", "source": "test", "stepDetected": False},
        "decidedAt": "2026-11-23T12:00:00.000000Z",
        "decisionId": "0192f3a0-0000-7000-8000-000000000000",
        "operator": "0" * 64,
        "previous": None,
        "agreement": named,
        "rulePack": {"digest": digest},
        "engine": named,
        "inputs": [{"role": "fact", "digest": digest}],
        "kind": "transfer",
        "decision": "deny",
        "asOf": "2026-11-23T12:00:00.000000Z",
        "position": "file",
    }
    if attachment:
        predicate["findingsDigest"] = {"sha256": attachment}
    return dsse.sign(
        strict_json.write(
            {
                "_type": "https://in-toto.io/Statement/v1",
                "predicateType": "https://isa-guard.org/decision/v1",
                "predicate": predicate,
                "subject": [{"digest": digest, "name": "transfer"}],
            }
        ),
        RECORD,
    )


ATTACHED = b'["a long list of findings"]'
DIGEST = hashlib.sha256(ATTACHED).hexdigest()
ENTRIES = [envelope(index, DIGEST if index == 3 else None) for index in range(600)]
TREE = Tree(ENTRIES)


def note_at(size: int, tree: Tree = TREE, origin: str = ORIGIN) -> bytes:
    return sign_checkpoint(Checkpoint(origin, size, root_at(tree, size)), LOG)


@dataclass
class Memory:
    """A log in memory, as far as publishing asks for one."""

    size: int
    tree: Tree = field(default_factory=lambda: TREE)
    kept: tuple[int, ...] = ()
    origin: str = ORIGIN
    place: str = "memory"

    def trust_roots(self) -> tuple[bytes, ...]:
        return (b"first trust root", b"second trust root")

    def checkpoint(self) -> bytes:
        return note_at(self.size, self.tree, self.origin)

    def kept_checkpoints(self) -> Iterator[bytes]:
        for size in self.kept:
            yield note_at(size, self.tree, self.origin)

    def entries(self, start: int = 0) -> Iterator[bytes]:
        yield from self.tree.entries[start:]

    def blob(self, shelf: Shelf, digest: str) -> bytes | None:
        return ATTACHED if (shelf, digest) == (Shelf.ATTACHMENTS, DIGEST) else None


@pytest.fixture(autouse=True)
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the disks were told to write: they are not, in tests."""
    found: list[int] = []
    monkeypatch.setattr(os, "sync", lambda: found.append(1))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_names_of_tiles() -> None:
    assert tile_path(0, 0) == "tile/0/000"
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 1000, 255) == "tile/1/x001/000.p/255"
    assert tile_path("entries", 999, 1) == "tile/entries/999.p/1"


def test_the_example_of_the_specification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree of 70,000: 273 full tiles and one of 112 on level 0, a full one and one of 17 above, one of 1 on top."""
    monkeypatch.setattr(publishing, "_attach", lambda *_: None)
    made = [b"%d" % index for index in range(70_000)]
    tree = Tree(made)
    log = Memory(70_000, tree)
    publish(log, tmp_path / "tiles")
    found = {
        name: len(content)
        for name, content in files(tmp_path / "tiles").items()
        if name.startswith("tile/") and not name.startswith("tile/entries")
    }
    full = {tile_path(0, number): 8192 for number in range(273)}
    assert found == {
        **full,
        "tile/0/273.p/112": 112 * 32,
        "tile/1/000": 8192,
        "tile/1/001.p/17": 17 * 32,
        "tile/2/000.p/1": 32,
    }
    folder = TileFolder(tmp_path / "tiles")
    assert list(folder.entries()) == made
    assert list(folder.entries(69_887)) == made[69_887:]
    assert root_at(folder, 70_000) == root_at(tree, 70_000)
    check_inclusion(
        leaf_hash(made[65_999]),
        65_999,
        70_000,
        prove_inclusion(folder, 65_999, 70_000),
        root_at(tree, 70_000),
    )
    for name, first in (("tile/2/000.p/1", 0), ("tile/1/000", 256 * 256 - 256), ("tile/1/001.p/17", 65_536)):
        path = tmp_path / "tiles" / name
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises(RegisterBroken) as raised:
            list(TileFolder(tmp_path / "tiles").entries())
        assert raised.value.damage is Damage.TILE
        assert raised.value.index is not None
        assert raised.value.index >= first
        path.write_bytes(good)
    level_2 = tmp_path / "tiles" / "tile/2/000.p/1"
    level_2.unlink()
    with pytest.raises(RegisterBroken, match="is not there"):
        list(TileFolder(tmp_path / "tiles").entries())


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 600])
def test_what_is_published_is_read_back(tmp_path: Path, size: int) -> None:
    log = Memory(size, kept=(0, size // 2, size))
    done = publish(log, tmp_path / "tiles")
    folder = TileFolder(tmp_path / "tiles")
    assert done.size == size
    assert done.written == len(files(tmp_path / "tiles"))
    assert folder.checkpoint() == log.checkpoint()
    assert folder.trust_roots() == log.trust_roots()
    assert list(folder.kept_checkpoints()) == list(dict.fromkeys(log.kept_checkpoints()))
    assert list(folder.entries()) == ENTRIES[:size]
    for start in {0, size // 2, max(size - 1, 0), size}:
        assert list(folder.entries(start)) == ENTRIES[start:size]
    assert root_at(folder, size) == root_at(TREE, size)
    assert folder.blob(Shelf.ATTACHMENTS, DIGEST) == (ATTACHED if size > 3 else None)
    assert folder.place == str(tmp_path / "tiles")


def test_bundles_are_as_the_specification_says(tmp_path: Path) -> None:
    publish(Memory(2), tmp_path / "tiles")
    content = (tmp_path / "tiles/tile/entries/000.p/2").read_bytes()
    assert content == b"".join(len(one).to_bytes(2, "big") + one for one in ENTRIES[:2])
    assert (tmp_path / "tiles/tile/0/000.p/2").read_bytes() == leaf_hash(ENTRIES[0]) + leaf_hash(ENTRIES[1])


def test_what_is_published_is_for_its_owner_to_give_away(tmp_path: Path) -> None:
    publish(Memory(300, kept=(5,)), tmp_path / "tiles")
    for path in (tmp_path / "tiles").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 600), min_size=1, max_size=4))
def test_published_bit_by_bit_or_at_once_it_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("publish")
    steps = sorted(sizes)
    for at, size in enumerate(steps):
        publish(Memory(size, kept=tuple(steps[: at + 1])), folder / "by bits")
        assert list(TileFolder(folder / "by bits").entries()) == ENTRIES[:size]
    publish(Memory(steps[-1], kept=tuple(steps)), folder / "at once")
    assert files(folder / "by bits") == files(folder / "at once")
    again = publish(Memory(steps[-1], kept=tuple(steps)), folder / "by bits")
    assert again.written == 0


def test_nothing_is_synced_where_nothing_was_written(tmp_path: Path, synced: list[int]) -> None:
    publish(Memory(5), tmp_path / "tiles")
    assert len(synced) == 1
    publish(Memory(5), tmp_path / "tiles")
    assert len(synced) == 1


def refused(log: Memory, folder: Path, error: type[Exception], what: str) -> Exception:
    before = files(folder)
    with pytest.raises(error, match=what) as raised:
        publish(log, folder)
    after = files(folder)
    assert {name: after.get(name) for name in before} == before
    assert after.get("checkpoint") == before.get("checkpoint")
    return raised.value


def test_an_older_state_is_not_published_over_a_newer_one(tmp_path: Path) -> None:
    publish(Memory(300), tmp_path)
    refused(Memory(299), tmp_path, Forked, "set back")
    refused(Memory(300, origin="example.org/other"), tmp_path, Forked, "and not example.org/other")


@pytest.mark.parametrize("size", [300, 301, 600])
@pytest.mark.parametrize("at", [299, 256])
def test_another_history_is_not_published_over_what_is_there(tmp_path: Path, size: int, at: int) -> None:
    publish(Memory(300), tmp_path)
    other = Tree([*ENTRIES[:at], envelope(at, story=" otherwise"), *ENTRIES[at + 1 :]])
    before = files(tmp_path)
    refused(Memory(size, other), tmp_path, Forked, "another history")
    assert files(tmp_path) == before


def test_another_history_from_a_full_tile_on_is_refused_too(tmp_path: Path) -> None:
    publish(Memory(300), tmp_path)
    other = Tree([envelope(0, story=" otherwise"), *ENTRIES[1:]])
    error = refused(Memory(400, other), tmp_path, RegisterBroken, "published already, and otherwise")
    assert isinstance(error, RegisterBroken)
    assert (error.damage, error.index) == (Damage.TILE, 0)


def test_a_log_that_does_not_give_its_own_root_is_not_published(tmp_path: Path) -> None:
    log = Memory(300)
    log.checkpoint = lambda: note_at(299).replace(b"\n299\n", b"\n300\n")  # type: ignore[method-assign]
    error = refused(log, tmp_path, RegisterBroken, "another root")
    assert isinstance(error, RegisterBroken)
    assert error.damage is Damage.ROOT


def test_a_kept_checkpoint_of_another_history_is_not_published_past(tmp_path: Path) -> None:
    log = Memory(300)
    log.kept_checkpoints = lambda: iter((note_at(5, Tree([b"x"] * 5)),))  # type: ignore[method-assign]
    refused(log, tmp_path, RegisterBroken, "first 5 have another root")
    log.kept_checkpoints = lambda: iter((note_at(301),))  # type: ignore[method-assign]
    refused(log, tmp_path, Forked, "301 records was kept")


def test_missing_records_are_not_published(tmp_path: Path) -> None:
    log = Memory(300)
    log.entries = lambda start=0: iter(ENTRIES[start:299])  # type: ignore[method-assign]
    error = refused(log, tmp_path, RegisterBroken, "covers 300")
    assert isinstance(error, RegisterBroken)
    assert (error.damage, error.index) == (Damage.MISSING, 299)


@pytest.mark.parametrize("entry", [b"no envelope", dsse.sign(b'{"findingsDigest":{}}', RECORD)])
def test_what_is_no_record_is_not_published(tmp_path: Path, entry: bytes) -> None:
    error = refused(Memory(5, Tree([*ENTRIES[:4], entry])), tmp_path, RegisterBroken, "malformed")
    assert isinstance(error, RegisterBroken)
    assert (error.damage, error.index) == (Damage.STATEMENT, 4)


def test_an_attachment_that_the_store_finds_altered_is_not_published(tmp_path: Path) -> None:
    def altered(shelf: Shelf, digest: str) -> bytes | None:
        raise ArchiveBroken("it was altered")

    log = Memory(5)
    log.blob = altered  # type: ignore[method-assign]
    error = refused(log, tmp_path, RegisterBroken, "it was altered")
    assert isinstance(error, RegisterBroken)
    assert (error.damage, error.index) == (Damage.ATTACHMENT, 3)


@pytest.mark.parametrize("content", [None, b"altered"])
def test_a_missing_attachment_is_not_published(tmp_path: Path, content: bytes | None) -> None:
    log = Memory(300)
    log.blob = lambda shelf, digest: content  # type: ignore[method-assign]
    error = refused(log, tmp_path, RegisterBroken, "attachment")
    assert isinstance(error, RegisterBroken)
    assert (error.damage, error.index) == (Damage.ATTACHMENT, 3)


def test_a_publication_that_broke_off_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(Memory(200), tmp_path)
    real = Path.replace
    left = 3

    def replace(self: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(StorageFailed, match="disk is full"):
        publish(Memory(600), tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(os, "sync", lambda: None)
    assert list(TileFolder(tmp_path).entries()) == ENTRIES[:200]
    publish(Memory(600), tmp_path)
    assert list(TileFolder(tmp_path).entries()) == ENTRIES


def test_a_published_tile_that_is_gone_is_not_made_up_again(tmp_path: Path) -> None:
    publish(Memory(600), tmp_path)
    for name in ("tile/0/001", "tile/entries/000"):
        good = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(RegisterBroken, match="no longer there"):
            publish(Memory(600), tmp_path)
        (tmp_path / name).write_bytes(good)
    assert publish(Memory(600), tmp_path).written == 0


def test_a_published_file_that_was_altered_is_not_published_past(tmp_path: Path) -> None:
    publish(Memory(600, kept=(5,)), tmp_path)
    for name, content in files(tmp_path).items():
        if name == "checkpoint" or name.startswith("attachments"):
            continue
        (tmp_path / name).write_bytes(content + b"x")
        with pytest.raises(RegisterBroken, match="published already, and otherwise"):
            publish(Memory(600, kept=(5,)), tmp_path)
        (tmp_path / name).write_bytes(content)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "tiles"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sync", lambda: None)
        publish(Memory(600), folder)
    return folder


def broken(folder: Path) -> RegisterBroken:
    with pytest.raises(RegisterBroken) as raised:
        list(TileFolder(folder).entries())
    assert raised.value.damage is Damage.TILE
    return raised.value


TILES = [
    "tile/0/000",
    "tile/0/001",
    "tile/0/002.p/88",
    "tile/1/000.p/2",
    "tile/entries/000",
    "tile/entries/001",
    "tile/entries/002.p/88",
]


def test_these_are_all_the_tiles(original: Path) -> None:
    assert sorted(name for name in files(original) if name.startswith("tile/")) == TILES


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(TILES), data=st.data())
def test_any_damage_to_any_tile_is_found(
    original: Path, tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = shutil.copytree(original, tmp_path_factory.mktemp("damaged") / "tiles")
    content = (folder / name).read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = data.draw(
        st.sampled_from(
            [
                content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :],
                content[:at],
                content[:at] + content[at + 1 :],
                content + b"\0",
                content + content[:32],
                b"",
            ]
        )
    )
    (folder / name).write_bytes(changed)
    found = broken(folder)
    number = int(name.removeprefix("tile/").split("/")[1].removesuffix(".p"))
    level_1 = name.startswith("tile/1")
    assert found.index is not None
    assert 256 * number <= found.index < (600 if level_1 else 256 * (number + 1))


@pytest.mark.parametrize("name", TILES)
def test_a_missing_tile_is_found(original: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(original, tmp_path / "tiles")
    (folder / name).unlink()
    assert "is not there" in str(broken(folder))
    (folder / name).mkdir()
    assert "cannot be read" in str(broken(folder))
    (folder / name).rmdir()
    (folder / name).symlink_to(original / name)
    assert "cannot be read" in str(broken(folder))


def test_the_first_entry_that_differs_is_named(original: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(original, tmp_path / "tiles")
    path = folder / "tile/entries/001"
    path.write_bytes(path.read_bytes().replace(ENTRIES[300][-10:], b"x" * 10))
    assert broken(folder).index == 300
    assert list(zip(range(256), TileFolder(folder).entries(), strict=False)) == list(enumerate(ENTRIES[:256]))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_any_bytes_in_the_place_of_a_bundle_are_refused(
    original: Path, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = shutil.copytree(original, tmp_path_factory.mktemp("bytes") / "tiles")
    (folder / "tile/entries/002.p/88").write_bytes(content)
    found = broken(folder)
    assert found.index is not None
    assert found.index >= 512


def test_a_full_tile_will_do_for_a_partial_one(original: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(original, tmp_path / "tiles")
    (folder / "checkpoint").write_bytes(note_at(200))
    assert list(TileFolder(folder).entries()) == ENTRIES[:200]
    (folder / "tile/0/000").write_bytes((folder / "tile/0/000").read_bytes()[:-32])
    assert "not of 256 hashes" in str(broken(folder))


def test_a_reader_keeps_to_the_state_it_first_saw(tmp_path: Path) -> None:
    publish(Memory(200), tmp_path)
    reader = TileFolder(tmp_path)
    assert reader.checkpoint() == note_at(200)
    publish(Memory(600), tmp_path)
    assert reader.checkpoint() == note_at(200)
    assert list(reader.entries()) == ENTRIES[:200]
    assert list(TileFolder(tmp_path).entries()) == ENTRIES


def test_hashes_beyond_the_checkpoint_are_not_there(original: Path) -> None:
    folder = TileFolder(original)
    assert folder.hashes(0, 600, 600) == []
    for level, start, stop in ((0, 768, 800), (2, 0, 1)):
        with pytest.raises(RegisterBroken, match="beyond the checkpoint"):
            folder.hashes(level, start, stop)


def test_what_is_no_published_register_cannot_be_read(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    for read in (folder.checkpoint, folder.trust_roots, lambda: list(folder.entries())):
        with pytest.raises(RegisterUnreadable):
            read()
    (tmp_path / "checkpoint").write_bytes(b"no note")
    with pytest.raises(RegisterBroken):
        list(folder.entries())


def test_an_altered_attachment_is_refused(tmp_path: Path) -> None:
    publish(Memory(5), tmp_path)
    folder = TileFolder(tmp_path)
    assert folder.blob(Shelf.CASES, DIGEST) is None
    assert folder.blob(Shelf.ATTACHMENTS, "../checkpoint") is None
    path = tmp_path / "attachments/sha256" / DIGEST[:2] / DIGEST[2:]
    path.write_bytes(b"altered")
    with pytest.raises(ArchiveBroken, match="altered"):
        folder.blob(Shelf.ATTACHMENTS, DIGEST)
    path.unlink()
    path.mkdir()
    with pytest.raises(ArchiveBroken, match="cannot be read"):
        folder.blob(Shelf.ATTACHMENTS, DIGEST)


def test_the_protocols_of_a_store_are_kept(original: Path) -> None:
    from isa_guard.register.stores.store import Log
    from isa_guard.register.tree.proof import Hashes

    log: Log = TileFolder(original)
    hashes: Hashes = TileFolder(original)
    found: Sequence[bytes] = hashes.hashes(0, 10, 20)
    assert list(found) == [leaf_hash(entry) for entry in ENTRIES[10:20]]
    assert log.place == str(original)
