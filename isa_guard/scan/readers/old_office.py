"""Old Office documents, all in one compound file: of workbooks the cells are read, the rest is said to be unread."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from isa_guard.scan.readers.streams import seekable
from isa_guard.scan.readers.visit import whole
from isa_guard.scan.readers.workbook import read_by_calamine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

# Names of streams in a compound file, in UTF-16 (MS-CFB 2.6.1).
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK: Final = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


def read_old_office(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """The sheets of an .xls; an `Unread` for an encrypted document, a .doc, a .ppt or an Outlook message."""
    stream = seekable(stream, visit)
    data = whole(stream, visit)
    if _ENCRYPTED in data:
        yield visit.unread("encrypted")
        return
    if not any(name in data for name in _WORKBOOK):
        yield visit.unread("a document of Word or PowerPoint before 2007, or an Outlook message: not read")
        return
    stream.seek(0)
    yield from read_by_calamine(stream, visit)
    yield visit.unread("an old workbook: what stands in no cell of it is not read")
