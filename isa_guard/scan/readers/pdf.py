"""PDF: the text of each page, annotations and form fields, properties, bookmarks, and files attached.

A page that shows pictures and says nothing may be a scan, which is not read.
"""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from isa_guard.errors import UsageError
from isa_guard.scan.contents import TablePart, TextPart
from isa_guard.scan.readers.decoding import whole_text
from isa_guard.scan.readers.visit import guarded, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

_SAID: Final = ("/Contents", "/T", "/TU", "/V", "/DV", "/Subj", "/RC")
_UNKNOWN: Final = 0.2  # share of characters without a meaning above which a page's fonts cannot be read
_DEEPEST: Final = 5
_REVISIONS: Final = 10
# One that is made for the web begins with an end of its own, which points to 0.
_END: Final = re.compile(rb"startxref\s{1,4}[1-9]\d{0,12}\s{1,4}%%EOF")


def pypdf() -> ModuleType:
    """The library that reads PDF. Raises UsageError where it is not installed."""
    try:
        import pypdf as library
    except ImportError as error:
        raise UsageError("to read PDF pypdf is needed: pip install 'isa-guard[scan]'") from error
    # Its warnings quote what stands in a file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    return library


def read_pdf(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in a document, and what an earlier revision of it, still in the file, said otherwise."""
    data = whole(stream, visit)
    seen: set[str | None] = {None}
    for content in _document(data, visit):
        seen.add(_told(content))
        yield content
    # A program that saves by appending leaves what it replaced (ISO 32000-2, 7.5.6): each end is a document's.
    ends = [found.end() for found in _END.finditer(data)][:-1]
    for number, end in enumerate(ends[-_REVISIONS:], 1):
        place = visit.at(f"earlier revision {number}")
        for content in guarded(_document(data[:end], place), place, "PDF"):
            if isinstance(content, TablePart) or _told(content) not in seen:
                yield content
    if len(ends) > _REVISIONS:
        yield visit.unread(f"more than {_REVISIONS} earlier revisions: the oldest are not read")


def _told(content: Content) -> str | None:
    """What a part says or why it does not, to know it again; None for a table."""
    if isinstance(content, TextPart):
        return content.text
    return None if isinstance(content, TablePart) else content.why


def _document(data: bytes, visit: Visit) -> Iterator[Content]:
    reader = pypdf().PdfReader(io.BytesIO(data), strict=False)
    # A document that opens without a password is only nominally locked: anybody reads it.
    if reader.is_encrypted and not reader.decrypt(""):
        yield visit.unread("encrypted")
        return
    for word, read in (("properties", _properties), ("bookmarks", _bookmarks), ("form", _form)):
        yield from guarded(read(reader, visit.at(word)), visit.at(word), f"{word} of PDF")
    pages = len(reader.pages)
    for number in range(1, min(pages, visit.limits.sheets) + 1):
        place = visit.at(f"page {number}")
        yield from guarded(_page(reader, number, place), place, "page of PDF")
    if pages > visit.limits.sheets:
        yield visit.unread(f"more than {visit.limits.sheets:,} pages: the rest is not read")
    if not pages:
        yield visit.unread("a PDF without a page")
    yield from guarded(_attachments(reader, visit), visit.at("attachments"), "attachment of PDF")


def _page(reader: Any, number: int, place: Visit) -> Iterator[Content]:
    page = reader.pages[number - 1]
    yield from guarded(
        _annotations(page, place.at("annotations")), place.at("annotations"), "annotation of PDF"
    )
    text = page.extract_text()
    yield from place.texts(text)
    if not text.strip():
        if _shows_picture(page, _DEEPEST):
            yield place.unread("shows pictures and holds no text: it may be a scan")
    elif sum(map(_is_unknown, text)) > _UNKNOWN * len(text):
        yield place.unread("its fonts do not say which characters they show")


def _is_unknown(character: str) -> bool:
    return (
        character == "\ufffd"
        or "\ue000" <= character <= "\uf8ff"
        or (character < " " and character not in "\t\n\r\f")
    )


def _shows_picture(holder: Any, deepest: int) -> bool:
    """Whether a page, or a form that it shows, has a picture among its resources."""
    resources = _object(holder.get("/Resources"))
    objects = _object(resources.get("/XObject")) if hasattr(resources, "get") else None
    for one in map(_object, objects.values() if objects is not None and hasattr(objects, "values") else ()):
        kind = one.get("/Subtype") if hasattr(one, "get") else None
        if kind == "/Image" or (kind == "/Form" and deepest and _shows_picture(one, deepest - 1)):
            return True
    return False


def _object(one: Any) -> Any:
    return one.get_object() if hasattr(one, "get_object") else one


def _annotations(page: Any, place: Visit) -> Iterator[Content]:
    """Notes, links and fields on a page: what they say, who says so, where they lead."""
    lines: list[str] = []
    for one in map(_object, _object(page.get("/Annots")) or ()):
        lines += [str(_object(one[key])) for key in _SAID if key in one]
        action = _object(one.get("/A"))
        if hasattr(action, "get") and action.get("/URI"):
            lines.append(str(action["/URI"]))
    yield from place.texts("\n".join(lines))


def _properties(reader: Any, place: Visit) -> Iterator[Content]:
    lines = [f"{str(key).lstrip('/')}: {_object(value)}" for key, value in (reader.metadata or {}).items()]
    yield from place.texts("\n".join(lines))
    stream = _object(reader.root_object.get("/Metadata"))
    if hasattr(stream, "get_data"):
        yield from place.at("XMP").texts(whole_text(stream.get_data()))


def _bookmarks(reader: Any, place: Visit) -> Iterator[Content]:
    titles: list[str] = []
    waiting = [iter(reader.outline)]
    while waiting:
        one = next(waiting[-1], None)
        if one is None:
            waiting.pop()
        elif isinstance(one, list):
            waiting.append(iter(one))
        else:
            titles.append(str(one.title))
    yield from place.texts("\n".join(titles))


def _form(reader: Any, place: Visit) -> Iterator[Content]:
    fields = reader.get_fields() or {}
    yield from place.texts("\n".join(f"{name}: {one.get('/V', '')}" for name, one in fields.items()))


def _attachments(reader: Any, visit: Visit) -> Iterator[Content]:
    for number, one in enumerate(reader.attachment_list, 1):
        visit.spent.member()
        yield from visit.at(f"attachment {number} > name").texts(str(one.name))
        yield from visit.inside(
            f"attachment {number}", cast("BinaryIO", io.BytesIO(one.content)), str(one.name)
        )
