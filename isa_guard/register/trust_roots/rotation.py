"""How a trust root goes on: the next version, where a key follows another, is revoked or granted.

Each function answers what the next version says; root keys sign it (`signed_version`) and nothing else does.
`Keeping` is the register's own part: the record of what was done, and the new version kept beside the others.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from isa_guard.errors import UsageError
from isa_guard.register.faults import RecordError, RegisterBroken, SignatureInvalid
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.trust_roots import trust_file
from isa_guard.register.trust_roots.trust import read_trust_roots, refuse_break, write_trust_root
from isa_guard.register.trust_roots.trust_root import Grant, Revocation, Witness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from isa_guard.model.people import Person
    from isa_guard.register.records.event import KeyEvent
    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.signing.ml_dsa import MlDsaPublicKey
    from isa_guard.register.trust_roots.trust_root import Reason, TrustRoot

T = TypeVar("T")

GRANTED: Final = (Role.RECORD, Role.LOG, Role.LOG_ML_DSA, Role.PERSON)


class Keeping(Protocol):
    """A register held for writing while its keys change, so that nobody appends between the count and the record."""

    @property
    def size(self) -> int:
        """How many records there are: the index of the record that tells of the change."""

    def keep(self, event: KeyEvent, version: int, trust_root: bytes, successor: Signer | None) -> None:
        """Append the event, keep this version of the trust root, and cover both with a checkpoint.

        The event is signed by the key in force at its index. A successor of the log key adds its line to that
        checkpoint, so that it stands under both.
        """


def rotated(
    trust: TrustRoot, role: Role, new: PublicKey | MlDsaPublicKey, at_index: int, old: str | None = None
) -> TrustRoot:
    """Answer the next version, where `new` follows the key in use: that one until `at_index`, the new one after.

    A revoked key's range is left as it is: the revocation has ended it. Raises UsageError where no key is in use,
    or more than one and `old` does not say which by the beginning of its key id.
    """
    if role is Role.ROOT:
        return _with_root(trust, new, old)
    before = _in_use(trust, role, old)
    closed = before if trust.revocation(before.key.key_id) else _until(before, at_index)
    grants = (
        *(closed if one is before else one for one in trust.grants),
        Grant(role, new, at_index + 1, None),
    )
    return _next(trust, dataclasses.replace(trust, grants=grants))


def revoked(
    trust: TrustRoot, key_id: str, reason: Reason, last_trusted: int, compromised_at: datetime | None = None
) -> TrustRoot:
    """Answer the next version, where the key counts no farther than record `last_trusted` (-1: for none).

    What witnesses cosigned before `compromised_at` stays trusted beyond that. A revocation that is there already
    can only be made stricter. Raises UsageError for a key that was never granted.
    """
    known = [one.key.key_id for one in trust.grants] + [one.key.key_id for one in trust.witnesses]
    found = _one([one for one in known if one.startswith(key_id)], f"key {key_id}")
    others = tuple(one for one in trust.revocations if one.key_id != found)
    return _next(
        trust,
        dataclasses.replace(
            trust, revocations=(*others, Revocation(found, reason, last_trusted, compromised_at))
        ),
    )


def granted(
    trust: TrustRoot,
    role: Role,
    key: PublicKey | MlDsaPublicKey,
    from_index: int,
    person: Person | None = None,
) -> TrustRoot:
    """Answer the next version, where another key may sign in the role from record `from_index` on.

    A person's key is granted to a person, and no other key is. Raises UsageError.
    """
    if (role is Role.PERSON) != (person is not None):
        raise UsageError("a person's key is granted to a post of a party, with the offices that it carries")
    if role not in GRANTED:
        raise UsageError(f"a trust root grants {', '.join(one.value for one in GRANTED)}, not {role.value}")
    return _next(
        trust, dataclasses.replace(trust, grants=(*trust.grants, Grant(role, key, from_index, None, person)))
    )


def witnessed(
    trust: TrustRoot, name: str, key: PublicKey, quorum: int | None = None, every: int | None = None
) -> TrustRoot:
    """Answer the next version, where an agency witnesses under this name; `quorum` of all must, `every` so many days.

    What is not given stays as it is; but the first witness is needed, where nothing else is said.
    """
    wanted = quorum if quorum is not None else max(trust.quorum, 1)
    days = every if every is not None else trust.witness_every
    witnesses = (*trust.witnesses, Witness(name, key))
    return _next(trust, dataclasses.replace(trust, witnesses=witnesses, quorum=wanted, witness_every=days))


def signed_version(contents: Sequence[bytes], trusted: str, following: TrustRoot, *signers: Signer) -> bytes:
    """Answer the envelope of the version that follows `contents`, once all of them read as one trust root.

    `signers` are root keys: enough of the version before, and enough of the new one. Raises UsageError where they
    are not.
    """
    content = write_trust_root(following, *signers)
    try:
        read_trust_roots((*contents, content), trusted)
    except RegisterBroken as error:
        raise UsageError(f"the next trust root would not be trusted: {error}") from None
    return content


def _next(trust: TrustRoot, changed: TrustRoot) -> TrustRoot:
    """Answer `changed` as the version after `trust`. Raises UsageError where it may not follow."""
    following = dataclasses.replace(
        changed, version=trust.version + 1, previous=trust.lineage[-1], vouched=()
    )
    try:
        trust_file.read(trust_file.written(following))
        refuse_break(trust, following)
    except (RecordError, SignatureInvalid) as error:
        raise UsageError(f"the trust root cannot be changed so: {error}") from None
    return following


def _with_root(trust: TrustRoot, new: PublicKey | MlDsaPublicKey, old: str | None) -> TrustRoot:
    if not isinstance(new, PublicKey):
        raise UsageError("a root key is an Ed25519 key")
    gone = _one([one for one in trust.roots if one.key_id.startswith(old or "")], "root key")
    roots = sorted((new, *(one for one in trust.roots if one != gone)), key=lambda one: one.key_id)
    return _next(trust, dataclasses.replace(trust, root=roots[0], further_roots=tuple(roots[1:])))


def _in_use(trust: TrustRoot, role: Role, old: str | None) -> Grant:
    """Answer the grant of the key to be followed: one that is not revoked, where there is any."""
    unended = [one for one in trust.grants if one.role is role and one.valid_until is None]
    named = [one for one in unended if one.key.key_id.startswith(old or "")]
    live = [one for one in named if trust.revocation(one.key.key_id) is None]
    return _one(live or named[-1:], f"{role.value} key in use")


def _until(grant: Grant, at_index: int) -> Grant:
    if at_index < grant.valid_from:
        raise UsageError(f"the key {grant.key.key_id[:8]} begins at record {grant.valid_from} only")
    return dataclasses.replace(grant, valid_until=at_index)


def _one(found: Sequence[T], what: str) -> T:
    if len(found) != 1:
        raise UsageError(
            f"there is no {what}"
            if not found
            else f"there are {len(found)} of {what}: say which by its key id"
        )
    return found[0]
