"""Private keys under a passphrase: every seed comes back, nothing else does, and one derivation serves a folder."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import KeyRefused
from isa_guard.register.signing import pbes2
from isa_guard.register.signing.pbes2 import Kind, lock, opens, salt_of, unlock

if TYPE_CHECKING:
    from collections.abc import Callable

SALT = b"one salt for all"
SEED = b"s" * 32
PASSPHRASE = b"four plain words here"
KINDS = st.sampled_from(Kind)


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The salts that were derived with, from an empty memory."""
    salts: list[bytes] = []
    slow: Callable[..., bytes] = hashlib.pbkdf2_hmac

    def noted(name: str, passphrase: bytes, salt: bytes, rounds: int, length: int) -> bytes:
        salts.append(salt)
        return slow(name, passphrase, salt, rounds, length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", noted)
    monkeypatch.setattr(pbes2, "_derived", {})
    return salts


@given(seed=st.binary(min_size=32, max_size=32), kind=KINDS)
def test_every_seed_comes_back_as_its_own_kind(seed: bytes, kind: Kind) -> None:
    pem = lock(seed, PASSPHRASE, os.urandom, kind, SALT)
    assert unlock(pem, PASSPHRASE, kind) == seed
    assert salt_of(pem) == SALT
    other = next(one for one in Kind if one is not kind)
    with pytest.raises(KeyRefused, match=f"for {kind.algorithm}, not for {other.algorithm}"):
        unlock(pem, PASSPHRASE, other)


@given(seed=st.binary(min_size=32, max_size=32), kind=KINDS)
def test_the_library_reads_every_one_and_writes_the_same_plain_form(seed: bytes, kind: Kind) -> None:
    key = load_pem_private_key(lock(seed, PASSPHRASE, os.urandom, kind, SALT), PASSPHRASE)
    assert isinstance(key, Ed25519PrivateKey if kind is Kind.ED25519 else MLDSA44PrivateKey)
    assert key.private_bytes_raw() == seed
    assert key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == kind.value + seed


@given(st.data())
def test_a_flipped_bit_of_the_frame_is_refused_and_of_the_key_never_gives_another(
    data: st.DataObject,
) -> None:
    pem = lock(SEED, PASSPHRASE, os.urandom, data.draw(KINDS), SALT)
    body = bytearray(base64.b64decode("".join(pem.decode().splitlines()[1:-1])))
    salt_at = bytes(body).index(SALT)
    at = data.draw(st.sampled_from([one for one in range(len(body)) if not salt_at <= one < salt_at + 16]))
    # Of 80 bytes of IV and key a flip may fall on the seed itself: CBC has no check of its own there.
    frame = at < salt_at or salt_at + 16 <= at < len(body) - 64 - 2 - 16
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    text = re.sub("(.{64})", "\\1\n", base64.b64encode(body).decode()).strip()
    altered = f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{text}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()
    if frame:
        with pytest.raises(KeyRefused, match="no private key as isa-guard writes them"):
            unlock(altered, PASSPHRASE)
        return
    found = [kind for kind in Kind if opens(altered, PASSPHRASE) and _unlocked(altered, kind) == SEED]
    assert not found


def _unlocked(pem: bytes, kind: Kind) -> bytes:
    try:
        return unlock(pem, PASSPHRASE, kind)
    except KeyRefused:
        return b""


@given(st.binary(max_size=400))
def test_hostile_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(KeyRefused):
        unlock(content, PASSPHRASE)
    assert not opens(content, PASSPHRASE)


def test_keys_of_one_salt_are_unlocked_by_one_derivation(derived: list[bytes]) -> None:
    files = [lock(bytes([one]) * 32, PASSPHRASE, os.urandom, salt=SALT) for one in range(3)]
    assert [unlock(one, PASSPHRASE)[0] for one in files] == [0, 1, 2]
    assert derived == [SALT]
    assert len({*files}) == 3
    other = lock(SEED, PASSPHRASE, os.urandom)
    assert salt_of(other) != SALT
    assert unlock(other, PASSPHRASE) == SEED
    assert derived == [SALT, salt_of(other)]


def test_what_was_derived_serves_no_other_passphrase_and_no_other_number_of_rounds(
    derived: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = lock(SEED, PASSPHRASE, os.urandom, salt=SALT)
    with pytest.raises(KeyRefused, match="passphrase is not the one"):
        unlock(pem, b"another passphrase")
    monkeypatch.setattr(pbes2, "ROUNDS", 600_001)
    assert unlock(lock(SEED, PASSPHRASE, os.urandom, salt=SALT), PASSPHRASE) == SEED
    assert derived == [SALT] * 3


def test_little_is_kept_and_no_passphrase_with_it(
    derived: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pbes2, "ROUNDS", 65_536)
    for one in range(20):
        lock(SEED, PASSPHRASE, os.urandom, salt=bytes([one]) * 16)
    assert len(derived) == 20
    assert len(pbes2._derived) == 8
    assert not [one for one in pbes2._derived if PASSPHRASE in one]
