"""Cosignatures: what a witness's line is made of, that openssl checks it, and that keys are counted, not lines."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import (
    LATEST,
    Cosigned,
    cosign,
    cosignatures,
    read_witness_key,
    witness_key,
)
from isa_guard.register.tree.note import Line, note_key, read_note, with_lines
from tests.register.making import ORIGIN, signer

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINT = Checkpoint(ORIGIN, 7, hashlib.sha256(b"root").digest())
NOTE = sign_checkpoint(CHECKPOINT, signer("log"))
ONE, TWO = signer("witness one"), signer("witness two")
W1, W2 = "one.example/w", "two.example/w"
KNOWN = {W1: ONE.public_key, W2: TWO.public_key}
TIME = 1_795_435_200


def test_the_example_of_the_specification_has_this_form() -> None:
    line = cosign(CHECKPOINT, W1, ONE, TIME).decode()
    dash, name, text = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(text)
    assert (dash, name, len(raw)) == ("—", W1, 4 + 8 + 64)
    assert raw[:4] == hashlib.sha256(f"{W1}\n".encode() + b"\x04" + ONE.public_key.raw).digest()[:4]
    assert raw[4:12] == TIME.to_bytes(8, "big")
    assert ONE.public_key.verifies(raw[12:], f"cosignature/v1\ntime {TIME}\n{CHECKPOINT.text}".encode())


STRANGERS_CHECK = r"""
set -eu
sed '/^$/,$d' checkpoint > n
sed -n 6p checkpoint | awk '{print $3}' | base64 -d > raw
time=$(tail -c +5 raw | head -c 8 | od -An -tu8 --endian=big | tr -d ' ')
{ printf 'cosignature/v1\ntime %s\n' "$time"; cat n; } > m
tail -c 64 raw > cs
openssl pkeyutl -verify -pubin -inkey witness.pem -rawin -in m -sigfile cs
"""


def test_openssl_and_coreutils_verify_it_from_files_alone(tmp_path: Path) -> None:
    content = NOTE + cosign(CHECKPOINT, W1, ONE, TIME)
    (tmp_path / "witness.pem").write_bytes(ONE.public_key.pem)
    for given_, ok in ((content, True), (content.replace(b"\n7\n", b"\n8\n"), False)):
        (tmp_path / "checkpoint").write_bytes(given_)
        done = subprocess.run(["sh", "-c", STRANGERS_CHECK], cwd=tmp_path, check=False, capture_output=True)
        assert (done.returncode == 0) is ok, done


@given(st.integers(1, LATEST))
def test_a_cosignature_says_when(time: int) -> None:
    note = NOTE + cosign(CHECKPOINT, W1, ONE, time)
    assert cosignatures(note, KNOWN) == (Cosigned(W1, ONE.key_id, time),)


@pytest.mark.parametrize("time", [0, -1, LATEST + 1])
def test_none_is_made_without_a_time(time: int) -> None:
    with pytest.raises(SignatureInvalid):
        cosign(CHECKPOINT, W1, ONE, time)


def test_a_note_nobody_cosigned_has_none() -> None:
    assert cosignatures(NOTE, KNOWN) == ()
    assert cosignatures(NOTE + cosign(CHECKPOINT, W1, ONE, TIME), {}) == ()


def test_two_witnesses_count_as_two() -> None:
    note = NOTE + cosign(CHECKPOINT, W1, ONE, TIME) + cosign(CHECKPOINT, W2, TWO, TIME + 1)
    assert cosignatures(note, KNOWN) == (
        Cosigned(W1, ONE.key_id, TIME),
        Cosigned(W2, TWO.key_id, TIME + 1),
    )


def test_one_key_counts_once_whatever_it_is_called() -> None:
    line = cosign(CHECKPOINT, W1, ONE, TIME)
    renamed = cosign(CHECKPOINT, "three.example", ONE, TIME)
    known = {**KNOWN, "three.example": ONE.public_key}
    assert len(cosignatures(NOTE + line + line, known)) == 1
    assert len(cosignatures(NOTE + line + renamed, known)) == 1
    assert len(cosignatures(NOTE + line + renamed + cosign(CHECKPOINT, W2, TWO, TIME), known)) == 2


def test_of_several_times_by_one_key_the_earliest_counts() -> None:
    for times in ((5, 3, 4), (3, 4, 5), (5, 4, 3)):
        note = NOTE + b"".join(cosign(CHECKPOINT, W1, ONE, time) for time in times)
        assert cosignatures(note, KNOWN) == (Cosigned(W1, ONE.key_id, 3),)


def test_names_and_keys_must_be_the_witnesss_own() -> None:
    for name, by in ((W1, TWO), (W2, ONE), ("stranger.example", ONE), (W1, signer("stranger"))):
        assert cosignatures(NOTE + cosign(CHECKPOINT, name, by, TIME), KNOWN) == ()


def test_a_line_of_a_known_witness_over_something_else_spoils_the_note() -> None:
    for other in (
        Checkpoint(ORIGIN, 8, CHECKPOINT.root),
        Checkpoint(ORIGIN, 7, bytes(32)),
        Checkpoint("example.org/other", 7, CHECKPOINT.root),
    ):
        good = cosign(CHECKPOINT, W2, TWO, TIME)
        with pytest.raises(SignatureInvalid, match="not one over this checkpoint"):
            cosignatures(NOTE + good + cosign(other, W1, ONE, TIME), KNOWN)


def test_a_plain_signature_of_the_witnesss_key_is_no_cosignature() -> None:
    plain = read_note(sign_checkpoint(CHECKPOINT, ONE)).lines[0]
    assert cosignatures(with_lines(NOTE, [Line(W1, plain.id, plain.signature)]), KNOWN) == ()


GOOD = read_note(NOTE + cosign(CHECKPOINT, W1, ONE, TIME)).lines[1]


@given(st.integers(0, 71), st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(at: int, bit: int) -> None:
    raw = bytearray(GOOD.signature)
    raw[at] ^= 1 << bit
    with pytest.raises(SignatureInvalid):
        cosignatures(with_lines(NOTE, [Line(GOOD.name, GOOD.id, bytes(raw))]), KNOWN)


@given(st.binary(max_size=100))
def test_whatever_else_stands_in_a_witnesss_line_is_refused(raw: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        cosignatures(with_lines(NOTE, [Line(GOOD.name, GOOD.id, raw)]), KNOWN)


def test_a_time_of_nothing_is_refused_even_if_signed() -> None:
    signature = bytes(8) + ONE.sign(f"cosignature/v1\ntime 0\n{CHECKPOINT.text}".encode())
    with pytest.raises(SignatureInvalid, match="no time"):
        cosignatures(with_lines(NOTE, [Line(GOOD.name, GOOD.id, signature)]), KNOWN)


def test_the_verifier_key_of_a_witness() -> None:
    text = witness_key(W1, ONE.public_key)
    assert read_witness_key(text) == (W1, ONE.public_key)
    assert text.split("+")[1] == GOOD.id.hex()
    with pytest.raises(SignatureInvalid, match="no verifier key of a witness"):
        read_witness_key(note_key(W1, ONE.public_key))
    with pytest.raises(SignatureInvalid, match="hash is not that"):
        read_witness_key(text.replace(W1, W2))
