"""Private keys under a passphrase: PKCS#8 with PBES2 (RFC 8018), PBKDF2-HMAC-SHA256 and AES-256-CBC.

Written here because the library's own "best available" encryption takes 2,048 rounds. OpenSSL 3 reads the
files. Only this one shape is read: a file cannot ask for few rounds, nor for so many that it never ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

ROUNDS: Final = 600_000  # OWASP's figure for PBKDF2-HMAC-SHA256
SALT_BYTES: Final = 16
IV_BYTES: Final = 16

_PBES2: Final = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2: Final = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256: Final = bytes.fromhex("300c06082a864886f70d02090500")
_AES_256_CBC: Final = bytes.fromhex("060960864801650304012a")
_ED25519: Final = bytes.fromhex("302e020100300506032b657004220420")  # RFC 8410 section 7: then the 32 bytes
_SEED_BYTES: Final = 32
_BEGIN: Final = "-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END: Final = "-----END ENCRYPTED PRIVATE KEY-----"
_PEM = re.compile(rf"{_BEGIN}\n([A-Za-z0-9+/=\n]+)\n{_END}\n\Z", re.ASCII)


def lock(seed: bytes, passphrase: bytes, randomness: Callable[[int], bytes]) -> bytes:
    """Answer the PEM of an Ed25519 key, given as its 32 secret bytes, encrypted under `passphrase`."""
    salt, iv = randomness(SALT_BYTES), randomness(IV_BYTES)
    plain = _ED25519 + seed
    padding = 16 - len(plain) % 16
    encryptor = _cipher(passphrase, salt, iv).encryptor()
    locked = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    text = base64.b64encode(_framed(salt, iv, locked)).decode("ascii")
    return "\n".join([_BEGIN, *textwrap.wrap(text, 64), _END, ""]).encode("ascii")


def unlock(pem: bytes, passphrase: bytes) -> bytes:
    """Answer the 32 secret bytes of the key. Raises KeyRefused: another kind of file, a wrong passphrase."""
    found = _PEM.match(pem.decode("latin-1"))
    try:
        content = base64.b64decode(found.group(1).replace("\n", ""), validate=True) if found else b""
    except binascii.Error:
        content = b""
    # All lengths are fixed, so the places of salt, IV and key are as well; the comparison proves the rest.
    blank = _framed(bytes(SALT_BYTES), bytes(IV_BYTES), bytes(64))
    salt_at, iv_at = blank.index(bytes(SALT_BYTES)), len(blank) - 64 - 2 - IV_BYTES
    salt, iv, locked = (
        content[salt_at : salt_at + SALT_BYTES],
        content[iv_at : iv_at + IV_BYTES],
        content[-64:],
    )
    if len(content) != len(blank) or _framed(salt, iv, locked) != content:
        raise KeyRefused(
            "this is no private key as isa-guard writes them; make one with `isa-guard keys new`"
        )
    decryptor = _cipher(passphrase, salt, iv).decryptor()
    plain = decryptor.update(locked) + decryptor.finalize()
    body, padding = plain[: len(_ED25519) + _SEED_BYTES], plain[len(_ED25519) + _SEED_BYTES :]
    if padding != bytes([len(padding)]) * len(padding) or not body.startswith(_ED25519):
        raise KeyRefused("the passphrase is not the one of this key")
    return body[len(_ED25519) :]


def _framed(salt: bytes, iv: bytes, locked: bytes) -> bytes:
    """Answer the DER of RFC 5208 EncryptedPrivateKeyInfo with the parameters of RFC 8018 appendix A."""
    rounds = ROUNDS.to_bytes(3, "big")
    derivation = _sequence(
        _PBKDF2, _sequence(_octets(salt), _tagged(2, rounds), _tagged(2, b"\x20"), _HMAC_SHA256)
    )
    encryption = _sequence(_AES_256_CBC, _octets(iv))
    return _sequence(_sequence(_PBES2, _sequence(derivation, encryption)), _octets(locked))


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _tagged(0x04, content)


def _tagged(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 0x80 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def _cipher(passphrase: bytes, salt: bytes, iv: bytes) -> Cipher[CBC]:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    return Cipher(AES256(key), CBC(iv))
