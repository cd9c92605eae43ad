"""The case store: what is kept is found again until it is erased, and then no byte of it is left."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.register import storage
from isa_guard.register.faults import ArchiveBroken
from isa_guard.register.stores import cases
from isa_guard.register.stores.cases import Growth, Slot
from isa_guard.register.stores.journal import HEADER, LENGTH

DOCUMENTS = (b"fact: one", b"fact: two, somewhat longer", b"fact: three")


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def kept(folder: Path) -> list[bytes | None]:
    return [cases.read(folder, slot) for slot in cases.slots(folder)]


def segment(folder: Path, number: int = 0) -> Path:
    return folder / f"{number:012}.seg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cases"


def test_nothing_is_kept_where_nothing_was(folder: Path) -> None:
    assert list(cases.slots(folder)) == []
    assert cases.erase(folder, "0" * 64, nothing) == 0
    assert cases.read(folder, Slot(0, 0, 1, bytes(32))) is None


def test_what_is_kept_is_found_where_it_was_said_to_lie(folder: Path) -> None:
    slots = Growth(folder).add(DOCUMENTS)
    assert [cases.read(folder, slot) for slot in slots] == list(DOCUMENTS)
    assert list(cases.slots(folder)) == list(slots)
    assert [slot.digest for slot in slots] == [digest(one) for one in DOCUMENTS]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_two_that_write_in_turn_lose_nothing_of_each_other(folder: Path) -> None:
    one, other = Growth(folder), Growth(folder)
    for writer, content in ((one, b"a"), (other, b"bb"), (one, b"ccc"), (one, b"d"), (other, b"ee")):
        writer.add([content])
    assert kept(folder) == [b"a", b"bb", b"ccc", b"d", b"ee"]


def nothing(segment: int) -> tuple[int, ...]:
    """An index that knows nothing."""
    return ()


@pytest.mark.parametrize("torn", [1, LENGTH, HEADER, HEADER + 1, HEADER + 20])
def test_what_a_crash_left_in_part_is_no_document_and_hides_none(folder: Path, torn: int) -> None:
    Growth(folder).add(DOCUMENTS)
    frame = (40).to_bytes(LENGTH, "big") + digest(b"x" * 40) + b"x" * 40
    with segment(folder).open("ab") as file:
        file.write(frame[:torn])
    assert kept(folder) == list(DOCUMENTS)
    Growth(folder).add([b"after"])
    Growth(folder).add([b"later"])
    assert kept(folder) == [*DOCUMENTS, b"after", b"later"]
    # What is left of it goes with the document that it was to be.
    Growth(folder).add([b"x" * 40])
    assert cases.erase(folder, digest(b"x" * 40).hex(), nothing) == (2 if torn >= HEADER else 1)
    assert not any(b"xxx" in path.read_bytes() for path in folder.iterdir())
    assert kept(folder) == [*DOCUMENTS, b"after", b"later"]


def test_a_full_segment_is_followed_by_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "LIMIT_SEGMENT", 100)
    growth = Growth(folder)
    for content in (b"a" * 70, b"b" * 70, b"c" * 10):
        growth.add([content])
    Growth(folder).add([b"d"])
    assert sorted(path.name for path in folder.iterdir()) == [segment(folder, at).name for at in range(3)]
    assert kept(folder) == [b"a" * 70, b"b" * 70, b"c" * 10, b"d"]


def test_one_who_knew_the_end_sees_that_another_began_a_segment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "LIMIT_SEGMENT", 50)
    one = Growth(folder)
    one.add([b"a"])
    Growth(folder).add([b"b" * 50])
    Growth(folder).add([b"c"])
    one.add([b"d"])
    assert kept(folder) == [b"a", b"b" * 50, b"c", b"d"]


def test_a_document_of_the_largest_size_is_found_and_a_longer_one_is_no_frame(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "LIMIT_CASE", 30)
    Growth(folder).add([b"x" * 30])
    assert kept(folder) == [b"x" * 30]
    Growth(folder).add([b"y" * 31])
    assert kept(folder) == [b"x" * 30]


def test_an_altered_document_is_told_and_never_given(folder: Path) -> None:
    first, second, _ = Growth(folder).add(DOCUMENTS)
    content = bytearray(segment(folder).read_bytes())
    content[second.offset + HEADER] ^= 1
    segment(folder).write_bytes(content)
    assert cases.read(folder, first) == DOCUMENTS[0]
    with pytest.raises(ArchiveBroken, match=f"kept fact {second.digest.hex()[:12]} was altered"):
        cases.read(folder, second)


@pytest.mark.parametrize(
    "wrong",
    [
        Slot(0, 1, len(DOCUMENTS[0]), digest(DOCUMENTS[0])),
        Slot(0, 0, len(DOCUMENTS[0]) - 1, digest(DOCUMENTS[0])),
        Slot(0, 0, len(DOCUMENTS[0]), digest(DOCUMENTS[1])),
        Slot(0, 10_000, len(DOCUMENTS[0]), digest(DOCUMENTS[0])),
        Slot(7, 0, len(DOCUMENTS[0]), digest(DOCUMENTS[0])),
    ],
)
def test_a_slot_that_is_no_longer_so_gives_nothing(folder: Path, wrong: Slot) -> None:
    Growth(folder).add(DOCUMENTS)
    assert cases.read(folder, wrong) is None


def test_a_link_in_the_place_of_a_segment_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (slot,) = Growth(folder).add([b"a"])
    segment(folder).rename(tmp_path / "elsewhere")
    segment(folder).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveBroken, match="symbolic link"):
        cases.read(folder, slot)


def test_a_disk_that_gives_nothing_back_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (slot,) = Growth(folder).add([b"a"])

    def faulty(*_: int) -> bytes:
        raise OSError(5, "gone")

    monkeypatch.setattr(os, "pread", faulty)
    with pytest.raises(ArchiveBroken, match="the disk reports a fault"):
        cases.read(folder, slot)


def test_every_copy_of_an_erased_document_is_gone_and_the_others_are_not(folder: Path) -> None:
    Growth(folder).add(DOCUMENTS)
    Growth(folder).add([DOCUMENTS[1]])
    assert cases.erase(folder, digest(DOCUMENTS[1]).hex(), nothing) == 2
    content = segment(folder).read_bytes()
    assert DOCUMENTS[1] not in content
    assert digest(DOCUMENTS[1]) not in content
    assert kept(folder) == [DOCUMENTS[0], DOCUMENTS[2]]
    assert cases.erase(folder, digest(DOCUMENTS[1]).hex(), nothing) == 0
    Growth(folder).add([b"after"])
    assert kept(folder) == [DOCUMENTS[0], DOCUMENTS[2], b"after"]


def test_an_erasure_broken_off_after_the_content_is_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its digest goes last, so that the rest of the document is found by it."""
    Growth(folder).add(DOCUMENTS)
    real, done = os.fsync, []

    def breaks_off(descriptor: int) -> None:
        real(descriptor)
        done.append(descriptor)
        raise OSError(5, "gone")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", breaks_off)
        with pytest.raises(OSError, match="gone"):
            cases.erase(folder, digest(DOCUMENTS[0]).hex(), nothing)
    assert len(done) == 1
    assert DOCUMENTS[0] not in segment(folder).read_bytes()
    assert cases.erase(folder, digest(DOCUMENTS[0]).hex(), nothing) == 1
    assert digest(DOCUMENTS[0]) not in segment(folder).read_bytes()
    assert kept(folder) == list(DOCUMENTS[1:])


def test_a_damaged_length_loses_no_document_behind_it(folder: Path) -> None:
    first, second, third = Growth(folder).add(DOCUMENTS)
    content = bytearray(segment(folder).read_bytes())
    content[0] ^= 1
    segment(folder).write_bytes(content)
    Growth(folder).add([b"after"])
    assert cases.read(folder, third) == DOCUMENTS[2]
    # Not even where the damaged one is erased, as long as it is known where the others lie.
    noted = (first.offset, second.offset, third.offset)
    assert cases.erase(folder, first.digest.hex(), lambda number: noted if number == 0 else ()) == 1
    assert DOCUMENTS[0] not in segment(folder).read_bytes()
    assert [cases.read(folder, one) for one in (second, third)] == list(DOCUMENTS[1:])


def test_files_that_are_no_segments_are_left_alone(folder: Path) -> None:
    Growth(folder).add(DOCUMENTS)
    (folder / "sha256").mkdir()
    (folder / "00.seg").write_bytes(b"other")
    assert kept(folder) == list(DOCUMENTS)


def test_a_write_that_fails_is_told_and_the_next_one_finds_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growth = Growth(folder)
    growth.add([b"a"])

    def half(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[: len(content) // 2])
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write_all", half)
        with pytest.raises(OSError, match="full"):
            growth.add([b"b" * 100])
    growth.add([b"c"])
    assert kept(folder) == [b"a", b"c"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4),
            st.integers(0, 20),
            st.just("anew"),
        ),
        max_size=12,
    )
)
def test_any_order_of_keeping_and_erasing_leaves_what_was_kept_and_not_erased(
    folder: Path, steps: list[list[bytes] | int | str]
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model: list[bytes] = []
    growth = Growth(folder)
    for step in steps:
        if isinstance(step, list):
            growth.add(step)
            model += step
        elif isinstance(step, int):
            wanted = model[step % len(model)] if model else b"never"
            assert cases.erase(folder, digest(wanted).hex(), nothing) == model.count(wanted)
            model = [one for one in model if one != wanted]
        else:
            growth = Growth(folder)
        assert kept(folder) == model
