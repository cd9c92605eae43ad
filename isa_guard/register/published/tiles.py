"""A register as files that anybody can check and serve (c2sp.org/tlog-tiles, C2SP entry bundles).

checkpoint                               the newest
tile/<L>/<N>[.p/<W>]                     inner hashes of the tree, 256 to a tile
tile/entries/<N>[.p/<W>]                 envelopes, each after its length in two bytes
trust-root.json  trust-root.<N>.json     ours, beside it: all that `verify` needs but the fingerprint
checkpoints/<size>-<digest>  attachments/sha256/aa/bbbb...
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from isa_guard.register import storage
from isa_guard.register.faults import (
    ArchiveBroken,
    Damage,
    RegisterBroken,
    RegisterUnreadable,
    SignatureInvalid,
)
from isa_guard.register.records.dsse import LIMIT_ENVELOPE
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.tree.merkle import EMPTY_ROOT, HASH_BYTES, full_root, leaf_hash
from isa_guard.register.tree.note import LIMIT_NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isa_guard.register.tree.checkpoint import Checkpoint

WIDTH: Final = 256
CHECKPOINT: Final = "checkpoint"
KEPT: Final = "checkpoints"
LENGTH_BYTES: Final = 2
LIMIT_TRUST_ROOT: Final = 1024 * 1024
LIMIT_BLOB: Final = 64 * 1024 * 1024
_LIMIT_BUNDLE: Final = WIDTH * (LENGTH_BYTES + LIMIT_ENVELOPE)
_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class TileFolder:
    """A published register, for reading: what `verify` needs, out of files alone.

    Its entries are given only where every hash over them, on every level, is the one that is published.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._note = b""
        self._last: dict[int, tuple[int, tuple[bytes, ...]]] = {}

    @property
    def place(self) -> str:
        """Where it lies."""
        return str(self.folder)

    def trust_roots(self) -> tuple[bytes, ...]:
        """Answer every version of the trust root."""
        found = [self._part(trust_root_path(1), LIMIT_TRUST_ROOT)]
        while (self.folder / trust_root_path(len(found) + 1)).exists():
            found.append(self._part(trust_root_path(len(found) + 1), LIMIT_TRUST_ROOT))
        return tuple(found)

    def checkpoint(self) -> bytes:
        """Answer the newest checkpoint's note, as first read: this object shows one state of what is published."""
        if not self._note:
            self._note = self._part(CHECKPOINT, LIMIT_NOTE)
        return self._note

    def kept_checkpoints(self) -> Iterator[bytes]:
        """Answer the notes that were kept."""
        folder = self.folder / KEPT
        with storage.storing("the kept checkpoints cannot be read"):
            names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            if not name.startswith("."):
                yield self._part(f"{KEPT}/{name}", LIMIT_NOTE)

    def blob(self, shelf: Shelf, digest: str) -> bytes | None:
        """Answer a published attachment; nothing else is published."""
        if shelf is not Shelf.ATTACHMENTS or not _DIGEST.match(digest):
            return None
        try:
            content = storage.read_bounded(self.folder / attachment_path(digest), LIMIT_BLOB)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ArchiveBroken(f"{digest[:12]} cannot be read: {storage.plain(error)}") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveBroken(f"{digest[:12]} was altered: it no longer has its digest")
        return content

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Answer every envelope from `start` on, a bundle in memory at a time.

        Raises RegisterBroken at the first tile that is missing, malformed, or not the hashes of its entries.
        """
        size = self._size_claimed()
        for number in range(start // WIDTH, -(-size // WIDTH)):
            first = number * WIDTH
            bundle = self._bundle(number, min(WIDTH, size - first))
            leaves = tuple(leaf_hash(entry) for entry in bundle)
            tile = self._tile(0, number)
            if leaves != tile:
                other = next(at for at, leaf in enumerate(leaves) if leaf != tile[at])
                what = f"{tile_path(0, number, len(tile))} has not the hash of this entry"
                raise RegisterBroken(Damage.TILE, first + other, what)
            if len(bundle) == WIDTH:
                self._check_above(number, leaves)
            yield from bundle[max(start - first, 0) :]

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Answer inner hashes of the tree. Raises RegisterBroken where their tile is missing or malformed."""
        found: list[bytes] = []
        for number in range(start // WIDTH, -(-stop // WIDTH)):
            first = number * WIDTH
            found += self._tile(level, number)[max(start - first, 0) : stop - first]
        return found

    def _check_above(self, number: int, leaves: Sequence[bytes]) -> None:
        """Hold a full tile against the hash of it one level up, and that one's tile too where it ends here."""
        level, row = 0, leaves
        while True:
            place, at = divmod(number, WIDTH)
            above = self._tile(level + 1, place)
            if full_root(row) != above[at]:
                what = f"{tile_path(level + 1, place)} has not the hash of {tile_path(level, number)}"
                raise RegisterBroken(Damage.TILE, number * WIDTH ** (level + 1), what)
            if at < WIDTH - 1:
                return
            level, number, row = level + 1, place, above

    def _tile(self, level: int, number: int) -> tuple[bytes, ...]:
        """Answer the hashes of a tile, as many as the checkpoint's size gives it."""
        known = self._last.get(level)
        if known and known[0] == number:
            return known[1]
        width = min(WIDTH, (self._size_claimed() >> 8 * level) - number * WIDTH)
        content, found = self._read(level, number, width, WIDTH * HASH_BYTES)
        if len(content) != found * HASH_BYTES:
            what = f"{tile_path(level, number, found)} is not of {found} hashes"
            raise RegisterBroken(Damage.TILE, number * WIDTH ** (level + 1), what)
        row = tuple(content[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES))
        self._last[level] = (number, row)
        return row

    def _bundle(self, number: int, width: int) -> list[bytes]:
        content, expected = self._read("entries", number, width, _LIMIT_BUNDLE)
        found: list[bytes] = []
        at = 0
        while at < len(content) and len(found) < expected:
            end = at + LENGTH_BYTES + int.from_bytes(content[at : at + LENGTH_BYTES], "big")
            if end > len(content):
                break
            found.append(content[at + LENGTH_BYTES : end])
            at = end
        if len(found) < expected or at != len(content):
            what = f"{tile_path('entries', number, expected)} does not hold {expected} whole entries"
            raise RegisterBroken(Damage.TILE, number * WIDTH + min(len(found), width - 1), what)
        return found[:width]

    def _read(self, level: int | str, number: int, width: int, limit: int) -> tuple[bytes, int]:
        """Answer a tile's file and width; the full one will do for a partial one, which may have been dropped for it."""
        first = number * WIDTH ** (level + 1 if isinstance(level, int) else 1)
        if width <= 0:
            raise RegisterBroken(Damage.TILE, first, f"{tile_path(level, number)} is beyond the checkpoint")
        for found in dict.fromkeys((width, WIDTH)):
            name = tile_path(level, number, found)
            try:
                return storage.read_bounded(self.folder / name, limit), found
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                what = f"{name} cannot be read: {storage.plain(error)}"
                raise RegisterBroken(Damage.TILE, first, what) from None
        raise RegisterBroken(Damage.TILE, first, f"{tile_path(level, number, width)} is not there")

    def _size_claimed(self) -> int:
        return claimed(self.checkpoint()).size

    def _part(self, name: str, limit: int) -> bytes:
        try:
            return storage.read_bounded(self.folder / name, limit)
        except OSError as error:
            what = f"{self.folder} is no published register: {name} cannot be read"
            raise RegisterUnreadable(f"{what}: {storage.plain(error)}") from None


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Answer where a tile lies: level `entries` has the bundles, and a width below 256 is that of a partial tile."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def claimed(note: bytes) -> Checkpoint:
    """Answer what a published note says, unproven. Raises RegisterBroken where it is no checkpoint."""
    try:
        found = claimed_checkpoint(note)
    except SignatureInvalid as error:
        raise RegisterBroken(Damage.CHECKPOINT, None, str(error)) from None
    if not found.size and found.root != EMPTY_ROOT:
        raise RegisterBroken(Damage.CHECKPOINT, None, "an empty register has another root")
    return found


def trust_root_path(version: int) -> str:
    """Answer where a version of the trust root lies."""
    return "trust-root.json" if version == 1 else f"trust-root.{version}.json"


def attachment_path(digest: str) -> str:
    """Answer where an attachment lies."""
    return f"attachments/sha256/{digest[:2]}/{digest[2:]}"
