"""The proof that travels with one record: strictly read, and bound to these bytes, this place, this register."""

from __future__ import annotations

import base64
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.register import strict_json
from isa_guard.register.faults import ProofInvalid
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder
from isa_guard.register.published.tlog_proof import (
    LIMIT_EXTRA,
    LIMIT_PROOF,
    TlogProof,
    proof_of,
    proven,
    read_proof,
    write_proof,
)
from isa_guard.register.records import dsse
from isa_guard.register.signing.keys import FileSigner, PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaPublicKey, MlDsaSigner
from isa_guard.register.tree.checkpoint import Checkpoint, add_ml_dsa, sign_checkpoint
from isa_guard.register.tree.cosignature import Cosigned, cosign
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.tree.note import LIMIT_NOTE
from isa_guard.register.tree.proof import root_at
from isa_guard.register.trust_roots.trust_root import Grant, Reason, Revocation, TrustRoot, Witness
from isa_guard.register.verify import verify
from tests.register.making import ORIGIN, Made, signer
from tests.register.trees import Tree, naive_path, naive_root

RECORD, LOG, WITNESS, OTHER = signer("record"), signer("log"), signer("witness"), signer("witness two")
SIZE = 300
TIME = 1_795_435_200


Range = tuple[PublicKey, int | None]  # a key, and the last record it may sign


def trust_root(
    *,
    origin: str = ORIGIN,
    epoch: int = 1,
    witnesses: tuple[Witness, ...] = (),
    quorum: int = 0,
    record: tuple[Range, ...] = ((RECORD.public_key, None),),
    log: tuple[Range, ...] = ((LOG.public_key, None),),
    revocations: tuple[Revocation, ...] = (),
    ml_dsa: tuple[MlDsaPublicKey, ...] = (),
) -> TrustRoot:
    grants = (
        *(Grant(Role.RECORD, key, 0, until) for key, until in record),
        *(Grant(Role.LOG, key, 0, until) for key, until in log),
        *(Grant(Role.LOG_ML_DSA, key, 0, None) for key in ml_dsa),
    )
    return TrustRoot(
        1,
        origin,
        epoch,
        signer("root").public_key,
        grants,
        witnesses=witnesses,
        quorum=quorum,
        revocations=revocations,
    )


def envelope(index: int, origin: str = ORIGIN, epoch: int = 1, by: FileSigner = RECORD) -> bytes:
    """A record of format 1, which every version reads."""
    digest: strict_json.Json = {"sha256": "0" * 64}
    named: strict_json.Json = {"id": "invented", "version": "1", "digest": digest}
    predicate: strict_json.Json = {
        "register": {"origin": origin, "epoch": epoch, "index": index},
        "clock": {"bootId": "boot-1", "monotonicNs": "1", "source": "test", "stepDetected": False},
        "decidedAt": "2026-11-23T12:00:00.000000Z",
        "decisionId": "0192f3a0-0000-7000-8000-000000000000",
        "operator": "0" * 64,
        "previous": None,
        "agreement": named,
        "rulePack": {"digest": digest},
        "engine": named,
        "inputs": [{"role": "fact", "digest": digest}],
        "kind": "transfer",
        "decision": "deny",
        "asOf": "2026-11-23T12:00:00.000000Z",
        "position": "file",
    }
    statement: strict_json.Json = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://isa-guard.org/decision/v1",
        "predicate": predicate,
        "subject": [{"digest": digest, "name": "transfer"}],
    }
    return dsse.sign(strict_json.write(statement), by)


ENTRIES = [envelope(index) for index in range(SIZE)]
TREE = Tree(ENTRIES)
NOTE = sign_checkpoint(Checkpoint(ORIGIN, SIZE, root_at(TREE, SIZE)), LOG)


def refused(content: bytes, proof: TlogProof | bytes, what: str, trust: TrustRoot | None = None) -> None:
    written = write_proof(proof) if isinstance(proof, TlogProof) else proof
    with pytest.raises(ProofInvalid, match=what):
        proven(content, written, trust or trust_root())


@given(st.integers(0, SIZE - 1))
def test_every_record_is_proven_at_its_own_place(index: int) -> None:
    proof = proof_of(TREE, NOTE, index)
    found = proven(ENTRIES[index], write_proof(proof), trust_root())
    assert (found.index, found.record.standing.index) == (index, index)
    assert (found.checkpoint.size, found.checkpoint.root) == (SIZE, naive_root(ENTRIES))
    assert found.cosigned == ()


def test_the_file_has_the_lines_of_the_specification() -> None:
    lines = write_proof(proof_of(TREE, NOTE, 5)).decode().split("\n")
    path = [base64.b64encode(one).decode() for one in naive_path(5, ENTRIES)]
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert lines[2:] == [*path, "", *NOTE.decode().split("\n")]


HASHES = st.binary(min_size=32, max_size=32)


@given(
    st.integers(0, 10**15 - 1),
    st.lists(HASHES, max_size=63),
    st.binary(max_size=50),
    st.none() | st.binary(max_size=50),
)
def test_a_proof_is_read_as_written(index: int, path: list[bytes], note: bytes, extra: bytes | None) -> None:
    proof = TlogProof(index, tuple(path), note, extra)
    assert read_proof(write_proof(proof)) == proof


@given(st.binary(max_size=300))
@example(b"c2sp.org/tlog-proof@v1\n\n")
@example(b"c2sp.org/tlog-proof@v1\nextra \n\n")
@example(b"c2sp.org/tlog-proof@v1\nextra AA==\n\n")
@example(b"c2sp.org/tlog-proof@v1\nindex 0\n\nextra \n")
def test_any_bytes_are_one_proof_or_none(content: bytes) -> None:
    try:
        found = read_proof(content)
    except ProofInvalid:
        return
    assert write_proof(found) == content


PIECES = ["c2sp.org/tlog-proof@v1\n", "extra ", "index ", "0", "1", "A" * 43 + "=", "AA==", "\n", " ", "\x00"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_pieces_of_a_proof_are_one_proof_or_none(pieces: list[str]) -> None:
    content = "".join(pieces).encode()
    try:
        found = read_proof(content)
    except ProofInvalid:
        return
    assert write_proof(found) == content


GOOD = write_proof(proof_of(TREE, NOTE, 5))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no proof"),
        (GOOD.replace(b"@v1", b"@v2"), "no proof"),
        (b"\xff" + GOOD, "no proof"),
        (GOOD.replace(b"index 5", b"index 05"), "which record"),
        (GOOD.replace(b"index 5", b"index -5"), "which record"),
        (GOOD.replace(b"index 5", "index ５".encode()), "no proof"),
        (GOOD.replace(b"index 5", b"index " + b"9" * 16), "which record"),
        (GOOD.replace(b"index 5\n", b""), "which record"),
        (GOOD.replace(b"index 5\n", b"index 5\nextra AA==\n"), "base64"),
        (GOOD.replace(b"\nindex 5\n", b"\nindex 5\nAA==\n"), "one hash"),
        (GOOD.replace(b"\nindex 5\n", b"\nextra AB==\nindex 5\n"), "one form"),
        (GOOD.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n" * 60 + b"\n", 1), "base64|one hash"),
        (write_proof(TlogProof(5, (bytes(32),) * 64, NOTE)), "one hash"),
        (write_proof(TlogProof(5, (), NOTE, bytes(LIMIT_EXTRA + 1))), "extra data"),
        (write_proof(TlogProof(5, (), bytes(LIMIT_PROOF))), "longer than"),
        (write_proof(TlogProof(5, (), bytes(LIMIT_NOTE + 1))), "too long"),
        (GOOD.replace(b"\n", b"\r\n"), "no proof"),
    ],
)
def test_every_other_form_is_refused(content: bytes, what: str) -> None:
    refused(ENTRIES[5], content, what)


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_a_proof_of_one_record_proves_no_other(index: int, other: int) -> None:
    proof = proof_of(TREE, NOTE, index)
    if other != index:
        refused(ENTRIES[other], proof, "does not lead")
        with pytest.raises(ProofInvalid):  # another length, or another root
            proven(ENTRIES[index], write_proof(dataclasses.replace(proof, index=other)), trust_root())


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ProofInvalid):
        proven(ENTRIES[5], bytes(content), trust_root())


def test_the_envelope_is_bound_to_the_last_byte() -> None:
    proof = proof_of(TREE, NOTE, 5)
    for changed in (ENTRIES[5] + b"\n", ENTRIES[5][:-1], ENTRIES[5].replace(b"deny", b"DENY"), b""):
        if changed != ENTRIES[5]:
            refused(changed, proof, "does not lead")


def placed(entry: bytes, index: int = 5, origin: str = ORIGIN, log: FileSigner = LOG) -> tuple[bytes, bytes]:
    """A tree that honestly holds this entry at this place, and its proof: what a holder of the log key can make."""
    tree = Tree([*ENTRIES[:index], entry, *ENTRIES[index + 1 :]])
    note = sign_checkpoint(Checkpoint(origin, SIZE, root_at(tree, SIZE)), log)
    return entry, write_proof(proof_of(tree, note, index))


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (placed(envelope(6)), "record 6 of"),
        (placed(envelope(5, origin="example.org/other")), "of example.org/other"),
        (placed(envelope(5, epoch=2)), "epoch 2"),
        (placed(envelope(5, by=signer("stranger"))), "not trusted"),
        (placed(envelope(5, by=LOG)), "not trusted"),
        (placed(ENTRIES[5], origin="example.org/other"), "another name"),
        (placed(ENTRIES[5], log=signer("stranger")), "not trusted"),
        (placed(ENTRIES[5], log=RECORD), "not trusted"),
        (placed(b"not an envelope"), "malformed"),
        (placed(dsse.sign(b"{}", RECORD)), "does not hold"),
        (placed(dsse.sign(b"{}", RECORD, "text/plain")), "not of type"),
    ],
)
def test_a_proof_that_is_right_in_all_but_one_thing_is_refused(made: tuple[bytes, bytes], what: str) -> None:
    refused(made[0], made[1], what)


def test_what_is_made_the_same_way_and_right_is_proven() -> None:
    content, proof = placed(envelope(5))
    assert proven(content, proof, trust_root()).index == 5


def test_keys_are_those_of_the_place_and_not_of_another() -> None:
    ended = trust_root(record=((RECORD.public_key, 4), (OTHER.public_key, None)))
    assert proven(ENTRIES[4], write_proof(proof_of(TREE, NOTE, 4)), ended).index == 4
    refused(ENTRIES[5], GOOD, "not trusted", ended)
    assert proven(ENTRIES[5], GOOD, trust_root(log=((LOG.public_key, SIZE - 1),))).index == 5
    refused(ENTRIES[5], GOOD, "not trusted", trust_root(log=((LOG.public_key, SIZE - 2),)))
    refused(ENTRIES[5], GOOD, "another name", trust_root(origin="example.org/other"))
    refused(ENTRIES[5], GOOD, "epoch 1", trust_root(epoch=2))


CHECKPOINT = Checkpoint(ORIGIN, SIZE, root_at(TREE, SIZE))
W1, W2 = Witness("one.example", WITNESS.public_key), Witness("two.example", OTHER.public_key)
LINE_1, LINE_2 = cosign(CHECKPOINT, W1.name, WITNESS, TIME), cosign(CHECKPOINT, W2.name, OTHER, TIME)


def with_lines(*lines: bytes) -> TlogProof:
    return proof_of(TREE, NOTE + b"".join(lines), 5)


def test_a_quorum_counts_keys() -> None:
    both = (W1, W2)
    found = proven(ENTRIES[5], write_proof(with_lines(LINE_1, LINE_2)), trust_root(witnesses=both, quorum=2))
    assert found.cosigned == (
        Cosigned(W1.name, WITNESS.key_id, TIME),
        Cosigned(W2.name, OTHER.key_id, TIME),
    )
    refused(ENTRIES[5], with_lines(), "no witness has", trust_root(witnesses=both, quorum=1))
    refused(ENTRIES[5], with_lines(LINE_1), "1 witness has", trust_root(witnesses=both, quorum=2))
    refused(ENTRIES[5], with_lines(LINE_1, LINE_1), "1 witness has", trust_root(witnesses=both, quorum=2))
    refused(ENTRIES[5], with_lines(LINE_2), "no witness has", trust_root(witnesses=(W1,), quorum=1))


def test_one_key_under_two_names_is_one_witness() -> None:
    twice = (W1, Witness("again.example", WITNESS.public_key))
    lines = with_lines(LINE_1, cosign(CHECKPOINT, "again.example", WITNESS, TIME))
    refused(ENTRIES[5], lines, "1 witness has", trust_root(witnesses=twice, quorum=2))
    assert len(proven(ENTRIES[5], write_proof(lines), trust_root(witnesses=twice, quorum=1)).cosigned) == 1


def test_a_cosignature_over_another_checkpoint_spoils_the_proof() -> None:
    other = cosign(Checkpoint(ORIGIN, SIZE + 1, CHECKPOINT.root), W1.name, WITNESS, TIME)
    refused(ENTRIES[5], with_lines(other), "not one over this checkpoint", trust_root(witnesses=(W1,)))


def revoked(key: FileSigner, last: int, at: int | None = None) -> Revocation:
    moment = None if at is None else datetime.fromtimestamp(at, UTC)
    return Revocation(key.key_id, Reason.KEY_COMPROMISE, last, moment)


def test_a_revoked_key_proves_nothing_beyond_its_last_record() -> None:
    refused(ENTRIES[5], GOOD, "not trusted", trust_root(revocations=(revoked(RECORD, 4),)))
    assert proven(ENTRIES[5], GOOD, trust_root(revocations=(revoked(RECORD, 5),))).index == 5
    refused(ENTRIES[5], GOOD, "not trusted", trust_root(revocations=(revoked(LOG, SIZE - 2),)))
    assert proven(ENTRIES[5], GOOD, trust_root(revocations=(revoked(LOG, SIZE - 1),))).index == 5


@pytest.mark.parametrize("key", [RECORD, LOG])
def test_what_a_quorum_saw_before_a_key_was_stolen_is_proven(key: FileSigner) -> None:
    proof = with_lines(LINE_1)
    before = trust_root(witnesses=(W1,), quorum=1, revocations=(revoked(key, 2, TIME + 1),))
    assert proven(ENTRIES[5], write_proof(proof), before).index == 5
    stolen = trust_root(witnesses=(W1,), quorum=1, revocations=(revoked(key, 2, TIME),))
    refused(ENTRIES[5], proof, "not trusted", stolen)
    unasked = trust_root(witnesses=(W1,), quorum=0, revocations=(revoked(key, 2, TIME + 1),))
    refused(ENTRIES[5], proof, "not trusted", unasked)


def test_a_revoked_witness_does_not_count() -> None:
    trust = trust_root(witnesses=(W1,), quorum=1, revocations=(revoked(WITNESS, 2),))
    refused(ENTRIES[5], with_lines(LINE_1), "no witness has", trust)


def test_a_second_signature_is_asked_for_where_the_trust_root_names_its_key() -> None:
    second = MlDsaSigner(b"\x01" * 32)
    trust = trust_root(ml_dsa=(second.public_key,))
    refused(ENTRIES[5], GOOD, "lacks the ML-DSA-44", trust)
    signed = proof_of(TREE, add_ml_dsa(NOTE, second), 5)
    assert proven(ENTRIES[5], write_proof(signed), trust).index == 5
    other = proof_of(TREE, add_ml_dsa(NOTE, MlDsaSigner(b"\x02" * 32)), 5)
    refused(ENTRIES[5], other, "lacks the ML-DSA-44", trust)


def test_a_proof_of_a_real_register_out_of_its_published_tiles(filled: Made, tmp_path: Path) -> None:
    publish(filled.store, tmp_path / "tiles")
    log = TileFolder(tmp_path / "tiles")
    assert verify(log, filled.trust.fingerprint).size == 5
    for index, content in enumerate(log.entries()):
        proof = write_proof(proof_of(log, log.checkpoint(), index))
        assert proven(content, proof, filled.trust).record.standing.index == index
        with pytest.raises(ProofInvalid, match="does not lead"):
            proven(next(log.entries((index + 1) % 5)), proof, filled.trust)


def test_no_proof_is_made_for_what_no_checkpoint_covers() -> None:
    with pytest.raises(ProofInvalid):
        proof_of(TREE, NOTE, SIZE)
    with pytest.raises(ProofInvalid):
        proof_of(TREE, b"no note", 5)
    assert leaf_hash(ENTRIES[5]) == TREE.hashes(0, 5, 6)[0]
