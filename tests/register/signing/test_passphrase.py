"""Where a passphrase may come from, and where not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from isa_guard.errors import KeyRefused
from isa_guard.register.signing.passphrase import from_credential, from_file, refuse_weak, typed

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, content: bytes, mode: int = 0o600) -> str:
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("content", [b"four plain words", b"four plain words\n", b"four plain words\r\n"])
def test_a_private_file_holds_one_line(tmp_path: Path, content: bytes) -> None:
    assert from_file(written(tmp_path / "p", content)) == b"four plain words"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="chmod 600"):
        from_file(written(tmp_path / "p", b"four plain words", 0o644))


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "empty"), (b"\n", "empty"), (b"a\nb", "one line"), (b"a\0b", "one line")]
)
def test_what_is_no_single_line_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(KeyRefused, match=what):
        from_file(written(tmp_path / "p", content))


def test_a_missing_or_endless_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="not there"):
        from_file(str(tmp_path / "absent"))
    with pytest.raises(KeyRefused, match="longer than"):
        from_file(written(tmp_path / "p", b"x" * 2_000))
    with pytest.raises(KeyRefused, match="cannot be read"):
        from_file("/dev/fd/99999")


def test_an_open_descriptor_needs_no_mode() -> None:
    for content, answer in ((b"four plain words\n", b"four plain words"), (b"x" * 3_000, None)):
        read_end, write_end = os.pipe()
        os.write(write_end, content)
        os.close(write_end)
        try:
            if answer is None:
                with pytest.raises(KeyRefused, match="one line of at most"):
                    from_file(f"/dev/fd/{read_end}")
            else:
                assert from_file(f"/dev/fd/{read_end}") == answer
        finally:
            os.close(read_end)


def test_a_systemd_credential_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert from_credential({}) is None
    assert from_credential({"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None
    written(tmp_path / "isa-guard-passphrase", b"from the manager\n", 0o440)
    assert from_credential({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == b"from the manager"
    (tmp_path / "isa-guard-passphrase").unlink()
    (tmp_path / "isa-guard-passphrase").mkdir()
    with pytest.raises(KeyRefused, match="credential"):
        from_credential({"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_two_keyboards_give_the_same_bytes(tmp_path: Path) -> None:
    assert typed("caf\u00e9") == typed("cafe\u0301")
    assert from_file(written(tmp_path / "p", "cafe\u0301 and more".encode())) == typed("caf\u00e9 and more")
    assert from_file(written(tmp_path / "p", b"\xff\xfe not text")) == b"\xff\xfe not text"


def test_short_passphrases_make_no_key() -> None:
    refuse_weak(b"x" * 12)
    for short in (b"", b"x" * 11, "ééééééé".encode()):
        with pytest.raises(KeyRefused, match="shorter than 12"):
            refuse_weak(short)
