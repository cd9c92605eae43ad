"""A log that grows: from where it was read to, whole lines alone, and whether it is still the log that was read.

The SHA-256 of what was read goes along. Where a follower begins again, the bytes behind it are read once more and must
give the same digest. While it runs, the last octets that were read must still lie where they lay. A log that was cut or
changed is a finding of its own; one that was turned over (a new file under the name) is read to its end first, found by
its inode under whatever name it has now.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from isa_guard.audit.lines.octets import LIMIT_LINE
from isa_guard.errors import LoadError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO, TypeAlias

    Seal: TypeAlias = Callable[[bytes], bytes]

CHUNK: Final = 4 * 1024 * 1024  # more than a record of CSV may take, so that a full one holds at least one
TAIL: Final = 1024
Lines = list["bytes | None"]


class Turn(NamedTuple):
    """One file under the name of a log, as the state keeps it: what was read of it."""

    id: int
    path: str
    turn: int
    device: int
    inode: int
    octets: int
    line: int
    sha256: str
    tail: bytes
    header: bytes

    @property
    def name(self) -> str:
        """What the lines of this file are told by: the path as given; for the files after it a number with it."""
        return self.path if self.turn == 1 else f"{self.path};{self.turn}"


class Piece(NamedTuple):
    """Whole lines that lie next in a file. None stands for a line that is too long."""

    lines: Lines
    octets: int


class Tail:
    """One file, open, at the place up to which it was read."""

    def __init__(self, turn: Turn, file: BinaryIO, digest: hashlib._Hash) -> None:
        self.turn = turn
        self.octets = turn.octets
        self.file = file
        self.digest = digest
        self.last = b""  # the last octets that were read: never kept on disk, they are somebody's

    def size(self) -> int:
        """Answer how many octets there are now."""
        return os.fstat(self.file.fileno()).st_size

    def identity(self) -> tuple[int, int]:
        """Answer by what the file is known, whatever its name."""
        found = os.fstat(self.file.fileno())
        return found.st_dev, found.st_ino

    def is_at(self, path: Path) -> bool:
        """Answer whether the file still lies under the name."""
        try:
            found = path.stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self.identity()

    def fault(self) -> str:
        """Answer how the file is no longer the one that was read: `cut`, `changed`, or nothing."""
        if self.size() < self.octets:
            return "cut"
        return "" if self._ending(len(self.last)) == self.last else "changed"

    def _ending(self, size: int) -> bytes:
        """Answer the octets that lie now where the last ones lay that were read."""
        return os.pread(self.file.fileno(), size, self.octets - size)

    def resume(self, seal: Seal) -> str:
        """Read what was read before once more; answer how it is no longer the same: `edited` where its end is."""
        at = 0
        while at < self.octets and (data := os.pread(self.file.fileno(), min(CHUNK, self.octets - at), at)):
            self.digest.update(data)
            at += len(data)
        self.last = self._ending(min(TAIL, self.octets))
        if self.size() < self.octets:
            return "cut"
        if self.digest.hexdigest() == self.turn.sha256:
            return ""
        return "edited" if seal(self.last) == self.turn.tail else "changed"

    def piece(self, whole: Callable[[Lines], int], *, final: bool) -> Piece | None:
        """Answer the next whole lines, or None. `whole` says how many of them can be taken; `final` that no more come."""
        data = os.pread(self.file.fileno(), CHUNK, self.octets)
        end = data.rfind(b"\n") + 1
        last = final and len(data) < CHUNK
        if not end and len(data) == CHUNK:
            return self._overlong(final=final)
        if not last:
            data = data[:end]
        if not data:
            return None
        pieces: Lines = [*data.split(b"\n")]
        if data.endswith(b"\n"):
            pieces.pop()
        taken = len(pieces) if last else whole(pieces)
        if not taken:
            return None
        octets = sum(len(line or b"") + 1 for line in pieces[:taken])
        return Piece(pieces[:taken], min(octets, len(data)))

    def _overlong(self, *, final: bool) -> Piece | None:
        """Answer a line that is too long as such, once its end is there; what stands on it is never held."""
        at = self.octets
        while data := os.pread(self.file.fileno(), CHUNK, at):
            end = data.find(b"\n") + 1
            if end:
                return Piece([None], at + end - self.octets)
            at += len(data)
        return Piece([None], at - self.octets) if final else None

    def passed(self, octets: int) -> None:
        """Count octets as read."""
        end = self.octets + octets
        while self.octets < end:
            data = os.pread(self.file.fileno(), min(CHUNK, end - self.octets), self.octets)
            if not data:
                raise _unreadable(self.turn.path, "it was cut while it was read")
            self.digest.update(data)
            self.octets += len(data)
            self.last = (self.last + data)[-TAIL:]

    def close(self) -> None:
        """Let the file go."""
        self.file.close()


def resumed(turn: Turn, seal: Seal) -> tuple[Tail, str] | None:
    """Answer the file of a turn, under whatever name, and what is wrong with it; None where it is gone."""
    path = _found(Path(turn.path), turn)
    if path is None:
        return None
    tail = Tail(turn, opened(path), hashlib.sha256())
    return tail, tail.resume(seal)


def _found(path: Path, turn: Turn) -> Path | None:
    """Answer where the file of a turn lies: under its name, or beside it under another, as a log is turned over."""
    wanted = (turn.device, turn.inode)
    for one in (path, *sorted(_beside(path))):
        try:
            found = one.stat()
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == wanted:
            return one
    return None


def _beside(path: Path) -> list[Path]:
    try:
        return [one for one in path.parent.iterdir() if one.is_file()]
    except OSError:
        return []


def opened(path: Path) -> BinaryIO:
    """Answer a file to follow. Raises LoadError."""
    try:
        return path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        raise _unreadable(
            str(path), (getattr(error, "strerror", None) or "it cannot be opened").lower()
        ) from None


def _unreadable(path: str, why: str) -> LoadError:
    return LoadError((Problem(f"cannot be read: {why}", Place(path), "", "unreadable"),))


def within_limit(lines: Lines) -> Lines:
    """Answer the lines, None for each that is too long, as every reader of logs has it."""
    return [None if line is not None and len(line) > LIMIT_LINE else line for line in lines]
