"""The trust root of a register, proven: every version from the first, each signed, each following the one before.

The fingerprint of its root keys is the one thing that a verifier must know beforehand. The copy inside a
register is only a carrier: without the fingerprint it proves nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.register.faults import Damage, RecordError, RegisterBroken, SignatureInvalid, Untrusted
from isa_guard.register.records import dsse
from isa_guard.register.trust_roots import trust_file
from isa_guard.register.trust_roots.trust_root import (
    Grant,
    Reason,
    Revocation,
    TrustRoot,
    Witness,
    fingerprint,
)
from isa_guard.register.trust_roots.trusted import remember, remember_tip, remembered, seen, tip, trusted_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.register.records.dsse import Joint
    from isa_guard.register.signing.keys import Signer

__all__ = [
    "LIMIT_VERSIONS",
    "PAYLOAD_TYPE",
    "Grant",
    "Reason",
    "Revocation",
    "TrustRoot",
    "Witness",
    "claimed_origin",
    "fingerprint",
    "read_trust_root",
    "read_trust_roots",
    "refuse_break",
    "remember",
    "remember_tip",
    "remembered",
    "seen",
    "tip",
    "trusted_path",
    "write_trust_root",
]

PAYLOAD_TYPE: Final = "application/vnd.isa-guard.trust-root+json"
LIMIT_VERSIONS: Final = 256


def write_trust_root(trust: TrustRoot, *signers: Signer) -> bytes:
    """Answer the trust root as an envelope signed by root keys: its own, and those of the version before."""
    return dsse.sign_jointly(trust_file.written(trust), signers, PAYLOAD_TYPE)


def read_trust_root(content: bytes, trusted: str) -> TrustRoot:
    """Answer the trust root of a register that has one version. Raises as `read_trust_roots`."""
    return read_trust_roots((content,), trusted)


def read_trust_roots(contents: Sequence[bytes], trusted: str) -> TrustRoot:
    """Answer the newest version, every one from the first on being signed and following the one before.

    `trusted` is the fingerprint of the root keys of any version: an annex printed later has later ones. Raises
    Untrusted where it is of none, and RegisterBroken where a version does not verify or may not follow.
    """
    if not 1 <= len(contents) <= LIMIT_VERSIONS:
        what = f"there are {len(contents)} versions, where 1 to {LIMIT_VERSIONS} can be"
        raise RegisterBroken(Damage.TRUST_ROOT, None, what)
    versions: list[TrustRoot] = []
    lineage: tuple[str, ...] = ()
    for number, content in enumerate(contents, 1):
        try:
            joint = dsse.open_joint(content, PAYLOAD_TYPE)
            found = trust_file.read(joint.payload)
            _refuse_unsigned(joint, found, *versions[-1:])
            _refuse_wrong_place(found, *versions[-1:])
        except (RecordError, SignatureInvalid, KeyRefused) as error:
            raise RegisterBroken(Damage.TRUST_ROOT, None, f"version {number}: {error}") from None
        lineage = (*lineage, hashlib.sha256(content).hexdigest())
        versions.append(dataclasses.replace(found, lineage=lineage))
    if trusted not in {one.fingerprint for one in versions}:
        what = f"the register's root key is {versions[-1].fingerprint}, not the trusted {trusted}"
        raise Untrusted(f"{what}; somebody may have exchanged the register")
    return versions[-1]


def claimed_origin(content: bytes) -> str:
    """Answer the name that a register gives itself; unproven, good only to look up a fingerprint by."""
    try:
        return trust_file.read(dsse.open_joint(content, PAYLOAD_TYPE).payload).origin
    except (RecordError, SignatureInvalid, KeyRefused) as error:
        raise RegisterBroken(Damage.TRUST_ROOT, None, str(error)) from None


def refuse_break(before: TrustRoot, after: TrustRoot) -> None:
    """Raise RecordError unless `after` may follow: what was said of past records is not unsaid, only ended."""
    if (after.version, after.previous) != (before.version + 1, before.lineage[-1]):
        raise RecordError(f"it does not follow version {before.version}")
    if (after.origin, after.epoch) != (before.origin, before.epoch):
        raise RecordError("it is of another register, or another epoch of it")
    past = _reached(before)
    granted = {one.key.key_id: one for one in after.grants}
    for old in before.grants:
        now = granted.pop(old.key.key_id, None)
        if now is None or (now.role, now.valid_from) != (old.role, old.valid_from):
            raise RecordError(f"the key {old.key.key_id[:8]} lost its range of records")
        if now.valid_until == old.valid_until:
            continue
        if old.valid_until is not None or now.valid_until is None or now.valid_until < past:
            raise RecordError(f"the range of the key {old.key.key_id[:8]} was altered after the fact")
    if early := [one for one in granted.values() if one.valid_from <= past]:
        raise RecordError(
            f"the new key {early[0].key.key_id[:8]} would reach back to record {early[0].valid_from}"
        )
    for was in before.revocations:
        still = after.revocation(was.key_id)
        if still is None or not _as_strict(still, was):
            raise RecordError(f"the revocation of the key {was.key_id[:8]} was taken back")


def _refuse_wrong_place(found: TrustRoot, before: TrustRoot | None = None) -> None:
    if before is not None:
        return refuse_break(before, found)
    if (found.version, found.previous) != (1, None):
        raise RecordError("the first version is missing")
    return None


def _reached(trust: TrustRoot) -> int:
    """Answer the last record that was there when the version was made, as far as its ranges tell."""
    ends = [one.valid_until for one in trust.grants if one.valid_until is not None]
    return max([-1, *ends, *(one.valid_from - 1 for one in trust.grants)])


def _as_strict(now: Revocation, was: Revocation) -> bool:
    """Answer whether a revocation trusts no more than it did. Without a time of compromise it trusts least."""
    if now.last_trusted > was.last_trusted:
        return False
    if now.compromised_at is None or was.compromised_at is None:
        return now.compromised_at is None
    return now.compromised_at <= was.compromised_at


def _refuse_unsigned(joint: Joint, *versions: TrustRoot) -> None:
    """Raise SignatureInvalid unless enough root keys of each of the versions have signed, and nobody else."""
    signed = dsse.verify_joint(joint, [root for one in versions for root in one.roots])
    for one in versions:
        number = len(signed & {root.key_id for root in one.roots})
        if number < one.threshold:
            raise SignatureInvalid(
                f"{number} of the root keys of version {one.version} have signed it; {one.threshold} must"
            )
