"""ZIP archives, and the Office documents that are ZIP archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from isa_guard.scan.readers.document import read_document
from isa_guard.scan.readers.office import main_part, properties, the_rest
from isa_guard.scan.readers.package import Package, opened
from isa_guard.scan.readers.slides import read_slides
from isa_guard.scan.readers.streams import seekable
from isa_guard.scan.readers.visit import guarded
from isa_guard.scan.readers.workbook import read_by_calamine, read_workbook
from isa_guard.scan.readers.xml_texts import every_text, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

_TYPES: Final = "[Content_Types].xml"
_OPEN: Final = "application/vnd.oasis.opendocument."


def read_zip(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in an archive or an Office document."""
    stream = seekable(stream, visit)
    package = opened(stream, visit)
    if package.archive.comment:
        yield from visit.at("comment").texts(package.archive.comment.decode(errors="replace"))
    if package.has_more():
        yield visit.unread("an archive that holds more than its directory lists: that is not read")
    if len(set(package.archive.namelist())) < len(package.archive.namelist()):
        yield visit.unread(
            "parts that share one name, of which programs show one or another: only the last is read"
        )
    if package.has(_TYPES):
        main = main_part(package, visit)
        yield from guarded(_office(package, main, stream, visit), visit, "Office document")
    elif _is_open_document(package):
        yield from guarded(_open_document(package, stream, visit), visit, "OpenDocument file")
    else:
        yield from _members(package, visit)


def _office(package: Package, main: str, stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    if not package.has(main):
        yield visit.unread("an Office document that does not say where it begins: read part by part")
        yield from the_rest(package, set(), visit)
    elif main.startswith("xl/") and main.endswith(".xml"):
        yield from read_workbook(package, main, stream, visit)
    elif main.startswith("xl/"):
        _measured(package)
        stream.seek(0)
        yield from read_by_calamine(stream, visit)
        yield visit.unread("a binary workbook: what stands in no cell of it is not read")
        yield from properties(package, visit)
    elif main.startswith("word/"):
        yield from read_document(package, main, visit)
    elif main.startswith("ppt/"):
        yield from read_slides(package, main, visit)
    else:
        yield visit.unread("an Office document of an unknown kind: read part by part")
        yield from the_rest(package, set(), visit)


def _is_open_document(package: Package) -> bool:
    return package.has("mimetype") and package.read("mimetype")[:200].startswith(_OPEN.encode())


def _open_document(package: Package, stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """OpenDocument: all texts of its parts of XML; encrypted ones say so in the manifest."""
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        yield visit.unread("encrypted")
        return
    for part in ("content", "styles", "meta"):
        if package.has(f"{part}.xml"):
            place = visit.at(part)
            yield from guarded(_open_part(package, f"{part}.xml", place), place, "XML")
    if package.read("mimetype").startswith(f"{_OPEN}spreadsheet".encode()):
        _measured(package)
        stream.seek(0)
        yield from read_by_calamine(stream, visit)


def _open_part(package: Package, name: str, place: Visit) -> Iterator[Content]:
    yield from place.texts(every_text(tree(package.read(name), place)))


def _measured(package: Package) -> None:
    """Expand every part once within the limits, before a library that keeps none does. Raises BeyondLimit."""
    for name in package.names:
        with package.open(name) as part:
            while part.read(1 << 20):
                pass


def _members(package: Package, visit: Visit) -> Iterator[Content]:
    yield from visit.at("names of members").texts("\n".join(package.names))
    for number, name in enumerate(package.names, 1):
        part = f"member {number}"
        if package.locked(name):
            yield visit.at(part).unread("encrypted")
            continue
        yield from guarded(_member(package, name, part, visit), visit.at(part), "member of an archive")


def _member(package: Package, name: str, part: str, visit: Visit) -> Iterator[Content]:
    with package.open(name) as stream:
        yield from visit.inside(part, stream, name)
