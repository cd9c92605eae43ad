"""A key and the one that follows it, in one folder: made beside it first, put in its place last.

    ROLE.next.pem ROLE.next.pub.pem     made, and not in use before the trust root names it
    ROLE.KEYID8.pem ROLE.KEYID8.pub.pem what it replaced, kept for ever and never written over

A rotation that broke off between the two is found by the files of the first kind, and goes on.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.register import storage
from isa_guard.register.signing import keys, ml_dsa, pbes2
from isa_guard.register.signing.keys import FileSigner, PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaPublicKey, MlDsaSigner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from isa_guard.register.signing.keys import Signer

_SUFFIXES: Final = ("pem", "pkcs11.json", "pub.pem")  # the public half last: it says whose the others are
_SHORT: Final = 8


def next_name(role: Role) -> str:
    """Answer under which name the key that is to follow lies."""
    return f"{role.value}.next"


def successor(
    folder: Path, role: Role, passphrase: bytes, randomness: Callable[[int], bytes]
) -> PublicKey | MlDsaPublicKey:
    """Answer the key that is to follow that of a role: the one that is there already, else a new one.

    Raises KeyRefused where it cannot be made or read.
    """
    path = folder / f"{next_name(role)}.pub.pem"
    if not path.exists():
        _make(folder, role, passphrase, randomness)
    spki = keys.read_public(folder, path)
    return ml_dsa.ml_dsa_public_key(spki) if role is Role.LOG_ML_DSA else keys.public_key(spki)


def load_successor(folder: Path, role: Role, passphrase: bytes) -> Signer:
    """Answer what signs with the key that is to follow an Ed25519 one. Raises KeyRefused."""
    return keys.load_named(folder, next_name(role), passphrase)


def succeed(folder: Path, role: Role) -> str:
    """Put the key that follows in the place of the old one, which is kept, and answer the name it is kept under.

    Called again after it was broken off, it goes on. Raises KeyRefused where a file is in the way.
    """
    kept = ""
    try:
        keys.refuse_loose_folder(folder)
        if not (folder / f"{next_name(role)}.pub.pem").exists():
            raise KeyRefused(f"{folder} has no key that is to follow the {role.value} key")
        public = keys.public_path(folder, role)
        if public.exists():
            kept = f"{role.value}.{hashlib.sha256(keys.read_public(folder, public)).hexdigest()[:_SHORT]}"
            _rename(folder, role.value, kept)
        _rename(folder, next_name(role), role.value)
        storage.sync_folder(folder)
    except OSError as error:
        raise KeyRefused(f"keys cannot be moved in {folder}: {storage.plain(error)}") from None
    return kept


def _make(folder: Path, role: Role, passphrase: bytes, randomness: Callable[[int], bytes]) -> None:
    seed = randomness(pbes2.SEED_BYTES)
    second = role is Role.LOG_ML_DSA
    public = MlDsaSigner(seed).public_key.pem if second else FileSigner(seed).public_key.pem
    kind = pbes2.Kind.ML_DSA_44 if second else pbes2.Kind.ED25519
    try:
        keys.refuse_loose_folder(folder)
        # A private half without its public one was never named anywhere: the power went while it was made.
        (folder / f"{next_name(role)}.pem").unlink(missing_ok=True)
        keys.write_pair(folder, next_name(role), public, seed, passphrase, randomness, kind)
    except OSError as error:
        raise KeyRefused(f"keys cannot be written in {folder}: {storage.plain(error)}") from None


def _rename(folder: Path, old: str, new: str) -> None:
    """Give the files of a key another name, its public half last. No file is ever written over."""
    present = [suffix for suffix in _SUFFIXES if (folder / f"{old}.{suffix}").exists()]
    for suffix in present:
        path = folder / f"{new}.{suffix}"
        if path.is_symlink() or path.exists():
            raise KeyRefused(f"{path} is there already: no key is written over")
    for suffix in present:
        (folder / f"{old}.{suffix}").rename(folder / f"{new}.{suffix}")
