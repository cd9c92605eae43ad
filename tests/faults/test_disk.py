"""Disks that are full, read-only or limited, and clocks that are set back: nothing is acknowledged that is not so."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from isa_guard.register.custody import backup
from isa_guard.register.custody.reindex import reindex
from isa_guard.register.custody.restore import unpack
from isa_guard.register.faults import StorageFailed
from isa_guard.register.verify import Walk, verify
from tests.register.making import Made, decided

WITHOUT_ARCHIVE = shutil.ignore_patterns("archive")
LARGE = [decided(f"purpose: hold-to-account, volume: {number}", f"L-{number}") for number in range(40)]


def mount(options: str, *what: str | Path) -> bool:
    """Whether the system let us; `test_a_limit_on_files` holds everywhere."""
    return not subprocess.run(
        ["mount", "-o", options, *what], check=False, stderr=subprocess.DEVNULL
    ).returncode


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("size=256k,mode=700", "-t", "tmpfs", "tmpfs", folder):
        pytest.skip("this system lets nobody mount a small disk; a limit on files is tested instead")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def on(disk: Path, of: Made) -> Made:
    """A register on the small disk, but for its archive."""
    folder = disk / "register"
    shutil.copytree(of.folder, folder, ignore=WITHOUT_ARCHIVE)
    (folder / "archive").symlink_to(of.folder / "archive")
    return Made(folder, of.trust, of.signers, of.clock)


def filled_up(made: Made) -> int:
    """Append until the disk is full, and answer how many records were acknowledged."""
    size = verify(made.store, made.trust).size
    with pytest.raises(StorageFailed, match=r"disk is full|longer than|too large"):
        for _ in range(400):
            store = made.store
            try:
                for receipt in made.append(*LARGE[:4]):
                    assert receipt.index == size
                    size += 1
            finally:
                store.close()
    return size


def test_a_full_disk_loses_nothing_and_goes_on_once_it_has_room(small_disk: Path, filled: Made) -> None:
    made = on(small_disk, filled)
    size = filled_up(made)
    assert size > 5
    assert verify(made.store, made.trust).size >= size
    with pytest.raises(StorageFailed):
        made.append(*LARGE[:4])
    assert verify(made.store, made.trust).size >= size
    assert mount("remount,size=16m", small_disk)
    before = verify(made.store, made.trust).size
    (receipt,) = made.append(decided())
    assert receipt.index >= before
    assert verify(made.store, made.trust).size == receipt.index + 1
    assert reindex(made.store, made.trust) == receipt.index + 1


def test_a_disk_that_filled_up_is_read_and_verified_by_whoever_may_not_write(
    small_disk: Path, filled: Made
) -> None:
    made = on(small_disk, filled)
    assert mount("remount,ro", small_disk)
    assert verify(made.store, made.trust).size == 5
    assert made.store.found(decided(reference="T-0002").fact.digest) in ((1,), ())
    for act in (
        lambda: made.append(decided(reference="T-0006")),
        lambda: reindex(made.store, made.trust),
        lambda: made.store.erase(decided(reference="T-0002").fact.digest),
        lambda: made.store.keep_checkpoint(5, b"note"),
        lambda: made.store.note_backup("elsewhere"),
    ):
        with pytest.raises(StorageFailed, match="read-only"):
            act()
    assert mount("remount,rw", small_disk)
    assert made.append(decided(reference="T-0006"))[0].index == 5


def test_a_limit_on_files_loses_nothing(filled: Made) -> None:
    """The file size that a process may write: a disk quota of its own, that needs no mount."""
    segment = filled.folder / "journal/000000000000.seg"
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for room in (1, 50, 3_000, 20_000):
            size = verify(filled.store, filled.trust).size
            whole = segment.read_bytes()
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + room, limits[1]))
            with pytest.raises(StorageFailed):
                filled.append(*LARGE)
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert segment.read_bytes().startswith(whole)
            assert verify(filled.store, filled.trust).size == size
            assert filled.append(decided())[0].index >= size
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert verify(filled.store, filled.trust).beyond == 0


def test_a_backup_is_made_of_a_register_whose_last_append_broke_off(filled: Made, tmp_path: Path) -> None:
    with (filled.folder / "journal/000000000000.seg").open("ab") as file:
        file.write(b"\0\0\1\0torn")
    assert backup.write(filled.store, tmp_path / "backup.tar") == 5
    former = unpack(tmp_path / "backup.tar", tmp_path / "former")
    proven = verify(former, filled.trust)
    assert (proven.size, proven.beyond) == (5, 0)


def test_a_clock_set_back_is_recorded_told_by_verify_and_never_dates_a_record_back(made: Made) -> None:
    for back in (0, 1, 0, 400, 0):
        made.clock.wall -= timedelta(days=back)
        made.append(decided())
    standings = [one.record.standing for one in Walk(made.store, made.trust).records()]
    times = [one.decided_at for one in standings]
    assert times == sorted(times)
    assert [one.step_detected for one in standings] == [False, True, True, True, True]
    assert verify(made.store, made.trust).clock_steps == (1, 2, 3, 4)
    made.clock.wall += timedelta(days=500)
    made.append(decided(), decided())
    made.append(decided())
    assert verify(made.store, made.trust).clock_steps == (1, 2, 3, 4, 5, 6)
