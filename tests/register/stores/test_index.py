"""The index: it says what it was told, in any parts; whatever is wrong with it costs time and never the truth."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.register.faults import RegisterBroken, StorageFailed
from isa_guard.register.stores import cases
from isa_guard.register.stores.cases import Slot
from isa_guard.register.stores.index import VERSION, Index, root_of
from isa_guard.register.stores.journal import Position
from isa_guard.register.stores.store import Noted, Shelf
from isa_guard.register.tree.merkle import Frontier, leaf_hash
from isa_guard.register.verify import verify
from tests.register.making import Made, appending, decided, made_in
from tests.register.trees import Tree, entries

WARNED = "the index of the register is wrong and is made anew"
ENTRIES = entries(1_000)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
TREE = Tree(ENTRIES)


def noted(start: int, stop: int) -> list[Noted]:
    return [Noted(at, LEAVES[at], f"id-{at % 7}", f"{at % 5:064x}") for at in range(start, stop)]


def places(start: int, stop: int) -> list[Position]:
    return [Position(at, at // 100 * 100, at * 10) for at in range(start, stop)]


def peaks(size: int) -> tuple[bytes, ...]:
    tree = Frontier()
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    return tree.peaks


def told(index: Index, start: int, stop: int) -> None:
    end = Position(stop, stop // 100 * 100, stop * 10)
    index.remember(noted(start, stop), places(start, stop), peaks(stop - 1), end)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index.sqlite")


def test_where_there_is_no_index_nothing_is_read_and_none_is_made(index: Index) -> None:
    for read in (
        index.tip,
        lambda: index.place(0),
        lambda: index.found("x"),
        lambda: index.hashes(0, 0, 1),
        lambda: index.kept(bytes(32)),
        lambda: index.not_kept({}),
    ):
        with pytest.raises(StorageFailed, match="there is no index"):
            read()
    assert not index.path.exists()


def test_an_index_of_nothing_knows_no_end(index: Index) -> None:
    index.keep(())
    assert index.tip() is None
    assert index.place(0) is None
    assert index.found("x") == ()
    assert index.kept(bytes(32)) is None
    assert index.path.stat().st_mode & 0o777 == 0o600


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_told_in_any_parts_it_says_the_same(index: Index, parts: list[int]) -> None:
    index.discard()
    size = 0
    for part in parts:
        stop = min(size + part, len(LEAVES))
        if stop > size:
            told(index, size, stop)
            size = stop
    assert index.tip() == (
        peaks(size - 1),
        places(size - 1, size)[0],
        Position(size, size // 100 * 100, size * 10),
    )
    assert index.hashes(0, 0, size) == tuple(LEAVES[:size])
    assert index.hashes(1, 0, size // 256) == tuple(TREE.hashes(1, 0, size // 256))
    assert index.place(size - 1) == places(size - 1, size)[0]
    assert index.place(size) is None
    assert index.found("id-3") == tuple(range(3, size, 7))
    assert index.found(f"{4:064x}") == tuple(range(4, size, 5))
    with pytest.raises(StorageFailed, match="lacks hashes"):
        index.hashes(0, 0, size + 1)
    with pytest.raises(StorageFailed, match="lacks hashes"):
        index.hashes(1, 0, size // 256 + 1)


def test_tiles_of_tiles_are_noted(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isa_guard.register.stores.index.WIDTH", 4)
    for start, stop in ((0, 3), (3, 70), (70, 100)):
        told(index, start, stop)
    for level, width in ((1, 4), (2, 16), (3, 64)):
        full = [root_of(LEAVES[at : at + width]) for at in range(0, 100 // width * width, width)]
        assert index.hashes(level, 0, len(full)) == tuple(full)
    with pytest.raises(StorageFailed, match="lacks hashes"):
        index.hashes(4, 0, 1)


def test_what_does_not_follow_is_not_noted(index: Index) -> None:
    told(index, 0, 5)
    with pytest.raises(StorageFailed, match="the index lacks records"):
        told(index, 6, 8)
    assert index.hashes(0, 0, 5) == tuple(LEAVES[:5])
    with pytest.raises(StorageFailed, match="lacks hashes"):
        index.hashes(0, 0, 6)


def test_what_another_process_noted_is_noted_once(index: Index) -> None:
    told(index, 0, 5)
    told(index, 0, 2)
    told(index, 4, 6)
    assert index.hashes(0, 0, 6) == tuple(LEAVES[:6])


def test_cases_are_noted_and_forgotten(index: Index) -> None:
    slots = [Slot(0, at * 50, 10 + at, bytes([at + 65]) * 32) for at in range(3)]
    index.keep(slots)
    assert [index.kept(slot.digest) for slot in slots] == slots
    assert sorted(index.offsets(0)) == [0, 50, 100]
    assert index.offsets(1) == ()
    moved = Slot(2, 7, 11, slots[1].digest)
    index.keep([moved])
    assert index.kept(moved.digest) == moved
    index.forget(slots[0].digest)
    assert index.kept(slots[0].digest) is None
    contents = {slot.digest.hex(): b"content" for slot in slots}
    assert index.not_kept(contents) == {slots[0].digest.hex(): b"content"}
    assert slots[0].digest not in index.path.read_bytes()


def test_an_index_put_aside_is_gone_with_its_journal(index: Index) -> None:
    told(index, 0, 5)
    journal = index.path.with_name(f"{index.path.name}-journal")
    journal.write_bytes(b"half a change")
    index.discard()
    assert not index.path.exists()
    assert not journal.exists()
    index.discard()


def test_one_of_another_version_is_not_read_as_this_one(index: Index) -> None:
    told(index, 0, 5)
    index.close()
    with sqlite3.connect(index.path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


@pytest.mark.parametrize("content", [b"", b"noise" * 5_000, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_a_file_that_is_no_index_is_told_and_can_be_put_aside(index: Index, content: bytes) -> None:
    index.path.write_bytes(content)
    if content:
        with pytest.raises(StorageFailed, match="the index cannot be used"):
            told(index, 0, 5)
        index.discard()
    told(index, 0, 5)
    assert index.hashes(0, 0, 5) == tuple(LEAVES[:5])


def test_an_index_whose_own_description_is_noise_is_told_and_can_be_put_aside(index: Index) -> None:
    told(index, 0, 5)
    index.close()
    content = index.path.read_bytes()
    assert b"tablerecordrecord" in content
    # SQLite's message then quotes what is no UTF-8, and Python cannot make an error of it.
    noise = content.replace(b"tablerecordrecord", b"tablerec\x96rdrecord").replace(
        b"CREATE TABLE rec", b"CREATE TABLE ,,,"
    )
    index.path.write_bytes(noise)
    with pytest.raises(StorageFailed, match="the index cannot be used"):
        told(index, 5, 6)
    index.discard()
    told(index, 0, 5)


# Of a register


def goes_on(made: Made, size: int) -> list[str]:
    """Verify, find, prove and append with whatever index is there; answer what was warned of."""
    warned: list[str] = []
    assert verify(made.store, made.trust).size == size
    surroundings = made.surroundings
    surroundings = type(surroundings)(surroundings.clock, surroundings.randomness, warned.append)
    fresh = decided(reference=f"T-{size}")
    with appending(made.folder, made.trust, made.signers, surroundings) as appender:
        assert appender.append([fresh])[0].index == size
    assert verify(made.store, made.trust).size == size + 1
    store = made.store
    assert store.blob(Shelf.CASES, fresh.fact.digest) == fresh.fact.content
    assert store.blob(Shelf.CASES, decided(reference="T-0003").fact.digest)
    for index, envelope in enumerate(store.entries(3), 3):
        assert next(store.entries(index)) == envelope
    store.close()
    return warned


def regions(path: Path) -> list[tuple[int, int]]:
    """A register's index in stretches: its header, every page's beginning, and the rest in eight parts."""
    size = path.stat().st_size
    eighth = size // 8
    pages = [(at, at + 64) for at in range(4_096, size, 4_096)]
    return [(0, 16), (16, 100), (100, 4_096), *pages, *((at, at + eighth) for at in range(0, size, eighth))]


@pytest.mark.parametrize("spoilt", range(8))
def test_an_index_spoilt_anywhere_is_healed_or_done_without(
    filled_original: Made, tmp_path: Path, spoilt: int
) -> None:
    """Zeros, ones and noise over each stretch of it; nothing that is read of it is ever believed."""
    stretches = regions(filled_original.folder / "index.sqlite")[spoilt::8]
    for number, (start, stop) in enumerate(stretches):
        for fill in (b"\0", b"\xff", b"\x5a\x01"):
            folder = tmp_path / f"{number}-{fill[0]}"
            made = Made(
                light_copy(filled_original.folder, folder), filled_original.trust, filled_original.signers
            )
            made.clock.wall = filled_original.clock.wall
            path = made.folder / "index.sqlite"
            content = bytearray(path.read_bytes())
            length = min(stop, len(content)) - start
            content[start : start + length] = (fill * length)[:length]
            path.write_bytes(content)
            goes_on(made, 5)
            shutil.rmtree(folder)


def light_copy(of: Path, to: Path) -> Path:
    """A copy whose archive, which nothing here changes, is the same files."""
    to.mkdir()
    for path in of.iterdir():
        if path.name == "archive":
            (to / "archive").symlink_to(path)
        elif path.is_dir():
            shutil.copytree(path, to / path.name)
        else:
            shutil.copy2(path, to / path.name)
    return to


def test_an_index_that_is_gone_is_made_anew(filled: Made) -> None:
    (filled.folder / "index.sqlite").unlink()
    goes_on(filled, 5)
    assert filled.store.found(decided(reference="T-0002").fact.digest) == (1,)


def test_an_older_index_put_back_is_caught_up(filled: Made) -> None:
    old = (filled.folder / "index.sqlite").read_bytes()
    goes_on(filled, 5)
    (filled.folder / "index.sqlite").write_bytes(old)
    goes_on(filled, 6)
    assert filled.store.hashes(0, 6, 7)


def test_an_index_of_another_register_is_put_aside(
    filled: Made, empty_original: Made, tmp_path: Path
) -> None:
    other = made_in(tmp_path / "other", filled.trust.origin)
    for number in range(5):
        other.append(decided(reference=f"X-{number}"))
    strange = (other.folder / "index.sqlite").read_bytes()
    (filled.folder / "index.sqlite").write_bytes(strange)
    goes_on(filled, 5)
    assert filled.store.found(decided(reference="T-0002").fact.digest) == (1,)
    assert filled.store.found(decided(reference="X-2").fact.digest) == ()


def test_a_tip_that_gives_another_root_is_told_and_made_anew(filled: Made) -> None:
    with sqlite3.connect(filled.folder / "index.sqlite") as database:
        database.execute("UPDATE tip SET peaks = zeroblob(length(peaks))")
    database.close()
    assert goes_on(filled, 5) == [WARNED]
    assert goes_on(filled, 6) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tip SET size = 99",
        "UPDATE tip SET size = 4",
        "UPDATE tip SET peaks = x'00'",
        "UPDATE tip SET last_offset = 3",
        "UPDATE tip SET last_offset = -1",
        "UPDATE tip SET segment = 77, offset = 0",
        "UPDATE tip SET offset = offset + 1",
        "UPDATE record SET offset = offset + 1",
        "UPDATE record SET offset = -5",
        "UPDATE record SET segment = 400",
        "DELETE FROM record WHERE idx = 2",
        "DELETE FROM record WHERE idx > 2",
        "DELETE FROM tip",
        "UPDATE kept SET offset = offset + 1",
        "UPDATE kept SET offset = -7",
        "UPDATE kept SET segment = 12",
        "UPDATE kept SET length = 1",
        "DELETE FROM kept",
        "DROP TABLE kept",
        "DROP TABLE record",
        "ALTER TABLE tip DROP COLUMN last_offset",
        "PRAGMA user_version = 7",
    ],
)
def test_an_index_that_lies_is_never_believed(filled: Made, change: str) -> None:
    with sqlite3.connect(filled.folder / "index.sqlite") as database:
        database.execute(change)
    database.close()
    goes_on(filled, 5)
    goes_on(filled, 6)


def test_hashes_that_are_wrong_prove_nothing(filled: Made) -> None:
    from isa_guard.register.faults import ProofInvalid
    from isa_guard.register.published.tlog_proof import proof_of, proven, write_proof

    with sqlite3.connect(filled.folder / "index.sqlite") as database:
        database.execute("UPDATE record SET leaf = zeroblob(32) WHERE idx = 1")
    database.close()
    store = filled.store
    envelope = next(store.entries())
    proof = write_proof(proof_of(store, store.checkpoint(), 0))
    with pytest.raises(ProofInvalid, match="does not lead from this record"):
        proven(envelope, proof, filled.trust)


def test_what_is_no_hash_is_not_given_as_one(filled: Made) -> None:
    with sqlite3.connect(filled.folder / "index.sqlite") as database:
        database.execute("UPDATE record SET leaf = x'00' WHERE idx = 1")
    database.close()
    with pytest.raises(StorageFailed, match="the index is corrupt"):
        filled.store.hashes(0, 0, 5)


def test_where_the_index_cannot_be_written_the_records_are_safe_and_it_is_told(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageFailed("the index cannot be used: the disk is full")

    warned: list[str] = []
    surroundings = type(filled.surroundings)(filled.clock, bytes, warned.append)
    with appending(filled.folder, filled.trust, filled.signers, surroundings) as appender:
        with monkeypatch.context() as patch:
            patch.setattr(Index, "remember", refuse)
            patch.setattr(Index, "keep", refuse)
            appender.append([decided(reference="T-0006")])
        assert warned == ["the index cannot be used: the disk is full; the records are safe"]
        assert appender.append([decided(reference="T-0007")])[0].index == 6
    assert goes_on(filled, 7) == []
    assert filled.store.hashes(0, 0, 8)


def test_a_case_that_an_index_of_another_state_says_is_kept_is_kept(filled: Made) -> None:
    """Else the record would be acknowledged, and its case lost."""
    fresh = decided(reference="T-0006")
    for slot in (
        Slot(0, 0, 10, bytes.fromhex(fresh.fact.digest)),
        Slot(9, 0, 10, bytes.fromhex(fresh.fact.digest)),
    ):
        filled.store.index.keep([slot])
        filled.append(fresh)
        assert filled.store.blob(Shelf.CASES, fresh.fact.digest) == fresh.fact.content


def test_an_erasure_behind_a_damaged_length_takes_nothing_else_with_it(filled: Made) -> None:
    path = filled.folder / "cases/000000000000.seg"
    lie = list(cases.slots(filled.folder / "cases"))
    content = bytearray(path.read_bytes())
    content[lie[1].offset] ^= 1
    path.write_bytes(content)
    assert filled.store.erase(lie[1].digest.hex())
    left = path.read_bytes()
    assert left[lie[1].offset + 36 : lie[2].offset] == bytes(lie[1].length)
    assert left[lie[2].offset :] == content[lie[2].offset :]
    assert filled.store.blob(Shelf.CASES, lie[2].digest.hex()) is not None


def test_a_case_that_was_altered_where_it_lies_is_kept_again(filled: Made) -> None:
    again = decided(reference="T-0003")
    lies = next(one for one in cases.slots(filled.folder / "cases") if one.digest.hex() == again.fact.digest)
    path = filled.folder / "cases/000000000000.seg"
    content = bytearray(path.read_bytes())
    content[lies.offset + 40] ^= 1
    path.write_bytes(content)
    filled.append(again)
    assert filled.store.blob(Shelf.CASES, again.fact.digest) == again.fact.content


def test_a_case_that_was_kept_already_is_not_kept_twice(filled: Made) -> None:
    before = (filled.folder / "cases/000000000000.seg").stat().st_size
    filled.append(decided(reference="T-0003"))
    assert (filled.folder / "cases/000000000000.seg").stat().st_size == before


def test_an_erasure_does_not_fail_for_a_corrupt_index_and_leaves_no_place_of_the_case(filled: Made) -> None:
    digest = decided(reference="T-0003").fact.digest
    (filled.folder / "index.sqlite").write_bytes(b"noise" + bytes.fromhex(digest))
    assert filled.store.erase(digest)
    assert filled.store.blob(Shelf.CASES, digest) is None
    assert not (filled.folder / "index.sqlite").exists()


def test_an_index_whose_parts_agree_and_are_false_is_put_aside(filled: Made) -> None:
    """Its end is that of a whole record, only of another: all is read, and nothing is said to be broken."""
    with sqlite3.connect(filled.folder / "index.sqlite") as database:
        (segment, last) = database.execute("SELECT segment, offset FROM record WHERE idx = 4").fetchone()
        leaves = [row[0] for row in database.execute("SELECT leaf FROM record ORDER BY idx LIMIT 2")]
        tree = Frontier()
        for leaf in leaves:
            tree.add(leaf)
        database.execute(
            "UPDATE tip SET size = 3, peaks = ?, last_segment = ?, last_offset = ?",
            (b"".join(tree.peaks), segment, last),
        )
    database.close()
    goes_on(filled, 5)


def test_a_case_whose_place_is_noted_wrongly_is_found_by_looking(filled: Made) -> None:
    wanted = decided(reference="T-0003").fact
    slots = list(cases.slots(filled.folder / "cases"))
    filled.store.index.keep([Slot(0, slots[0].offset, slots[0].length, bytes.fromhex(wanted.digest))])
    assert filled.store.blob(Shelf.CASES, wanted.digest) == wanted.content


def test_damage_to_the_journal_is_told_whatever_the_index_says(filled: Made) -> None:
    segment = filled.folder / "journal/000000000000.seg"
    content = bytearray(segment.read_bytes())
    content[60] ^= 1
    segment.write_bytes(content)
    with pytest.raises(RegisterBroken):
        verify(filled.store, filled.trust)
