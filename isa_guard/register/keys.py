"""Keys: three roles, three Ed25519 keys in one private folder, and what signs with them.

`record` signs decisions, `log` signs checkpoints, `root` says which of these to trust, from which record on.
No key serves two roles. A folder has mode 0700, a private key 0600; anything looser is refused, not mended.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import pbes2, storage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SPKI: Final = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 section 4: then the 32 bytes of the key
_PUBLIC_PEM = re.compile(
    r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]+)\n-----END PUBLIC KEY-----\n\Z", re.ASCII
)
LIMIT_PEM: Final = 4_096
_RAW_BYTES: Final = 32


class Role(StrEnum):
    """What a key is for."""

    RECORD = "record"
    LOG = "log"
    ROOT = "root"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key, as its 32 bytes."""

    raw: bytes

    @property
    def spki(self) -> bytes:
        """The key as SubjectPublicKeyInfo DER (RFC 8410)."""
        return _SPKI + self.raw

    @property
    def key_id(self) -> str:
        """The fingerprint: SHA-256 of the SPKI DER, small hexadecimal digits."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def pem(self) -> bytes:
        """The key as openssl reads it."""
        text = base64.b64encode(self.spki).decode("ascii")
        return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode("ascii")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Answer whether `signature` is one of this key over `message`."""
        from cryptography.exceptions import InvalidSignature

        try:
            _public(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """Whatever holds a private key: a file here, a card or a keyring elsewhere."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies."""

    @property
    def key_id(self) -> str:
        """The public key's fingerprint."""

    def sign(self, message: bytes) -> bytes:
        """Answer the 64 bytes of an Ed25519 signature."""


class FileSigner:
    """A private key out of a file, unlocked; it lives as long as the process."""

    __slots__ = ("_key", "key_id", "public_key")

    def __init__(self, seed: bytes) -> None:
        self._key = _private(seed)
        self.public_key = PublicKey(self._key.public_key().public_bytes_raw())
        self.key_id = self.public_key.key_id

    def __repr__(self) -> str:
        return f"FileSigner({self.key_id})"

    def sign(self, message: bytes) -> bytes:
        """Answer the signature over `message`."""
        return self._key.sign(message)


def public_key(spki: bytes) -> PublicKey:
    """Answer the key in an SPKI DER. Raises KeyRefused where it is no Ed25519 key."""
    if not spki.startswith(_SPKI) or len(spki) != len(_SPKI) + _RAW_BYTES:
        raise KeyRefused("this is no Ed25519 public key")
    return PublicKey(spki[len(_SPKI) :])


def new_keys(folder: Path, passphrase: bytes, randomness: Callable[[int], bytes]) -> dict[Role, PublicKey]:
    """Make the three keys in `folder`, which is made too, and answer their public halves.

    Raises KeyRefused where the folder is loose, or a key is there already: no key is ever written over.
    """
    try:
        storage.private_folder(folder)
        _refuse_loose_folder(folder)
        for role in Role:
            for path in (private_path(folder, role), public_path(folder, role)):
                if path.is_symlink() or path.exists():
                    raise KeyRefused(
                        f"{path} is there already: no key is written over; choose another folder"
                    )
        made: dict[Role, PublicKey] = {}
        for role in Role:
            seed = randomness(_RAW_BYTES)
            made[role] = FileSigner(seed).public_key
            storage.write_new(private_path(folder, role), pbes2.lock(seed, passphrase, randomness))
            storage.write_new(public_path(folder, role), made[role].pem)
    except OSError as error:
        raise KeyRefused(f"keys cannot be written in {folder}: {storage.plain(error)}") from None
    return made


def load_public(folder: Path, role: Role) -> PublicKey:
    """Answer the public key of a role. Raises KeyRefused."""
    path = public_path(folder, role)
    try:
        _refuse_loose_folder(folder)
        content = storage.read_bounded(path, LIMIT_PEM)
    except OSError as error:
        raise KeyRefused(f"the key {path} cannot be read: {storage.plain(error)}") from None
    found = _PUBLIC_PEM.match(content.decode("latin-1"))
    try:
        return public_key(base64.b64decode(found.group(1), validate=True) if found else b"")
    except (ValueError, KeyRefused):
        raise KeyRefused(f"{path} is no Ed25519 public key") from None


def load_signer(folder: Path, role: Role, passphrase: bytes) -> FileSigner:
    """Answer what signs for a role. Raises KeyRefused: loose modes, a link, a wrong passphrase."""
    path = private_path(folder, role)
    try:
        _refuse_loose_folder(folder)
        content = read_private(path, LIMIT_PEM)
    except OSError as error:
        raise KeyRefused(f"the key {path} cannot be read: {storage.plain(error)}") from None
    try:
        return FileSigner(pbes2.unlock(content, passphrase))
    except KeyRefused as error:
        raise KeyRefused(f"{path}: {error}") from None


def read_private(path: Path, limit: int) -> bytes:
    """Answer what a private file holds. Raises KeyRefused for a loose one, and OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse_loose(path, os.fstat(descriptor), "chmod 600")
        return storage.from_descriptor(descriptor, limit)
    finally:
        os.close(descriptor)


def private_path(folder: Path, role: Role) -> Path:
    """Answer where the private key of a role lies."""
    return folder / f"{role.value}.pem"


def public_path(folder: Path, role: Role) -> Path:
    """Answer where the public key of a role lies."""
    return folder / f"{role.value}.pub.pem"


def _refuse_loose_folder(folder: Path) -> None:
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise KeyRefused(f"{folder} is a symbolic link; name the folder itself")
    if not stat.S_ISDIR(status.st_mode):
        raise KeyRefused(f"{folder} is no folder")
    _refuse_loose(folder, status, "chmod 700")


def _refuse_loose(path: Path, status: os.stat_result, remedy: str) -> None:
    if status.st_uid != os.geteuid():
        raise KeyRefused(f"{path} belongs to another user; keys must be one's own")
    if status.st_mode & storage.OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        raise KeyRefused(
            f"{path} has mode {mode:04o}: others can reach it; run `{remedy} {path}` and think who may have"
        )


@lru_cache(maxsize=64)
def _public(raw: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


def _private(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)
