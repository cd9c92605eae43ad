"""DSSE v1 envelopes (github.com/secure-systems-lab/dsse): a payload's exact bytes, their type, one signature.

A trust root alone may carry several, by different keys, in the order of their key ids. A record has one.

An envelope is one line without a final newline, names sorted, no spaces, so that its fields can be cut out
with sed and checked with openssl. The key id is the SHA-256 of the public key's SPKI DER, in small hex
digits; it is a hint and nothing is trusted because of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError, SignatureInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.signing.keys import PublicKey, Signer

IN_TOTO: Final = "application/vnd.in-toto+json"
LIMIT_ENVELOPE: Final = 65_535  # an entry bundle of C2SP tlog-tiles gives an entry's length 16 bits
LIMIT_SIGNATURES: Final = 32

_KEY_ID = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_PARTS: Final = 19  # what the quotation marks of an envelope in its one form part it into
_SIGNATURE_BYTES: Final = 64
_NOT_ONE_FORM: Final = "the envelope is not in its one form: one line, names sorted, no spaces"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope taken apart, its signature not yet checked."""

    payload_type: str
    payload: bytes
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Joint:
    """An envelope of one or several signatures taken apart, none of them checked: each key id once, in order."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Answer the bytes that are signed (DSSE protocol, pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, signer: Signer, payload_type: str = IN_TOTO) -> bytes:
    """Answer the envelope's bytes. Raises RecordError where it would be longer than LIMIT_ENVELOPE."""
    return _bounded(
        _written(Envelope(payload_type, payload, signer.key_id, signer.sign(pae(payload_type, payload))))
    )


def sign_jointly(payload: bytes, signers: Iterable[Signer], payload_type: str) -> bytes:
    """Answer the envelope that each of `signers` has signed, a key given twice once. Raises RecordError."""
    message = pae(payload_type, payload)
    by_key = {signer.key_id: signer for signer in signers}
    signatures = tuple((key_id, by_key[key_id].sign(message)) for key_id in sorted(by_key))
    return _bounded(_jointly_written(Joint(payload_type, payload, signatures)))


def _bounded(content: bytes) -> bytes:
    if len(content) > LIMIT_ENVELOPE:
        raise RecordError(
            f"the envelope would be {len(content):,} bytes long; the limit is {LIMIT_ENVELOPE:,}"
        )
    return content


def verify(content: bytes, keys: Iterable[PublicKey], payload_type: str = IN_TOTO) -> bytes:
    """Answer the payload of an envelope that one of `keys` has signed. Raises SignatureInvalid."""
    envelope = open_unverified(content)
    if envelope.payload_type != payload_type:
        raise SignatureInvalid(f"the payload is not of type {payload_type}")
    named = [key for key in keys if key.key_id == envelope.key_id]
    if not named:
        raise SignatureInvalid("it is signed by a key that is not trusted here")
    if not named[0].verifies(envelope.signature, pae(payload_type, envelope.payload)):
        raise SignatureInvalid("the signature is not one over this payload")
    return envelope.payload


def open_joint(content: bytes, payload_type: str) -> Joint:
    """Answer the parts of an envelope of this type, which may carry several signatures; nothing is proven.

    Raises SignatureInvalid for another type or form, more than LIMIT_SIGNATURES, or a key id that stands twice.
    """
    fields = _fields(content)
    signatures = fields["signatures"]
    if fields["payloadType"] != payload_type:
        raise SignatureInvalid(f"the payload is not of type {payload_type}")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= LIMIT_SIGNATURES:
        raise SignatureInvalid(f"the envelope does not carry 1 to {LIMIT_SIGNATURES} signatures")
    found = tuple(_signature(one) for one in signatures)
    if any(one[0] >= following[0] for one, following in pairwise(found)):
        raise SignatureInvalid("the signatures are not each by another key, in the order of the key ids")
    joint = Joint(payload_type, _decoded(fields["payload"], "payload"), found)
    if _jointly_written(joint) != content:
        raise SignatureInvalid(_NOT_ONE_FORM)
    return joint


def verify_joint(joint: Joint, keys: Iterable[PublicKey]) -> frozenset[str]:
    """Answer the ids of the keys that have signed. Raises SignatureInvalid unless every signature is by one of `keys`."""
    known = {key.key_id: key for key in keys}
    message = pae(joint.payload_type, joint.payload)
    for key_id, signature in joint.signatures:
        if key_id not in known:
            raise SignatureInvalid("it is signed by a key that is not trusted here")
        if not known[key_id].verifies(signature, message):
            raise SignatureInvalid("a signature is not one over this payload")
    return frozenset(key_id for key_id, _ in joint.signatures)


def open_unverified(content: bytes) -> Envelope:
    """Answer an envelope's parts. Nothing of them is proven. Raises SignatureInvalid for another form."""
    if len(content) > LIMIT_ENVELOPE:
        raise SignatureInvalid(
            f"the envelope is {len(content):,} bytes long; the limit is {LIMIT_ENVELOPE:,}"
        )
    envelope = _quick(content)
    return envelope or _careful(content)


def _careful(content: bytes) -> Envelope:
    """Answer an envelope's parts, or say what is wrong with it. Raises SignatureInvalid."""
    fields = _fields(content)
    kind, signatures = fields["payloadType"], fields["signatures"]
    if not isinstance(kind, str):
        raise SignatureInvalid("the envelope's payloadType is no text")
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise SignatureInvalid("the envelope does not carry exactly one signature")
    key_id, raw = _signature(signatures[0])
    envelope = Envelope(kind, _decoded(fields["payload"], "payload"), key_id, raw)
    try:
        again = _written(envelope)
    except RecordError as error:  # JSON may carry what no record of ours does, such as a control character
        raise SignatureInvalid(f"the envelope is malformed: {error}") from None
    if again != content:
        raise SignatureInvalid(_NOT_ONE_FORM)
    return envelope


def _fields(content: bytes) -> dict[str, strict_json.Json]:
    try:
        fields = strict_json.read_object(content, LIMIT_ENVELOPE)
    except RecordError as error:
        raise SignatureInvalid(f"the envelope is malformed: {error}") from None
    _only(fields, {"payload", "payloadType", "signatures"}, "the envelope")
    return fields


def _signature(signature: strict_json.Json) -> tuple[str, bytes]:
    """Answer a signature's key id and its bytes. Raises SignatureInvalid."""
    if not isinstance(signature, dict):
        raise SignatureInvalid("a signature is no object")
    _only(signature, {"keyid", "sig"}, "the signature")
    key_id = signature["keyid"]
    if not isinstance(key_id, str) or not _KEY_ID.match(key_id):
        raise SignatureInvalid("the key id is not a SHA-256 in small hexadecimal digits")
    raw = _decoded(signature["sig"], "signature")
    if len(raw) != _SIGNATURE_BYTES:
        raise SignatureInvalid(f"an Ed25519 signature has {_SIGNATURE_BYTES} bytes, this has {len(raw)}")
    return key_id, raw


def _quick(content: bytes) -> Envelope | None:
    """Answer the parts of an envelope in its one form, or None where the careful reader must look at it."""
    parts = content.split(b'"')
    if len(parts) != _PARTS:
        return None
    try:
        kind, key_id = parts[7].decode("ascii"), parts[13].decode("ascii")
        payload, signature = base64.b64decode(parts[3]), base64.b64decode(parts[17])
    except ValueError:
        return None
    if len(signature) != _SIGNATURE_BYTES or not _KEY_ID.match(key_id) or not kind.isprintable():
        return None
    envelope = Envelope(kind, payload, key_id, signature)
    return envelope if _written(envelope) == content else None


def _written(envelope: Envelope) -> bytes:
    return b'{"payload":"%s","payloadType":%s,"signatures":[{"keyid":"%s","sig":"%s"}]}' % (
        base64.b64encode(envelope.payload),
        _type(envelope.payload_type),
        envelope.key_id.encode("ascii"),
        base64.b64encode(envelope.signature),
    )


@lru_cache(maxsize=16)
def _type(payload_type: str) -> bytes:
    return strict_json.write(payload_type)


def _jointly_written(joint: Joint) -> bytes:
    signatures: list[strict_json.Json] = [
        {"keyid": key_id, "sig": base64.b64encode(raw).decode("ascii")} for key_id, raw in joint.signatures
    ]
    payload = base64.b64encode(joint.payload).decode("ascii")
    return strict_json.write(
        {"payload": payload, "payloadType": joint.payload_type, "signatures": signatures}
    )


def _only(fields: dict[str, strict_json.Json], known: set[str], what: str) -> None:
    if unknown := sorted(set(fields) - known):
        raise SignatureInvalid(f"{what} has {len(unknown)} fields that are not known")
    if missing := sorted(known - set(fields)):
        raise SignatureInvalid(f"{what} lacks {', '.join(missing)}")


def _decoded(text: strict_json.Json, what: str) -> bytes:
    """Answer what standard base64 with padding stands for. Any other way to write it is refused."""
    if not isinstance(text, str):
        raise SignatureInvalid(f"the {what} is no text")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid(f"the {what} is not standard base64 with padding") from None
    if base64.b64encode(content).decode("ascii") != text:
        raise SignatureInvalid(f"the {what} is not in the one form of its base64")
    return content
