"""The trust root: which keys sign this register's records and checkpoints, and from which record on.

It is signed by the root key, whose fingerprint is the one thing that a verifier must know beforehand. The
copy inside a register is only a carrier: without the fingerprint it proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import dsse, keys, storage, strict_json
from isa_guard.register.checkpoint import ORIGIN
from isa_guard.register.faults import (
    Damage,
    RecordError,
    RegisterBroken,
    SignatureInvalid,
    StorageFailed,
    Untrusted,
)
from isa_guard.register.keys import PublicKey, Role
from isa_guard.register.note import note_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isa_guard.register.keys import Signer
    from isa_guard.register.strict_json import Json

PAYLOAD_TYPE: Final = "application/vnd.isa-guard.trust-root+json"
FORMAT: Final = "isa-guard/trust-root/1"
TRUSTED_FORMAT: Final = "isa-guard/trusted/1"
TRUSTED_FOLDER: Final = "trusted"
_MEMBERS: Final = {
    "epoch",
    "format",
    "keys",
    "origin",
    "quorum",
    "revocations",
    "root",
    "threshold",
    "version",
    "witnesses",
}
_GRANT_MEMBERS: Final = {"keyid", "role", "spki", "validFrom", "validUntil", "vkey"}


@dataclass(frozen=True, slots=True)
class Grant:
    """A key that may sign in a role for records `valid_from` to `valid_until` (None: no end), both included."""

    role: Role
    key: PublicKey
    valid_from: int
    valid_until: int | None

    def covers(self, role: Role, index: int) -> bool:
        """Answer whether the key may sign in `role` at record `index`."""
        return (
            self.role is role
            and self.valid_from <= index
            and (self.valid_until is None or index <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """The keys of one register, as its root key has signed them."""

    version: int
    origin: str
    epoch: int
    root: PublicKey
    grants: tuple[Grant, ...]

    def keys(self, role: Role, index: int) -> tuple[PublicKey, ...]:
        """Answer the keys that may sign in `role` at record `index`."""
        return tuple(grant.key for grant in self.grants if grant.covers(role, index))

    @property
    def fingerprint(self) -> str:
        """What a verifier pins: the fingerprint of the root key."""
        return self.root.key_id


def write_trust_root(trust: TrustRoot, signer: Signer) -> bytes:
    """Answer the trust root as an envelope signed by the root key."""
    payload = strict_json.write(
        {
            "epoch": trust.epoch,
            "format": FORMAT,
            "keys": [_written(grant, trust.origin) for grant in trust.grants],
            "origin": trust.origin,
            "quorum": 0,
            "revocations": [],
            "root": {"keyid": trust.root.key_id, "spki": _base64(trust.root.spki)},
            "threshold": 1,
            "version": trust.version,
            "witnesses": [],
        }
    )
    return dsse.sign(payload, signer, PAYLOAD_TYPE)


def read_trust_root(content: bytes, fingerprint: str) -> TrustRoot:
    """Answer the trust root that the root key of this fingerprint has signed.

    Raises Untrusted where another root key has, and RegisterBroken where it does not verify.
    """
    try:
        trust = _read(dsse.open_unverified(content).payload)
        if trust.fingerprint != fingerprint:
            what = f"the register's root key is {trust.fingerprint}, not the trusted {fingerprint}"
            raise Untrusted(f"{what}; somebody may have exchanged the register")
        dsse.verify(content, (trust.root,), PAYLOAD_TYPE)
    except (RecordError, SignatureInvalid, KeyRefused) as error:
        raise RegisterBroken(Damage.TRUST_ROOT, None, str(error)) from None
    return trust


def claimed_origin(content: bytes) -> str:
    """Answer the name that a register gives itself; unproven, good only to look up a fingerprint by."""
    try:
        return _read(dsse.open_unverified(content).payload).origin
    except (RecordError, SignatureInvalid, KeyRefused) as error:
        raise RegisterBroken(Damage.TRUST_ROOT, None, str(error)) from None


def remember(folder: Path, trust: TrustRoot) -> None:
    """Note beside one's keys which root key a register has. Raises KeyRefused where one is noted already."""
    content = (
        strict_json.write({"format": TRUSTED_FORMAT, "origin": trust.origin, "root": trust.fingerprint})
        + b"\n"
    )
    path = trusted_path(folder, trust.origin)
    try:
        storage.private_folder(path.parent)
        storage.write_new(path, content)
    except FileExistsError:
        what = f"a register named {trust.origin} is trusted already"
        raise KeyRefused(f"{what}; two of one name could tell two stories: choose another --origin") from None
    except OSError as error:
        raise StorageFailed(f"the trusted fingerprint cannot be kept: {storage.plain(error)}") from None


def remembered(folder: Path, origin: str) -> str:
    """Answer the fingerprint noted for a register of that name. Raises Untrusted where none is."""
    path = trusted_path(folder, origin)
    hint = "give --trust FINGERPRINT, as the agreement's annex has it"
    try:
        noted = strict_json.read_object(keys.read_private(path, keys.LIMIT_PEM).removesuffix(b"\n"))
    except FileNotFoundError:
        raise Untrusted(f"nothing here says which root key {origin} has; {hint}") from None
    except (OSError, RecordError):
        raise KeyRefused(f"{path} cannot be read; {hint}") from None
    root = noted.get("root")
    if noted.get("origin") != origin or not isinstance(root, str):
        raise KeyRefused(f"{path} is not about {origin}; {hint}")
    return root


def trusted_path(folder: Path, origin: str) -> Path:
    """Answer where beside the keys the fingerprint of a register is noted."""
    return folder / TRUSTED_FOLDER / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"


def _written(grant: Grant, origin: str) -> Json:
    written: dict[str, Json] = {
        "keyid": grant.key.key_id,
        "role": grant.role.value,
        "spki": _base64(grant.key.spki),
        "validFrom": grant.valid_from,
        "validUntil": grant.valid_until,
    }
    if grant.role is Role.LOG:
        written["vkey"] = note_key(origin, grant.key)
    return written


def _read(payload: bytes) -> TrustRoot:
    found = strict_json.read_object(payload)
    if set(found) != _MEMBERS or found["format"] != FORMAT:
        raise RecordError("it is no trust root of this format")
    if (found["witnesses"], found["revocations"], found["quorum"], found["threshold"]) != ([], [], 0, 1):
        raise RecordError("it names witnesses, revocations or a threshold: a later isa-guard must read it")
    version, epoch, origin = _from_one(found["version"]), _from_one(found["epoch"]), found["origin"]
    if not isinstance(origin, str) or not ORIGIN.match(origin):
        raise RecordError("its origin is no name of a register")
    root, grants = found["root"], found["keys"]
    if not isinstance(root, dict) or set(root) != {"keyid", "spki"} or not isinstance(grants, list):
        raise RecordError("its keys are malformed")
    return TrustRoot(version, origin, epoch, _key(root), tuple(_grant(one, origin) for one in grants))


def _grant(found: Json, origin: str) -> Grant:
    if (
        not isinstance(found, dict)
        or not set(found) <= _GRANT_MEMBERS
        or found.get("role") not in ("record", "log")  # a list would not hash
    ):
        raise RecordError("a key of it has no role that is known")
    start, until = found.get("validFrom"), found.get("validUntil")
    if (
        not isinstance(start, int)
        or start < 0
        or not (until is None or (isinstance(until, int) and until >= start))
    ):
        raise RecordError("a key of it is valid for no range of records")
    grant = Grant(Role(str(found["role"])), _key(found), start, until)
    if _written(grant, origin) != found:
        raise RecordError("a key of it contradicts itself")
    return grant


def _from_one(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise RecordError("its version or epoch is no number from 1")
    return value


def _key(found: Mapping[str, Json]) -> PublicKey:
    spki = found.get("spki")
    try:
        key = keys.public_key(base64.b64decode(spki, validate=True) if isinstance(spki, str) else b"")
    except ValueError:
        raise RecordError("a key of it is not base64") from None
    if key.key_id != found.get("keyid"):
        raise RecordError("a key of it has another fingerprint than it says")
    return key


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
