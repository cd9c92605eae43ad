"""The texts that the cells of a workbook share, and those among them that no cell shows any more.

A program that removes rows may leave their texts behind: they are in the file, and go out with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import XMLParser

from isa_guard.scan.readers.limits import BeyondLimit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_STEP = 1 << 20


class _Strings:
    """Takes the texts as they come, without a tree: there may be millions. Readings for pronunciation are kept too."""

    def __init__(self, used: AbstractSet[int]) -> None:
        self.left: list[str] = []
        self._used = used
        self._number = -1
        self._text: list[str] = []
        self._inside = False

    def doctype(self, *_: object) -> None:
        raise BeyondLimit("shared strings with a document type, which may hold anything: not read")

    def start(self, tag: str, _: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "si":
            self._number += 1
            self._text = []
        self._inside = name == "t"

    def end(self, tag: str) -> None:
        self._inside = False
        if tag.rpartition("}")[2] == "si" and self._number not in self._used:
            self.left.append("".join(self._text))

    def data(self, data: str) -> None:
        if self._inside:
            self._text.append(data)

    def close(self) -> None:
        """The parser asks for it."""


def leftovers(package: Package, name: str, used: AbstractSet[int], visit: Visit) -> Iterator[Content]:
    """The shared strings that no cell shows."""
    strings = _Strings(used)
    parser = XMLParser(target=strings)  # noqa: S314 - the target refuses document types
    with package.open(name) as stream:
        while step := stream.read(_STEP):
            parser.feed(step)
    parser.close()
    yield from visit.at("texts that no cell shows").texts("\n".join(strings.left))
