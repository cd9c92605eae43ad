"""One file looked through from beginning to end: identifiers, markings, and what could not be read."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place, Problem
from isa_guard.scan.contents import TablePart, TextPart, Unread
from isa_guard.scan.export import identified, marked
from isa_guard.scan.readers import read_contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from isa_guard.model.manifest import Manifest, ManifestFile
    from isa_guard.model.observation import Observation
    from isa_guard.scan.contents import Content
    from isa_guard.scan.export.notes import Notes
    from isa_guard.scan.export.sampled import Sampler
    from isa_guard.scan.identifiers import Known

UNREAD: Final = "what is not read is not known to be safe: send it in a form that can be read"
EMPTY: Final = "was the job that wrote it interrupted? leave the file out, or write it again"


class Until(Enum):
    """How far files are read: a gate reads to the end."""

    END = "end"
    SURE = "the first sure finding"


class Through:
    """Looks through files for one manifest. What it sees goes to `notes`, what it cannot read to `problems`.

    `stopped` says that the rest of the files was not read.
    """

    def __init__(
        self,
        manifest: Manifest,
        known: Known,
        notes: Notes,
        until: Until = Until.END,
        sampler: Sampler | None = None,
    ) -> None:
        self.until = until
        self.sampler = sampler
        self.stopped = False
        self.manifest = manifest
        self.known = known
        self.notes = notes
        self.problems: list[Problem] = []

    def tables(self, path: Path, file: ManifestFile) -> Iterator[TablePart]:
        """Answer the tables of a file in their batches; iterate to the end. Raises UsageError where a library is missing."""
        tables = identified.InTables(self.known)
        parts = 0
        for part in self.sampler.contents(path) if self.sampler else read_contents(path):
            parts += 1
            match part:
                case TablePart():
                    tables.add(part)
                    self._note(marked.in_table(part))
                    yield part
                case TextPart():  # headings are handed on as a text as well
                    self._note((*identified.in_text(part, file, self.known), *marked.in_text(part)))
                case Unread():
                    self._note((part,))
            if self.until is Until.SURE and self._sure(part, tables):
                self.stopped = True
                break
        self._note(tables.seen(self.manifest, file))
        if not parts:
            self.trouble(str(path), "nothing stands in this file", EMPTY)

    def _sure(self, part: Content, tables: identified.InTables) -> bool:
        match part:
            case TablePart():
                return tables.sure()
            case TextPart():
                return identified.sure_in_text(part, self.known)
            case Unread():
                return False

    def trouble(self, source: str, what: str, hint: str) -> None:
        """Note what could not be read. Nothing found in nothing is no pass either."""
        self.problems.append(Problem(what, Place(source), hint, "unread"))

    def _note(self, some: Iterable[Observation | Unread]) -> None:
        for one in some:
            if isinstance(one, Unread):
                where = f"{one.spot.part}: " if one.spot.part else ""
                self.trouble(one.spot.file, f"{where}{one.why}", UNREAD)
            else:
                self.notes.add(one)


def sha256_of(path: Path) -> str:
    """Answer the digest of a file: which file it is that was decided on. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
