"""Keys: what openssl reads of them, and which files are refused."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from isa_guard.errors import KeyRefused
from isa_guard.register.signing import pbes2
from isa_guard.register.signing.keys import (
    NEW_SET,
    FileSigner,
    PublicKey,
    Role,
    load_public,
    load_signer,
    new_keys,
    private_path,
    public_key,
    public_path,
)

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "four plain wörds here".encode()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of keys for the whole module: making them is slow on purpose."""
    folder = tmp_path_factory.mktemp("all") / "keys"
    before = os.umask(0)  # the loosest umask there is: modes must not come from it
    try:
        new_keys(folder, PASSPHRASE, os.urandom)
    finally:
        os.umask(before)
    return folder


@pytest.fixture
def folder(origin: Path, tmp_path: Path) -> Path:
    return shutil.copytree(origin, tmp_path / "keys")


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True)
    return done.stdout


def test_folder_and_files_are_private_whatever_the_umask(origin: Path) -> None:
    assert origin.stat().st_mode & 0o7777 == 0o700
    assert {path.name: path.stat().st_mode & 0o7777 for path in origin.iterdir()} == {
        f"{role}{kind}": 0o600 for role in ("record", "log", "root") for kind in (".pem", ".pub.pem")
    }


def test_openssl_and_the_library_read_the_same_keys(folder: Path) -> None:
    for role in NEW_SET:
        path = private_path(folder, role)
        seen = openssl("pkey", "-in", path, "-passin", "stdin", "-pubout", given=PASSPHRASE + b"\n")
        assert seen == public_path(folder, role).read_bytes().replace(b"\r", b"")
        key = load_pem_private_key(path.read_bytes(), PASSPHRASE)
        assert key.public_key() == load_pem_public_key(public_path(folder, role).read_bytes())


def test_the_file_asks_for_600_000_rounds_of_sha_256_and_aes_256(folder: Path) -> None:
    shown = openssl("asn1parse", "-in", private_path(folder, Role.RECORD)).decode()
    for wanted in ("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", f"INTEGER +:{600_000:06X}"):
        assert re.search(wanted, shown), wanted


def test_three_roles_have_three_keys_and_a_signature_is_of_its_own_key(folder: Path) -> None:
    keys = {role: load_public(folder, role) for role in NEW_SET}
    assert len({key.key_id for key in keys.values()}) == 3
    signer = load_signer(folder, Role.LOG, PASSPHRASE)
    signature = signer.sign(b"message")
    assert keys[Role.LOG].verifies(signature, b"message")
    assert not keys[Role.LOG].verifies(signature, b"massage")
    assert not keys[Role.LOG].verifies(signature[:-1], b"message")
    assert not keys[Role.RECORD].verifies(signature, b"message")


def test_the_key_id_is_the_digest_that_openssl_gives(folder: Path) -> None:
    der = openssl("pkey", "-pubin", "-in", public_path(folder, Role.ROOT), "-outform", "DER")
    key = load_public(folder, Role.ROOT)
    assert key.spki == der
    assert key.key_id == hashlib.sha256(der).hexdigest()
    assert public_key(der) == key


def test_a_signer_does_not_show_its_secret() -> None:
    assert (b"s" * 32).hex() not in repr(FileSigner(b"s" * 32))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_can_reach_is_refused_with_what_to_do(folder: Path, mode: int) -> None:
    path = private_path(folder, Role.RECORD)
    path.chmod(mode)
    with pytest.raises(KeyRefused, match=f"mode {mode:04o}.*chmod 600"):
        load_signer(folder, Role.RECORD, PASSPHRASE)


def test_a_folder_that_others_can_enter_is_refused(folder: Path) -> None:
    folder.chmod(0o710)
    with pytest.raises(KeyRefused, match="chmod 700"):
        load_signer(folder, Role.RECORD, PASSPHRASE)
    with pytest.raises(KeyRefused, match="chmod 700"):
        load_public(folder, Role.RECORD)
    with pytest.raises(KeyRefused, match="chmod 700"):
        new_keys(folder, PASSPHRASE, os.urandom)


def test_links_and_other_things_are_refused(folder: Path) -> None:
    linked = folder.with_name("linked")
    linked.symlink_to(folder)
    with pytest.raises(KeyRefused, match="symbolic link"):
        load_signer(linked, Role.RECORD, PASSPHRASE)
    private_path(folder, Role.LOG).unlink()
    private_path(folder, Role.LOG).symlink_to(private_path(folder, Role.RECORD))
    with pytest.raises(KeyRefused, match="symbolic link"):
        load_signer(folder, Role.LOG, PASSPHRASE)
    with pytest.raises(KeyRefused, match="no folder"):
        load_signer(private_path(folder, Role.RECORD), Role.RECORD, PASSPHRASE)
    private_path(folder, Role.ROOT).unlink()
    os.mkfifo(private_path(folder, Role.ROOT), 0o600)
    with pytest.raises(KeyRefused, match="no regular file"):
        load_signer(folder, Role.ROOT, PASSPHRASE)


def test_another_users_key_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(KeyRefused, match="another user"):
        load_signer(folder, Role.RECORD, PASSPHRASE)


def test_a_wrong_passphrase_is_refused_as_one(folder: Path) -> None:
    with pytest.raises(KeyRefused, match="passphrase is not the one"):
        load_signer(folder, Role.RECORD, b"another passphrase")


def test_missing_and_foreign_files_are_refused(folder: Path) -> None:
    path = private_path(folder, Role.RECORD)
    good = path.read_bytes()
    openssl_own = openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:" + "x" * 12)
    for content in (
        b"",
        b"\xff",
        good[:-2],
        good.replace(b"M", b"N", 1),
        good.replace(b"MI", b"M", 1),
        openssl_own,
        good + b"x" * 5_000,
    ):
        path.write_bytes(content)
        with pytest.raises(KeyRefused):
            load_signer(folder, Role.RECORD, PASSPHRASE)
    path.unlink()
    with pytest.raises(KeyRefused, match="not there"):
        load_signer(folder, Role.RECORD, PASSPHRASE)
    for content in (b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff"):
        public_path(folder, Role.RECORD).write_bytes(content)
        with pytest.raises(KeyRefused, match="no Ed25519 public key"):
            load_public(folder, Role.RECORD)
    public_path(folder, Role.RECORD).unlink()
    with pytest.raises(KeyRefused, match="not there"):
        load_public(folder, Role.RECORD)


def test_fewer_rounds_are_refused_before_anything_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ROUNDS", 0x010000)
    weak = pbes2.lock(b"s" * 32, PASSPHRASE, os.urandom)
    assert pbes2.unlock(weak, PASSPHRASE) == b"s" * 32
    monkeypatch.setattr(pbes2, "ROUNDS", 600_000)
    monkeypatch.setattr(pbes2, "_cipher", None)  # would fail if it were reached
    with pytest.raises(KeyRefused, match="no private key as isa-guard writes them"):
        pbes2.unlock(weak, PASSPHRASE)


def test_no_key_is_ever_written_over(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyRefused, match="there already"):
        new_keys(folder, PASSPHRASE, os.urandom)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_where_no_folder_can_be_made_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "keys", tmp_path / "absent" / "keys", tmp_path / "file"):
        with pytest.raises(KeyRefused):
            new_keys(path, PASSPHRASE, os.urandom)


def test_only_an_ed25519_key_is_a_public_key() -> None:
    with pytest.raises(KeyRefused):
        public_key(b"")
    with pytest.raises(KeyRefused):
        public_key(PublicKey(b"x" * 32).spki + b"x")


def test_a_folder_has_one_salt_so_that_it_is_unlocked_once(folder: Path) -> None:
    files = [private_path(folder, role).read_bytes() for role in NEW_SET]
    assert len({pbes2.salt_of(one) for one in files}) == 1
    assert len({*files}) == 3


def test_a_key_that_joins_a_folder_takes_its_passphrase_and_its_salt(folder: Path) -> None:
    with pytest.raises(KeyRefused, match="one passphrase guards all"):
        new_keys(folder, b"another passphrase", os.urandom, (Role.WITNESS,))
    assert not private_path(folder, Role.WITNESS).exists()
    made = new_keys(folder, PASSPHRASE, os.urandom, (Role.WITNESS,))
    assert load_signer(folder, Role.WITNESS, PASSPHRASE).public_key == made[Role.WITNESS]
    witness, log = (private_path(folder, role).read_bytes() for role in (Role.WITNESS, Role.LOG))
    assert pbes2.salt_of(witness) == pbes2.salt_of(log)


def test_keys_of_different_salts_in_one_folder_are_read(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    made = new_keys(other, PASSPHRASE, os.urandom, (Role.LOG,))
    for suffix in ("pem", "pub.pem"):
        (folder / f"log.{suffix}").write_bytes((other / f"log.{suffix}").read_bytes())
    assert load_signer(folder, Role.LOG, PASSPHRASE).public_key == made[Role.LOG]
    assert load_signer(folder, Role.RECORD, PASSPHRASE).public_key == load_public(folder, Role.RECORD)
