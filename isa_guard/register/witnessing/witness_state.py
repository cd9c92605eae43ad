"""A witness's folder: who it is, which logs it knows, and what it cosigned last of each.

    witness.pem witness.pub.pem     its key, as keys are kept anywhere
    witness.json                    its name, and the verifier keys of the logs that it witnesses
    logs/<hash of origin>           the note that it cosigned last, with its own line
    forks/<hash of origin>/...      both signed heads of every two stories that a log was caught telling
    lock

Folders have mode 0700, files 0600. The folder must not be put back from a backup: a witness that forgets what it
saw vouches for what it should refuse. Begin a new one instead, under a new name and key.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import storage, strict_json
from isa_guard.register.faults import RecordError, SignatureInvalid, StorageFailed
from isa_guard.register.signing.keys import read_private
from isa_guard.register.tree.cosignature import witness_key
from isa_guard.register.tree.note import LIMIT_NOTE, read_note_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isa_guard.register.signing.keys import PublicKey

FORMAT: Final = "isa-guard/witness/1"
CONFIG: Final = "witness.json"
LIMIT_CONFIG: Final = 1024 * 1024
LIMIT_FORKS: Final = 1_000  # of one log: it needs no more to be believed, and a disk is not to be filled
LOCK_SECONDS: Final = 10.0
NAME = re.compile(r"[a-z0-9]([a-z0-9._/-]{0,98}[a-z0-9])?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What a witness is called, and the verifier keys of the logs that it witnesses."""

    name: str
    logs: tuple[str, ...]

    def keys(self) -> dict[str, tuple[PublicKey, ...]]:
        """Answer the keys of each log by its name. Raises SignatureInvalid."""
        found: dict[str, tuple[PublicKey, ...]] = {}
        for one in self.logs:
            origin, key = read_note_key(one)
            found[origin] = (*found.get(origin, ()), key)
        return found

    def with_log(self, verifier_key: str) -> Known:
        """Answer the same and one log more, or one key more of a log. Raises SignatureInvalid."""
        read_note_key(verifier_key)
        return Known(self.name, tuple(dict.fromkeys((*self.logs, verifier_key))))

    def verifier_key(self, key: PublicKey) -> str:
        """Answer what those who ask for cosignatures must be told."""
        return witness_key(self.name, key)


def write_known(known: Known) -> bytes:
    """Answer the file that says what a witness knows."""
    logs: strict_json.Json = [*known.logs]
    return strict_json.write({"format": FORMAT, "logs": logs, "name": known.name}) + b"\n"


def read_known(content: bytes) -> Known:
    """Answer what such a file says. Raises RecordError."""
    found = strict_json.read_object(content.removesuffix(b"\n"))
    name, logs = found.get("name"), found.get("logs")
    if set(found) != {"format", "logs", "name"} or found["format"] != FORMAT:
        raise RecordError("it is no file of a witness of this format")
    if not isinstance(name, str) or not NAME.match(name) or not isinstance(logs, list):
        raise RecordError("its name or its logs are malformed")
    known = Known(name, tuple(one for one in logs if isinstance(one, str)))
    try:
        known.keys()
    except SignatureInvalid as error:
        raise RecordError(str(error)) from None
    if write_known(known).removesuffix(b"\n") != content.removesuffix(b"\n"):
        raise RecordError("it is not in its one form")
    return known


class WitnessFolder:
    """A witness's state in a folder; what is kept of a log is held alone by a lock between processes and threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def known(self) -> Known:
        """Answer what the witness is called and knows. Raises KeyRefused."""
        path = self.folder / CONFIG
        try:
            return read_known(read_private(path, LIMIT_CONFIG))
        except OSError as error:
            raise KeyRefused(f"{self.folder} is no witness: {CONFIG}: {storage.plain(error)}") from None
        except RecordError as error:
            raise KeyRefused(f"{path} cannot be used: {error}") from None

    def begin(self, name: str) -> Known:
        """Give a folder that holds a witness's key its name. Raises KeyRefused where it has one, StorageFailed."""
        if not NAME.match(name):
            raise KeyRefused(f"`{name}` is no name for a witness: small letters, digits and . - _ / are")
        known = Known(name, ())
        with storage.storing(f"a witness cannot be made in {self.folder}"):
            try:
                storage.write_new(self.folder / CONFIG, write_known(known))
            except FileExistsError:
                raise KeyRefused(f"{self.folder} is a witness already") from None
        return known

    def trust(self, verifier_key: str) -> Known:
        """Witness one log more. Raises SignatureInvalid for what is no key of a log, KeyRefused, StorageFailed."""
        with self._locked():
            known = self.known().with_log(verifier_key)
            with storage.storing("the witness's file cannot be written"):
                storage.replace(self.folder / CONFIG, write_known(known))
        return known

    @contextmanager
    def holding(self, origin_hash: str) -> Iterator[FolderHeld]:
        """Hold what is kept of one log."""
        with self._locked():
            yield FolderHeld(self.folder, origin_hash)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with storage.storing("the witness's state cannot be locked"):
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.folder / "lock", flags, storage.PRIVATE_FILE)
        try:
            _wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)


class FolderHeld:
    """What is kept of one log, in files."""

    def __init__(self, folder: Path, origin_hash: str) -> None:
        self._folder = folder
        self._path = folder / "logs" / origin_hash
        self._forks = folder / "forks" / origin_hash

    @property
    def note(self) -> bytes | None:
        """The note that was cosigned last."""
        with storage.storing("what the witness kept cannot be read"):
            try:
                return storage.read_bounded(self._path, LIMIT_NOTE)
            except FileNotFoundError:
                return None

    def keep(self, note: bytes) -> None:
        """Put a note in the place of the last one."""
        with storage.storing("the cosigned checkpoint cannot be kept"):
            storage.private_folder(self._path.parent)
            storage.replace(self._path, note)

    def keep_fork(self, name: str, held: bytes, offered: bytes) -> None:
        """Keep both signed heads of two stories."""
        with storage.storing("the proof of a fork cannot be kept"):
            storage.private_folder(self._forks.parent)
            storage.private_folder(self._forks)
            for part, content in (("held", held), ("offered", offered)):
                path = self._forks / f"{name}.{part}"
                if not path.exists() and sum(1 for _ in self._forks.iterdir()) < 2 * LIMIT_FORKS:
                    storage.replace(path, content)


def _wait_for(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StorageFailed("another process holds the witness's state for too long") from None
            time.sleep(0.01)
        else:
            return
