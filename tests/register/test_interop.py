"""A register that we made, verified by other people's code: what holds of it holds without ours."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, InvalidProof, verify_consistency, verify_inclusion
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from isa_guard.register.published.tlog_proof import proof_of
from isa_guard.register.tree.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import cosign
from isa_guard.register.tree.note import key_id, read_lines, read_note, with_lines
from isa_guard.register.tree.proof import (
    check_consistency,
    check_inclusion,
    prove_consistency,
    prove_inclusion,
    root_at,
)
from tests.register.making import ORIGIN, SIGNERS, Made, signer

NODE = Path(__file__).parents[1] / "interop"
RECORD, LOG, PARTNER = SIGNERS.record.public_key, SIGNERS.log.public_key, signer("partner").public_key


@pytest.fixture(scope="module")
def envelopes(filled_original: Made) -> list[bytes]:
    return list(filled_original.store.entries())


def checkpoint(made: Made) -> Checkpoint:
    return read_checkpoint(made.store.checkpoint(), ORIGIN, [LOG])


# Envelopes, by securesystemslib


def foreign_key(raw: bytes, key_id: str) -> SSlibKey:
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw), keyid=key_id)


def test_securesystemslib_verifies_every_envelope(envelopes: list[bytes]) -> None:
    key = foreign_key(RECORD.raw, RECORD.key_id)
    for envelope in envelopes:
        found = Envelope.from_dict(json.loads(envelope))
        assert found.verify([key], 1) == {RECORD.key_id: key}
        assert found.payload_type == "application/vnd.in-toto+json"


def test_securesystemslib_refuses_a_changed_payload_type_or_key(envelopes: list[bytes]) -> None:
    key = foreign_key(RECORD.raw, RECORD.key_id)
    good = json.loads(envelopes[0])
    payload = base64.b64decode(good["payload"]).replace(b"permit", b"refuse").replace(b"refer", b"defer")
    assert base64.b64encode(payload).decode() != good["payload"]
    for changed, by in (
        ({**good, "payload": base64.b64encode(payload).decode()}, key),
        ({**good, "payloadType": "text/plain"}, key),
        (good, foreign_key(LOG.raw, RECORD.key_id)),
    ):
        with pytest.raises(VerificationError):
            Envelope.from_dict(json.loads(json.dumps(changed))).verify([by], 1)


# The tree, by pymerkle


@pytest.fixture(scope="module")
def foreign_tree(envelopes: list[bytes]) -> Any:
    tree = InmemoryTree(algorithm="sha256")
    for envelope in envelopes:
        tree.append_entry(envelope)
    return tree


def test_pymerkle_finds_our_root_and_every_older_one(filled_original: Made, foreign_tree: Any) -> None:
    assert foreign_tree.get_root() == checkpoint(filled_original).root
    for size in range(1, 6):
        assert foreign_tree.get_root(size) == root_at(filled_original.store, size)


def path_of(proof: Any) -> list[bytes]:
    """The path as RFC 9162 has it: pymerkle puts the leaf in front."""
    return list(proof.path[1:])


def test_inclusion_is_proved_by_each_to_the_other(filled_original: Made, foreign_tree: Any) -> None:
    store = filled_original.store
    for size in range(1, 6):
        root = root_at(store, size)
        for index in range(size):
            theirs = foreign_tree.prove_inclusion(index + 1, size)
            leaf = foreign_tree.get_leaf(index + 1)
            verify_inclusion(leaf, root, theirs, index=index + 1, size=size)
            check_inclusion(leaf, index, size, path_of(theirs), root)
            theirs.path[1:] = prove_inclusion(store, index, size)
            verify_inclusion(leaf, root, theirs, index=index + 1, size=size)
            if size > 1:
                theirs.path[1] = bytes(32)
                with pytest.raises(InvalidProof):
                    verify_inclusion(leaf, root, theirs, index=index + 1, size=size)


def test_consistency_is_proved_by_each_to_the_other(filled_original: Made, foreign_tree: Any) -> None:
    store = filled_original.store
    for new in range(1, 6):
        for old in range(1, new + 1):
            before, after = root_at(store, old), root_at(store, new)
            theirs = foreign_tree.prove_consistency(old, new)
            verify_consistency(before, after, theirs, prior_size=old, later_size=new)
            check_consistency(old, before, new, after, prove_consistency(store, old, new))
            with pytest.raises(InvalidProof):
                verify_consistency(bytes(32), after, theirs, prior_size=old, later_size=new)


# From files alone, by openssl and coreutils

CHECK = {
    "the envelope": r"""
        T=$(sed -n 's/.*"payloadType":"\([^"]*\)".*/\1/p' rec.json)
        sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' rec.json | base64 -d > p
        sed -n 's/.*"sig":"\([^"]*\)".*/\1/p' rec.json | base64 -d > s
        { printf 'DSSEv1 %d %s %d ' ${#T} "$T" $(stat -c%s p); cat p; } > m
        openssl pkeyutl -verify -pubin -inkey record.pem -rawin -in m -sigfile s
    """,
    "the checkpoint": r"""
        sed '/^$/,$d' checkpoint > n
        sed -n 5p checkpoint | awk '{print $3}' | base64 -d | tail -c 64 > cs
        openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in n -sigfile cs
    """,
    "the cosignature": r"""
        sed '/^$/,$d' checkpoint > n
        grep '^— example.org/partner ' checkpoint | awk '{print $3}' | base64 -d > line
        tail -c 64 line > cs
        T=$(dd if=line bs=1 skip=4 count=8 2>/dev/null | od -An -tx1 | tr -d ' \n')
        { printf 'cosignature/v1\ntime %d\n' $((0x$T)); cat n; } > m
        openssl pkeyutl -verify -pubin -inkey partner.pem -rawin -in m -sigfile cs
    """,
    "the leaf": r"""
        { printf '\0'; cat rec.json; } | sha256sum | grep -q "^$(cat leaf) "
    """,
}


@pytest.fixture
def work(filled_original: Made, envelopes: list[bytes], tmp_path: Path) -> Path:
    line = cosign(checkpoint(filled_original), "example.org/partner", signer("partner"), 1_795_435_260)
    note = with_lines(filled_original.store.checkpoint(), read_lines(line.decode()))
    for name, content in {
        "rec.json": envelopes[2],
        "checkpoint": note,
        "record.pem": RECORD.pem,
        "log.pem": LOG.pem,
        "partner.pem": PARTNER.pem,
        "leaf": hashlib.sha256(b"\0" + envelopes[2]).hexdigest().encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def shell(work: Path, script: str) -> int:
    return subprocess.run(["sh", "-euc", script], cwd=work, check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("the envelope", "rec.json", b'"payload":"ey', b'"payload":"eX'),
        ("the checkpoint", "checkpoint", b"\n5\n", b"\n4\n"),
        ("the cosignature", "checkpoint", b"\n5\n", b"\n4\n"),
        ("the leaf", "rec.json", b'"payload":"ey', b'"payload":"eX'),
    ],
)
def test_openssl_and_coreutils_check_it_and_refuse_it_changed(
    work: Path, name: str, file: str, old: bytes, new: bytes
) -> None:
    assert shell(work, CHECK[name]) == 0
    content = (work / file).read_bytes()
    assert old in content
    (work / file).write_bytes(content.replace(old, new, 1))
    assert shell(work, CHECK[name]) != 0


# A record, its checkpoint and its place, by @sigstore/verify


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their verifier as its lock file names it, installed where this run alone uses it."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "verify.js"):
        shutil.copy2(NODE / name, folder / name)
    assert shutil.which("npm"), "npm is not installed: records cannot be shown to a stranger's verifier"
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def handed_over(made: Made, index: int) -> dict[str, Any]:
    """A record, its proof and two keys, in the form that they read."""
    envelope = next(made.store.entries(index))
    note = made.store.checkpoint()
    proof = proof_of(made.store, note, index)
    found = json.loads(envelope)
    found["signatures"] = [{"sig": one["sig"], "keyid": one["keyid"]} for one in found["signatures"]]
    return {
        "bundle": {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": RECORD.key_id}, "tlogEntries": []},
            "dsseEnvelope": found,
        },
        "keyid": RECORD.key_id,
        "spki": text(RECORD.spki),
        "logSpki": text(LOG.spki),
        "logId": text(key_id(ORIGIN, b"\x01", LOG.raw)),
        "envelope": text(envelope),
        "index": str(index),
        "size": str(checkpoint(made).size),
        "root": text(checkpoint(made).root),
        "path": [text(one) for one in proof.path],
        "checkpoint": note.decode(),
    }


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def said(node: Path, given: dict[str, Any]) -> str:
    done = subprocess.run(
        ["node", "verify.js"], cwd=node, input=json.dumps(given), text=True, capture_output=True, check=True
    )
    return done.stdout.strip()


def test_sigstore_verifies_each_record_with_its_checkpoint_and_place(
    node: Path, filled_original: Made
) -> None:
    for index in (0, 3, 4):
        assert said(node, handed_over(filled_original, index)) == "ok"


def test_sigstore_refuses_what_was_tampered_with(node: Path, filled_original: Made) -> None:
    good = handed_over(filled_original, 3)
    other = handed_over(filled_original, 2)
    changed = json.loads(json.dumps(good))
    payload = base64.b64decode(good["bundle"]["dsseEnvelope"]["payload"])
    changed["bundle"]["dsseEnvelope"]["payload"] = text(payload.replace(b'"index":3', b'"index":4'))
    strange = sign_checkpoint(checkpoint(filled_original), signer("stranger")).decode()
    lines = read_note(good["checkpoint"].encode()).lines
    assert len(lines) == 1
    for given, what in (
        (changed, "SIGNATURE_ERROR"),
        ({**good, "spki": good["logSpki"]}, "SIGNATURE_ERROR"),
        (
            {**good, "envelope": other["envelope"]},
            "TLOG_INCLUSION_PROOF_ERROR: calculated root hash does not match",
        ),
        ({**good, "index": "2"}, "TLOG_INCLUSION_PROOF_ERROR: calculated root hash does not match"),
        ({**good, "path": good["path"][:-1]}, "TLOG_INCLUSION_PROOF_ERROR: invalid hash count"),
        ({**good, "checkpoint": strange}, "TLOG_INCLUSION_PROOF_ERROR: invalid checkpoint signature"),
        (
            {**good, "checkpoint": good["checkpoint"].replace("\n5\n", "\n4\n")},
            "TLOG_INCLUSION_PROOF_ERROR: invalid checkpoint signature",
        ),
        ({**good, "root": text(bytes(32))}, "TLOG_INCLUSION_PROOF_ERROR"),
    ):
        assert said(node, given).startswith(what)
