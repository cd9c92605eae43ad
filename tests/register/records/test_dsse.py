"""Envelopes: what other people's tools make of them, and every form that is refused."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey

from isa_guard.register.faults import RecordError, SignatureInvalid
from isa_guard.register.records.dsse import IN_TOTO, LIMIT_ENVELOPE, open_unverified, pae, sign, verify
from tests.register.making import signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from isa_guard.register.signing.keys import PublicKey

SIGNER = signer("record")
KEYS = (signer("log").public_key, SIGNER.public_key)


@given(st.binary(max_size=300))
def test_what_was_signed_comes_out(payload: bytes) -> None:
    assert verify(sign(payload, SIGNER), KEYS) == payload


def test_the_signed_bytes_are_those_of_the_specification() -> None:
    # The example of the DSSE protocol document.
    assert (
        pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_an_envelope_is_one_line_with_its_names_in_order() -> None:
    content = sign(b'{"a":1}', SIGNER)
    assert b"\n" not in content
    assert b" " not in content
    assert content == json.dumps(json.loads(content), sort_keys=True, separators=(",", ":")).encode()


def other_key(key: PublicKey) -> SSlibKey:
    return SSlibKey(key.key_id, "ed25519", "ed25519", {"public": key.raw.hex()})


@given(st.binary(min_size=1, max_size=100))
def test_securesystemslib_accepts_it_and_refuses_it_altered(payload: bytes) -> None:
    found = OtherEnvelope.from_dict(json.loads(sign(payload, SIGNER)))
    assert found.pae() == pae(IN_TOTO, payload)
    assert found.verify([other_key(SIGNER.public_key)], 1)
    found.payload = payload + b"x"
    with pytest.raises(VerificationError):
        found.verify([other_key(SIGNER.public_key)], 1)


STRANGERS_CHECK = r"""
set -eu
T=$(sed -n 's/.*"payloadType":"\([^"]*\)".*/\1/p' rec.json)
sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' rec.json | base64 -d > p
sed -n 's/.*"sig":"\([^"]*\)".*/\1/p' rec.json | base64 -d > s
{ printf 'DSSEv1 %d %s %d ' ${#T} "$T" $(stat -c%s p); cat p; } > m
openssl pkeyutl -verify -pubin -inkey record.pem -rawin -in m -sigfile s
"""


def test_openssl_and_sed_verify_it_from_files_alone(tmp_path: Path) -> None:
    content = sign('{"said":"é"}'.encode(), SIGNER)
    (tmp_path / "record.pem").write_bytes(SIGNER.public_key.pem)
    (tmp_path / "rec.json").write_bytes(content)
    subprocess.run(["sh", "-c", STRANGERS_CHECK], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "rec.json").write_bytes(sign(b"{}", signer("log")))
    assert subprocess.run(
        ["sh", "-c", STRANGERS_CHECK], cwd=tmp_path, check=False, capture_output=True
    ).returncode


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(sign(b"payload!", SIGNER))
    change(found)
    return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


URL_SAFE = sign(b"\xff\xfe\xff\xfb", SIGNER)
BAD: list[tuple[bytes, str]] = [
    (
        altered(lambda e: e.update(payload=base64.b64encode(b"another!").decode())),
        "not one over this payload",
    ),
    (altered(lambda e: e.update(payloadType="text/plain")), "not of type"),
    (altered(lambda e: e.update(payloadType=1)), "payloadType is no text"),
    (altered(lambda e: e["signatures"][0].update(keyid="0" * 64)), "not trusted"),
    (altered(lambda e: e["signatures"][0].update(keyid=KEYS[0].key_id)), "not one over this payload"),
    (altered(lambda e: e["signatures"][0].update(keyid=SIGNER.key_id.upper())), "key id"),
    (altered(lambda e: e["signatures"][0].update(keyid=None)), "key id"),
    (altered(lambda e: e["signatures"][0].update(sig="AAAA")), "has 64 bytes, this has 3"),
    (altered(lambda e: e["signatures"][0].update(sig=7)), "signature is no text"),
    (altered(lambda e: e["signatures"][0].update(cert="x")), "signature has 1 fields that are not known"),
    (altered(lambda e: e["signatures"][0].pop("keyid")), "signature lacks keyid"),
    (altered(lambda e: e["signatures"].append(e["signatures"][0])), "exactly one signature"),
    (altered(lambda e: e.update(signatures=[])), "exactly one signature"),
    (altered(lambda e: e.update(signatures=["x"])), "exactly one signature"),
    (altered(lambda e: e.update(extra=1)), "envelope has 1 fields that are not known"),
    (altered(lambda e: e.pop("payload")), "envelope lacks payload"),
    (altered(lambda e: e.update(payload=None)), "payload is no text"),
    (altered(lambda e: e.update(payload=e["payload"].rstrip("="))), "not standard base64 with padding"),
    (altered(lambda e: e.update(payload=e["payload"] + "\n")), "malformed|base64"),
    (altered(lambda e: e.update(payload=e["payload"][:-2] + "F=")), "one form of its base64"),
    (URL_SAFE.replace(b"//7/+w==", b"__7_-w=="), "not standard base64 with padding"),
    (sign(b"x", SIGNER) + b"\n", "one form"),
    (sign(b"x", SIGNER).replace(b":", b": ", 1), "one form"),
    (sign(b"x", SIGNER) + b"{}", "malformed"),
    (b"", "malformed"),
    (b"[]", "malformed"),
    (b'{"payload":"","payload":""}', "malformed"),
    (b"x" * (LIMIT_ENVELOPE + 1), "65,535"),
]


@pytest.mark.parametrize(("content", "what"), BAD)
def test_every_other_envelope_is_refused_with_its_own_reason(content: bytes, what: str) -> None:
    with pytest.raises(SignatureInvalid, match=what):
        verify(content, KEYS)


def test_a_key_of_another_payload_type_proves_nothing() -> None:
    content = sign(b"{}", SIGNER, "application/vnd.isa-guard.trust-root+json")
    with pytest.raises(SignatureInvalid, match="not of type"):
        verify(content, KEYS)


def test_an_envelope_is_at_most_65_535_bytes() -> None:
    overhead = len(sign(b"", SIGNER))
    largest = (LIMIT_ENVELOPE - overhead) // 4 * 3
    assert len(sign(b"x" * largest, SIGNER)) <= LIMIT_ENVELOPE
    with pytest.raises(RecordError, match="the limit is 65,535"):
        sign(b"x" * (largest + 3), SIGNER)


def test_a_flip_that_makes_a_control_character_is_an_invalid_signature_as_any_other() -> None:
    content = sign(b"{}", SIGNER).replace(b"application", b"applicatio\x7f")
    with pytest.raises(SignatureInvalid, match="control character"):
        open_unverified(content)


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data: st.DataObject) -> None:
    content = bytearray(sign(b'{"decision":"refuse"}', SIGNER))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SignatureInvalid):
        verify(bytes(content), KEYS)


@given(st.binary(max_size=200))
def test_hostile_bytes_give_a_domain_error(content: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        open_unverified(content)
