"""What a trust root says: whose signatures count in a register, over which of its records, and who witnesses it.

Ranges are in records, never in time: whoever holds a key can write any time, but no record into the past of a
log that others have seen.
"""

from __future__ import annotations

import dataclasses
import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaPublicKey

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.model.people import Person


class Reason(StrEnum):
    """Why a key was revoked."""

    KEY_COMPROMISE = "key-compromise"
    SUPERSEDED = "superseded"
    CESSATION = "cessation"


@dataclass(frozen=True, slots=True)
class Grant:
    """A key that may sign in a role for records `valid_from` to `valid_until` (None: no end), both included.

    `person` is who holds it, where it is a person's.
    """

    role: Role
    key: PublicKey | MlDsaPublicKey
    valid_from: int
    valid_until: int | None
    person: Person | None = None

    def covers(self, role: Role, index: int) -> bool:
        """Answer whether the key may sign in `role` at record `index`."""
        return (
            self.role is role
            and self.valid_from <= index
            and (self.valid_until is None or index <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Revocation:
    """A key that counts only up to record `last_trusted` (-1: for none), whatever its grant says.

    `compromised_at` is when others may first have had it: what was cosigned before then is not theirs.
    """

    key_id: str
    reason: Reason
    last_trusted: int
    compromised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """An agency that cosigns checkpoints: the name in its lines, and its key."""

    name: str
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Vouched:
    """The first `size` records were there at `at`: a quorum of witnesses says so."""

    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """The keys of one register, as its root keys have signed them: one version.

    `root` is the first root key, `further_roots` are the others; `threshold` of them sign. `witness_every` is the
    most days that the newest cosignature may be old. `previous` is the digest of the envelope of the version
    before; `lineage` has those of all versions up to this one, where it was read from them.
    """

    version: int
    origin: str
    epoch: int
    root: PublicKey
    grants: tuple[Grant, ...]
    further_roots: tuple[PublicKey, ...] = ()
    threshold: int = 1
    revocations: tuple[Revocation, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    quorum: int = 0
    witness_every: int | None = None
    previous: str | None = None
    lineage: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    vouched: tuple[Vouched, ...] = dataclasses.field(default=(), compare=False)

    @property
    def roots(self) -> tuple[PublicKey, ...]:
        """Every root key."""
        return (self.root, *self.further_roots)

    @property
    def fingerprint(self) -> str:
        """What a verifier pins: the fingerprint of the root key, or of the set of them."""
        return fingerprint(self.roots, self.threshold)

    def keys(self, role: Role, index: int) -> tuple[PublicKey, ...]:
        """Answer the Ed25519 keys that may sign in `role` at record `index`: granted, and not revoked for it."""
        return tuple(
            [
                one.key
                for one in self.grants
                if one.covers(role, index)
                and isinstance(one.key, PublicKey)
                and self.counts(one.key.key_id, index)
            ]
        )

    def person(self, key_id: str, index: int) -> Grant | None:
        """Answer the grant of a person's key that counts at record `index`, if there is one."""
        return next(
            (
                one
                for one in self.grants
                if one.covers(Role.PERSON, index) and one.key.key_id == key_id and self.counts(key_id, index)
            ),
            None,
        )

    def ml_dsa_keys(self, index: int) -> tuple[MlDsaPublicKey, ...]:
        """Answer the keys that may sign the second line of a checkpoint whose last record is `index`."""
        return tuple(
            [
                one.key
                for one in self.grants
                if one.covers(Role.LOG_ML_DSA, index)
                and isinstance(one.key, MlDsaPublicKey)
                and self.counts(one.key.key_id, index)
            ]
        )

    def ever(self, role: Role) -> tuple[PublicKey, ...]:
        """Answer every Ed25519 key that was ever granted the role, over whatever records."""
        return tuple([one.key for one in self.grants if one.role is role and isinstance(one.key, PublicKey)])

    def witness_keys(self, size: int) -> dict[str, PublicKey]:
        """Answer by name the witnesses' keys that count under a checkpoint of `size` records."""
        return {one.name: one.key for one in self.witnesses if self.counts(one.key.key_id, size - 1)}

    def counts(self, key_id: str, index: int) -> bool:
        """Answer whether a key is not revoked for record `index`."""
        return not self.revocations or all(
            index <= self.trusted_to(one) for one in self.revocations if one.key_id == key_id
        )

    def revocation(self, key_id: str) -> Revocation | None:
        """Answer how a key was revoked, if it was."""
        return next((one for one in self.revocations if one.key_id == key_id), None)

    def trusted_to(self, revocation: Revocation) -> int:
        """Answer the last record that a revoked key counts for: farther where witnesses saw more in time."""
        compromised_at = revocation.compromised_at
        if compromised_at is None:
            return revocation.last_trusted
        seen = [one.size - 1 for one in self.vouched if one.at < compromised_at]
        return max([revocation.last_trusted, *seen])

    def with_vouched(self, size: int, at: datetime) -> TrustRoot:
        """Answer this trust root for one who holds a checkpoint of `size` records, cosigned by a quorum.

        `at` is the time of the latest cosignature that the quorum needs. Whoever asks has verified checkpoint,
        cosignatures (by `witness_keys(size)`) and that the records lead to it. Where the trust root asks for no
        quorum nobody vouches, and nothing changes.
        """
        if not self.quorum:
            return self
        return dataclasses.replace(self, vouched=(*self.vouched, Vouched(size, at)))


def fingerprint(roots: tuple[PublicKey, ...], threshold: int) -> str:
    """Answer what is printed in an agreement's annex, in small hexadecimal digits.

    Of a single root key it is the key id: SHA-256 of the SPKI DER, as `openssl pkey -pubin -outform DER` gives it.
    Of several it is the SHA-256 of these lines, each ended by a newline: `isa-guard root keys`, the threshold in
    decimal digits, and the key ids in ascending order.
    """
    if len(roots) == 1:
        return roots[0].key_id
    lines = ["isa-guard root keys", str(threshold), *sorted(root.key_id for root in roots), ""]
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()
