"""A backup: one tar of all that a register is made of, from whatever store, and the new epoch that it is restored into.

    checkpoint  trust-root*.json  checkpoints/*  entries/*     the log
    attachments/ archive/ agreements/ rules/ cases/            what is kept beside it, by digest
    commitments.key

A restored register never goes on where it was: what was appended after the backup is lost, and somebody may hold
proofs of it. It begins anew, and its first record names the state it came from.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.register import storage
from isa_guard.register.faults import RegisterUnreadable
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import claimed_checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.register.stores.store import Store

COMMITMENTS: Final = "commitments.key"
LIMIT_MEMBER: Final = 64 * 1024 * 1024
_KEPT = re.compile(r"checkpoints/[0-9]{12}-[0-9a-f]{8}\Z", re.ASCII)
_TRUST_ROOT = re.compile(r"trust-root(\.([2-9]|[1-9][0-9]{1,3}))?\.json\Z", re.ASCII)
_BLOB = re.compile(r"(attachments|archive|agreements|rules|cases)/([0-9a-f]{64})\Z", re.ASCII)


class Part(StrEnum):
    """What a backup holds besides the records and what is kept on shelves."""

    CHECKPOINT = "checkpoint"
    TRUST_ROOT = "trust root"
    KEPT = "kept checkpoint"
    COMMITMENTS = "commitments"


def write(store: Store, path: Path) -> int:
    """Write a backup of a register that verifies, note where it lies, and answer how many records it has.

    Raises UsageError where a file is there already, StorageFailed.
    """
    note = store.checkpoint()
    with storage.storing(f"the backup {path} cannot be written"):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} is there already: a backup is never written over")
        store.note_backup(str(path.absolute()))  # before it holds anything that may have to be erased
        count = 0
        with _writing(path) as tar:
            _add(tar, "checkpoint", note)
            for version, content in enumerate(store.trust_roots(), start=1):
                _add(tar, "trust-root.json" if version == 1 else f"trust-root.{version}.json", content)
            for head in store.kept_checkpoints():
                size = claimed_checkpoint(head).size
                _add(tar, f"checkpoints/{size:012}-{hashlib.sha256(head).hexdigest()[:8]}", head)
            # No farther than the checkpoint: what follows was acknowledged to nobody, and may be torn.
            for envelope in islice(store.entries(), claimed_checkpoint(note).size):
                _add(tar, f"entries/{count:012}", envelope)
                count += 1
            for shelf in Shelf:
                for digest in sorted(store.digests(shelf)):
                    kept = store.blob(shelf, digest)
                    if kept is not None:
                        _add(tar, f"{shelf.value}/{digest}", kept)
            key = store.commitment_key()
            if key is not None:
                _add(tar, COMMITMENTS, key)
    return count


def is_entry(name: str, index: int) -> bool:
    """Answer whether a name is that of the record at this index; records stand in order."""
    return name == f"entries/{index:012}"


def part_of(name: str) -> Part | Shelf | None:
    """Answer what a name of a backup is that of; None where it is none of ours."""
    if name == "checkpoint":
        return Part.CHECKPOINT
    if name == COMMITMENTS:
        return Part.COMMITMENTS
    if _TRUST_ROOT.match(name):
        return Part.TRUST_ROOT
    if _KEPT.match(name):
        return Part.KEPT
    found = _BLOB.match(name)
    return Shelf(found.group(1)) if found else None


def reachable(place: str) -> bool:
    """Answer whether a backup is where it was put."""
    return Path(place).is_file()


def holds_case(place: str, digest: str) -> bool:
    """Answer whether a backup is there and holds a case. Raises RegisterUnreadable for what is no backup."""
    return reachable(place) and any(name == f"cases/{digest}" for name, _ in members(Path(place)))


def drop_case(place: str, digest: str) -> None:
    """Write a backup anew without a case, and zeros over the old one. Raises StorageFailed, RegisterUnreadable."""
    path = Path(place)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    with storage.storing(f"the backup {path} cannot be written anew"):
        fresh.unlink(missing_ok=True)
        with _writing(fresh) as tar:
            for name, content in members(path):
                if name != f"cases/{digest}":
                    _add(tar, name, content)
        # The old bytes must go from the disk, and a crash must leave a backup: so the old file gets another name first.
        old = path.with_name(f".{path.name}.{os.getpid()}.old")
        path.rename(old)
        fresh.rename(path)
        storage.sync_folder(path.parent)
        storage.overwrite(old)
        old.unlink()
        storage.sync_folder(path.parent)


@contextmanager
def _writing(path: Path) -> Iterator[tarfile.TarFile]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
            yield tar
        file.flush()
        os.fsync(descriptor)
    storage.sync_folder(path.parent)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Answer what a backup holds, one in memory at a time; its name and kind are held to what we write."""
    try:
        with tarfile.open(path, mode="r|") as tar:
            for info in tar:
                if not info.isreg() or not 0 <= info.size <= LIMIT_MEMBER:
                    raise RegisterUnreadable(
                        f"{path} is no backup of a register: {info.name[:40]!r} is none of it"
                    )
                file = tar.extractfile(info)
                assert file is not None
                yield info.name, file.read()
    except (tarfile.TarError, EOFError) as error:
        raise RegisterUnreadable(f"{path} is no backup of a register: {error}") from None
    except OSError as error:
        raise RegisterUnreadable(f"the backup {path} cannot be read: {storage.plain(error)}") from None
