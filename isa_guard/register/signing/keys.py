"""Keys: each role has its own, in one private folder, and what signs with them.

`record` signs decisions, `log` signs checkpoints, `root` says which of these to trust, from which record on;
`witness` cosigns a partner's checkpoints, `person` signs the acts of whoever fills a post, `log-ml-dsa` adds a second line to one's own. No key serves two
roles. A folder has mode 0700, a private key 0600; anything looser is refused, not mended.

    ROLE.pem ROLE.pub.pem      the pair in use; or ROLE.pkcs11.json where a token holds the private half
    ROLE.KEYID8.pem            one that was rotated out, kept for ever
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import textwrap
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.signing import pbes2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SPKI: Final = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 section 4: then the 32 bytes of the key
_PUBLIC_PEM = re.compile(
    r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END PUBLIC KEY-----\n\Z", re.ASCII
)
LIMIT_PEM: Final = 4_096
_RAW_BYTES: Final = 32


class Role(StrEnum):
    """What a key is for."""

    RECORD = "record"
    LOG = "log"
    ROOT = "root"
    WITNESS = "witness"
    LOG_ML_DSA = "log-ml-dsa"
    PERSON = "person"


NEW_SET: Final = (Role.RECORD, Role.LOG, Role.ROOT)


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
        return _key_id(self.spki)

    @property
    def pem(self) -> bytes:
        """The key as openssl reads it."""
        return public_pem(self.spki)

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


def public_pem(spki: bytes) -> bytes:
    """Answer a public key's file, whatever its algorithm."""
    text = "\n".join(textwrap.wrap(base64.b64encode(spki).decode("ascii"), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode("ascii")


def new_keys(
    folder: Path,
    passphrase: bytes,
    randomness: Callable[[int], bytes],
    roles: Sequence[Role] = NEW_SET,
) -> dict[Role, PublicKey]:
    """Make a key for each role in `folder`, which is made too, and answer their public halves.

    A role whose key a token holds is left out. Raises KeyRefused where the folder is loose, or a key is there
    already: no key is ever written over.
    """
    try:
        storage.private_folder(folder)
        refuse_loose_folder(folder)
        wanted = [role for role in roles if not token_path(folder, role).exists()]
        for role in wanted:
            for path in (private_path(folder, role), public_path(folder, role)):
                if path.is_symlink() or path.exists():
                    raise KeyRefused(
                        f"{path} is there already: no key is written over; choose another folder"
                    )
        made: dict[Role, PublicKey] = {}
        for role in wanted:
            seed = randomness(pbes2.SEED_BYTES)
            made[role] = FileSigner(seed).public_key
            write_pair(folder, role.value, made[role].pem, seed, passphrase, randomness)
    except OSError as error:
        raise KeyRefused(f"keys cannot be written in {folder}: {storage.plain(error)}") from None
    return made


def write_pair(
    folder: Path,
    name: str,
    public: bytes,
    seed: bytes,
    passphrase: bytes,
    randomness: Callable[[int], bytes],
    kind: pbes2.Kind = pbes2.Kind.ED25519,
) -> None:
    """Write both halves of a key as NAME.pem and NAME.pub.pem, with the salt that the folder's keys share.

    Raises KeyRefused where the passphrase is not that of the keys there, and OSError.
    """
    storage.write_new(
        folder / f"{name}.pem",
        pbes2.lock(seed, passphrase, randomness, kind, _shared_salt(folder, passphrase)),
    )
    storage.write_new(folder / f"{name}.pub.pem", public)


def load_public(folder: Path, role: Role) -> PublicKey:
    """Answer the public key of a role. Raises KeyRefused."""
    return load_public_named(folder, role.value)


def load_public_named(folder: Path, name: str) -> PublicKey:
    """Answer the public key of a pair in NAME.pub.pem. Raises KeyRefused."""
    path = folder / f"{name}.pub.pem"
    spki = read_public(folder, path)
    try:
        return public_key(spki)
    except KeyRefused:
        raise KeyRefused(f"{path} is no Ed25519 public key") from None


def read_public(folder: Path, path: Path) -> bytes:
    """Answer the SPKI DER in a public key's file; none where the file holds none. Raises KeyRefused."""
    try:
        refuse_loose_folder(folder)
        content = storage.read_bounded(path, LIMIT_PEM)
    except OSError as error:
        raise KeyRefused(f"the key {path} cannot be read: {storage.plain(error)}") from None
    return spki_of(content)


def spki_of(pem: bytes) -> bytes:
    """Answer the SPKI DER in a PEM, or nothing where there is none in it."""
    found = _PUBLIC_PEM.match(pem.decode("latin-1"))
    try:
        return base64.b64decode(found.group(1).replace("\n", ""), validate=True) if found else b""
    except ValueError:
        return b""


def load_signer(folder: Path, role: Role, passphrase: bytes) -> Signer:
    """Answer what signs for a role: the key of its file, or of the token that holds it.

    For a token the passphrase is its user PIN. Raises KeyRefused: loose modes, a link, a wrong passphrase.
    """
    return load_named(folder, role.value, passphrase)


def load_named(folder: Path, name: str, passphrase: bytes) -> Signer:
    """Answer what signs with the pair of that name: the key of NAME.pem, or the one that NAME.pkcs11.json is about."""
    path, token = folder / f"{name}.pem", folder / f"{name}.pkcs11.json"
    if not token.exists():
        return FileSigner(unlocked(folder, path, passphrase, pbes2.Kind.ED25519))
    from isa_guard.register.signing import pkcs11

    if path.is_symlink() or path.exists():
        raise KeyRefused(f"{path} is there, and so is {token.name}: keep one of them")
    refuse_loose_folder(folder)
    return pkcs11.signer(pkcs11.read_place(token), passphrase, load_public_named(folder, name))


def unlocked(folder: Path, path: Path, passphrase: bytes, kind: pbes2.Kind) -> bytes:
    """Answer the 32 secret bytes of a private key's file. Raises KeyRefused."""
    try:
        refuse_loose_folder(folder)
        content = read_private(path, LIMIT_PEM)
    except OSError as error:
        raise KeyRefused(f"the key {path} cannot be read: {storage.plain(error)}") from None
    try:
        return pbes2.unlock(content, passphrase, kind)
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


def token_path(folder: Path, role: Role) -> Path:
    """Answer where it is noted which token holds the private key of a role."""
    return folder / f"{role.value}.pkcs11.json"


def refuse_loose_folder(folder: Path) -> None:
    """Raise KeyRefused for a folder of keys that others can enter, or a link to one."""
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


def _shared_salt(folder: Path, passphrase: bytes) -> bytes | None:
    """Answer the salt of a key that is in the folder already, once the passphrase has proven to be its own."""
    for path in sorted(folder.glob("*.pem")):
        if path.name.endswith(".pub.pem"):
            continue
        content = read_private(path, LIMIT_PEM)
        if not pbes2.opens(content, passphrase):
            what = f"the passphrase is not that of {path}"
            raise KeyRefused(f"{what}: one passphrase guards all the keys of a folder")
        return pbes2.salt_of(content)
    return None


@lru_cache(maxsize=64)
def _key_id(spki: bytes) -> str:
    """Answer a fingerprint; it is asked for with every record."""
    return hashlib.sha256(spki).hexdigest()


@lru_cache(maxsize=64)
def _public(raw: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


def _private(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)
