"""Checkpoints as signed notes: what openssl makes of them, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.note import note_key, open_note, sign_note
from tests.register.making import ORIGIN, signer

if TYPE_CHECKING:
    from pathlib import Path

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
    from isa_guard.register.keys import PublicKey

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
