"""How a trust root is written: format 2, or 3 where it names people; formats 1 to 3 are read, each in one form only.

Nothing here checks a signature, nor whether one version may follow another.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, TypeVar

from isa_guard.model.people import POST, Office, Person
from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.records.clock import instant, read_instant
from isa_guard.register.records.members import DIGEST
from isa_guard.register.signing import keys
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaPublicKey, ml_dsa_public_key
from isa_guard.register.tree.checkpoint import ML_DSA_44, ORIGIN
from isa_guard.register.tree.cosignature import read_witness_key, witness_key
from isa_guard.register.tree.note import note_key, write_key
from isa_guard.register.trust_roots.trust_root import Grant, Reason, Revocation, TrustRoot, Witness

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.register.strict_json import Json

T = TypeVar("T")

FORMAT_1: Final = "isa-guard/trust-root/1"
FORMAT_2: Final = "isa-guard/trust-root/2"
FORMAT_3: Final = "isa-guard/trust-root/3"
LIMIT_ROOTS: Final = 16
LIMIT_GRANTS: Final = 1_024
LIMIT_REVOCATIONS: Final = 128
LIMIT_WITNESSES: Final = 16
LIMIT_DAYS: Final = 3_660
_GRANTED: Final = (Role.RECORD, Role.LOG, Role.LOG_ML_DSA, Role.PERSON)
_ANOTHER_FORM: Final = "it says more or less than a trust root, or not in its one form"


def written(trust: TrustRoot) -> bytes:
    """Answer the payload that says what `trust` says."""
    return strict_json.write(
        {
            "epoch": trust.epoch,
            "format": _format(trust),
            "grants": [_grant_written(one, trust.origin) for one in trust.grants],
            "origin": trust.origin,
            "previous": trust.previous,
            "quorum": trust.quorum,
            "revocations": [_revocation_written(one) for one in trust.revocations],
            "roots": [_root_written(one) for one in sorted(trust.roots, key=lambda key: key.key_id)],
            "threshold": trust.threshold,
            "version": trust.version,
            "witnessEvery": trust.witness_every,
            "witnesses": [
                {"name": one.name, "vkey": witness_key(one.name, one.key)} for one in trust.witnesses
            ],
        }
    )


def read(payload: bytes) -> TrustRoot:
    """Answer what a payload says. Raises RecordError, SignatureInvalid or KeyRefused where it says it badly."""
    found = strict_json.read_object(payload)
    if found.get("format") == FORMAT_1:
        trust = _read_1(found)
        again = _written_1(trust)
    elif found.get("format") in (FORMAT_2, FORMAT_3):
        trust = _read_2(found)
        again = written(trust)
    else:
        raise RecordError("it is no trust root of a format that is known here: a later isa-guard may read it")
    if again != payload:
        raise RecordError(_ANOTHER_FORM)
    return trust


def _format(trust: TrustRoot) -> str:
    """An older isa-guard that knows no people refuses a trust root that names some; it never reads it as less."""
    return FORMAT_3 if any(one.person for one in trust.grants) else FORMAT_2


def _read_2(found: dict[str, Json]) -> TrustRoot:
    origin = _origin(found)
    roots = _listed(found, "roots", LIMIT_ROOTS, _root)
    grants = _listed(found, "grants", LIMIT_GRANTS, _grant)
    witnesses = _listed(found, "witnesses", LIMIT_WITNESSES, _witness)
    revocations = _listed(found, "revocations", LIMIT_REVOCATIONS, _revocation)
    if not roots:
        raise RecordError("it names no root key")
    previous, every = found.get("previous"), found.get("witnessEvery")
    if previous is not None and not (isinstance(previous, str) and DIGEST.match(previous)):
        raise RecordError("`previous` is no digest")
    trust = TrustRoot(
        version=_number(found, "version", 1),
        origin=origin,
        epoch=_number(found, "epoch", 1),
        root=roots[0],
        grants=grants,
        further_roots=roots[1:],
        threshold=_number(found, "threshold", 1, len(roots)),
        revocations=revocations,
        witnesses=witnesses,
        quorum=_number(found, "quorum", 0, len(witnesses)),
        witness_every=None if every is None else _number(found, "witnessEvery", 1, LIMIT_DAYS),
        previous=previous,
    )
    refuse_doubt(trust)
    return trust


def refuse_doubt(trust: TrustRoot) -> None:
    """Raise RecordError where one key or name stands for two things, or what is revoked was never granted."""
    granted = [one.key.key_id for one in trust.grants] + [one.key.key_id for one in trust.witnesses]
    ids = [*granted, *(one.key_id for one in trust.roots)]
    if len(set(ids)) != len(ids):
        raise RecordError("a key of it stands in two places: no key has two roles or two ranges")
    if len({one.name for one in trust.witnesses}) != len(trust.witnesses):
        raise RecordError("two witnesses of it have one name")
    revoked = [one.key_id for one in trust.revocations]
    if len(set(revoked)) != len(revoked) or not set(revoked) <= set(granted):
        raise RecordError("a revocation of it names no key that was granted, or one key twice")
    if trust.witness_every is not None and not trust.quorum:
        raise RecordError("it says how often witnesses must cosign, and asks for none")


def _listed(
    found: dict[str, Json], name: str, limit: int, read_one: Callable[[dict[str, Json]], T]
) -> tuple[T, ...]:
    items = found.get(name)
    if not isinstance(items, list) or len(items) > limit:
        raise RecordError(f"`{name}` is no list of at most {limit}")
    if not all(isinstance(one, dict) for one in items):
        raise RecordError(f"`{name}` holds something that is no object")
    return tuple(read_one(one) for one in items if isinstance(one, dict))


def _grant(found: dict[str, Json]) -> Grant:
    roles = [role for role in _GRANTED if role.value == found.get("role")]
    if not roles:
        raise RecordError("a key of it has no role that is known")
    start, until = _number(found, "validFrom", 0), found.get("validUntil")
    if until is not None:
        until = _number(found, "validUntil", start)
    spki = _spki(found)
    key = ml_dsa_public_key(spki) if roles[0] is Role.LOG_ML_DSA else keys.public_key(spki)
    person = _person(found, key.key_id) if roles[0] is Role.PERSON else None
    return Grant(roles[0], key, start, until, person)


def _grant_written(grant: Grant, origin: str) -> Json:
    found: dict[str, Json] = {
        "keyid": grant.key.key_id,
        "role": grant.role.value,
        "spki": _base64(grant.key.spki),
        "validFrom": grant.valid_from,
        "validUntil": grant.valid_until,
    }
    if isinstance(grant.key, MlDsaPublicKey):
        found["vkey"] = write_key(origin, ML_DSA_44, grant.key.raw)
    elif grant.role is Role.LOG:
        found["vkey"] = note_key(origin, grant.key)
    if grant.person is not None:
        found["person"] = {
            "offices": [one.value for one in grant.person.offices],
            "party": grant.person.party,
            "post": grant.person.post,
        }
    return found


def _person(found: dict[str, Json], key_id: str) -> Person:
    person = found.get("person")
    if not isinstance(person, dict) or set(person) != {"offices", "party", "post"}:
        raise RecordError("a person's key of it says not whose it is")
    party, post, offices = person["party"], person["post"], person["offices"]
    known = {one.value: one for one in Office}
    if (
        not isinstance(party, str)
        or not isinstance(post, str)
        or not POST.match(party)
        or not POST.match(post)
    ):
        raise RecordError("a person of it is no post of a party")
    if not isinstance(offices, list) or not offices or not all(one in known for one in offices):
        raise RecordError("a person of it has no office that is known")
    return Person(key_id, party, post, tuple(known[str(one)] for one in offices))


def _root(found: dict[str, Json]) -> PublicKey:
    return keys.public_key(_spki(found))


def _root_written(key: PublicKey) -> Json:
    return {"keyid": key.key_id, "spki": _base64(key.spki)}


def _witness(found: dict[str, Json]) -> Witness:
    vkey = found.get("vkey")
    name, key = read_witness_key(vkey if isinstance(vkey, str) else "")
    if not ORIGIN.match(name):
        raise RecordError("the name of a witness is none that checkpoints can carry")
    return Witness(name, key)


def _revocation(found: dict[str, Json]) -> Revocation:
    key_id, moment = found.get("keyid"), found.get("compromisedAt")
    reasons = [reason for reason in Reason if reason.value == found.get("reason")]
    if not isinstance(key_id, str) or not reasons:
        raise RecordError("a revocation of it names no key, or no reason that is known")
    return Revocation(
        key_id,
        reasons[0],
        _number(found, "lastTrusted", -1),
        None if moment is None else read_instant(moment),
    )


def _revocation_written(revocation: Revocation) -> Json:
    moment = revocation.compromised_at
    return {
        "compromisedAt": None if moment is None else instant(moment),
        "keyid": revocation.key_id,
        "lastTrusted": revocation.last_trusted,
        "reason": revocation.reason.value,
    }


def _read_1(found: dict[str, Json]) -> TrustRoot:
    """Answer what format 1 says: one root key, no witnesses, no revocations, one version."""
    grants = _listed(found, "keys", LIMIT_GRANTS, _grant)
    (root,) = _listed({"root": [found.get("root")]}, "root", 1, _root)
    return TrustRoot(
        _number(found, "version", 1, 1), _origin(found), _number(found, "epoch", 1), root, grants
    )


def _written_1(trust: TrustRoot) -> bytes:
    return strict_json.write(
        {
            "epoch": trust.epoch,
            "format": FORMAT_1,
            "keys": [_grant_written(one, trust.origin) for one in trust.grants],
            "origin": trust.origin,
            "quorum": 0,
            "revocations": [],
            "root": _root_written(trust.root),
            "threshold": 1,
            "version": trust.version,
            "witnesses": [],
        }
    )


def _origin(found: dict[str, Json]) -> str:
    origin = found.get("origin")
    if not isinstance(origin, str) or not ORIGIN.match(origin):
        raise RecordError("its origin is no name of a register")
    return origin


def _number(found: dict[str, Json], name: str, least: int, most: int = strict_json.LARGEST) -> int:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RecordError(f"`{name}` is no number from {least} to {most}")
    return value


def _spki(found: dict[str, Json]) -> bytes:
    spki = found.get("spki")
    try:
        return base64.b64decode(spki, validate=True) if isinstance(spki, str) else b""
    except ValueError:
        raise RecordError("a key of it is not base64") from None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
