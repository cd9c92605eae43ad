"""The form of a file is told by its content; its name decides only where that leaves a choice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from isa_guard.errors import UsageError
from isa_guard.scan.readers.forms import Form, form_of
from isa_guard.scan.readers.streams import SAMPLE
from tests.scan.readers.planted import docx, everything, read, texts, unread
from tests.scan.readers.test_hostile import FORMS

TOLD = {
    "a.csv": Form.SEPARATED,
    "a.jsonl": Form.JSON_LINES,
    "a.json": Form.JSON,
    "a.html": Form.HTML,
    "a.eml": Form.MAIL,
    "a.docx": Form.ZIP,
    "a.xlsx": Form.ZIP,
    "a.pdf": Form.PDF,
    "a.parquet": Form.PARQUET,
    "a.csv.gz": Form.GZIP,
    "a.tar": Form.TAR,
}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("called", ["", "a.docx", "a.bin"])
def test_the_content_tells_the_form_under_any_name(name: str, called: str) -> None:
    assert form_of(FORMS[name][:SAMPLE], called).form is TOLD[name]


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.md", b"a, b\nc, d\ne, f\n", Form.TEXT),
        ("a.yaml", b"a: 1\nb: 2\n", Form.TEXT),
        ("a.txt", b"a|b\nc|d\ne|f\n", Form.SEPARATED),
        ("a.txt", b"{not json", Form.TEXT),
        ("a.json", b'{"a": 1}', Form.JSON),
        ("a.json", b'{"a": 1}\n{"a": 2}\n', Form.JSON_LINES),
        ("a.xml", b"<a>b</a>", Form.XML),
        ("a", b"<?xml version='1.0'?><a/>", Form.XML),
        ("a.txt", b"From: here\nto there\n", Form.TEXT),
        ("a", b"", Form.EMPTY),
        ("a", b"\x00\x01\x02\x03" * 9, Form.UNKNOWN),
        ("notes.txt", b"%PDF- is how a PDF begins", Form.PDF),
        ("notes.txt", b"a file that begins with %PDF- is a PDF", Form.TEXT),
    ],
)
def test_a_form_is_told(name: str, data: bytes, form: Form) -> None:
    assert form_of(data, name).form is form


def test_a_document_called_a_table_is_read_as_a_document(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", docx())
    assert "plantedbody" in texts(found)["body"]
    assert not unread(found)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b"") == []


def test_markdown_and_yaml_are_texts_with_their_lines(tmp_path: Path) -> None:
    assert everything(read(tmp_path, "a.md", "# planted\n")) == "# planted\n"
    assert everything(read(tmp_path, "a.yaml", "a: planted\n")) == "a: planted\n"


@pytest.mark.parametrize(
    ("name", "library"),
    [("a.csv", "polars"), ("a.pdf", "pypdf"), ("b.xlsx", "python_calamine"), ("a.parquet", "polars")],
)
def test_a_library_that_is_missing_is_named_and_never_taken_for_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=r"isa-guard\[scan\]"):
        read(tmp_path, name, FORMS[name])


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.docx", "a.eml", "a.html", "a.xml"])
def test_texts_need_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for library in ("polars", "pypdf", "python_calamine"):
        monkeypatch.setitem(sys.modules, library, None)
    plain = {
        "a.txt": b"planted",
        "a.json": b'"planted"',
        "a.html": b"<html>planted",
        "a.xml": b"<a>planted</a>",
    }
    mail = b"From: a\nTo: b\nSubject: c\n\nplanted"
    document = docx({"word/embeddings/sheet.csv": "planted"}, body="<w:p><w:r><w:t>planted</w:t></w:r></w:p>")
    data = plain | {"a.eml": mail, "a.docx": document}
    if name == "a.docx":
        data["a.docx"] = document.replace(b"sheet.csv", b"sheet.txt")
    assert "planted" in everything(read(tmp_path, name, data[name]))
