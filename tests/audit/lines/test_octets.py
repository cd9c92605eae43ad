"""The bytes of a log: hashed as they lie, unpacked in flat memory, split into lines as Python splits them."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.audit.lines.octets import LIMIT_LINE, HashedFile, opened
from isa_guard.audit.lines.packing import CHUNK
from isa_guard.audit.lines.reading import read_lines
from isa_guard.errors import LoadError
from tests.audit.lines.making import mapping, read, read_bytes
from tests.audit.malformed import GOOD, GOOD_VALUES

LINES = b"".join(b'{"number":%d,"text":"%032x"}\n' % (number, number * 7919**8) for number in range(20_000))
SKIPPED = struct.pack("<II", 0x184D2A53, 5) + b"hello"


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


class Trickle(io.RawIOBase):
    """A pipe that gives a few octets at a time."""

    def __init__(self, content: bytes, piece: int) -> None:
        self.inner, self.piece = io.BytesIO(content), piece

    def read(self, size: int | None = -1) -> bytes:
        return self.inner.read(self.piece)


def split(content: bytes, name: str = "log") -> list[bytes | None]:
    """The lines of a file; its digest and both of its counts must be right."""
    file = HashedFile(io.BytesIO(content), name)
    lines = [line for some in file.split() for line in some]
    assert (file.sha256, file.octets) == (hashlib.sha256(content).hexdigest(), len(content))
    assert file.lines == len(lines)
    return lines


def expected(content: bytes) -> list[bytes]:
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return lines if lines[-1] else lines[:-1]


PACKED = {
    "plain": LINES,
    "gzip": gzip.compress(LINES, mtime=0),
    "gzip, two members": gzip.compress(LINES[:500_001], mtime=0) + gzip.compress(LINES[500_001:], mtime=0),
    "gzip, an empty member": gzip.compress(b"", mtime=0) + gzip.compress(LINES, mtime=0),
    "gzip, zeros behind it": gzip.compress(LINES, mtime=0) + b"\0" * (3 * CHUNK),
    "gzip, zeros between": gzip.compress(LINES[:7], mtime=0)
    + b"\0" * (3 * CHUNK)
    + gzip.compress(LINES[7:], mtime=0),
    "zstd": zstd(LINES),
    "zstd, two frames": zstd(LINES[:500_001]) + zstd(LINES[500_001:]),
    "zstd, frames to be skipped": SKIPPED + zstd(LINES[:7]) + SKIPPED + zstd(LINES[7:]) + SKIPPED,
}


@pytest.mark.parametrize("kind", PACKED)
def test_packed_files_hold_the_same_lines(kind: str) -> None:
    assert split(PACKED[kind]) == expected(LINES)


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_a_pipe_gives_what_it_has(kind: str, piece: int) -> None:
    content = {
        "plain": LINES[:5000],
        "gzip": gzip.compress(LINES[:5000], mtime=0),
        "zstd": zstd(LINES[:5000]),
    }[kind]
    file = HashedFile(Trickle(content, piece), "-")  # type: ignore[arg-type]
    assert [line for some in file.split() for line in some] == expected(LINES[:5000])
    assert file.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("gzip cut", gzip.compress(LINES, mtime=0)[:-4], "is cut off: line 20000 is the last whole one"),
        (
            "gzip cut in its middle",
            gzip.compress(LINES, mtime=0)[:150_000],
            "is cut off: line [0-9]{4} is the last whole one",
        ),
        (
            "gzip cut in its head",
            gzip.compress(LINES, mtime=0)[:5],
            "is cut off: not one line of it is whole",
        ),
        (
            "gzip, second member cut",
            gzip.compress(LINES, mtime=0) + gzip.compress(LINES, mtime=0)[:9],
            "cut off: line 20000 ",
        ),
        ("gzip, garbage behind it", gzip.compress(LINES, mtime=0) + b"garbage", "is damaged: line 20000 "),
        (
            "gzip, a wrong checksum",
            gzip.compress(LINES, mtime=0)[:-8] + b"\0" * 8,
            "is damaged: line [0-9]{5} ",
        ),
        ("zstd cut", zstd(LINES)[:-1], "is cut off: line "),
        ("zstd cut in its head", zstd(LINES)[:4], "is cut off: not one line of it is whole"),
        ("zstd, second frame cut", zstd(LINES) + zstd(LINES)[:9], "cut off: line 20000 "),
        ("zstd, garbage behind it", zstd(LINES) + b"garbage", "is damaged: line 20000 "),
    ],
)
def test_a_file_cut_or_damaged_is_no_shorter_log(kind: str, content: bytes, words: str) -> None:
    file = HashedFile(io.BytesIO(content), "a.log")
    lines: list[bytes | None] = []
    with pytest.raises(LoadError, match=words) as error:
        for some in file.split():
            lines += some
    assert lines == expected(LINES)[: len(lines)]
    assert not lines or f"line {len(lines)} is the last whole one" in str(error.value)


@pytest.mark.parametrize("name", ["a.gz", "A.GZ", "a.jsonl.zst", "a.zstd"])
def test_a_name_that_lies_about_its_bytes(name: str) -> None:
    with pytest.raises(LoadError, match="its bytes are not"):
        split(LINES, name)


def test_the_name_of_one_packing_and_the_bytes_of_another() -> None:
    with pytest.raises(LoadError, match="the name says that it is gzip"):
        split(zstd(LINES), "a.gz")
    assert split(gzip.compress(LINES, mtime=0), "a.log") == expected(LINES)
    assert split(b"", "a.gz") == []


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([b"\n", b"\r", b"a", b"\xef\xbb\xbf"])).map(b"".join),
    st.sampled_from([1, 2, 5, 64]),
)
@example(b"\xef\xbb\xbf\n", 1)
@example(b"\n", 1)
def test_lines_are_split_as_python_splits_them(content: bytes, piece: int) -> None:
    file = HashedFile(Trickle(content, piece), "-")  # type: ignore[arg-type]
    try:
        lines = [line for some in file.split() for line in some]
    except LoadError:
        assert content[:2] in {b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b"} or b"\0" in content[:4] or content[1:4] in {b"\x2a\x4d\x18", b"\xb5\x2f\xfd"}  # fmt: skip
        return
    assert lines == expected(content)
    assert file.lines == len(lines)
    assert (file.sha256, file.octets) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("length", [CHUNK - 1, CHUNK, CHUNK + 1, LIMIT_LINE, LIMIT_LINE + 1, 5 * LIMIT_LINE])
@pytest.mark.parametrize("last", [False, True])
def test_a_line_of_any_length(pack: object, length: int, last: bool) -> None:
    assert callable(pack)
    long = b"x" * length
    kept = long if length <= LIMIT_LINE else None
    content = b"a\n" + long + (b"" if last else b"\nb\n\nc")
    assert split(pack(content)) == [b"a", kept] + ([] if last else [b"b", b"", b"c"])


def test_lines_at_the_ends_of_chunks() -> None:
    for before in range(CHUNK - 3, CHUNK + 3):
        content = b"x" * before + b"\n\ny\n" + b"z" * CHUNK
        assert split(content) == expected(content)


def test_what_cannot_be_read_on_is_an_error() -> None:
    class Fails(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(LoadError, match="cannot be read on: input/output error"):
        list(HashedFile(Fails(), "log").split())


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", Path("a\0b")):
        with pytest.raises(LoadError, match="cannot be read"):
            opened(path)
        with pytest.raises(LoadError, match="cannot be read"):
            list(read_lines(path, mapping(), 0))


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_a_packed_log_is_read_and_its_digest_is_of_the_packed_octets(pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    content = pack(GOOD + b"\n" + GOOD)
    (tmp_path / "log").write_bytes(content)
    lines, file = read(tmp_path / "log", mapping())
    assert (len(lines), file.sha256) == (2, hashlib.sha256(content).hexdigest())


def test_standard_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(GOOD, mtime=0))))
    reading = read_lines(Path("-"), mapping(), 3)
    (event,) = list(reading)
    assert (event.place.file, event.place.line) == (3, 1)
    assert reading.file_read().name == "standard input"
    assert read_bytes(GOOD, tmp_path, mapping()) == [(1, GOOD_VALUES)]


_BOMB = """
import io, resource, sys, zlib, zstandard
from isa_guard.audit.lines.octets import HashedFile
piece = sys.argv[2].encode().decode("unicode_escape").encode() * 65536
if sys.argv[1] == "zstd":
    packer = zstandard.ZstdCompressor().compressobj()
else:
    packer = zlib.compressobj(wbits=31)
packed = b"".join([packer.compress(piece) for _ in range(64)]) + packer.flush()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for lines in HashedFile(io.BytesIO(packed), "bomb").split():
    assert sum(len(line or b"") + 1 for line in lines) <= 2 * 1024 * 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
@pytest.mark.parametrize("piece", ["0123456789abcdef", "0123456\\n"])
def test_memory_stays_flat_whatever_a_file_unpacks_to(kind: str, piece: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOMB, kind, piece], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60, "MiB more than before"
