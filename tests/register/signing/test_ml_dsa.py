"""ML-DSA-44: what the library makes of our keys, and what is refused."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import KeyRefused
from isa_guard.register.signing import ml_dsa, pbes2
from isa_guard.register.signing.keys import Role, load_signer, new_keys, private_path, public_path
from isa_guard.register.signing.ml_dsa import (
    SIGNATURE_BYTES,
    MlDsaPublicKey,
    MlDsaSigner,
    load_ml_dsa_public,
    load_ml_dsa_signer,
    ml_dsa_public_key,
    new_ml_dsa_key,
)

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"four plain words here"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_keys(tmp_path / "keys", PASSPHRASE, lambda size: b"\x05" * size, (Role.LOG,))
    return tmp_path / "keys"


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
@settings(max_examples=25)
def test_the_library_verifies_what_was_signed_and_the_other_way_round(seed: bytes, message: bytes) -> None:
    signer = MlDsaSigner(seed)
    signature = signer.sign(message)
    assert len(signature) == SIGNATURE_BYTES
    MLDSA44PublicKey.from_public_bytes(signer.public_key.raw).verify(signature, message)
    theirs = MLDSA44PrivateKey.from_seed_bytes(seed)
    assert signer.public_key.verifies(theirs.sign(message), message)
    assert not signer.public_key.verifies(signature, message + b"x")
    assert not signer.public_key.verifies(signature[:-1], message)
    assert not MlDsaSigner(bytes(32)).public_key.verifies(signature, message) or seed == bytes(32)


def test_the_key_id_is_the_digest_of_the_librarys_own_encoding() -> None:
    key = MlDsaSigner(b"s" * 32).public_key
    der = (
        MLDSA44PrivateKey.from_seed_bytes(b"s" * 32)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    assert key.spki == der
    assert key.key_id == hashlib.sha256(der).hexdigest()
    assert ml_dsa_public_key(der) == key
    for bad in (b"", der[:-1], der + b"x", b"x" + der[1:]):
        with pytest.raises(KeyRefused, match="no ML-DSA-44 public key"):
            ml_dsa_public_key(bad)


def test_the_second_line_is_a_pair_in_the_same_folder_under_the_same_passphrase(folder: Path) -> None:
    assert load_ml_dsa_public(folder) is None
    assert load_ml_dsa_signer(folder, PASSPHRASE) is None
    made = new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    assert load_ml_dsa_public(folder) == made
    signer = load_ml_dsa_signer(folder, PASSPHRASE)
    assert signer is not None
    assert signer.public_key == made
    private, public = private_path(folder, Role.LOG_ML_DSA), public_path(folder, Role.LOG_ML_DSA)
    assert {path.stat().st_mode & 0o7777 for path in (private, public)} == {0o600}
    key = load_pem_private_key(private.read_bytes(), PASSPHRASE)
    assert isinstance(key, MLDSA44PrivateKey)
    assert key.public_key() == load_pem_public_key(public.read_bytes())
    assert pbes2.salt_of(private.read_bytes()) == pbes2.salt_of(private_path(folder, Role.LOG).read_bytes())


def test_a_second_key_or_another_passphrase_is_refused(folder: Path) -> None:
    with pytest.raises(KeyRefused, match="one passphrase guards all"):
        new_ml_dsa_key(folder, b"another passphrase", os.urandom)
    new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    before = private_path(folder, Role.LOG_ML_DSA).read_bytes()
    with pytest.raises(KeyRefused, match="there already"):
        new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    assert private_path(folder, Role.LOG_ML_DSA).read_bytes() == before
    with pytest.raises(KeyRefused, match="passphrase is not the one"):
        load_ml_dsa_signer(folder, b"another passphrase")


def test_loose_and_foreign_files_are_refused(folder: Path) -> None:
    new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    private, public = private_path(folder, Role.LOG_ML_DSA), public_path(folder, Role.LOG_ML_DSA)
    private.chmod(0o640)
    with pytest.raises(KeyRefused, match="chmod 600"):
        load_ml_dsa_signer(folder, PASSPHRASE)
    private.write_bytes(private_path(folder, Role.LOG).read_bytes())
    private.chmod(0o600)
    with pytest.raises(KeyRefused, match="for Ed25519, not for ML-DSA-44"):
        load_ml_dsa_signer(folder, PASSPHRASE)
    public.write_bytes(public_path(folder, Role.LOG).read_bytes())
    with pytest.raises(KeyRefused, match="no ML-DSA-44 public key"):
        load_ml_dsa_public(folder)
    folder.chmod(0o750)
    with pytest.raises(KeyRefused, match="chmod 700"):
        new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    with pytest.raises(KeyRefused, match="not there"):
        new_ml_dsa_key(folder / "absent", PASSPHRASE, os.urandom)


def test_no_ed25519_role_signs_with_it(folder: Path) -> None:
    new_ml_dsa_key(folder, PASSPHRASE, os.urandom)
    private_path(folder, Role.LOG).write_bytes(private_path(folder, Role.LOG_ML_DSA).read_bytes())
    with pytest.raises(KeyRefused, match="for ML-DSA-44, not for Ed25519"):
        load_signer(folder, Role.LOG, PASSPHRASE)


def test_a_library_without_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ml_dsa._public.cache_clear()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    with pytest.raises(KeyRefused, match="newer one"):
        MlDsaSigner(b"s" * 32)
    with pytest.raises(KeyRefused, match="newer one"):
        MlDsaPublicKey(bytes(1312)).verifies(bytes(2420), b"")


def test_a_signer_does_not_show_its_secret() -> None:
    assert (b"s" * 32).hex() not in repr(MlDsaSigner(b"s" * 32))
