"""A register in a folder of its own.

trust-root.json  trust-root.2.json ...   journal/  checkpoint  checkpoints/  attachments/   the log
archive/  cases/  commitments.key        beside it; never part of an export
index.sqlite  lock                       of this machine; worth nothing as evidence
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.register import storage
from isa_guard.register.faults import ArchiveBroken, RegisterBroken, RegisterUnreadable, StorageFailed
from isa_guard.register.records.predicate import COMMITMENT_KEY_BYTES
from isa_guard.register.signing import keys
from isa_guard.register.stores import cases, journal
from isa_guard.register.stores.directory_writer import CHECKPOINT, JOURNAL, DirectoryWriter
from isa_guard.register.stores.index import Index
from isa_guard.register.stores.journal import START, Position
from isa_guard.register.stores.store import MANIFESTS, Shelf, Tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


TRUST_ROOT: Final = "trust-root.json"
KEPT: Final = "checkpoints"
COMMITMENTS: Final = "commitments.key"
INDEX: Final = "index.sqlite"
BACKUPS: Final = "backups.txt"
LOCK: Final = "lock"
LIMIT_NOTE: Final = 64 * 1024
LIMIT_BLOB: Final = 64 * 1024 * 1024  # as large as any document may be (load.packs)
LOCK_SECONDS: Final = 30.0
_PLACES: Final = {
    Shelf.ATTACHMENTS: "attachments",
    Shelf.ARCHIVE: "archive",
    Shelf.AGREEMENTS: "archive/agreements",
    Shelf.RULES: "archive/rules",
    Shelf.CASES: "cases",
}


class Directory:
    """A register in a folder. One object may be used for as long as a process lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = Index(folder / INDEX)
        self._growth = cases.Growth(folder / "cases")
        self._writer: DirectoryWriter | None = None

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.folder)

    def begin(self, trust_root: bytes, note: bytes, commitment_key: bytes) -> None:
        """Make an empty register in the folder, which must be empty or not there."""
        with storage.storing(f"a register cannot be made in {self.folder}"):
            storage.private_folder(self.folder)
            if any(self.folder.iterdir()):
                raise UsageError(f"{self.folder} is not empty: a register begins in a folder of its own")
            storage.private_folder(self.folder / JOURNAL)
            storage.write_new(self.folder / LOCK, b"")
            storage.write_new(self.folder / COMMITMENTS, commitment_key)
            storage.write_new(self.folder / TRUST_ROOT, trust_root)
            storage.write_new(self.folder / JOURNAL / journal.FIRST_SEGMENT, b"")
            storage.write_new(self.folder / CHECKPOINT, note)

    def trust_roots(self) -> tuple[bytes, ...]:
        """Answer every version of the trust root."""
        found = [self._part(TRUST_ROOT)]
        with storage.storing("the trust root cannot be read"):
            while (self.folder / _trust_root(len(found) + 1)).exists():
                found.append(self._part(_trust_root(len(found) + 1)))
        return tuple(found)

    def checkpoint(self) -> bytes:
        """Answer the newest checkpoint's note."""
        return self._part(CHECKPOINT)

    def kept_checkpoints(self) -> Iterator[bytes]:
        """Answer the notes that were kept."""
        folder = self.folder / KEPT
        with storage.storing("the kept checkpoints cannot be read"):
            names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            if not name.startswith("."):
                yield self._part(f"{KEPT}/{name}")

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Answer every envelope from `start` on. Where the index is wrong about it, it is looked for."""
        at = self._position(start)
        try:
            next(journal.frames(self.folder / JOURNAL, at), None)
        except RegisterBroken:
            at = START
        for frame in journal.frames(self.folder / JOURNAL, at):
            if frame.start.index >= start:
                yield frame.envelope

    def blob(self, shelf: Shelf, digest: str) -> bytes | None:
        """Answer what is kept under a digest."""
        if shelf is Shelf.CASES and (found := self._case(digest)) is not None:
            return found
        try:
            content = storage.read_bounded(self._blob(shelf, digest), LIMIT_BLOB)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ArchiveBroken(
                f"what is kept as {digest[:12]} cannot be read: {storage.plain(error)}"
            ) from None
        if shelf not in MANIFESTS and hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveBroken(f"what is kept as {digest[:12]} was altered: it no longer has its digest")
        return content

    @contextmanager
    def writing(self) -> Iterator[DirectoryWriter]:
        """Hold the log alone."""
        with storage.storing(f"{self.folder} cannot be appended to"), self._locked():
            if self._writer is None:
                self._writer = DirectoryWriter(self.folder, self.index)
            try:
                yield self._writer
            except BaseException:
                self._writer.close()
                self._writer = None
                raise

    def close(self) -> None:
        """Let go of what is open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.index.close()

    def tip(self) -> Tip | None:
        """Answer what was noted of the end, if anything was and the journal goes as far."""
        try:
            noted = self.index.tip()
            if noted is None:
                return None
            peaks, last, end = noted
            frame = next(journal.frames(self.folder / JOURNAL, last), None)
        except (StorageFailed, RegisterBroken):
            return None
        return Tip(end.index, peaks, frame.envelope) if frame and frame.end == end else None

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Answer inner hashes of the tree."""
        return self.index.hashes(level, start, stop)

    def found(self, name: str) -> Sequence[int]:
        """Answer the records noted under an id or a digest."""
        return self.index.found(name)

    def has(self, shelf: Shelf, digest: str) -> bool:
        """Answer whether something is kept under a digest."""
        with storage.storing("what is kept cannot be looked for"):
            return self._blob(shelf, digest).exists() or (shelf is Shelf.CASES and bool(self._case(digest)))

    def digests(self, shelf: Shelf) -> Iterator[str]:
        """Answer the digest of everything kept on a shelf."""
        folder = self.folder / _PLACES[shelf]
        with storage.storing("what is kept cannot be listed"):
            if shelf in MANIFESTS:
                found = {path.stem for path in folder.glob("*.json")}
            else:
                found = {path.parent.name + path.name for path in folder.glob("sha256/*/*")}
            if shelf is Shelf.CASES:
                found |= {slot.digest.hex() for slot in cases.slots(folder)}
        yield from found

    def keep(self, shelf: Shelf, contents: Mapping[str, bytes]) -> None:
        """Keep contents by their digests."""
        with storage.storing(f"what belongs in {_PLACES[shelf]} cannot be kept"):
            if shelf is Shelf.CASES:
                with self._locked():
                    self._keep_cases(contents)
                return
            self.keep_unlocked(shelf, contents)

    def keep_unlocked(self, shelf: Shelf, contents: Mapping[str, bytes]) -> None:
        """As `keep`, for one who is alone with the folder."""
        with storage.storing(f"what belongs in {_PLACES[shelf]} cannot be kept"):
            if shelf is Shelf.CASES:
                self._keep_cases(contents)
                return
            for digest, content in contents.items():
                path = self._blob(shelf, digest)
                if not path.exists():
                    self._make_folders(path.parent)
                    storage.replace(path, content)

    def erase(self, digest: str) -> bool:
        """Erase every copy of a case: zeros over its bytes, and no entry of it in the index."""
        with storage.storing("the case cannot be erased"), self._locked():
            found = cases.erase(self.folder / "cases", digest, self._offsets)
            older = self._blob(Shelf.CASES, digest)  # as format 1 kept them: a file each
            if older.exists():
                storage.overwrite(older)
                older.unlink()
                storage.sync_folder(older.parent)
                found += 1
            if self.index.path.exists():
                self._forget(bytes.fromhex(digest))
        return found > 0

    def backups(self) -> tuple[str, ...]:
        """Answer where backups were put."""
        try:
            content = storage.read_bounded(self.folder / BACKUPS, LIMIT_NOTE)
        except FileNotFoundError:
            return ()
        except OSError as error:
            what = f"{self.folder / BACKUPS} cannot be read: {storage.plain(error)}"
            raise RegisterUnreadable(what) from None
        return tuple(content.decode("utf-8", "surrogateescape").splitlines())

    def note_backup(self, place: str) -> None:
        """Note where a backup was put."""
        self._put_backups([*(one for one in self.backups() if one != place), place])

    def forget_backup(self, place: str) -> None:
        """Note that a backup is no more."""
        self._put_backups([one for one in self.backups() if one != place])

    def _put_backups(self, places: Sequence[str]) -> None:
        content = "".join(f"{place}\n" for place in places)
        with storage.storing("the list of backups cannot be kept"):
            storage.replace(self.folder / BACKUPS, content.encode("utf-8", "surrogateescape"))

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a note; its name tells its size and, by the start of its digest, which of several it is."""
        name = f"{size:012}-{hashlib.sha256(note).hexdigest()[:8]}"
        with storage.storing("the checkpoint cannot be kept"):
            storage.private_folder(self.folder / KEPT)
            if not (self.folder / KEPT / name).exists():
                storage.replace(self.folder / KEPT / name, note)

    def keep_trust_root(self, version: int, content: bytes) -> None:
        """Keep a new version of the trust root."""
        with storage.storing("the trust root cannot be kept"):
            storage.place_new(self.folder / _trust_root(version), content)

    def commitment_key(self) -> bytes | None:
        """Answer the key of commitments."""
        try:
            key = keys.read_private(self.folder / COMMITMENTS, COMMITMENT_KEY_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            what = f"{self.folder / COMMITMENTS} cannot be read: {storage.plain(error)}"
            raise RegisterUnreadable(what) from None
        if len(key) != COMMITMENT_KEY_BYTES:
            raise RegisterUnreadable(f"{self.folder / COMMITMENTS} is not the key the register was made with")
        return key

    def _part(self, name: str) -> bytes:
        try:
            return storage.read_bounded(self.folder / name, LIMIT_NOTE)
        except OSError as error:
            raise RegisterUnreadable(
                f"{self.folder} is no register: {name} cannot be read: {storage.plain(error)}"
            ) from None

    def _position(self, start: int) -> Position:
        """Answer where a record lies as far as the index knows, else the beginning."""
        try:
            return (self.index.place(start) if start else None) or START
        except StorageFailed:
            return START

    def _case(self, digest: str) -> bytes | None:
        """Answer a case, wherever in its store it lies; the index only saves looking."""
        folder, wanted = self.folder / "cases", bytes.fromhex(digest)
        try:
            slot = self.index.kept(wanted)
        except StorageFailed:
            slot = None
        if slot and (content := cases.read(folder, slot)) is not None:
            return content
        with storage.storing("the case store cannot be read"):
            slot = next((one for one in cases.slots(folder) if one.digest == wanted), None)
        return cases.read(folder, slot) if slot else None

    def _offsets(self, segment: int) -> Sequence[int]:
        try:
            return self.index.offsets(segment)
        except StorageFailed:
            return ()

    def _forget(self, digest: bytes) -> None:
        try:
            self.index.forget(digest)
        except StorageFailed:  # corrupt, so that nobody can say what it holds
            self.index.discard()

    def _keep_cases(self, contents: Mapping[str, bytes]) -> None:
        try:
            new = self.index.not_kept(contents)
        except StorageFailed:
            new = dict(contents)
        for digest in contents.keys() - new.keys():
            if not self._lies_as_noted(digest):
                new[digest] = contents[digest]
        slots = self._growth.add(list(new.values())) if new else ()
        try:
            self.index.keep(slots)
        except StorageFailed:
            return  # found by looking, until `reindex`

    def _lies_as_noted(self, digest: str) -> bool:
        """Answer whether a case is whole where the index has it: it may be the index of another state or register."""
        try:
            slot = self.index.kept(bytes.fromhex(digest))
            return slot is not None and cases.read(self.folder / "cases", slot) is not None
        except (StorageFailed, ArchiveBroken):
            return False

    def _blob(self, shelf: Shelf, digest: str) -> Path:
        folder = self.folder / _PLACES[shelf]
        return (
            folder / f"{digest}.json" if shelf in MANIFESTS else folder / "sha256" / digest[:2] / digest[2:]
        )

    def _make_folders(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if one.is_relative_to(self.folder)]
        for one in reversed(missing):
            storage.private_folder(one)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the register's lock; the system lets go of it when its holder dies."""
        try:
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise RegisterUnreadable(f"{self.folder} is no register: it has no {LOCK}") from None
        except OSError as error:
            raise StorageFailed(f"{self.folder} cannot be appended to: {storage.plain(error)}") from None
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                what = f"another process holds the register for more than {LOCK_SECONDS:.0f} s"
                raise StorageFailed(what) from None
            time.sleep(0.001)
        except OSError as error:
            raise StorageFailed(f"the register cannot be locked: {storage.plain(error)}") from None
        else:
            return


def _trust_root(version: int) -> str:
    return TRUST_ROOT if version == 1 else f"trust-root.{version}.json"
