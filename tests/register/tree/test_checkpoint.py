"""Checkpoints as signed notes: what openssl makes of them, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.tree.checkpoint import (
    Checkpoint,
    add_ml_dsa,
    check_ml_dsa,
    claimed_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from isa_guard.register.tree.note import Line, Note, note_key, open_note, read_note, sign_note
from tests.register.making import ORIGIN, signer

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class MlDsaPublic:
    raw: bytes

    def verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            MLDSA44PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class MlDsa:
    """A key of ML-DSA-44 that every run has again."""

    def __init__(self, name: str) -> None:
        self._key = MLDSA44PrivateKey.from_seed_bytes(hashlib.sha256(name.encode()).digest())
        self.public_key = MlDsaPublic(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


LOG = signer("log")
KEYS = (signer("record").public_key, LOG.public_key)
ROOT = hashlib.sha256(b"root").digest()


@given(st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_read_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert read_checkpoint(sign_checkpoint(checkpoint, LOG), ORIGIN, KEYS) == checkpoint


def test_the_note_has_the_lines_of_the_specification() -> None:
    lines = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG).decode().split("\n")
    assert lines[:4] == [ORIGIN, "7", base64.b64encode(ROOT).decode(), ""]
    dash, name, signature = lines[4].split(" ")
    assert (dash, name, lines[5:]) == ("—", ORIGIN, [""])
    raw = base64.b64decode(signature)
    assert len(raw) == 4 + 64
    assert raw[:4] == hashlib.sha256(f"{ORIGIN}\n".encode() + b"\x01" + LOG.public_key.raw).digest()[:4]


def test_a_known_verifier_key() -> None:
    # PeterNeumann's key of golang.org/x/mod/sumdb/note, whose name hash is c74f20a3.
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    from isa_guard.register.signing.keys import PublicKey

    assert note_key("PeterNeumann", PublicKey(base64.b64decode(text.rpartition("+")[2])[1:])) == text


STRANGERS_CHECK = r"""
set -eu
sed '/^$/,$d' checkpoint > n
sed -n 5p checkpoint | awk '{print $3}' | base64 -d | tail -c 64 > cs
openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in n -sigfile cs
"""


def test_openssl_and_sed_verify_it_from_files_alone(tmp_path: Path) -> None:
    content = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG)
    (tmp_path / "log.pem").write_bytes(LOG.public_key.pem)
    for given_, ok in ((content, True), (content.replace(b"\n7\n", b"\n8\n"), False)):
        (tmp_path / "checkpoint").write_bytes(given_)
        done = subprocess.run(["sh", "-c", STRANGERS_CHECK], cwd=tmp_path, check=False, capture_output=True)
        assert (done.returncode == 0) is ok


def test_a_cosignature_after_the_logs_line_is_left_alone() -> None:
    content = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG) + "— partner.example AAAAAA==\n".encode()
    assert read_checkpoint(content, ORIGIN, KEYS).size == 7


GOOD = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG)
LINE = GOOD.decode().split("\n")[4]


def signed(text: str) -> bytes:
    return sign_note(text, ORIGIN, LOG)


BAD = [
    (GOOD.replace(b"\n7\n", b"\n8\n"), "not one over its text"),
    (GOOD[:-1], "no signed note"),
    (GOOD.replace(b"\n\n", b"\n"), "no signed note"),
    (b"", "no signed note"),
    (b"\xff\n\n", "not UTF-8"),
    (GOOD.replace(LINE.encode(), b""), "no signed note"),
    (
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\n\n— partner.example AAAAAA==\n{LINE}\n".encode(),
        "another name",
    ),
    (GOOD.replace(LINE.encode(), LINE.encode() + b"="), "base64"),
    (GOOD.replace(LINE.encode(), LINE.rstrip("=").encode()), "base64"),
    (sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), signer("stranger")), "not trusted"),
    (sign_checkpoint(Checkpoint("example.org/other", 7, ROOT), LOG), "another name"),
    (signed(f"example.org/other\n7\n{base64.b64encode(ROOT).decode()}\n"), "another register"),
    (signed(f"{ORIGIN}\n7\n"), "three lines"),
    (signed(f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\nextension\n"), "three lines"),
    (signed(f"{ORIGIN}\n07\n{base64.b64encode(ROOT).decode()}\n"), "malformed"),
    (signed(f"{ORIGIN}\n-7\n{base64.b64encode(ROOT).decode()}\n"), "malformed"),
    (signed(f"{ORIGIN}\n{'9' * 5000}\n{base64.b64encode(ROOT).decode()}\n"), "malformed"),
    (signed(f"{ORIGIN}\n7\n{base64.b64encode(ROOT[:31]).decode()}\n"), "malformed"),
    (signed(f"{ORIGIN}\n7\nno base64!\n"), "malformed"),
    (signed(f"{ORIGIN}\n7\n{'A' * 42}B=\n"), "malformed"),
    (b"x" * 70_000, "too long"),
]


@pytest.mark.parametrize(("content", "what"), BAD)
def test_every_other_note_is_refused_with_its_own_reason(content: bytes, what: str) -> None:
    with pytest.raises(SignatureInvalid, match=what):
        read_checkpoint(content, ORIGIN, KEYS)


def test_base64_with_stray_bits_is_refused() -> None:
    content = sign_note("text\n", "name", LOG)
    line = content.decode().split("\n")[2]
    raw = base64.b64decode(line.split(" ")[2])
    stray = base64.b64encode(raw).decode()
    assert stray.endswith("=")
    changed = stray.rstrip("=")
    changed = changed[:-1] + chr(ord(changed[-1]) + 1) + "=" * (len(stray) - len(changed))
    with pytest.raises(SignatureInvalid, match="base64"):
        open_note(content.replace(stray.encode(), changed.encode()), "name", KEYS)


@given(st.data())
def test_no_flipped_bit_of_the_signed_part_goes_unnoticed(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SignatureInvalid):
        read_checkpoint(bytes(content), ORIGIN, KEYS)


def test_at_a_rotation_both_keys_sign_and_the_old_one_first() -> None:
    new = signer("next log")
    content = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG, new)
    assert content.startswith(GOOD)
    assert read_checkpoint(content, ORIGIN, KEYS).size == 7
    assert read_checkpoint(content, ORIGIN, (*KEYS, new.public_key)).size == 7
    with pytest.raises(SignatureInvalid, match="not trusted"):
        read_checkpoint(content, ORIGIN, (new.public_key,))
    spoilt = content.replace(b"\n7\n", b"\n8\n")
    with pytest.raises(SignatureInvalid):
        read_checkpoint(spoilt, ORIGIN, (*KEYS, new.public_key))


@given(st.text(min_size=1, max_size=30), st.integers(-1, 10**16), st.binary(min_size=31, max_size=33))
def test_what_a_note_claims_is_a_checkpoint_in_its_one_form(origin: str, size: int, root: bytes) -> None:
    made = Checkpoint(origin, size, root)
    try:
        claimed = claimed_checkpoint(f"{made.text}\n— n AAAAAA==\n".encode())
    except SignatureInvalid:
        control = any(ord(character) < 32 for character in origin)
        assert control or not 0 <= size < 10**15 or len(root) != 32
    else:
        assert claimed == made


ML_DSA = MlDsa("ml-dsa")


@pytest.fixture(scope="module")
def doubly() -> bytes:
    return add_ml_dsa(sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG, signer("next log")), ML_DSA)


def test_the_second_line_is_that_of_the_specification(doubly: bytes) -> None:
    """tlog-cosignature's `cosigned_message`, put together here from its table alone."""
    line = doubly.decode().split("\n")[6]
    dash, name, text = line.split(" ")
    raw = base64.b64decode(text)
    key = ML_DSA.public_key.raw
    assert (dash, name, len(raw)) == ("—", ORIGIN, 4 + 8 + 2420)
    assert raw[:4] == hashlib.sha256(f"{ORIGIN}\n".encode() + b"\x06" + key).digest()[:4]
    assert raw[4:12] == bytes(8)
    named = bytes([len(ORIGIN)]) + ORIGIN.encode()
    message = b"subtree/v1\n\0" + named + bytes(8) + named + bytes(8) + bytes([0, 0, 0, 0, 0, 0, 0, 7]) + ROOT
    assert ML_DSA.public_key.verifies(raw[12:], message)
    assert not ML_DSA.public_key.verifies(raw[12:], message + b"\0")


def test_the_second_line_changes_nothing_for_those_who_do_not_know_it(doubly: bytes, tmp_path: Path) -> None:
    assert doubly.startswith(GOOD)
    assert read_checkpoint(doubly, ORIGIN, KEYS).size == 7
    (tmp_path / "log.pem").write_bytes(LOG.public_key.pem)
    (tmp_path / "checkpoint").write_bytes(doubly)
    done = subprocess.run(["sh", "-c", STRANGERS_CHECK], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0


def test_the_second_line_is_checked(doubly: bytes) -> None:
    check_ml_dsa(doubly, (ML_DSA.public_key,))
    check_ml_dsa(doubly, (MlDsa("other").public_key, ML_DSA.public_key))
    for content, keys, what in (
        (GOOD, (ML_DSA.public_key,), "lacks"),
        (doubly, (), "lacks"),
        (doubly, (MlDsa("other").public_key,), "lacks"),
        (doubly.replace(b"\n7\n", b"\n8\n"), (ML_DSA.public_key,), "not one over its text"),
    ):
        with pytest.raises(SignatureInvalid, match=what):
            check_ml_dsa(content, keys)


@pytest.mark.parametrize("changed", [(0, 1), (7, 1), (8, 1), (2427, 1), (2427, 0)])
def test_a_changed_second_line_is_refused(doubly: bytes, changed: tuple[int, int]) -> None:
    note = read_note(doubly)
    line = note.lines[2]
    at, length = changed
    raw = line.signature[:at] + bytes([line.signature[at] ^ 1])[:length] + line.signature[at + 1 :]
    bad = Note(note.text, (*note.lines[:2], Line(line.name, line.id, raw))).content
    with pytest.raises(SignatureInvalid, match="ML-DSA-44"):
        check_ml_dsa(bad, (ML_DSA.public_key,))


def test_the_second_line_stands_before_cosignatures_and_only_once(doubly: bytes) -> None:
    with_witness = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG) + "— w.example AAAAAA==\n".encode()
    added = read_note(add_ml_dsa(with_witness, ML_DSA))
    assert [line.name for line in added.lines] == [ORIGIN, ORIGIN, "w.example"]
    assert len(read_note(add_ml_dsa(doubly, ML_DSA)).lines) == 3
