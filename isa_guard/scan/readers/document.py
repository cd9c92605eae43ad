"""DOCX: the body with its tables, and everything around it that goes out with the file.

Deletions that are tracked and text that is hidden are still in the file, and so is what a text box, a header, a
comment or a note says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.readers.office import has_pictures, properties, the_rest
from isa_guard.scan.readers.tables import table_parts
from isa_guard.scan.readers.visit import guarded
from isa_guard.scan.readers.xml_texts import local, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_SIGNS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NUMBERED: Final = ("header", "footer")
_ONCE: Final = ("comments", "footnotes", "endnotes")
_DESCRIBED: Final = frozenset({"docPr", "cNvPr", "tblCaption", "tblDescription", "docVar"})
_TOLD: Final = frozenset({"descr", "title", "val"})


def read_document(package: Package, main: str, visit: Visit) -> Iterator[Content]:
    """All that stands in a document."""
    taken = {main}
    yield from guarded(_body(package, main, visit), visit.at("body"), "document")
    folder = main.rpartition("/")[0]
    for kind in _NUMBERED:
        for number, name in enumerate(package.under(f"{folder}/{kind}", ".xml"), 1):
            taken.add(name)
            place = visit.at(f"{kind} {number}")
            yield from guarded(_story(package, name, place), place, kind)
    for kind in _ONCE:
        name = f"{folder}/{kind}.xml"
        if package.has(name):
            taken.add(name)
            place = visit.at(kind)
            yield from guarded(_story(package, name, place), place, kind)
    settings = f"{folder}/settings.xml"
    if package.has(settings):
        taken.add(settings)
        place = visit.at("settings")
        yield from guarded(_described(tree(package.read(settings), visit), place), place, "settings")
    yield from properties(package, visit)
    yield from the_rest(package, taken, visit)


def _body(package: Package, main: str, visit: Visit) -> Iterator[Content]:
    root = tree(package.read(main), visit)
    text = "\n".join(_paragraphs(root))
    yield from visit.at("body").texts(text)
    for number, table in enumerate(_tables(root), 1):
        yield from table_parts(_rows(table), 1, visit.at(f"table {number}"))
    yield from _apart(root, visit)
    if not text.strip() and has_pictures(package):
        yield visit.at("body").unread("holds pictures and no text: it may be a scan")


def _story(package: Package, name: str, place: Visit) -> Iterator[Content]:
    """A text beside the body, with its tables as running text."""
    root = tree(package.read(name), place)
    lines = [*_paragraphs(root), *("\t".join(row) for table in _tables(root) for row in _rows(table))]
    yield from place.texts("\n".join(lines))
    yield from _apart(root, place)


def _apart(root: Element, place: Visit) -> Iterator[Content]:
    """Text boxes and tracked deletions, which stand in paragraphs and do not belong to their text."""
    boxes = dict.fromkeys(_said(one) for one in root.iter() if local(one) == "txbxContent")
    yield from place.at("text boxes").texts("\n".join(boxes))
    deleted = (
        "".join(one.text or "" for one in each.iter() if local(one) == "delText")
        for each in _each_paragraph(root)
    )
    yield from place.at("tracked deletions").texts("\n".join(filter(None, deleted)))
    yield from _described(root, place.at("descriptions"))


def _described(root: Element, place: Visit) -> Iterator[Content]:
    """What is said of pictures and tables for those who do not see them, and the variables of a document."""
    told = [
        value
        for one in root.iter()
        if local(one) in _DESCRIBED
        for name, value in one.attrib.items()
        if name.rpartition("}")[2] in _TOLD
    ]
    yield from place.texts("\n".join(told))


def _each_paragraph(root: Element) -> Iterator[Element]:
    return (one for one in root.iter() if local(one) == "p")


def _paragraphs(block: Element) -> Iterator[str]:
    """The paragraphs of a block, without those of its tables and text boxes."""
    for child in block:
        name = local(child)
        if name == "p":
            yield _said(child)
        elif name != "tbl":
            yield from _paragraphs(child)


def _tables(block: Element) -> Iterator[Element]:
    """The tables of a block; a table in a cell belongs to the text of the cell."""
    for child in block:
        name = local(child)
        if name == "tbl":
            yield child
        elif name != "p":
            yield from _tables(child)


def _rows(table: Element) -> Iterator[list[str]]:
    """The rows of a table, cell by cell; rows and cells may stand in other elements, of controls or of revisions."""
    for row in _nearest(table, "tr"):
        yield [_said(cell).strip() for cell in _nearest(row, "tc")]


def _nearest(element: Element, name: str) -> Iterator[Element]:
    for child in element:
        if local(child) == name:
            yield child
        else:
            yield from _nearest(child, name)


def _said(element: Element) -> str:
    """The text of an element, a line for each paragraph; without text boxes inside it and tracked deletions."""
    parts: list[str] = []
    _say(element, parts)
    return "".join(parts).strip("\n")


def _say(element: Element, parts: list[str]) -> None:
    for child in element:
        name = local(child)
        if name in {"t", "instrText"}:
            parts.append(child.text or "")
        elif name in _SIGNS:
            parts.append(_SIGNS[name])
        elif name == "txbxContent":
            continue
        elif name == "tc":
            _say(child, parts)
            parts.append("\t")
        else:
            _say(child, parts)
            if name == "p":
                parts.append("\n")
