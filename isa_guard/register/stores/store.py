"""What a place that keeps a register must be able to do: a folder, a PostgreSQL database, or, read only, tiles.

A store is trusted with nothing. What it gives is held against the signed checkpoint by those who ask it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.frozen import dataclass
from isa_guard.register.tree.proof import Hashes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager


class Shelf(StrEnum):
    """What is kept beside the log by the SHA-256 of its bytes. Only cases can hold personal data; only they are erased.

    The manifests of agreements and of rules are kept by the digest of what they list.
    """

    ATTACHMENTS = "attachments"
    ARCHIVE = "archive"
    AGREEMENTS = "agreements"
    RULES = "rules"
    CASES = "cases"


MANIFESTS: Final = frozenset({Shelf.AGREEMENTS, Shelf.RULES})


@dataclass(frozen=True, slots=True)
class Tip:
    """What a store noted of its end, so that nobody need read all to go on: believed only if it gives the signed root.

    `peaks` are those of the tree without its last record, `last` is that record's envelope.
    """

    size: int
    peaks: tuple[bytes, ...]
    last: bytes


@dataclass(frozen=True, slots=True)
class Noted:
    """What is noted of a record so that it is found again: never evidence, and made anew from the log at will."""

    index: int
    leaf: bytes
    id: str
    subject: str


class Log(Protocol):
    """The part of a register that is evidence, for reading."""

    @property
    def place(self) -> str:
        """Where it lies, as people are told."""

    def trust_roots(self) -> tuple[bytes, ...]:
        """Answer every version of the trust root, the first first. Raises RegisterUnreadable."""

    def checkpoint(self) -> bytes:
        """Answer the newest checkpoint's note. Raises RegisterUnreadable."""

    def kept_checkpoints(self) -> Iterator[bytes]:
        """Answer the notes that were kept: published, cosigned, or replaced at a rotation; by size."""

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Answer every envelope from index `start` on. Raises RegisterBroken at the first that is not whole."""

    def blob(self, shelf: Shelf, digest: str) -> bytes | None:
        """Answer what is kept under a digest, None where it is not. Raises ArchiveBroken where it was altered."""


class Writer(Protocol):
    """A log held for writing, by one alone."""

    def entries(self, start: int) -> Iterator[bytes]:
        """Answer every envelope from `start` on, covered by the checkpoint or not."""

    def cut(self, size: int) -> None:
        """Drop what a crash left in part behind the first `size` records."""

    def write(self, envelopes: Sequence[bytes]) -> Sequence[bytes]:
        """Store envelopes durably behind what was last read or written, and answer them as read back."""

    def seal(self, note: bytes, tip: Tip) -> None:
        """Put a checkpoint over all that is stored in the place of the old one, durably."""

    def remember(self, noted: Sequence[Noted], tip: Tip) -> None:
        """Note the records read or written since the last call. Raises StorageFailed, which `reindex` mends."""

    def forget(self) -> None:
        """Put aside all that was noted: it did not give the signed root."""


class Store(Log, Hashes, Protocol):
    """A register that can be appended to."""

    def begin(self, trust_root: bytes, note: bytes, commitment_key: bytes) -> None:
        """Make an empty register. Raises UsageError where something is there already, StorageFailed."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Hold the log alone. Raises StorageFailed where others hold it too long."""

    def tip(self) -> Tip | None:
        """Answer what was noted of the end, if anything was."""

    def found(self, name: str) -> Sequence[int]:
        """Answer the indices of records noted under an id or a subject's digest."""

    def has(self, shelf: Shelf, digest: str) -> bool:
        """Answer whether something is kept under a digest, without reading it."""

    def digests(self, shelf: Shelf) -> Iterator[str]:
        """Answer the digest of everything kept on a shelf, each once, in no order. Raises StorageFailed."""

    def keep(self, shelf: Shelf, contents: Mapping[str, bytes]) -> None:
        """Keep contents by their digests, durably; those that are there already are left. Raises StorageFailed."""

    def erase(self, digest: str) -> bool:
        """Erase a case so that no file of ours holds it, and answer whether it was there. Raises StorageFailed."""

    def backups(self) -> tuple[str, ...]:
        """Answer where backups of this register were put: an erasure has to reach them too."""

    def note_backup(self, place: str) -> None:
        """Note where a backup was put. Raises StorageFailed."""

    def forget_backup(self, place: str) -> None:
        """Note that a backup is no more. Raises StorageFailed."""

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a note for ever; another of the same size joins it and never replaces it."""

    def keep_trust_root(self, version: int, content: bytes) -> None:
        """Keep a new version of the trust root. Raises StorageFailed where that version is there already."""

    def commitment_key(self) -> bytes | None:
        """Answer the key of commitments, None once it has been destroyed. Raises RegisterUnreadable."""
