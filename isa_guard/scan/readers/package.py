"""The parts of a ZIP archive, which Office documents are too, within limits. Nothing is written to disk."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from isa_guard.frozen import dataclass
from isa_guard.scan.readers.limits import BeyondLimit
from isa_guard.scan.readers.streams import metered

if TYPE_CHECKING:
    from isa_guard.scan.readers.visit import Visit

_TAIL: Final = 65_557  # the end record with the longest comment, APPNOTE 4.3.16
_ENTRY: Final = 200  # octets of a directory's entry, long names among them
_SLACK: Final = 4_096
_EXTRA: Final = 150  # octets of extra fields and descriptors of one part
_LOCKED: Final = 0x1  # general purpose bit 0, APPNOTE 4.4.4


@dataclass(frozen=True, slots=True)
class Package:
    """An open archive. Its parts are known by their names, which are never shown."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]
    visit: Visit

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self.names

    def under(self, folder: str, ending: str = "") -> tuple[str, ...]:
        """The names of the parts in a folder, in order of the numbers in them."""
        found = [name for name in self.names if name.startswith(folder) and name.endswith(ending)]
        return tuple(sorted(found, key=lambda name: (len(name), name)))

    def has_more(self) -> bool:
        """Whether the file holds much that belongs to no part: other programs may show what stands there."""
        entries = self.archive.infolist()
        size = _size(self.archive)
        if not entries:
            return size > 0
        # A local header and the directory's entry, the name in both; the extra fields of the two may differ.
        taken = sum(30 + 46 + 2 * len(one.orig_filename.encode()) + one.compress_size for one in entries)
        return size - taken - len(self.archive.comment) > _SLACK + _EXTRA * len(entries)

    def locked(self, name: str) -> bool:
        """Whether a part is encrypted."""
        return bool(self.archive.getinfo(name).flag_bits & _LOCKED)

    def open(self, name: str) -> BinaryIO:
        """A part as a stream, metered."""
        entry = self.archive.getinfo(name)
        return metered(cast("BinaryIO", self.archive.open(entry)), entry.compress_size, self.visit)

    def read(self, name: str) -> bytes:
        """A part as a whole. Raises BeyondLimit."""
        with self.open(name) as stream:
            data = stream.read(self.visit.limits.whole + 1)
        if len(data) > self.visit.limits.whole:
            raise BeyondLimit(f"holds a part of more than {self.visit.limits.whole:,} bytes: not read")
        return data


def opened(stream: BinaryIO, visit: Visit) -> Package:
    """A ZIP archive. Raises BeyondLimit where it has too many parts, and what zipfile raises for a damaged one."""
    size = _directory_size(stream)
    if size > visit.limits.members * _ENTRY:
        raise BeyondLimit(f"more than {visit.limits.members:,} parts: not read")
    archive = zipfile.ZipFile(stream)
    names = tuple(dict.fromkeys(entry.filename for entry in archive.infolist() if not entry.is_dir()))
    for _ in names:
        visit.spent.member()
    return Package(archive, names, visit)


def _size(archive: zipfile.ZipFile) -> int:
    file = archive.fp
    return file.seek(0, 2) if file is not None else 0


def _directory_size(stream: BinaryIO) -> int:
    """How long an archive's directory says that it is, asked before it is read: it is held in memory."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read()
    stream.seek(0)
    large = tail.rfind(b"PK\x06\x06")
    if large >= 0:
        return int.from_bytes(tail[large + 40 : large + 48], "little")
    small = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[small + 12 : small + 16], "little") if small >= 0 else 0
