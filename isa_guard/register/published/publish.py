"""Publishing a register as tiles: all of it, or what is new since it was last published in the same folder.

What is published depends on the log alone, not on the store it lies in. Nothing published is ever written over but
the checkpoint, and that only by one that its history leads to; it is written last.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.register import storage
from isa_guard.register.faults import (
    ArchiveBroken,
    Damage,
    Forked,
    RecordError,
    RegisterBroken,
    SignatureInvalid,
)
from isa_guard.register.published.tiles import (
    CHECKPOINT,
    KEPT,
    LENGTH_BYTES,
    WIDTH,
    TileFolder,
    attachment_path,
    claimed,
    tile_path,
    trust_root_path,
)
from isa_guard.register.records import dsse
from isa_guard.register.records.statement import read_statement
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.merkle import Frontier, full_root, leaf_hash
from isa_guard.register.tree.note import LIMIT_NOTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from isa_guard.register.stores.store import Log
    from isa_guard.register.tree.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Published:
    """What is now published: how many records, and how many files were written for it."""

    size: int
    written: int


def publish(log: Log, folder: Path) -> Published:
    """Publish a log in `folder`, or what is new of it since it was last published there.

    Whether the log verifies is for whoever publishes to have asked; that its records give its checkpoint's root is
    checked. Raises Forked where what is there is newer, or another history of the same name; RegisterBroken where
    the log or what is there is damaged; StorageFailed. The checkpoint is then still the old one.
    """
    note = log.checkpoint()
    newest = claimed(note)
    shelf = _Publication(folder, _published(folder, newest))
    with storage.storing(f"the register cannot be published in {folder}"):
        shelf.begin()
        for version, content in enumerate(log.trust_roots(), start=1):
            shelf.put(trust_root_path(version), content, Damage.TRUST_ROOT)
        kept: list[Checkpoint] = []
        for one in log.kept_checkpoints():
            checkpoint = claimed(one)
            if checkpoint.origin != newest.origin or checkpoint.size > newest.size:
                what = f"a checkpoint over {checkpoint.size} records was kept of {checkpoint.origin}"
                raise Forked(f"{what}, and the newest covers {newest.size} of {newest.origin}")
            kept.append(checkpoint)
            name = f"{KEPT}/{checkpoint.size:012}-{hashlib.sha256(one).hexdigest()[:8]}"
            shelf.put(name, one, Damage.CHECKPOINT)
        _grow(log, shelf, newest, kept)
        shelf.end(note, newest.size)
    return Published(newest.size, shelf.written)


def _grow(log: Log, shelf: _Publication, newest: Checkpoint, kept: Sequence[Checkpoint]) -> None:
    """Lay the log's records out as tiles, holding every signed state against the tree as it is passed."""
    before = shelf.before.size if shelf.before else 0
    signed = [*kept, newest]
    if shelf.before:
        signed.append(shelf.before)
    at: dict[int, list[Checkpoint]] = {}
    for one in signed:
        at.setdefault(one.size, []).append(one)
    growing = _Growing(shelf)
    entries = log.entries()
    while True:
        size = growing.frontier.size
        for one in at.get(size, ()):
            if growing.frontier.root() != one.root:
                _refuse(one, shelf.before)
        if size == newest.size:
            break
        envelope = next(entries, None)
        if envelope is None:
            raise RegisterBroken(Damage.MISSING, size, f"the checkpoint covers {newest.size}")
        growing.add(envelope)
        if size >= before:
            _attach(log, shelf, envelope, size)
    growing.partial(at)


def _refuse(signed: Checkpoint, published: Checkpoint | None) -> None:
    if signed is published:
        what = f"what was published up to record {signed.size} is another history of {signed.origin}"
        raise Forked(f"{what}: nothing was published over it")
    raise RegisterBroken(Damage.ROOT, None, f"the first {signed.size} have another root than was signed")


def _attach(log: Log, shelf: _Publication, envelope: bytes, index: int) -> None:
    """Publish the lists that a record left out for their length."""
    try:
        payload = dsse.open_unverified(envelope).payload
        if b'"findingsDigest"' not in payload:  # nearly all: reading them all would take most of the time
            return
        record = read_statement(payload)
    except (SignatureInvalid, RecordError) as error:
        raise RegisterBroken(Damage.STATEMENT, index, str(error)) from None
    digest: str | None = getattr(record, "attachment", None)
    if digest is None:
        return
    try:
        content = log.blob(Shelf.ATTACHMENTS, digest)
    except ArchiveBroken as error:
        raise RegisterBroken(Damage.ATTACHMENT, index, str(error)) from None
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        raise RegisterBroken(Damage.ATTACHMENT, index, f"{digest[:12]} is missing or altered")
    shelf.put(attachment_path(digest), content, Damage.ATTACHMENT, index)


class _Growing:
    """The unfinished tile of each level, and the unfinished bundle."""

    def __init__(self, shelf: _Publication) -> None:
        self.frontier = Frontier()
        self._shelf = shelf
        self._rows: list[list[bytes]] = [[]]
        self._bundle: list[bytes] = []

    def add(self, envelope: bytes) -> None:
        """Take a record; whatever tile it completes is published."""
        index = self.frontier.size
        leaf = leaf_hash(envelope)
        self.frontier.add(leaf)
        self._bundle.append(len(envelope).to_bytes(LENGTH_BYTES, "big") + envelope)
        self._rows[0].append(leaf)
        if len(self._bundle) < WIDTH:
            return
        self._shelf.put(
            tile_path("entries", index // WIDTH), b"".join(self._bundle), Damage.TILE, index + 1 - WIDTH
        )
        self._bundle = []
        level, number = 0, index // WIDTH
        while len(self._rows[level]) == WIDTH:
            first = number * WIDTH ** (level + 1)
            self._shelf.put(tile_path(level, number), b"".join(self._rows[level]), Damage.TILE, first)
            if len(self._rows) == level + 1:
                self._rows.append([])
            self._rows[level + 1].append(full_root(self._rows[level]))
            self._rows[level] = []
            level, number = level + 1, number // WIDTH

    def partial(self, sizes: Iterable[int]) -> None:
        """Publish the partial tiles of every signed size whose full tile there is not yet."""
        end = self.frontier.size
        for size in sizes:
            for level, row in enumerate(self._rows):
                number, width = divmod(size >> 8 * level, WIDTH)
                if not width or number != (end >> 8 * level) // WIDTH:
                    continue
                first = number * WIDTH ** (level + 1)
                self._shelf.put(tile_path(level, number, width), b"".join(row[:width]), Damage.TILE, first)
                if level == 0:
                    bundle = b"".join(self._bundle[:width])
                    self._shelf.put(tile_path("entries", number, width), bundle, Damage.TILE, first)


class _Publication:
    """The folder that is published in: what is there is compared, what is not is written."""

    def __init__(self, folder: Path, before: Checkpoint | None) -> None:
        self.before = before
        self.written = 0
        self._folder = folder
        self._made: set[Path] = set()

    def begin(self) -> None:
        storage.private_folder(self._folder)

    def put(self, name: str, content: bytes, damage: Damage, index: int | None = None) -> None:
        """Write a file at one stroke, unless it is there and the same."""
        path = self._folder / name
        try:
            there = storage.read_bounded(path, len(content))
        except FileNotFoundError:
            there = None
        except OSError:
            there = b""  # longer, or no regular file: not what it should be
        if there == content:
            return
        if there is not None:
            raise RegisterBroken(damage, index, f"{name} is published already, and otherwise")
        if damage is Damage.TILE and index is not None and self._covered(name, index):
            raise RegisterBroken(damage, index, f"{name} is no longer there; publish in a new folder")
        self._folders(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
        temporary.write_bytes(content)
        temporary.chmod(storage.PRIVATE_FILE)
        temporary.replace(path)
        self.written += 1

    def end(self, note: bytes, size: int) -> None:
        """Make all of it durable, then put the checkpoint over it, then drop partial tiles that are full by now."""
        if self.written:
            os.sync()
        path = self._folder / CHECKPOINT
        if not path.exists() or storage.read_bounded(path, LIMIT_NOTE) != note:
            storage.replace(path, note)
            self.written += 1
        self._drop(size)

    def _covered(self, name: str, first: int) -> bool:
        """Answer whether a full tile that is not there must have been there when the folder was last published in."""
        if self.before is None or ".p/" in name:
            return False
        level = name.split("/")[1]
        leaves = WIDTH if level == "entries" else WIDTH ** (int(level) + 1)
        return first + leaves <= self.before.size

    def _drop(self, size: int) -> None:
        if self.before is None or self.before.size == size:
            return
        level = 0
        while (count := self.before.size >> 8 * level) or level == 0:
            number = count // WIDTH
            if (number + 1) * WIDTH <= size >> 8 * level:
                for kind in (level, "entries") if level == 0 else (level,):
                    partial = self._folder / f"{tile_path(kind, number)}.p"
                    for one in [*partial.iterdir()] if partial.is_dir() else ():
                        one.unlink()
                    if partial.is_dir():
                        partial.rmdir()
            level += 1

    def _folders(self, path: Path) -> None:
        if path in self._made:
            return
        if path != self._folder:
            self._folders(path.parent)
        storage.private_folder(path)
        self._made.add(path)


def _published(folder: Path, newest: Checkpoint) -> Checkpoint | None:
    """Answer the checkpoint that is published in a folder. Raises Forked where it is not an older one of this log."""
    if not (folder / CHECKPOINT).exists():
        return None
    there = claimed(TileFolder(folder).checkpoint())
    if there.origin != newest.origin:
        raise Forked(f"{folder} has {there.origin} published, and not {newest.origin}")
    if there.size > newest.size:
        what = f"{folder} has {there.size} records published, and the register has {newest.size}"
        raise Forked(f"{what}: it was set back, and nothing was published over it")
    return there
