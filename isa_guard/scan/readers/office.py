"""What every Office document may hold beside its body: properties, labels, comments, files within it.

Office Open XML is ECMA-376; the label of Microsoft Purview stands in the custom properties as MSIP_Label_*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.readers.visit import guarded
from isa_guard.scan.readers.xml_texts import every_text, local, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_PICTURES: Final = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".emf",
    ".wmf",
    ".tif",
    ".tiff",
    ".bmp",
    ".svg",
    ".wdp",
    ".ico",
)
# Fonts, and the settings of a printer, hold nothing of the document.
_PASSED: Final = (".odttf", ".fntdata", ".ttf", "printersettings")
_DRY: Final = (
    "theme",
    "styles",
    "fonttable",
    "settings",
    "tablestyles",
    "presprops",
    "viewprops",
    "calcchain",
)


_DRAWN: Final = (
    "drawings/",
    "charts/",
    "diagrams/",
    "slideLayouts/",
    "slideMasters/",
    "notesMasters/",
    ".vml",
)
_SAID_OF_DRAWINGS: Final = frozenset({"descr", "title", "alt"})


def properties(package: Package, visit: Visit) -> Iterator[Content]:
    """The properties of a document, each as `name: value`, and its label."""
    for kind in ("core", "app", "custom"):
        name = f"docProps/{kind}.xml"
        if package.has(name):
            yield from guarded(
                _properties(package, name, visit.at(f"{kind} properties")), visit, "properties"
            )
    if package.has("docMetadata/LabelInfo.xml"):
        yield from part_text(package, "docMetadata/LabelInfo.xml", visit.at("label"))


def _properties(package: Package, name: str, visit: Visit) -> Iterator[Content]:
    root = tree(package.read(name), visit)
    lines = []
    for one in root:
        value = " ".join("".join(one.itertext()).split())
        if value:
            lines.append(f"{one.get('name') or local(one)}: {value}")
    yield from visit.texts("\n".join(lines))


def part_text(package: Package, name: str, visit: Visit) -> Iterator[Content]:
    """All that stands in one part of XML; of a drawing not its measures."""
    yield from guarded(_part_text(package, name, visit), visit, "XML")


def _part_text(package: Package, name: str, visit: Visit) -> Iterator[Content]:
    drawn = any(folder in name for folder in _DRAWN)
    yield from visit.texts(every_text(tree(package.read(name), visit), _SAID_OF_DRAWINGS if drawn else None))


def the_rest(package: Package, read: set[str], visit: Visit) -> Iterator[Content]:
    """Every part that no other reader took: charts, drawings, stored XML, files within the document.

    Pictures are not looked into, as those beside text on a page of PDF are not.
    """
    number = files = 0
    for name in package.names:
        lower = name.lower()
        if name in read or lower.endswith((*_PICTURES, ".rels")) or any(word in lower for word in _PASSED):
            continue
        if name == "[Content_Types].xml" or lower.startswith("docprops/"):
            continue
        if lower.endswith((".xml", ".vml")):
            if lower.rpartition("/")[2].rstrip("0123456789.xml").endswith(_DRY):
                continue
            number += 1
            yield from part_text(package, name, visit.at(f"other part {number}"))
        else:
            files += 1
            yield from visit.inside(f"file {files} within", package.open(name), name)
    yield from links(package, visit.at("links"))


def links(package: Package, visit: Visit) -> Iterator[Content]:
    """Where a document points to outside itself: addresses of mail and of files name people."""
    yield from guarded(_links(package, visit), visit, "links")


def _links(package: Package, visit: Visit) -> Iterator[Content]:
    targets: dict[str, None] = {}
    for name in package.under("", ".rels"):
        for one in tree(package.read(name), visit):
            if one.get("TargetMode") == "External":
                targets[one.get("Target") or ""] = None
    yield from visit.texts("\n".join(targets))


def main_part(package: Package, visit: Visit) -> str:
    """The name of the part that a document begins with; "" where it does not say."""
    if package.has("_rels/.rels"):
        for one in tree(package.read("_rels/.rels"), visit):
            if one.get("Type", "").endswith("/officeDocument"):
                return one.get("Target", "").lstrip("/")
    return ""


def texts_of(element: Element, names: frozenset[str]) -> str:
    """The texts of the elements with these names under one, run together."""
    return "".join(one.text or "" for one in element.iter() if local(one) in names)


def has_pictures(package: Package) -> bool:
    """Whether pictures lie in a document."""
    return any(name.lower().endswith(_PICTURES) for name in package.names if not name.startswith("docProps/"))
