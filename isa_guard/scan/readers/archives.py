"""gzip and tar: expanded as they are read, never to disk, within the limits."""

from __future__ import annotations

import gzip
import tarfile
from typing import TYPE_CHECKING, BinaryIO, cast

from isa_guard.scan.readers.streams import metered
from isa_guard.scan.readers.visit import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit


def read_gzip(stream: BinaryIO, name: str, visit: Visit) -> Iterator[Content]:
    """What stands in a gzip file. A ratio is asked of what follows the first part that is read, see `metered`."""
    visit.spent.member()
    packed = _size(stream)
    with gzip.GzipFile(fileobj=stream, mode="rb") as expanded:
        inner = name.lower().removesuffix(".gz")
        inner = inner.removesuffix(".tgz") + ".tar" if inner.endswith(".tgz") else inner
        yield from visit.inside("expanded", metered(cast("BinaryIO", expanded), packed, visit), inner)


def _size(stream: BinaryIO) -> int:
    """How many octets a stream has, where it can tell; else a number that leaves the rest to the total."""
    if not stream.seekable():
        return 1 << 40
    place = stream.tell()
    end = stream.seek(0, 2)
    stream.seek(place)
    return end - place


class _Watched:
    """A stream that remembers where its last octet other than null stood."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = 0
        self.said = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        filled = len(data.rstrip(b"\0"))
        if filled:
            self.said = self._place + filled
        self._place += len(data)
        return data


def read_tar(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in a tar archive, member by member, as they come.

    The library takes a damaged header for the end without a word, so what follows the end has to be nulls.
    """
    names: list[str] = []
    watched = _Watched(stream)
    with tarfile.open(fileobj=cast("BinaryIO", watched), mode="r|") as archive:
        yield from guarded(_members(archive, names, visit), visit, "tar archive")
        end = archive.offset
    while watched.read(1 << 20):
        pass
    if watched.said > end or not names:
        yield visit.unread("a tar archive that is damaged, or goes on behind its end: the rest is not read")
    yield from visit.at("names of members").texts("\n".join(names))


def _members(archive: tarfile.TarFile, names: list[str], visit: Visit) -> Iterator[Content]:
    number = 0
    for member in archive:
        visit.spent.member()
        names.append(member.name)
        if member.isdir():
            continue
        number += 1
        word = f"member {number}"
        place = visit.at(word)
        data = archive.extractfile(member) if member.isreg() else None
        if data is None:
            yield place.unread("a link or a device, and no file")
            continue
        inner = metered(cast("BinaryIO", data), member.size, visit)
        yield from guarded(visit.inside(word, inner, member.name), place, "member of an archive")
        archive.members.clear()  # type: ignore[attr-defined]  # it keeps every member otherwise
