"""A key and the one that follows it: no private key is lost or written over, wherever the change breaks off."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from isa_guard.errors import KeyRefused
from isa_guard.register.signing import keys
from isa_guard.register.signing.keys import PublicKey, Role, load_public, load_signer, new_keys
from isa_guard.register.signing.ml_dsa import load_ml_dsa_signer, new_ml_dsa_key
from isa_guard.register.signing.succession import load_successor, succeed, successor

PASSPHRASE = b"four plain words here"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("all") / "keys"
    new_keys(folder, PASSPHRASE, os.urandom)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "keys")


def private_keys(folder: Path) -> set[bytes]:
    return {one.read_bytes() for one in folder.glob("*.pem") if not one.name.endswith(".pub.pem")}


def test_the_successor_is_made_once_and_signs_before_it_is_in_place(folder: Path) -> None:
    old = load_public(folder, Role.RECORD)
    new = successor(folder, Role.RECORD, PASSPHRASE, os.urandom)
    assert successor(folder, Role.RECORD, PASSPHRASE, os.urandom) == new
    assert load_signer(folder, Role.RECORD, PASSPHRASE).public_key == old
    assert load_successor(folder, Role.RECORD, PASSPHRASE).public_key == new
    before = private_keys(folder)
    kept = succeed(folder, Role.RECORD)
    assert kept == f"record.{old.key_id[:8]}"
    assert load_signer(folder, Role.RECORD, PASSPHRASE).public_key == new
    assert keys.load_named(folder, kept, PASSPHRASE).public_key == old
    assert private_keys(folder) == before
    assert {one.stat().st_mode & 0o7777 for one in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("broken_off", range(4))
def test_a_change_broken_off_anywhere_is_gone_on_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, broken_off: int
) -> None:
    old = load_public(folder, Role.LOG)
    new = successor(folder, Role.LOG, PASSPHRASE, os.urandom)
    before = private_keys(folder)
    renames = iter(range(10))
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if next(renames) == broken_off:
            raise OSError(5, "input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyRefused, match="disk reports a fault"):
        succeed(folder, Role.LOG)
    assert private_keys(folder) == before
    monkeypatch.undo()
    succeed(folder, Role.LOG)
    assert load_signer(folder, Role.LOG, PASSPHRASE).public_key == new
    assert keys.load_named(folder, f"log.{old.key_id[:8]}", PASSPHRASE).public_key == old
    assert private_keys(folder) == before
    with pytest.raises(KeyRefused, match="no key that is to follow"):
        succeed(folder, Role.LOG)


def test_a_key_half_made_is_made_anew(folder: Path) -> None:
    (folder / "record.next.pem").write_bytes(b"half")
    (folder / "record.next.pem").chmod(0o600)
    new = successor(folder, Role.RECORD, PASSPHRASE, os.urandom)
    assert load_successor(folder, Role.RECORD, PASSPHRASE).public_key == new


def test_no_file_is_written_over(folder: Path) -> None:
    old = load_public(folder, Role.RECORD)
    successor(folder, Role.RECORD, PASSPHRASE, os.urandom)
    in_the_way = folder / f"record.{old.key_id[:8]}.pem"
    in_the_way.write_bytes(b"precious")
    with pytest.raises(KeyRefused, match="no key is written over"):
        succeed(folder, Role.RECORD)
    assert in_the_way.read_bytes() == b"precious"
    assert load_signer(folder, Role.RECORD, PASSPHRASE).public_key == old


def test_a_second_line_is_followed_too(folder: Path) -> None:
    old = new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    new = successor(folder, Role.LOG_ML_DSA, PASSPHRASE, os.urandom)
    assert succeed(folder, Role.LOG_ML_DSA) == f"log-ml-dsa.{old.key_id[:8]}"
    signer = load_ml_dsa_signer(folder, PASSPHRASE)
    assert signer is not None
    assert signer.public_key == new


def test_a_key_on_a_token_can_follow_one_in_a_file(folder: Path) -> None:
    public = PublicKey(b"p" * 32)
    (folder / "record.next.pub.pem").write_bytes(public.pem)
    (folder / "record.next.pkcs11.json").write_bytes(b"{}")
    assert successor(folder, Role.RECORD, PASSPHRASE, os.urandom) == public
    succeed(folder, Role.RECORD)
    assert not (folder / "record.pem").exists()
    assert (folder / "record.pkcs11.json").read_bytes() == b"{}"
    assert load_public(folder, Role.RECORD) == public


def test_loose_folders_and_other_passphrases_make_no_key(folder: Path) -> None:
    with pytest.raises(KeyRefused, match="one passphrase guards all"):
        successor(folder, Role.RECORD, b"another passphrase", os.urandom)
    folder.chmod(0o750)
    with pytest.raises(KeyRefused, match="chmod 700"):
        successor(folder, Role.RECORD, PASSPHRASE, os.urandom)
    with pytest.raises(KeyRefused, match="chmod 700"):
        succeed(folder, Role.RECORD)
