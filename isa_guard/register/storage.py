"""Files that must be private, whole and durable: how they are made, replaced and read.

Every failure of the disk becomes StorageFailed here, so that nothing is acknowledged that is not stored.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.register.faults import StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
OTHERS: Final = 0o077
_PLAIN: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk reports a fault",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.ENOENT: "it is not there",
    errno.EEXIST: "it is there already",
    errno.ELOOP: "it is a symbolic link",
}


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn whatever the operating system refuses within into StorageFailed, naming `what` was being done."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"{what}: {plain(error)}") from None


def plain(error: OSError) -> str:
    """Answer the system's refusal in plain words, without a path."""
    return _PLAIN.get(error.errno or 0, (error.strerror or "the system refused").lower())


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, unless it is there. Raises OSError."""
    try:
        path.mkdir(PRIVATE_FOLDER)
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    path.chmod(PRIVATE_FOLDER)  # whatever the umask took away
    sync_folder(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, private from its first moment, and durable. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, PRIVATE_FILE)
    try:
        os.fchmod(descriptor, PRIVATE_FILE)
        write_all(descriptor, content)
        os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def place_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, at one stroke: nobody ever sees a part of it. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    write_new(temporary, content)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file at one stroke: the old or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    write_new(temporary, content)
    temporary.replace(path)
    sync_folder(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte, however few the system takes at a time. Raises OSError."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def overwrite(path: Path) -> None:
    """Write zeros over all that a file holds, durably, before its name is let go. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        rest = os.fstat(descriptor).st_size
        while rest > 0:
            rest -= os.write(descriptor, bytes(min(rest, 1 << 20)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_at(descriptor: int, at: int, size: int) -> bytes:
    """Answer `size` bytes from `at` on, fewer where the file ends. Raises OSError."""
    parts: list[bytes] = []
    end = at + size
    while at < end and (part := os.pread(descriptor, end - at, at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bounded(path: Path, limit: int) -> bytes:
    """Answer the bytes of a regular file of at most `limit` bytes, never through a link. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return from_descriptor(descriptor, limit)
    finally:
        os.close(descriptor)


def from_descriptor(descriptor: int, limit: int) -> bytes:
    """Answer what a regular file holds from its start. Raises OSError, also beyond `limit`."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    parts: list[bytes] = []
    size = 0
    while part := os.pread(descriptor, min(limit + 1 - size, 1 << 20), size):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise OSError(errno.EFBIG, f"it is longer than {limit:,} bytes")
    return b"".join(parts)
