"""ML-DSA-44 (FIPS 204): the key of a checkpoint's optional second line, which outlives Ed25519.

It stands beside the log's Ed25519 key and never in its place: Debian's openssl and most verifiers of notes do
not know it yet.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.signing import keys, pbes2
from isa_guard.register.signing.keys import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

RAW_BYTES: Final = 1_312
SIGNATURE_BYTES: Final = 2_420
_SPKI: Final = bytes.fromhex("30820532300b060960864801650304031103820521" + "00")  # RFC 9881 section 4
_OLD_LIBRARY: Final = "the installed `cryptography` knows no ML-DSA-44; install a newer one (50 does)"


@dataclass(frozen=True, slots=True)
class MlDsaPublicKey:
    """An ML-DSA-44 public key, as its 1,312 bytes."""

    raw: bytes

    @property
    def spki(self) -> bytes:
        """The key as SubjectPublicKeyInfo DER (RFC 9881)."""
        return _SPKI + self.raw

    @property
    def key_id(self) -> str:
        """The fingerprint: SHA-256 of the SPKI DER, small hexadecimal digits."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def pem(self) -> bytes:
        """The key as openssl reads it from 3.5 on."""
        return keys.public_pem(self.spki)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Answer whether `signature` is one of this key over `message`. Raises KeyRefused: library too old."""
        from cryptography.exceptions import InvalidSignature

        try:
            _public(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class MlDsaSigner:
    """A private key out of a file, unlocked; it lives as long as the process."""

    __slots__ = ("_key", "key_id", "public_key")

    def __init__(self, seed: bytes) -> None:
        self._key = _private(seed)
        self.public_key = MlDsaPublicKey(self._key.public_key().public_bytes_raw())
        self.key_id = self.public_key.key_id

    def __repr__(self) -> str:
        return f"MlDsaSigner({self.key_id})"

    def sign(self, message: bytes) -> bytes:
        """Answer the 2,420 bytes of a signature over `message`, with the empty context."""
        return self._key.sign(message)


def ml_dsa_public_key(spki: bytes) -> MlDsaPublicKey:
    """Answer the key in an SPKI DER. Raises KeyRefused where it is no ML-DSA-44 key."""
    if not spki.startswith(_SPKI) or len(spki) != len(_SPKI) + RAW_BYTES:
        raise KeyRefused("this is no ML-DSA-44 public key")
    return MlDsaPublicKey(spki[len(_SPKI) :])


def new_ml_dsa_key(folder: Path, passphrase: bytes, randomness: Callable[[int], bytes]) -> MlDsaPublicKey:
    """Make the key of the second line in `folder`, where keys are already, under their passphrase.

    Raises KeyRefused where one is there already, or where the passphrase is not that of the others.
    """
    seed = randomness(pbes2.SEED_BYTES)
    made = MlDsaSigner(seed).public_key
    name = Role.LOG_ML_DSA.value
    try:
        keys.refuse_loose_folder(folder)
        keys.write_pair(folder, name, made.pem, seed, passphrase, randomness, pbes2.Kind.ML_DSA_44)
    except FileExistsError:
        raise KeyRefused(f"{folder / name}.pem is there already: no key is written over") from None
    except OSError as error:
        raise KeyRefused(f"keys cannot be written in {folder}: {storage.plain(error)}") from None
    return made


def load_ml_dsa_public(folder: Path) -> MlDsaPublicKey | None:
    """Answer the public key of the second line, or None where the folder has no such key. Raises KeyRefused."""
    path = keys.public_path(folder, Role.LOG_ML_DSA)
    if not path.exists():
        return None
    spki = keys.read_public(folder, path)
    try:
        return ml_dsa_public_key(spki)
    except KeyRefused:
        raise KeyRefused(f"{path} is no ML-DSA-44 public key") from None


def load_ml_dsa_signer(folder: Path, passphrase: bytes) -> MlDsaSigner | None:
    """Answer what signs the second line, or None where the folder has no such key. Raises KeyRefused."""
    path = keys.private_path(folder, Role.LOG_ML_DSA)
    if not path.is_symlink() and not path.exists():
        return None
    return MlDsaSigner(keys.unlocked(folder, path, passphrase, pbes2.Kind.ML_DSA_44))


@lru_cache(maxsize=64)
def _public(raw: bytes) -> MLDSA44PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        return MLDSA44PublicKey.from_public_bytes(raw)
    except (ImportError, UnsupportedAlgorithm):
        raise KeyRefused(_OLD_LIBRARY) from None


def _private(seed: bytes) -> MLDSA44PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        return MLDSA44PrivateKey.from_seed_bytes(seed)
    except (ImportError, UnsupportedAlgorithm):
        raise KeyRefused(_OLD_LIBRARY) from None
