"""The log of a register in a folder, held by one alone: its journal grows, and its checkpoint is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register import storage
from isa_guard.register.faults import StorageFailed
from isa_guard.register.stores import journal
from isa_guard.register.stores.journal import START, Position, Tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isa_guard.register.stores.index import Index
    from isa_guard.register.stores.store import Noted, Tip

CHECKPOINT: Final = "checkpoint"
JOURNAL: Final = "journal"


class DirectoryWriter:
    """The log of a folder, held alone."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.folder = folder
        self._index = index
        self._tail: Tail | None = None
        self._end = START
        self._places: list[Position] = []

    def close(self) -> None:
        """Let go of the journal."""
        if self._tail is not None:
            self._tail.close()
            self._tail = None

    def entries(self, start: int) -> Iterator[bytes]:
        """Answer every envelope from `start` on, and keep in mind where the last ended."""
        at = self._end if self._end.index == start else self._noted_end(start)
        if at != self._end:
            self._end, self._places = at, []
        for frame in journal.frames(self.folder / JOURNAL, at):
            self._places.append(frame.start)
            self._end = frame.end
            if frame.start.index >= start:
                yield frame.envelope

    def cut(self, size: int) -> None:
        """Drop what a crash left in part behind the last whole record."""
        assert self._end.index == size
        self._tail_at_end().cut()

    def write(self, envelopes: Sequence[bytes]) -> Sequence[bytes]:
        """Store envelopes durably, and answer them as read back."""
        tail = self._tail_at_end()
        stored = tail.append(envelopes)
        at = tail.first
        for envelope in stored:
            self._places.append(at)
            at = Position(at.index + 1, at.segment, at.offset + journal.HEADER + len(envelope))
        self._end = tail.at
        return stored

    def seal(self, note: bytes, tip: Tip) -> None:
        """Put a checkpoint in the place of the old one."""
        del tip
        with storage.storing("the checkpoint cannot be written"):
            storage.replace(self.folder / CHECKPOINT, note)

    def remember(self, noted: Sequence[Noted], tip: Tip) -> None:
        """Note the records read or written since the last call."""
        places, self._places = self._places, []
        self._index.remember(noted, places[len(places) - len(noted) :], tip.peaks, self._end)

    def forget(self) -> None:
        """Put aside the index."""
        self._end, self._places = START, []
        self._index.discard()

    def _noted_end(self, start: int) -> Position:
        if start:
            try:
                noted = self._index.tip()
            except StorageFailed:
                noted = None
            if noted and noted[2].index == start:
                return noted[2]
        return START

    def _tail_at_end(self) -> Tail:
        if self._tail is None or self._tail.at != self._end:
            self.close()
            self._tail = Tail(self.folder / JOURNAL, self._end)
        return self._tail
