"""XML without a document type: no entities of its own, no external ones, bounded in depth and size.

A document type is refused altogether. No export needs one, and it is what bombs and reads of other files are made of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from isa_guard.scan.readers.decoding import whole_text
from isa_guard.scan.readers.limits import BeyondLimit
from isa_guard.scan.readers.visit import whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

_STEP: Final = 1 << 20


class _Target:
    """Builds a tree, and refuses what a hostile one is made of."""

    def __init__(self, nesting: int) -> None:
        self._builder = TreeBuilder(insert_comments=True)
        self._nesting = nesting
        self._depth = 0

    def doctype(self, *_: object) -> None:
        raise BeyondLimit("XML with a document type, which may hold anything: not read as XML")

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > self._nesting:
            raise BeyondLimit(f"XML nested more than {self._nesting} deep: not read")
        return self._builder.start(tag, attributes)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return self._builder.end(tag)

    def data(self, data: str) -> None:
        self._builder.data(data)

    def comment(self, text: str) -> None:
        self._builder.comment(text)

    def close(self) -> Element:
        return self._builder.close()


def tree(data: bytes, visit: Visit) -> Element:
    """The root of an XML document. Raises BeyondLimit, and ParseError for what is no XML."""
    parser = XMLParser(target=_Target(visit.limits.nesting))  # noqa: S314 - the target refuses document types
    for start in range(0, len(data), _STEP):
        parser.feed(data[start : start + _STEP])
    root: Element = parser.close()
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace; "" for a comment."""
    tag: object = element.tag  # a comment has a function for its tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def every_text(root: Element, attributes: AbstractSet[str] | None = None) -> str:
    """All that stands in a document, a line for each text and for each attribute that is no link, comments too.

    `attributes`, where given, are the only ones taken: those of a drawing are nearly all measures.
    """
    lines: list[str] = []
    for element in root.iter():
        if local(element):
            lines += [
                value
                for name, value in element.attrib.items()
                if (_is_said(name, value) if attributes is None else name in attributes)
            ]
        if element.text and element.text.strip():
            lines.append(element.text.strip())
        if element.tail and element.tail.strip():
            lines.append(element.tail.strip())
    return "\n".join(lines)


_BARE: Final = re.compile(r"(?:https?|urn|rId)\S*|true|false|-?\d{1,3}", re.IGNORECASE)


def _is_said(name: str, value: str) -> bool:
    """Whether an attribute's value can be data: no link, no switch, no small number, no revision's number of Word."""
    made = name.rpartition("}")[2].startswith(("rsid", "paraId", "textId"))
    return not made and bool(value.strip()) and _BARE.fullmatch(value) is None


def read_xml(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """All that stands in an XML document; as its source where it is not one that is read."""
    data = whole(stream, visit)
    try:
        text = every_text(tree(data, visit))
    except (BeyondLimit, ParseError) as fault:
        why = str(fault) if isinstance(fault, BeyondLimit) else "not well-formed XML"
        yield visit.unread(f"{why}; its source is read as text")
        text = whole_text(data)
    yield from visit.texts(text)
