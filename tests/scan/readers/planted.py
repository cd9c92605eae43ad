"""Files of every form with an invented word in every place, and what the readers make of a file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from isa_guard.scan.contents import Content, TablePart, TextPart, Unread
from isa_guard.scan.readers import ReadLimits, read_contents

DEFAULT = ReadLimits()
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def contents(path: Path, limits: ReadLimits = DEFAULT) -> list[Content]:
    return list(read_contents(path, limits))


def read(tmp_path: Path, name: str, data: bytes | str, limits: ReadLimits = DEFAULT) -> list[Content]:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return contents(path, limits)


def texts(found: list[Content]) -> dict[str, str]:
    """All texts of each part, run together."""
    said: dict[str, str] = {}
    for one in found:
        if isinstance(one, TextPart):
            said[one.spot.part] = said.get(one.spot.part, "") + one.text
    return said


def tables(found: list[Content]) -> list[TablePart]:
    return [one for one in found if isinstance(one, TablePart)]


def rows(found: list[Content]) -> list[tuple[str | None, ...]]:
    return [row for table in tables(found) for row in table.frame.rows()]


def filled(found: list[Content]) -> list[tuple[str | None, ...]]:
    """The rows, an empty cell taken for a missing one: formats differ about which is which."""
    return [tuple(cell or None for cell in row) for row in rows(found)]


def numbers(found: list[Content]) -> list[int]:
    """The number of each row of every table."""
    return [table.number(place) for table in tables(found) for place in range(table.frame.height)]


def unread(found: list[Content]) -> list[str]:
    return [one.why for one in found if isinstance(one, Unread)]


def everything(found: list[Content]) -> str:
    """All that was read, wherever it stands."""
    cells = (str(cell) for row in rows(found) for cell in row)
    headings = (name for table in tables(found) for name in table.frame.columns)
    return "\n".join([*texts(found).values(), *headings, *cells])


def zipped(members: dict[str, bytes | str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def relations(*kinds_and_targets: tuple[str, str], outside: tuple[str, ...] = ()) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds_and_targets, 1)
    )
    links = "".join(
        f'<Relationship Id="out{number}" Type="{RELATIONS}/hyperlink" Target="{target}" TargetMode="External"/>'
        for number, target in enumerate(outside)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}{links}</Relationships>'


def paragraph(text: str, inside: str = "w:t") -> str:
    return f"<w:p><w:r><{inside}>{text}</{inside}></w:r></w:p>"


def properties() -> dict[str, bytes | str]:
    return {
        "docProps/core.xml": '<p xmlns:dc="urn:dc"><dc:creator>plantedcreator</dc:creator></p>',
        "docProps/app.xml": "<Properties><Company>plantedcompany</Company></Properties>",
        "docProps/custom.xml": '<Properties><property name="MSIP_Label_1_Name"><lpwstr>plantedlabel</lpwstr></property></Properties>',
    }


def docx(more: dict[str, bytes | str] | None = None, body: str | None = None) -> bytes:
    """A document with a word in every place that Word writes to."""
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in (("name", "note"), ("Test Person", "plantedcell"))
    )
    body = body or (
        paragraph("plantedbody")
        + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>plantedhidden</w:t></w:r></w:p>"
        + '<w:p><w:del w:author="Test Author"><w:r><w:delText>planteddeletion</w:delText></w:r></w:del></w:p>'
        + f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('plantedbox')}</w:txbxContent></w:pict></w:r></w:p>"
        + '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="urn:wp" descr="planteddescription"/></w:drawing></w:r></w:p>'
        + f"<w:sdt><w:sdtContent>{paragraph('plantedcontrol')}</w:sdtContent></w:sdt>"
        + paragraph("HYPERLINK plantedfield", "w:instrText")
        + f"<w:tbl>{table}</w:tbl>"
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(outside=("mailto:plantedlink@example.org",)),
        "word/settings.xml": f'<w:settings {W}><w:docVars><w:docVar w:name="x" w:val="plantedvariable"/></w:docVars></w:settings>',
        "customXml/item1.xml": "<stored>plantedstored</stored>",
        "word/embeddings/sheet.csv": "name,note\nTest Person,plantedembedded\n",
        **properties(),
    }
    for kind in ("header1", "header2", "footer1", "comments", "footnotes", "endnotes"):
        parts[f"word/{kind}.xml"] = f"<w:root {W}>{paragraph('planted' + kind)}</w:root>"
    return zipped(parts | (more or {}))


def pptx() -> bytes:
    def said(text: str) -> str:
        return f'<p xmlns:a="urn:a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p>'

    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": "<p/>",
            "ppt/slides/slide1.xml": said("plantedslide"),
            "ppt/slides/slide2.xml": '<p show="0"><x xmlns:a="urn:a"><a:p><a:r><a:t>plantedhidden</a:t></a:r></a:p></x></p>',
            "ppt/notesSlides/notesSlide1.xml": said("plantednotes"),
            "ppt/comments/comment1.xml": "<l><cm><text>plantedcomment</text></cm></l>",
            **properties(),
        }
    )


def pdf(*objects: str, root: str = "1 0 R", more: str = "") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out = b"%PDF-1.7\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n".encode()
    start = len(out)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return (
        out + f"trailer\n<</Size {len(objects) + 1}/Root {root}{more}>>\nstartxref\n{start}\n%%EOF".encode()
    )


def stream(data: str, more: str = "") -> str:
    return f"<</Length {len(data)}{more}>>\nstream\n{data}\nendstream"


FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def said(text: str) -> str:
    """A page's content that shows a text."""
    return stream(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET")
