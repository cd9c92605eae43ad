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


def read_tar(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """What stands in a tar archive, member by member, as they come."""
    names: list[str] = []
    number = 0
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            visit.spent.member()
            names.append(member.name)
            if member.isdir():
                continue
            number += 1
            place = visit.at(f"member {number}")
            if not member.isreg():
                yield place.unread("a link or a device, and no file")
                continue
            data = archive.extractfile(member)
            if data is not None:
                inner = metered(cast("BinaryIO", data), member.size, visit)
                yield from guarded(
                    visit.inside(f"member {number}", inner, member.name), place, "member of an archive"
                )
            archive.members.clear()  # type: ignore[attr-defined]  # it keeps every member otherwise
    yield from visit.at("names of members").texts("\n".join(names))
