"""Office documents: a word planted in every place that programs write to is found where it stands."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from isa_guard.scan.readers import ReadLimits
from tests.scan.readers.planted import (
    DEFAULT,
    docx,
    everything,
    paragraph,
    pptx,
    properties,
    read,
    relations,
    rows,
    tables,
    texts,
    unread,
    zipped,
)

PROPERTIES = {
    "core properties": "plantedcreator",
    "app properties": "plantedcompany",
    "custom properties": "MSIP_Label_1_Name: plantedlabel",
}
DOCX = PROPERTIES | {
    "body": "plantedbody",
    "header 1": "plantedheader1",
    "header 2": "plantedheader2",
    "footer 1": "plantedfooter1",
    "comments": "plantedcomments",
    "footnotes": "plantedfootnotes",
    "endnotes": "plantedendnotes",
    "text boxes": "plantedbox",
    "tracked deletions": "planteddeletion",
    "descriptions": "planteddescription",
    "settings": "plantedvariable",
    "links": "plantedlink",
    "other part 1": "plantedstored",
}


@pytest.mark.parametrize("part", DOCX)
def test_a_word_is_found_in_every_place_of_a_document(tmp_path: Path, part: str) -> None:
    assert DOCX[part] in texts(read(tmp_path, "a.docx", docx()))[part]


@pytest.mark.parametrize("word", ["plantedhidden", "plantedcontrol", "plantedfield"])
def test_what_a_reader_of_the_body_does_not_see_is_part_of_it(tmp_path: Path, word: str) -> None:
    assert word in texts(read(tmp_path, "a.docx", docx()))["body"]


def test_deletions_and_boxes_are_not_in_the_running_text(tmp_path: Path) -> None:
    body = texts(read(tmp_path, "a.docx", docx()))["body"]
    assert "planteddeletion" not in body
    assert "plantedbox" not in body


def test_a_table_of_a_document_is_a_table(tmp_path: Path) -> None:
    found = [table for table in tables(read(tmp_path, "a.docx", docx())) if table.spot.part == "table 1"]
    assert found[0].frame.columns == ["name", "note"]
    assert found[0].frame.rows() == [("Test Person", "plantedcell")]
    assert found[0].row == 2


def test_a_file_within_a_document_is_read_as_what_it_is(tmp_path: Path) -> None:
    found = [
        table for table in tables(read(tmp_path, "a.docx", docx())) if table.spot.part == "file 1 within"
    ]
    assert found[0].frame.rows() == [("Test Person", "plantedembedded")]


def test_nothing_of_a_plain_document_is_unread(tmp_path: Path) -> None:
    assert unread(read(tmp_path, "a.docx", docx())) == []


def test_a_word_that_is_split_into_runs_is_one_word(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>943 476</w:t></w:r><w:r><w:t xml:space='preserve'> 5919</w:t></w:r></w:p>"
    assert "943 476 5919" in texts(read(tmp_path, "a.docx", docx(body=body)))["body"]


def test_a_document_of_pictures_alone_may_be_a_scan(tmp_path: Path) -> None:
    data = docx({"word/media/image1.png": b"\x89PNG\r\n\x1a\n"}, body=paragraph(" "))
    assert any("may be a scan" in why for why in unread(read(tmp_path, "a.docx", data)))


def test_macros_are_said_to_be_unread(tmp_path: Path) -> None:
    data = docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)})
    assert len(unread(read(tmp_path, "a.docx", data))) == 1


def test_a_damaged_part_does_not_hide_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, "a.docx", docx({"word/header1.xml": "<broken"}))
    assert len(unread(found)) == 1
    assert "plantedheader2" in texts(found)["header 2"]
    assert "plantedbody" in texts(found)["body"]


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("slide 1", "plantedslide"),
        ("slide 2", "plantedhidden"),
        ("notes 1", "plantednotes"),
        ("comments 1", "plantedcomment"),
        *PROPERTIES.items(),
    ],
)
def test_a_word_is_found_in_every_place_of_a_presentation(tmp_path: Path, part: str, word: str) -> None:
    found = read(tmp_path, "a.pptx", pptx())
    assert word in texts(found)[part]
    assert not unread(found)


def workbook(more: dict[str, bytes | str] | None = None) -> bytes:
    """A workbook with a word in every place that Excel writes to; parts that openpyxl does not write are added."""
    book = openpyxl.Workbook()
    shown = book.active
    shown.title = "plantedsheetname"
    for row in (["plantedtitle"], [], ["name", "number", "note"], ["Test Person", 9434765919, "plantedcell"]):
        shown.append(row)
    shown.row_dimensions[5].hidden = True
    shown["A5"] = "plantedhiddenrow"
    shown.column_dimensions["D"].hidden = True
    shown["D4"] = "plantedhiddencolumn"
    shown["A4"].comment = Comment("plantedcomment", "Test Author")
    shown["A6"] = '=IF(A1="plantedformula",1,2)'
    shown["A7"].hyperlink = "mailto:plantedlink@example.org"
    shown.oddHeader.center.text = "plantedheader"
    shown.evenFooter.left.text = "plantedfooter"
    shown.add_data_validation(DataValidation("list", formula1='"plantedchoice,other"', sqref="A9"))
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet()
        sheet.sheet_state = state
        sheet["C3"] = f"planted{state}"
    book.defined_names["plantedname"] = DefinedName("plantedname", attr_text='"plantedconstant"')
    book.properties.creator = "plantedcreator"
    book.custom_doc_props.append(StringProperty(name="MSIP_Label_1_Name", value="plantedlabel"))
    file = io.BytesIO()
    book.save(file)
    return with_parts(file.getvalue(), more or {})


def with_parts(data: bytes, more: dict[str, bytes | str]) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | more)


XLSX = {
    "sheet names": "plantedsheetname",
    "sheet 1": "plantedtitle",
    "sheet 1 > comments": "plantedcomment",
    "sheet 1 > header or footer 1": "plantedheader",
    "sheet 1 > header or footer 2": "plantedfooter",
    "sheet 1 > formulas": "plantedformula",
    "sheet 1 > rules": "plantedchoice",
    "sheet 2": "plantedhidden",
    "sheet 3": "plantedveryHidden",
    "defined names": 'plantedname "plantedconstant"',
    "links": "plantedlink",
    "core properties": "plantedcreator",
    "custom properties": "MSIP_Label_1_Name: plantedlabel",
}


@pytest.mark.parametrize("part", XLSX)
def test_a_word_is_found_in_every_place_of_a_workbook(tmp_path: Path, part: str) -> None:
    assert XLSX[part] in texts(read(tmp_path, "a.xlsx", workbook()))[part]


def test_cells_are_a_table_under_its_headings_with_the_rows_of_the_sheet(tmp_path: Path) -> None:
    table = tables(read(tmp_path, "a.xlsx", workbook()))[0]
    assert table.spot.part == "sheet 1"
    assert table.frame.columns[:3] == ["name", "number", "note"]
    assert table.frame.row(0) == ("Test Person", "9434765919", "plantedcell", "plantedhiddencolumn")
    assert table.number(0) == 4
    assert table.frame.row(1)[0] == "plantedhiddenrow"
    assert not unread(read(tmp_path, "a.xlsx", workbook()))


SHARED = """<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<si><t>name</t></si><si><t>shown</t></si><si><r><t>planted</t></r><r><t>leftover</t></r></si></sst>"""
SHEET = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row></sheetData></worksheet>"""


def bare_workbook(sheet: str = SHEET, shared: str = SHARED, sheets: int = 1) -> bytes:
    names = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1))
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{space}"><sheets>{names}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                *[("worksheet", "worksheets/sheet1.xml")] * sheets, ("sharedStrings", "sharedStrings.xml")
            ),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": shared,
            "xl/pivotCache/pivotCacheRecords1.xml": '<r><s v="plantedpivot"/><n v="9434765919"/></r>',
            "xl/threadedComments/threadedComment1.xml": "<t><text>plantedthread</text></t>",
            "xl/externalLinks/externalLink1.xml": "<e><v>plantedcache</v></e>",
            **properties(),
        }
    )


def test_texts_that_no_cell_shows_are_leftovers(tmp_path: Path) -> None:
    found = texts(read(tmp_path, "a.xlsx", bare_workbook()))
    assert found["texts that no cell shows"] == "plantedleftover"


@pytest.mark.parametrize(
    "word", ["plantedpivot", "9434765919", "plantedthread", "plantedcache", "plantedcompany"]
)
def test_caches_of_pivots_and_links_and_threads_are_read(tmp_path: Path, word: str) -> None:
    assert word in everything(read(tmp_path, "a.xlsx", bare_workbook()))


def test_a_cell_in_the_last_corner_costs_nothing_and_its_text_is_still_read(tmp_path: Path) -> None:
    sheet = SHEET.replace('r="2"', 'r="1048576"').replace('r="A2"', 'r="XFD1048576"')
    found = read(tmp_path, "a.xlsx", bare_workbook(sheet))
    assert "spread over more than" in unread(found)[0]
    assert "shown" in texts(found)["texts that no cell shows"]


def test_a_sheet_beyond_the_limit_is_unread(tmp_path: Path) -> None:
    found = read(tmp_path, "a.xlsx", bare_workbook(sheets=40), ReadLimits(sheets=30))
    assert any("more than 30 sheets" in why for why in unread(found))
    assert len({table.spot.part for table in tables(found)}) == 30


def test_a_sheet_in_an_encoding_that_hides_its_cells_from_counting_is_unread(tmp_path: Path) -> None:
    sheet = ('<?xml version="1.0" encoding="utf-16"?>' + SHEET).encode("utf-16")
    data = with_parts(bare_workbook(), {"xl/worksheets/sheet1.xml": sheet})
    assert unread(read(tmp_path, "a.xlsx", data))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xl/sharedStrings.xml", "xlsx"),
        ("xl/comments9.xml", "xlsx"),
        ("word/document.xml", "docx"),
        ("docProps/custom.xml", "docx"),
    ],
)
def test_entities_are_never_expanded(tmp_path: Path, name: str, part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "plantedentity"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    data = with_parts(bare_workbook() if part == "xlsx" else docx(), {name: bomb})
    found = read(tmp_path, f"a.{part}", data)
    assert any("document type" in why for why in unread(found))
    assert "plantedentity" not in everything(found)


def test_nesting_of_xml_ends_at_the_limit(tmp_path: Path) -> None:
    body = "<w:sdt>" * 300 + paragraph("deep") + "</w:sdt>" * 300
    found = read(tmp_path, "a.docx", docx(body=body))
    assert any("nested more than 200" in why for why in unread(found))
    assert "deep" in texts(read(tmp_path, "a.docx", docx(body=body), ReadLimits(nesting=400)))["body"]


def test_an_encrypted_document_is_unread(tmp_path: Path) -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    )
    assert unread(read(tmp_path, "a.docx", data)) == ["encrypted"]


def test_cells_of_open_documents_are_read(tmp_path: Path) -> None:
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = (
        f"<office:document-content {office}><office:body><office:spreadsheet><table:table table:name='x'>"
        "<table:table-row><table:table-cell office:value-type='string'><text:p>name</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell office:value-type='string'><text:p>plantedcell</text:p></table:table-cell></table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    data = zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "meta.xml": "<m>plantedmeta</m>",
            "META-INF/manifest.xml": "<m/>",
        }
    )
    found = read(tmp_path, "a.ods", data)
    assert "plantedmeta" in everything(found)
    assert rows(found) == [("plantedcell",)]


def test_a_document_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    assert (
        texts(read(tmp_path, "a.csv", docx()))["body"]
        == texts(read(tmp_path, "a.docx", docx(), DEFAULT))["body"]
    )
