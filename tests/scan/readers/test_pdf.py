"""PDF: pages, annotations, fields, properties, bookmarks and attached files, and pages that may be scans."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from isa_guard.scan.contents import Unread
from isa_guard.scan.readers import ReadLimits
from tests.scan.readers.planted import FONT, everything, pdf, read, rows, said, stream, texts, unread

RESOURCES = "/Resources<</Font<</F1 5 0 R>>/XObject<</I 8 0 R>>>>"


def document() -> bytes:
    note = "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(plantednote)/T(Test Author)>>"
    link = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(mailto:plantedlink@example.org)>>>>"
    field = "<</Type/Annot/Subtype/Widget/FT/Tx/Rect[0 0 9 9]/T(field)/V(plantedfield)>>"
    return pdf(
        "<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R/Metadata 11 0 R/AcroForm<</Fields[12 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Annots[{note}{link} 12 0 R]{RESOURCES}>>",
        said("plantedpage"),
        FONT,
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 7 0 R{RESOURCES}>>",
        stream("q 100 0 0 100 0 0 cm /I Do Q"),
        stream("x", "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"),
        "<</Type/Outlines/First 10 0 R/Last 10 0 R/Count 1>>",
        "<</Title(plantedbookmark)/Parent 9 0 R/Dest[3 0 R/Fit]>>",
        stream("<x>plantedxmp</x>", "/Type/Metadata/Subtype/XML"),
        field,
        "<</Author(plantedauthor)/Keywords(OFFICIAL)>>",
        more="/Info 13 0 R",
    )


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("page 1", "plantedpage"),
        ("page 1 > annotations", "plantednote"),
        ("page 1 > annotations", "plantedlink"),
        ("page 1 > annotations", "plantedfield"),
        ("form", "plantedfield"),
        ("properties", "Author: plantedauthor"),
        ("properties > XMP", "plantedxmp"),
        ("bookmarks", "plantedbookmark"),
    ],
)
def test_a_word_is_found_in_every_place(tmp_path: Path, part: str, word: str) -> None:
    assert word in texts(read(tmp_path, "a.pdf", document()))[part]


def test_a_page_of_pictures_alone_may_be_a_scan(tmp_path: Path) -> None:
    found = [one for one in read(tmp_path, "a.pdf", document()) if isinstance(one, Unread)]
    assert [one.spot.part for one in found] == ["page 2"]
    assert [one.why for one in found] == ["shows pictures and holds no text: it may be a scan"]


def written(change: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document()))
    if change == "attachment":
        writer.add_attachment("plantedname.csv", b"name,note\nTest Person,plantedcell\n")
    elif change == "password":
        writer.encrypt("secret", algorithm="AES-256")
    else:
        writer.encrypt("", "owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_an_attached_file_is_read_as_what_it_is(tmp_path: Path) -> None:
    found = read(tmp_path, "a.pdf", written("attachment"))
    assert rows(found) == [("Test Person", "plantedcell")]
    assert "plantedname" in texts(found)["attachment 1 > name"]
    assert "attachment 1" in {one.spot.part for one in found if hasattr(one, "frame")}


def test_an_encrypted_document_is_unread_unless_anybody_can_open_it(tmp_path: Path) -> None:
    assert unread(read(tmp_path, "a.pdf", written("password"))) == ["encrypted"]
    assert "plantedpage" in everything(read(tmp_path, "a.pdf", written("owner")))


def test_pages_beyond_the_limit_are_unread(tmp_path: Path) -> None:
    found = read(tmp_path, "a.pdf", document(), ReadLimits(sheets=1))
    assert any("more than 1 pages" in why for why in unread(found))


def test_what_an_earlier_revision_said_is_still_read(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(fileobj=io.BytesIO(document()), incremental=True)
    writer.add_metadata({"/Author": "plantedlater"})
    file = io.BytesIO()
    writer.write(file)
    found = texts(read(tmp_path, "a.pdf", file.getvalue()))
    assert "plantedlater" in found["properties"]
    assert "plantedauthor" in found["earlier revision 1 > properties"]
    assert "earlier revision 1 > page 1" not in found


@pytest.mark.parametrize(
    "objects",
    [
        ("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
        (
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Pages/Kids[2 0 R]/Count 1>>",
        ),
        ("<</Type/Catalog/Pages 1 0 R>>",),
        ("1 0 R",),
        (
            "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R>>",
            "<</First 5 0 R>>",
            "<</Title(a)/Next 5 0 R>>",
        ),
    ],
)
def test_a_document_that_runs_in_a_circle_ends(tmp_path: Path, objects: tuple[str, ...]) -> None:
    found = read(tmp_path, "a.pdf", pdf(*objects))
    assert unread(found) or "a" in texts(found).get("bookmarks", "")
