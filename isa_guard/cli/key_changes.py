"""What `isa-guard keys rotate`, `revoke` and `grant` do: the next trust root, the record of it, the files of keys.

In this order, so that whatever breaks off can be gone on with: the new key lies beside the old one; the trust
root is kept; the record names it by its digest, and the checkpoint covers both; the files change places last.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.cli.unlocking import keys_folder, known_passphrase
from isa_guard.errors import KeyRefused, UsageError
from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.appender import Appender
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.records.event import KeyAction, KeyEvent
from isa_guard.register.register import Signers
from isa_guard.register.signing import succession
from isa_guard.register.signing.keys import (
    LIMIT_PEM,
    PublicKey,
    Role,
    load_public,
    load_signer,
    public_key,
    spki_of,
)
from isa_guard.register.signing.ml_dsa import load_ml_dsa_public, load_ml_dsa_signer, ml_dsa_public_key
from isa_guard.register.tree.cosignature import read_witness_key
from isa_guard.register.trust_roots import rotation
from isa_guard.register.trust_roots.trust import claimed_origin, read_trust_roots, remembered, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from isa_guard.cli.settings import Settings
    from isa_guard.model.people import Person
    from isa_guard.register.appender import Surroundings
    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.signing.ml_dsa import MlDsaPublicKey
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import Reason, TrustRoot

_What = tuple[KeyAction, Role, str, str | None]


@dataclass(frozen=True, slots=True)
class Changing:
    """A register whose keys are to change: its store, the versions of its trust root, and what unlocks the keys."""

    store: Store
    keys: Path
    contents: tuple[bytes, ...]
    trust: TrustRoot
    secret: bytes
    surroundings: Surroundings

    def appender(self) -> Appender:
        """Open the register for appending, with the keys that are here now."""
        return Appender(self.store, self.trust, self.signers(), self.surroundings)

    def signers(self) -> Signers:
        """Answer what signs records and checkpoints now. Raises KeyRefused."""
        return Signers(
            load_signer(self.keys, Role.RECORD, self.secret),
            load_signer(self.keys, Role.LOG, self.secret),
            load_ml_dsa_signer(self.keys, self.secret),
        )


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it: the new trust root, its digest, and the record that tells of it (None: none could)."""

    trust: TrustRoot
    digest: str
    index: int | None


def opened(settings: Settings, passphrase_file: str | None) -> Changing:
    """Answer the register of the settings, its trust root proven and not older than the one seen last."""
    from isa_guard.cli.recording import surroundings

    keys = keys_folder(settings.value("key"))
    store, contents, trust = _proven(keys, settings)
    seen(keys, trust)
    return Changing(store, keys, contents, trust, known_passphrase(passphrase_file), surroundings())


def roots(folders: Sequence[Path], changing: Changing, passphrase_file: str | None) -> list[Signer]:
    """Answer the root keys that sign: those of the folders given, else the one beside the other keys."""
    secret = known_passphrase(passphrase_file) if passphrase_file else changing.secret
    return [load_signer(folder, Role.ROOT, secret) for folder in (folders or (changing.keys,))]


def rotate(changing: Changing, role: Role, signers: Sequence[Signer]) -> tuple[Changed, str]:
    """Put a new key in the place of the one here, and answer what came of it and the name that one is kept under."""
    mine = _own(changing.keys, role)
    new = succession.successor(changing.keys, role, changing.secret, os.urandom)
    what = (KeyAction.ROTATED, role, mine, new.key_id)
    if _named(changing.trust, new.key_id):
        return _gone_on(changing, role, what)
    if changing.trust.revocation(mine) is not None:
        following = rotation.rotated(changing.trust, role, new, _size(changing) - 1, mine)
        changed = _unrecorded(changing, following, signers)
        return _gone_on(replace(changing, trust=changed.trust), role, what)
    line = None
    if role in (Role.ROOT, Role.LOG):
        line = succession.load_successor(changing.keys, role, changing.secret)
    if role is Role.ROOT and line is not None:
        signers, line = (*signers, line), None
    changed = _recorded(
        changing, lambda size: rotation.rotated(changing.trust, role, new, size, mine), signers, what, line
    )
    return changed, succession.succeed(changing.keys, role)


def revoke(
    changing: Changing,
    key_id: str,
    reason: Reason,
    last_trusted: int,
    compromised_at: datetime | None,
    signers: Sequence[Signer],
) -> Changed:
    """Revoke a key. The record of it waits for the next key where it was the one that would have signed it."""
    following = rotation.revoked(changing.trust, key_id, reason, last_trusted, compromised_at)
    (named,) = {one.key_id for one in following.revocations if one.key_id.startswith(key_id)}
    role = next((one.role for one in following.grants if one.key.key_id == named), Role.WITNESS)
    newest = _size(changing) - 1
    if role is Role.LOG and last_trusted < newest:
        what = "the newest checkpoint is signed by this key, and nothing could be opened any more"
        raise UsageError(f"{what}: verify the register and give --last-trusted {newest}")
    if not _signs(changing, following, _size(changing)):
        return _unrecorded(changing, following, signers)
    return _recorded(changing, lambda _: following, signers, (KeyAction.REVOKED, role, named, None))


def grant(
    changing: Changing,
    role: Role,
    key: PublicKey | MlDsaPublicKey,
    signers: Sequence[Signer],
    person: Person | None = None,
) -> Changed:
    """Let another key sign in a role, a person's for that person, from the record after the one that tells of it on."""
    what = (KeyAction.GRANTED, role, key.key_id, None)
    return _recorded(
        changing, lambda size: rotation.granted(changing.trust, role, key, size + 1, person), signers, what
    )


def witness(
    changing: Changing,
    name: str,
    key: PublicKey | MlDsaPublicKey,
    quorum: int | None,
    every: int | None,
    signers: Sequence[Signer],
) -> Changed:
    """Let an agency witness the register."""
    if not isinstance(key, PublicKey):
        raise UsageError("a witness has an Ed25519 key")
    following = rotation.witnessed(changing.trust, name, key, quorum, every)
    return _recorded(
        changing, lambda _: following, signers, (KeyAction.GRANTED, Role.WITNESS, key.key_id, None)
    )


def read_key(given: str, role: Role, name: str | None) -> tuple[PublicKey | MlDsaPublicKey, str]:
    """Answer the key in a file or a verifier key, and the name that belongs to it. Raises UsageError."""
    if role is Role.WITNESS and not Path(given).exists():
        try:
            named, key = read_witness_key(given)
        except SignatureInvalid as error:
            raise UsageError(f"`{given}` is no file, and as a witness's key: {error}") from None
        return key, name or named
    try:
        spki = spki_of(storage.read_bounded(Path(given), LIMIT_PEM))
    except OSError as error:
        raise UsageError(f"the public key {given} cannot be read: {storage.plain(error)}") from None
    return (ml_dsa_public_key(spki) if role is Role.LOG_ML_DSA else public_key(spki)), name or ""


def states(folder: Path, settings: Settings) -> Iterator[str]:
    """Answer a line for each key of the register, in the words of people: over which records it counts."""
    _, _, trust = _proven(folder, settings)
    yield f"{trust.origin}, trust root version {trust.version}:\n"
    for one in trust.grants:
        until = "" if one.valid_until is None else f" until {one.valid_until}"
        who = f"  {one.person.post} of {one.person.party}" if one.person else ""
        yield f"  {one.role.value:<10} {one.key.key_id[:8]}{who}  from record {one.valid_from}{until}{_revoked(trust, one.key.key_id)}\n"
    for witness in trust.witnesses:
        yield f"  witness    {witness.key.key_id[:8]}  {witness.name}{_revoked(trust, witness.key.key_id)}\n"
    for root in trust.roots:
        yield f"  root       {root.key_id[:8]}  {trust.threshold} of {len(trust.roots)} must sign\n"


def _proven(keys: Path, settings: Settings) -> tuple[Store, tuple[bytes, ...], TrustRoot]:
    """Answer the register of the settings and its trust root, held against what is noted beside the keys."""
    from isa_guard.cli.opening import register_store

    store = register_store(settings.value("register"))
    contents = store.trust_roots()
    return store, contents, read_trust_roots(contents, remembered(keys, claimed_origin(contents[0])))


def _revoked(trust: TrustRoot, key_id: str) -> str:
    found = trust.revocation(key_id)
    return "" if found is None else f"; revoked ({found.reason.value}), trusted to {found.last_trusted}"


def _recorded(
    changing: Changing,
    following: Callable[[int], TrustRoot],
    signers: Sequence[Signer],
    what: _What,
    line: Signer | None = None,
) -> Changed:
    """Keep the trust root that follows when there are so many records, and the record of it, at one stroke."""
    with changing.appender().keeping() as held:
        index = held.size
        if not _signs(changing, changing.trust, index):
            what_now = "`isa-guard keys list` says which key was revoked or replaced: rotate that one first"
            raise KeyRefused(f"the keys here may not sign record {index}; {what_now}")
        trust = following(index)
        content = rotation.signed_version(changing.contents, changing.trust.fingerprint, trust, *signers)
        held.keep(
            _event(what, trust.version, hashlib.sha256(content).hexdigest()), trust.version, content, line
        )
    return _read(changing, content, index)


def _unrecorded(changing: Changing, following: TrustRoot, signers: Sequence[Signer]) -> Changed:
    """Keep a trust root after which the keys here may sign no record of it."""
    content = rotation.signed_version(changing.contents, changing.trust.fingerprint, following, *signers)
    changing.store.keep_trust_root(following.version, content)
    return _read(changing, content, None)


def _gone_on(changing: Changing, role: Role, what: _What) -> tuple[Changed, str]:
    """Go on where the trust root names the new key already: with the record of it, and the files.

    The record is signed by whichever key is in force at its place: the old one, or, where that one is revoked, the
    new one once it is in the old one's place.
    """
    index = None
    event = _event(what, changing.trust.version, changing.trust.lineage[-1])
    start = next((one.valid_from for one in changing.trust.grants if one.key.key_id == what[3]), -1)
    if start == _size(changing) + 1:
        appender = changing.appender()  # it covers what a crash left uncovered, which can be that very record
        index = appender.append_event(event).index if start == appender.size + 1 else start - 1
    kept = succession.succeed(changing.keys, role)
    if start == _size(changing) and changing.trust.revocation(what[2]) is not None:
        index = changing.appender().append_event(event).index
    return Changed(changing.trust, changing.trust.lineage[-1], index), kept


def _signs(changing: Changing, trust: TrustRoot, index: int) -> bool:
    """Answer whether the keys here may sign record `index` and the checkpoint over it."""
    return all(
        _own(changing.keys, role) in {one.key_id for one in trust.keys(role, index)}
        for role in (Role.RECORD, Role.LOG)
    )


def _size(changing: Changing) -> int:
    from isa_guard.register.tree.checkpoint import claimed_checkpoint

    return claimed_checkpoint(changing.store.checkpoint()).size


def _event(what: _What, version: int, digest: str) -> KeyEvent:
    action, role, key_id, successor = what
    return KeyEvent(action, role.value, key_id, successor, version, digest)


def _read(changing: Changing, content: bytes, index: int | None) -> Changed:
    trust = read_trust_roots((*changing.contents, content), changing.trust.fingerprint)
    seen(changing.keys, trust)
    return Changed(trust, trust.lineage[-1], index)


def _own(folder: Path, role: Role) -> str:
    if role is Role.LOG_ML_DSA:
        signer = load_ml_dsa_public(folder)
        if signer is None:
            raise UsageError(f"{folder} has no {role.value} key")
        return signer.key_id
    return load_public(folder, role).key_id


def _named(trust: TrustRoot, key_id: str) -> bool:
    """Answer whether a trust root names a key as one in use."""
    return key_id in {one.key_id for one in trust.roots} | {one.key.key_id for one in trust.grants}
