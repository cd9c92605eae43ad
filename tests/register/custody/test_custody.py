"""Keeping a register: erasing a case everywhere, backing up, and going on from a backup in a new epoch."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from typing import TYPE_CHECKING

import pytest

from isa_guard.errors import EvidenceError, UsageError
from isa_guard.register.appender import Appender
from isa_guard.register.custody import backup
from isa_guard.register.custody.erasure import erase
from isa_guard.register.custody.restore import following_origin, restore, unpack
from isa_guard.register.faults import RegisterUnreadable, StorageFailed
from isa_guard.register.records.event import ErasureEvent, ErasureReason, RecoveryEvent
from isa_guard.register.records.statement import EventRecord
from isa_guard.register.register import trust_root_of
from isa_guard.register.replay import Replay, replay_all
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.store import Shelf
from isa_guard.register.verify import Walk, verify
from tests.register.making import SIGNERS, Made, decided, signer

if TYPE_CHECKING:
    from pathlib import Path

OFFICER = "data-protection-officer"
WHY = ErasureReason.ERASURE_REQUEST


def case(number: int) -> bytes:
    return decided(reference=f"T-000{number}").fact.content


def everything(folder: Path) -> bytes:
    """Every byte of every file below a folder."""
    return b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# Erasing


def test_an_erased_case_is_in_no_file_and_the_record_says_what_when_and_by_whose_authority(
    filled: Made, tmp_path: Path
) -> None:
    backup.write(filled.store, tmp_path / "monday.tar")
    digest = hashlib.sha256(case(2)).hexdigest()
    assert case(2) in everything(tmp_path)
    done = erase(filled.appender(), digest, WHY, OFFICER)
    assert case(2) not in everything(tmp_path)
    assert digest.encode() not in everything(filled.folder / "cases")
    assert bytes.fromhex(digest) not in everything(filled.folder / "cases")
    for number in (1, 3, 4, 5):
        assert case(number) in everything(filled.folder)
        assert case(number) in (tmp_path / "monday.tar").read_bytes()
    assert (done.backups, done.unreached) == ((str(tmp_path / "monday.tar"),), ())
    last = list(Walk(filled.store, filled.trust).records())[-1].record
    assert isinstance(last, EventRecord)
    assert last.event == ErasureEvent(digest, WHY, OFFICER)
    assert last.standing.index == done.receipt.index == 5
    assert verify(filled.store, filled.trust).erased == {digest}
    assert [one.came_out for one in replay_all(filled.store, filled.trust)].count(Replay.ERASED) == 1


def test_every_copy_of_a_case_goes(filled: Made) -> None:
    """An index that was lost lets a document be stored twice."""
    (filled.folder / "index.sqlite").unlink()
    filled.append(decided(reference="T-0003"))
    assert everything(filled.folder / "cases").count(case(3)) == 2
    erase(filled.appender(), hashlib.sha256(case(3)).hexdigest(), WHY, OFFICER)
    assert case(3) not in everything(filled.folder)


def test_a_case_kept_as_format_1_kept_them_goes_too(filled: Made) -> None:
    content = b"an older document"
    digest = hashlib.sha256(content).hexdigest()
    path = filled.folder / "cases" / "sha256" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert filled.store.blob(Shelf.CASES, digest) == content
    erase(filled.appender(), digest, WHY, OFFICER)
    assert content not in everything(filled.folder)
    assert filled.store.blob(Shelf.CASES, digest) is None


def test_what_is_no_case_or_no_post_is_refused_before_anything_is_recorded(filled: Made) -> None:
    digest = hashlib.sha256(case(1)).hexdigest()
    for wrong, authority in (
        ("0" * 64, OFFICER),
        ("x", OFFICER),
        (digest, "Zebulon Quagmire"),
        (digest, "zebulon quagmire"),
        (digest, ""),
        (digest, "a" * 61),
    ):
        with pytest.raises(UsageError):
            erase(filled.appender(), wrong, WHY, authority)
    assert verify(filled.store, filled.trust).size == 5
    assert case(1) in everything(filled.folder)


def test_a_backup_that_is_not_there_is_named_and_not_forgotten(filled: Made, tmp_path: Path) -> None:
    backup.write(filled.store, tmp_path / "away.tar")
    (tmp_path / "away.tar").rename(tmp_path / "elsewhere.tar")
    digest = hashlib.sha256(case(1)).hexdigest()
    done = erase(filled.appender(), digest, WHY, OFFICER)
    assert done.unreached == (str(tmp_path / "away.tar"),)
    (tmp_path / "elsewhere.tar").rename(tmp_path / "away.tar")
    again = erase(filled.appender(), digest, WHY, OFFICER)  # it is only in the backup now
    assert (again.backups, again.unreached) == ((str(tmp_path / "away.tar"),), ())
    assert case(1) not in everything(tmp_path)


def test_a_crash_after_the_record_leaves_what_a_second_erasure_mends(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(case(4)).hexdigest()

    def crash(*_: object) -> bool:
        raise StorageFailed("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(Directory, "erase", crash)
        with pytest.raises(StorageFailed):
            erase(filled.appender(), digest, WHY, OFFICER)
    assert case(4) in everything(filled.folder)
    erase(filled.appender(), digest, WHY, OFFICER)
    assert case(4) not in everything(filled.folder)
    assert verify(filled.store, filled.trust).size == 7


# Backing up and going on


def test_a_backup_holds_the_register_and_lets_a_new_epoch_begin(filled: Made, tmp_path: Path) -> None:
    assert backup.write(filled.store, tmp_path / "b.tar") == 5
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    filled.append(decided(reference="T-0006"))  # what the backup does not have
    old = unpack(tmp_path / "b.tar", tmp_path / "former")
    new = Directory(tmp_path / "new")
    fingerprint = filled.trust.fingerprint
    done = restore(old, fingerprint, new, signer("root"), SIGNERS, filled.surroundings, 6)
    assert (done.trust.origin, done.trust.epoch, done.trust.fingerprint) == (
        f"{filled.trust.origin}/e2",
        2,
        fingerprint,
    )
    (first,) = Walk(new, fingerprint).records()
    assert isinstance(first.record, EventRecord)
    ended = hashlib.sha256(old.checkpoint()).hexdigest()
    assert first.record.event == RecoveryEvent(filled.trust.origin, 1, 5, ended, 6)
    # The old epoch reads and replays as it was, and nothing can be appended to it.
    assert verify(old, fingerprint).size == 5
    assert {one.came_out for one in replay_all(old, fingerprint)} == {Replay.SAME}
    with pytest.raises(RegisterUnreadable, match="no lock"):
        Appender(old, trust_root_of(old, fingerprint), SIGNERS, filled.surroundings)
    # The new one goes on, has the cases, and commits to references as before.
    assert new.blob(Shelf.CASES, hashlib.sha256(case(3)).hexdigest()) == case(3)
    assert new.commitment_key() == filled.store.commitment_key()
    appender = Appender(new, done.trust, SIGNERS, filled.surroundings)
    assert appender.append([decided(reference="T-0007")])[0].index == 1
    assert verify(new, fingerprint).size == 2


def test_each_epoch_has_a_name_of_its_own() -> None:
    assert following_origin("example.org/isa", 1) == "example.org/isa/e2"
    assert following_origin("example.org/isa/e2", 2) == "example.org/isa/e3"
    assert following_origin("example.org/e2", 1) == "example.org/e2/e2"


def test_a_backup_is_never_written_over_and_noted_before_it_is_made(
    filled: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.write(filled.store, tmp_path / "b.tar")
    with pytest.raises(UsageError, match="never written over"):
        backup.write(filled.store, tmp_path / "b.tar")
    with pytest.raises(StorageFailed):
        backup.write(filled.store, tmp_path / "absent" / "b.tar")
    assert filled.store.backups() == (str(tmp_path / "b.tar"), str(tmp_path / "absent" / "b.tar"))
    filled.store.forget_backup(str(tmp_path / "b.tar"))
    assert filled.store.backups() == (str(tmp_path / "absent" / "b.tar"),)


@pytest.mark.parametrize("at", [600, 2_000, 9_000, 30_000, 60_000, 100_000])
def test_an_altered_backup_is_not_restored(filled: Made, tmp_path: Path, at: int) -> None:
    backup.write(filled.store, tmp_path / "b.tar")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    step = next(offset for offset in range(at, at + 2_000) if content[offset] not in b"\0")
    content[step] ^= 1
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises((EvidenceError, RegisterUnreadable, StorageFailed)):
        old = unpack(tmp_path / "b.tar", tmp_path / "former")
        restore(
            old, filled.trust.fingerprint, Directory(tmp_path / "new"), signer("root"), SIGNERS,
            filled.surroundings, None,
        )  # fmt: skip
        for shelf in Shelf:
            for digest in old.digests(shelf):
                old.blob(shelf, digest)
        list(replay_all(old, filled.trust.fingerprint))


def tar_of(path: Path, *members: tuple[str, bytes, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "member",
    [
        ("../out", tarfile.REGTYPE, b"x"),
        ("/etc/cron.d/x", tarfile.REGTYPE, b"x"),
        ("cases/../../x", tarfile.REGTYPE, b"x"),
        ("lock", tarfile.REGTYPE, b""),
        ("index.sqlite", tarfile.REGTYPE, b"x"),
        ("checkpoint", tarfile.SYMTYPE, b""),
        ("checkpoint", tarfile.LNKTYPE, b""),
        ("checkpoint", tarfile.FIFOTYPE, b""),
        ("checkpoint", tarfile.DIRTYPE, b""),
        ("entries/000000000001", tarfile.REGTYPE, b"x"),
        ("cases/" + "0" * 64, tarfile.REGTYPE, b"x"),
    ],
)
def test_a_hostile_tar_reaches_nothing_outside(tmp_path: Path, member: tuple[str, bytes, bytes]) -> None:
    path = tar_of(tmp_path / "hostile.tar", member)
    before = [path.name for path in tmp_path.iterdir()]
    with pytest.raises((RegisterUnreadable, EvidenceError)):
        unpack(path, tmp_path / "former")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "former"])
    assert not any(one.is_symlink() for one in (tmp_path / "former").rglob("*"))


def test_what_is_no_tar_is_said_to_be_none(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"nothing of the kind", b"\0" * 5_000, os.urandom(4_000))):
        (tmp_path / "b.tar").write_bytes(content)
        with pytest.raises(RegisterUnreadable):
            unpack(tmp_path / "b.tar", tmp_path / f"former-{number}").checkpoint()
