"""Private keys under a passphrase: PKCS#8 with PBES2 (RFC 8018), PBKDF2-HMAC-SHA256 and AES-256-CBC.

Written here because the library's own "best available" encryption takes 2,048 rounds. OpenSSL 3 reads the
files, those of ML-DSA from 3.5 on. Only this one shape is read: a file cannot ask for few rounds, nor for so
many that it never ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import textwrap
from enum import Enum
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

ROUNDS: Final = 600_000  # OWASP's figure for PBKDF2-HMAC-SHA256
SALT_BYTES: Final = 16
IV_BYTES: Final = 16
SEED_BYTES: Final = 32

_PBES2: Final = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2: Final = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256: Final = bytes.fromhex("300c06082a864886f70d02090500")
_AES_256_CBC: Final = bytes.fromhex("060960864801650304012a")
_LOCKED_BYTES: Final = 64  # both kinds, once padded
_BEGIN: Final = "-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END: Final = "-----END ENCRYPTED PRIVATE KEY-----"
_PEM = re.compile(rf"{_BEGIN}\n([A-Za-z0-9+/=\n]+)\n{_END}\n\Z", re.ASCII)

_DERIVED_KEPT: Final = 8
_derived: dict[bytes, bytes] = {}
_blind: Final = os.urandom(32)


class Kind(Enum):
    """The kinds of private key, each by the DER that stands before the 32 secret bytes."""

    ED25519 = bytes.fromhex("302e020100300506032b657004220420")  # RFC 8410 section 7
    ML_DSA_44 = bytes.fromhex("3034020100300b060960864801650304031104228020")  # RFC 9881 section 6: the seed

    @property
    def algorithm(self) -> str:
        """The name of the algorithm."""
        return "Ed25519" if self is Kind.ED25519 else "ML-DSA-44"


def lock(
    seed: bytes,
    passphrase: bytes,
    randomness: Callable[[int], bytes],
    kind: Kind = Kind.ED25519,
    salt: bytes | None = None,
) -> bytes:
    """Answer the PEM of a key, given as its 32 secret bytes, encrypted under `passphrase`.

    With the salt of a key under the same passphrase both are unlocked by one derivation. That gives an attacker
    nothing: whoever guesses the passphrase of one file of a folder has that of all, whatever their salts are.
    """
    salt, iv = salt or randomness(SALT_BYTES), randomness(IV_BYTES)
    encryptor = _cipher(_key(passphrase, salt), iv).encryptor()
    locked = encryptor.update(_padded(kind.value + seed)) + encryptor.finalize()
    text = base64.b64encode(_framed(salt, iv, locked)).decode("ascii")
    return "\n".join([_BEGIN, *textwrap.wrap(text, 64), _END, ""]).encode("ascii")


def unlock(pem: bytes, passphrase: bytes, kind: Kind = Kind.ED25519) -> bytes:
    """Answer the 32 secret bytes of the key. Raises KeyRefused: another kind of file, a wrong passphrase."""
    found, seed = _opened(pem, passphrase)
    if found is not kind:
        raise KeyRefused(f"this is a private key for {found.algorithm}, not for {kind.algorithm}")
    return seed


def opens(pem: bytes, passphrase: bytes) -> bool:
    """Answer whether the passphrase is that of a key of any kind."""
    try:
        _opened(pem, passphrase)
    except KeyRefused:
        return False
    return True


def _opened(pem: bytes, passphrase: bytes) -> tuple[Kind, bytes]:
    salt, iv, locked = _parts(pem)
    decryptor = _cipher(_key(passphrase, salt), iv).decryptor()
    plain = decryptor.update(locked) + decryptor.finalize()
    for kind in Kind:
        seed = plain[len(kind.value) :][:SEED_BYTES]
        if plain == _padded(kind.value + seed):
            return kind, seed
    raise KeyRefused("the passphrase is not the one of this key")


def salt_of(pem: bytes) -> bytes:
    """Answer the salt of a key's file. Raises KeyRefused for another kind of file."""
    return _parts(pem)[0]


def _parts(pem: bytes) -> tuple[bytes, bytes, bytes]:
    """Answer salt, initialisation vector and locked key of a file that is just as `lock` writes them."""
    found = _PEM.match(pem.decode("latin-1"))
    try:
        content = base64.b64decode(found.group(1).replace("\n", ""), validate=True) if found else b""
    except binascii.Error:
        content = b""
    # All lengths are fixed, so the places of salt, IV and key are as well; the comparison proves the rest.
    blank = _framed(bytes(SALT_BYTES), bytes(IV_BYTES), bytes(_LOCKED_BYTES))
    salt_at, iv_at = blank.index(bytes(SALT_BYTES)), len(blank) - _LOCKED_BYTES - 2 - IV_BYTES
    salt, iv, locked = (
        content[salt_at : salt_at + SALT_BYTES],
        content[iv_at : iv_at + IV_BYTES],
        content[-_LOCKED_BYTES:],
    )
    if len(content) != len(blank) or _framed(salt, iv, locked) != content:
        raise KeyRefused(
            "this is no private key as isa-guard writes them; make one with `isa-guard keys new`"
        )
    return salt, iv, locked


def _framed(salt: bytes, iv: bytes, locked: bytes) -> bytes:
    """Answer the DER of RFC 5208 EncryptedPrivateKeyInfo with the parameters of RFC 8018 appendix A."""
    rounds = ROUNDS.to_bytes(3, "big")
    derivation = _sequence(
        _PBKDF2, _sequence(_octets(salt), _tagged(2, rounds), _tagged(2, b"\x20"), _HMAC_SHA256)
    )
    encryption = _sequence(_AES_256_CBC, _octets(iv))
    return _sequence(_sequence(_PBES2, _sequence(derivation, encryption)), _octets(locked))


def _padded(plain: bytes) -> bytes:
    """Answer what AES-CBC encrypts: filled up as RFC 8018 appendix B.2.5 has it."""
    padding = 16 - len(plain) % 16
    return plain + bytes([padding]) * padding


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _tagged(0x04, content)


def _tagged(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 0x80 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def _key(passphrase: bytes, salt: bytes) -> bytes:
    """Answer the key that the passphrase gives, derived once in a process for all files of one salt.

    What is kept is found by a keyed digest, so that no passphrase stays in memory because of it.
    """
    asked = hashlib.blake2b(
        ROUNDS.to_bytes(4, "big") + len(salt).to_bytes(4, "big") + salt + passphrase, key=_blind
    ).digest()
    if asked not in _derived:
        while len(_derived) >= _DERIVED_KEPT:
            _derived.pop(next(iter(_derived)), None)
        _derived[asked] = hashlib.pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    return _derived[asked]


def _cipher(key: bytes, iv: bytes) -> Cipher[CBC]:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    return Cipher(AES256(key), CBC(iv))
