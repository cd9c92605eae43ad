"""Whatever bytes come, reading ends, in contents or in an `Unread`, and no library's exception gets past."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.scan.contents import Content, Spot, TablePart, TextPart, Unread
from isa_guard.scan.readers import ReadLimits
from isa_guard.scan.readers.limits import Spent
from isa_guard.scan.readers.reading import read_stream
from isa_guard.scan.readers.visit import Visit, guarded
from tests.scan.readers.planted import docx, everything, pptx, read, tables, texts, unread, zipped
from tests.scan.readers.test_archives import tarred
from tests.scan.readers.test_documents import bare_workbook, workbook
from tests.scan.readers.test_mail import message
from tests.scan.readers.test_pdf import document

SMALL = ReadLimits(
    rows=50,
    record=5_000,
    text=5_000,
    whole=1_000_000,
    cells=10_000,
    sheets=20,
    members=100,
    expanded=2_000_000,
)
MANY = settings(
    max_examples=40,
    deadline=5_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"name": ["Test Person"] * 30, "number": list(range(30))}).write_parquet(file)
    return file.getvalue()


FORMS = {
    "a.csv": b'name,note\nAnn,"x\ny"\nBob,z\n' * 5,
    "b.csv": "name,note\nAnn,£\n".encode("utf-16") * 3,
    "a.jsonl": b'{"a": 1, "b": {"c": [1, 2]}}\n' * 5,
    "a.json": b'[{"a": 1, "b": {"c": [1, 2]}}, {"a": "x"}]',
    "a.xml": b"<a><b c='d'>e</b><!-- f --></a>",
    "a.html": b"<html><body><p title='x'>y</p><!-- z --></body></html>",
    "a.eml": bytes(message()),
    "a.docx": docx(),
    "a.pptx": pptx(),
    "a.xlsx": workbook(),
    "b.xlsx": bare_workbook(),
    "a.pdf": document(),
    "a.parquet": parquet(),
    "a.zip": zipped({"a.csv": "name,note\nAnn,x\n", "b.zip": zipped({"c.txt": "text"})}),
    "a.csv.gz": gzip.compress(b"name,note\nAnn,x\n" * 9),
    "a.tar": tarred({"a.csv": b"name,note\nAnn,x\n", "b.txt": b"text"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_read_whole(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, name, FORMS[name])
    assert [one for one in found if isinstance(one, (TextPart, TablePart))]
    if name != "a.pdf":
        assert not unread(found)


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_was_cut_off_ends(tmp_path: Path, name: str) -> None:
    data = FORMS[name]

    @MANY
    @given(length=st.integers(1, len(data) - 1))
    def cut(length: int) -> None:
        # A page or a byte order mark may end before anything is said.
        assert read(tmp_path, name, data[:length], SMALL) or (name in {"a.html", "b.csv"} and length < 25)

    cut()


@pytest.mark.parametrize("name", FORMS)
def test_a_file_with_other_bits_ends(tmp_path: Path, name: str) -> None:
    data = FORMS[name]
    place = st.integers(0, len(data) - 1)

    @MANY
    @given(changes=st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=8))
    def change(changes: list[tuple[int, int]]) -> None:
        changed = bytearray(data)
        for at, octet in changes:
            changed[at] = octet
        assert read(tmp_path, name, bytes(changed), SMALL)

    change()


PACKED = {name: data for name, data in FORMS.items() if name in {"a.docx", "a.xlsx", "b.xlsx", "a.pptx"}}


@pytest.mark.parametrize("name", PACKED)
def test_a_document_whose_parts_have_other_bits_ends(tmp_path: Path, name: str) -> None:
    """What the checks of the archive would hide otherwise."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(PACKED[name])) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    part = st.sampled_from(sorted(parts))

    @MANY
    @given(name_of_part=part, at=st.floats(0, 0.999), octets=st.binary(min_size=1, max_size=6))
    def change(name_of_part: str, at: float, octets: bytes) -> None:
        changed = parts[name_of_part]
        start = int(at * len(changed))
        data = zipped({**parts, name_of_part: changed[:start] + octets + changed[start + len(octets) :]})
        assert read(tmp_path, name, data, SMALL)

    change()


BEGINNINGS = st.sampled_from(
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"PAR1",
        b"\x1f\x8b\x08",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{",
        b"[",
        b"<?xml",
        b"\xff\xfe",
        b"From: a\nTo: b\nSubject: ",
    ]
)


@settings(MANY, max_examples=300)
@given(
    beginning=BEGINNINGS,
    rest=st.binary(max_size=300),
    name=st.sampled_from(["a", "a.csv", "a.xlsx", "a.json", "a.eml", "a.txt", "a.jsonl"]),
)
def test_any_octets_end_in_contents_or_in_unread(
    tmp_path: Path, beginning: bytes, rest: bytes, name: str
) -> None:
    found = read(tmp_path, name, beginning + rest, SMALL)
    assert all(isinstance(one, (TextPart, TablePart, Unread)) for one in found)
    # Blanks, marks of byte order, and JSON that is empty say nothing.
    assert found or not (beginning + rest).strip(
        b"\xff\xfe\xef\xbb\xbf \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\x00\xa0[]{}nul"
    )


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt", "a.json", "a.xml", "a.html"])
def test_a_cell_of_any_length_ends_at_the_limits(tmp_path: Path, name: str) -> None:
    data = b'name,note\nAnn,"' + b"planted " * 200_000 if name == "a.csv" else b"planted " * 200_000
    found = read(tmp_path, name, data, SMALL)
    assert all(len(one.text) <= 5_000 for one in found if isinstance(one, TextPart))
    assert not tables(found) or tables(found)[0].frame.estimated_size() < 10_000
    assert "planted" in everything(found) or unread(found)


@pytest.mark.parametrize("tag", ["<a ", "<!--", '<a b="', "<a b='c", "&", "<p", "<![CDATA["])
def test_tags_left_open_take_time_in_step_with_their_number(tmp_path: Path, tag: str) -> None:
    # Quadratic work on 2 MB would take minutes.
    assert read(tmp_path, "a.html", "<html>" + tag * 500_000)


def test_the_message_of_a_library_is_never_handed_on(tmp_path: Path) -> None:
    whys = " ".join(unread(read(tmp_path, "a.xml", "<plantedname><plantedother></plantedname>")))
    assert whys
    assert "planted" not in whys


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.bin", bytes(range(256)) * 4, "unknown form: not read"),
        ("a.rtf", b"{\\rtf1 planted}", "RTF: not read"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "picture: not read"),
    ],
)
def test_what_is_not_read_says_so(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    assert unread(read(tmp_path, name, data)) == [why]


def test_a_file_that_cannot_be_opened_is_unread(tmp_path: Path) -> None:
    from tests.scan.readers.planted import contents

    assert unread(contents(tmp_path / "none")) == ["cannot be opened"]
    assert unread(contents(tmp_path)) == ["cannot be opened"]


def test_a_text_longer_than_a_part_comes_in_several_with_their_lines(tmp_path: Path) -> None:
    found = [
        one for one in read(tmp_path, "a.txt", "planted line\n" * 1_000, SMALL) if isinstance(one, TextPart)
    ]
    assert len(found) > 2
    assert "".join(one.text for one in found) == "planted line\n" * 1_000
    assert [one.line for one in found] == [
        1 + sum(each.text.count("\n") for each in found[:place]) for place in range(len(found))
    ]
    assert texts(list(found))[""]


def test_a_panic_of_rust_is_unread_and_an_interrupt_goes_on() -> None:
    def failing(error: BaseException) -> Iterator[Content]:
        yield from ()
        raise error

    visit = Visit(Spot("a"), SMALL, Spent(SMALL), read_stream)
    panic = type("PanicException", (BaseException,), {})
    assert unread(list(guarded(failing(panic("planted")), visit, "table"))) == [
        "damaged, or no table: the rest of it is not read"
    ]
    for error in (KeyboardInterrupt(), MemoryError()):
        with pytest.raises(type(error)):
            list(guarded(failing(error), visit, "table"))
