"""PPTX: the text of each slide, its notes and its comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.readers.office import has_pictures, properties, the_rest
from isa_guard.scan.readers.visit import guarded
from isa_guard.scan.readers.xml_texts import local, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_KINDS: Final = (("slides/slide", "slide"), ("notesSlides/notesSlide", "notes"), ("comments/", "comments"))


def read_slides(package: Package, main: str, visit: Visit) -> Iterator[Content]:
    """All that stands in a presentation; slides are numbered as they are stored, hidden ones too."""
    folder = main.rpartition("/")[0]
    taken = {main}
    said = False
    for path, word in _KINDS:
        for number, name in enumerate(package.under(f"{folder}/{path}", ".xml"), 1):
            taken.add(name)
            place = visit.at(f"{word} {number}")
            for content in guarded(_texts(package, name, place), place, word):
                said = True
                yield content
    if not said and has_pictures(package):
        yield visit.unread("holds pictures and no text: it may be a scan")
    yield from properties(package, visit)
    yield from the_rest(package, taken, visit)


def _texts(package: Package, name: str, place: Visit) -> Iterator[Content]:
    root = tree(package.read(name), place)
    lines = [_paragraph(one) for one in root.iter() if local(one) == "p"]
    lines += [one.text or "" for one in root.iter() if local(one) == "text"]
    lines += [one.get("descr", "") for one in root.iter() if local(one) == "cNvPr"]
    yield from place.texts("\n".join(filter(None, lines)))


def _paragraph(element: Element) -> str:
    return "".join(
        "\n" if local(one) == "br" else one.text or "" for one in element.iter() if local(one) in {"t", "br"}
    )
