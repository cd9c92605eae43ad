"""The folder in which releases are kept: a key, and one line for each export that was let go.

Every line is sealed with the key and with the seal of the line before it: one that was altered, put in, or taken out from among
the others is told. That the last ones were cut off is not seen here; the records of the decisions in the register tell of them.
"""

from __future__ import annotations

import fcntl
import hmac
import os
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Final

from isa_guard.errors import EvidenceError, UsageError
from isa_guard.scan.export.releases.written import as_line, of_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from isa_guard.scan.export.releases.release import Release

KEY: Final = "key"
LINES: Final = "releases.jsonl"
KEY_OCTETS: Final = 32
LIMIT: Final = 1024 * 1024 * 1024  # octets of the file
LONGEST: Final = 64 * 1024 * 1024  # octets of a line
_SEAL: Final = 64  # hexadecimal digits


class Releases:
    """The releases of a folder, read once. `random` gives the key of a folder that is new.

    Raises UsageError where the folder cannot be used, EvidenceError where it was altered.
    """

    def __init__(self, folder: Path, random: Callable[[int], bytes]) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.key = _key(folder / KEY, random, made_before=(folder / LINES).exists())
            self.kept = [release for release, _ in self._read()]
        except OSError as error:
            what = f"{folder} cannot keep releases: {(error.strerror or 'no').lower()}"
            raise UsageError(what) from None

    def keep(self, release: Release) -> None:
        """Keep a release, unless the same export is kept already. Raises UsageError, EvidenceError."""
        line = as_line(release)
        try:
            with _opened(self.folder / LINES, os.O_APPEND | os.O_CREAT, "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # another job may be at it
                last = ""
                for one, seal in self._read():
                    if one.export == release.export:
                        return
                    last = seal
                self.kept.append(release)
                file.write(f"{self._seal(line, last)} {line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            what = f"{self.folder} cannot keep this release: {(error.strerror or 'no').lower()}"
            raise UsageError(what) from None

    def _read(self) -> Iterator[tuple[Release, str]]:
        """Answer each release with its seal. Raises EvidenceError, OSError."""
        path = self.folder / LINES
        if not path.exists():
            return
        if path.stat().st_size > LIMIT:
            raise UsageError(f"{path} is larger than {LIMIT:,} octets: begin another folder")
        last = ""
        with path.open("rb") as file:
            for number, octets in enumerate(iter(lambda: file.readline(LONGEST), b""), 1):
                seal, line = octets[:_SEAL].decode(errors="replace"), octets[_SEAL + 1 :]
                text = line.removesuffix(b"\n").decode(errors="replace")
                if not line.endswith(b"\n") or not hmac.compare_digest(
                    seal.encode(), self._seal(text, last).encode()
                ):
                    what = f"{path}:{number}: this release is not as it was kept, or one before it is gone"
                    raise EvidenceError(what)
                try:
                    yield of_line(text), seal
                except (ValueError, TypeError, LookupError, RecursionError):
                    raise EvidenceError(f"{path}:{number}: this is no kept release") from None
                last = seal

    def _seal(self, line: str, last: str) -> str:
        return hmac.new(self.key, f"{last}\n{line}".encode(), sha256).hexdigest()


def _key(path: Path, random: Callable[[int], bytes], *, made_before: bool) -> bytes:
    """Answer the folder's key, made where the folder is new. Raises EvidenceError where it is gone, OSError."""
    if not path.exists():
        if made_before:
            raise EvidenceError(f"{path} is gone: the releases beside it can be compared with nothing")
        with _opened(path, os.O_CREAT | os.O_EXCL, "wb") as file:
            file.write(random(KEY_OCTETS))
            file.flush()
            os.fsync(file.fileno())
    key = path.read_bytes()
    if len(key) != KEY_OCTETS:
        raise EvidenceError(f"{path} is no key of {KEY_OCTETS} octets")
    return key


def _opened(path: Path, flags: int, mode: str) -> IO[bytes]:
    """Answer a file that its owner alone may read. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | flags, 0o600), mode)
