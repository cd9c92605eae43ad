"""HTML: what a page says, shown or hidden, and what its comments and attributes say.

No parser of the standard library is used, because the work has to stay linear whatever tags are left open.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, BinaryIO, Final

from isa_guard.scan.readers.decoding import decoded, whole_text
from isa_guard.scan.readers.visit import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

_TAG: Final = re.compile(r"<[/!?]?([A-Za-z][\w:-]{0,40})[^<>]*+>")
_VALUE: Final = re.compile(
    r"""(?<![\w:-])(?:content|alt|title|value|href|placeholder|label|summary|aria-[\w-]{1,40}|data-[\w-]{1,40})"""
    r"""\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""",
    re.IGNORECASE,
)
_INLINE: Final = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "mark",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "wbr",
    }
)
_CELLS: Final = frozenset({"td", "th"})
_CHARSET: Final = re.compile(
    rb"""<meta[^<>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})""", re.IGNORECASE
)


def read_html(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in a page."""
    yield from html_texts(_page(whole(stream, visit)), visit)


def html_texts(source: str, visit: Visit) -> Iterator[Content]:
    """The text of a page; its comments and the values of its attributes apart."""
    text: list[str] = []
    comments: list[str] = []
    values: list[str] = []
    place = 0
    while (tag := source.find("<", place)) >= 0:
        text.append(source[place:tag])
        if source.startswith("<!--", tag):
            end = source.find("-->", tag + 4)
            end = len(source) if end < 0 else end
            comments.append(source[tag + 4 : end])
            place = end + 3
            continue
        found = _TAG.match(source, tag)
        if found is None:
            text.append("<")
            place = tag + 1
            continue
        name = found[1].lower()
        if name not in _INLINE:
            text.append("\t" if name in _CELLS else "\n")
        values += ["".join(filter(None, groups)) for groups in _VALUE.findall(found[0])]
        place = found.end()
    text.append(source[place:])
    yield from visit.texts(unescape("".join(text)))
    yield from visit.at("comments").texts(unescape("\n".join(comments)))
    yield from visit.at("attributes").texts(unescape("\n".join(values)))


def _page(data: bytes) -> str:
    """A page's source, in the encoding that it names if it is not in a form of Unicode."""
    try:
        data.decode()
    except UnicodeDecodeError:
        named = _CHARSET.search(data[:4096])
        if named is not None:
            try:
                return data.decode(named[1].decode(), errors="replace")
            except LookupError:
                return decoded(data)
    return whole_text(data)
