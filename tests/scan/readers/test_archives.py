"""Archives: what lies in them is read in its own form, and bombs end at the limits."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from isa_guard.scan.readers import ReadLimits
from tests.scan.readers.planted import contents, docx, everything, read, rows, tables, texts, unread, zipped

CSV = "name,note\nTest Person,plantedcell\n"


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (zipped({"a.csv": CSV}), "member 1"),
        (zipped({"x/": b"", "b.zip": zipped({"a.csv": CSV})}), "member 1 > member 1"),
        (gzip.compress(CSV.encode()), "expanded"),
        (tarred({"a.csv": CSV.encode()}), "member 1"),
        (tarred({"a.csv": CSV.encode()}, "w:gz"), "expanded > member 1"),
        (gzip.compress(zipped({"a.csv": CSV})), "expanded > member 1"),
        (
            tarred({"b.zip": zipped({"a.csv.gz": gzip.compress(CSV.encode())})}),
            "member 1 > member 1 > expanded",
        ),
    ],
    ids=[
        "zip",
        "zip in zip",
        "gzip",
        "tar",
        "tar packed",
        "zip packed",
        "gzip in zip in tar",
    ],  # their octets hold the time
)
def test_a_table_in_an_archive_is_a_table(tmp_path: Path, data: bytes, part: str) -> None:
    found = read(tmp_path, "a.csv.gz", data)
    assert [table.spot.part for table in tables(found)] == [part]
    assert rows(found) == [("Test Person", "plantedcell")]
    assert not unread(found)


def test_names_of_members_are_text_to_look_at_and_never_a_place(tmp_path: Path) -> None:
    for data in (zipped({"Test Person.csv": CSV}), tarred({"Test Person.csv": CSV.encode()})):
        found = read(tmp_path, "a.zip", data)
        assert "Test Person.csv" in texts(found)["names of members"]
        assert not any("Test" in one.spot.part for one in found)


def test_nothing_is_written_where_a_member_asks_for_it(tmp_path: Path) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    read(inner, "a.zip", zipped({"../escaped.csv": CSV, "/tmp/escaped.csv": CSV}))
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


def test_a_document_in_an_archive_is_read_as_one(tmp_path: Path) -> None:
    assert (
        "plantedheader1" in texts(read(tmp_path, "a.zip", zipped({"x.docx": docx()})))["member 1 > header 1"]
    )


def test_an_encrypted_member_is_unread_and_the_others_are_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": CSV, "b.csv": CSV}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    found = read(tmp_path, "a.zip", bytes(data))
    assert [
        (one.spot.part, why)
        for one, why in zip([one for one in found if hasattr(one, "why")], unread(found), strict=True)
    ] == [("member 1", "encrypted")]
    assert len(rows(found)) == 1


def test_a_link_in_a_tar_is_unread(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("a")
        entry.type = tarfile.SYMTYPE
        entry.linkname = "/etc/passwd"
        archive.addfile(entry)
    assert unread(read(tmp_path, "a.tar", file.getvalue())) == ["a link or a device, and no file"]


@pytest.mark.parametrize("pack", [lambda data: zipped({"a.txt": data}), gzip.compress])
def test_a_bomb_ends_at_the_ratio(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"planted\n" * 5_000_000))
    tracemalloc.start()
    found = contents(path, ReadLimits(ratio=20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any("more than 20 times its size" in why for why in unread(found))
    assert peak < 20_000_000


def test_a_bomb_ends_at_the_total_however_many_parts_share_it(tmp_path: Path) -> None:
    many = zipped({f"{number}.txt": b"x" * 100_000 for number in range(50)})
    found = read(tmp_path, "a.zip", many, ReadLimits(expanded=1_000_000, ratio=10_000))
    assert any("expands to more than 1,000,000 bytes" in why for why in unread(found))
    assert len(everything(found)) < 1_200_000


def test_archives_within_archives_end_at_the_depth(tmp_path: Path) -> None:
    data = zipped({"a.csv": CSV})
    for _ in range(8):
        data = zipped({"a.zip": data})
    assert unread(read(tmp_path, "a.zip", data)) == ["lies more than 5 files deep: not read"]
    assert rows(read(tmp_path, "a.zip", data, ReadLimits(depth=9)))


def test_members_are_counted_over_all_archives(tmp_path: Path) -> None:
    inner = zipped({f"{number}.txt": "x" for number in range(30)})
    found = read(
        tmp_path, "a.zip", zipped({f"{number}.zip": inner for number in range(5)}), ReadLimits(members=50)
    )
    assert any("more than 50 parts" in why for why in unread(found))


def test_a_directory_too_long_to_hold_is_not_read(tmp_path: Path) -> None:
    data = zipped({f"{number}" + "x" * 300: "" for number in range(30)})
    assert unread(read(tmp_path, "a.zip", data, ReadLimits(members=10))) == ["more than 10 parts: not read"]


def test_a_document_expands_within_the_limits_too(tmp_path: Path) -> None:
    found = read(tmp_path, "a.docx", docx({"word/header1.xml": b" " * 5_000_000}), ReadLimits(ratio=20))
    assert any("20 times its size" in why for why in unread(found))
    assert "plantedbody" in texts(found)["body"]


def test_what_a_directory_does_not_list_is_unread(tmp_path: Path) -> None:
    hidden = zipped({"a.csv": CSV * 1_000}, zipfile.ZIP_STORED)
    joined = hidden + zipped({"b.csv": CSV})
    assert any("more than its directory lists" in why for why in unread(read(tmp_path, "a.zip", joined)))
    assert any("more than its directory lists" in why for why in unread(read(tmp_path, "a.zip", zipped({}))))
    assert not unread(read(tmp_path, "a.zip", zipped({f"{number}.csv": CSV for number in range(100)})))


def test_parts_that_share_a_name_are_said_to(tmp_path: Path) -> None:
    data = zipped({"a.csv": CSV, "b.csv": CSV}).replace(b"b.csv", b"a.csv")
    assert any("share one name" in why for why in unread(read(tmp_path, "a.zip", data)))


def test_a_tar_that_goes_on_behind_its_end_is_unread(tmp_path: Path) -> None:
    one = tarred({"a.csv": CSV.encode()})
    assert not unread(read(tmp_path, "a.tar", one))
    assert unread(read(tmp_path, "a.tar", one + one))
    two = bytearray(tarred({"a.csv": CSV.encode(), "b.csv": CSV.encode()}))
    two[1024 + 148] ^= 1  # the checksum of the second header
    assert unread(read(tmp_path, "a.tar", bytes(two)))
    assert unread(read(tmp_path, "a.tar.gz", gzip.compress(bytes(two))))
