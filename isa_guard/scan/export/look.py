"""Looks into every file of an export, and holds what it sees to what the manifest says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place, UsageError
from isa_guard.model.manifest import Manifest, ManifestFile, Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.export.acceptance import with_accepted
from isa_guard.scan.export.claimed import Claimed
from isa_guard.scan.export.figures import Figures
from isa_guard.scan.export.limits import limits_of
from isa_guard.scan.export.notes import Notes
from isa_guard.scan.export.releases.before import Before, not_compared
from isa_guard.scan.export.scheduled import Scheduled
from isa_guard.scan.export.seen import SeenInFiles, fields_of
from isa_guard.scan.export.through import EMPTY, Through, Until, sha256_of
from isa_guard.scan.export.together import seen_together
from isa_guard.scan.identifiers import Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isa_guard.language.values import Value
    from isa_guard.model.accepted import Accepted
    from isa_guard.model.agreement import Agreement
    from isa_guard.scan.contents import TablePart
    from isa_guard.scan.export.releases.folder import Releases
    from isa_guard.scan.export.sampled import Sampler

CHANGED: Final = "is not the file that was declared: its digest differs"
WHILE_READ: Final = "was changed while it was read"
STATISTICS: Final = "statistics"
WITH_ROWS: Final = frozenset({STATISTICS, "microdata"})


class Look:
    """One look into one export. `declared` are the fields of its manifest, as they were written; `accepted` holds as on `today`.

    `releases` are those that went before, where they are kept.
    """

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        declared: Mapping[str, Value],
        agreement: Agreement,
        accepted: Sequence[Accepted] = (),
        today: date = date.max,
        releases: Releases | None = None,
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self.accepted = accepted
        self.today = today
        self.release = declared.get("release")
        self.limits = limits_of(agreement)
        self.notes = Notes()
        self.through = Through(manifest, Known.of(agreement.parties), self.notes)
        self.claimed = Claimed(manifest, str(declared.get("treatment")), self.limits)
        self.scheduled = Scheduled(manifest, agreement, declared)
        self.figures = Figures(self.limits)
        self.before = Before(manifest, declared, releases) if releases else None
        self.digests: dict[str, str] = {}
        self.columns: set[str] = set()
        self.rows = 0

    def seen(self) -> SeenInFiles:
        """Read every file. Raises UsageError where a library that reads them is not installed."""
        for number, file in enumerate(self.manifest.files, 1):
            self._file(file, number)
        self.notes.add_all(self.claimed.seen())
        self.notes.add_all(self.scheduled.seen())
        self.notes.add_all(self.figures.seen())
        self.notes.add_all(seen_together(self.manifest, self.folder, self.figures, self.limits))
        if self.before:
            self.notes.add_all(self.before.seen(self.figures.tables, self.limits))
        elif self.release == STATISTICS:
            self.notes.add(not_compared(self.manifest))
        if self.release in WITH_ROWS and not self.rows:
            self.through.trouble(self.manifest.place.source, "no file of the export has a row", EMPTY)
        self._lacking()
        every = with_accepted(self.notes.all(), self.accepted, self.digests, self.today)
        values = fields_of(every)
        values["unread"] = len(self.through.problems)
        values["least_shown"] = self.limits.threshold.least_safe
        if self.manifest.columns:
            values["fields"] = tuple(sorted(self.manifest.columns))
        if self.before:
            values["earlier"] = len(self.before.earlier)
        release = self.before.release(self.figures.tables) if self.before else None
        return SeenInFiles(values, every, tuple(self.through.problems), release)

    def _file(self, file: ManifestFile, number: int) -> None:
        path = self.folder / file.path
        try:
            trouble = _unfit(path, self.folder)
            digest = "" if trouble else sha256_of(path)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            trouble = (
                f"cannot be read: {(getattr(error, 'strerror', None) or 'there is no such name').lower()}"
            )
            digest = ""
        if trouble:
            self._other(file, trouble)
            return
        if digest != file.sha256:
            self._other(file, CHANGED)
        self.digests[str(path)] = digest
        before = path.stat()
        rows = 0
        for part in self.through.tables(path, file):
            rows += part.frame.height
            self._table(part, number)
        self.rows += rows
        after = path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            self._other(file, WHILE_READ)
        if file.rows is not None and rows != file.rows:
            self._other(file, f"has {rows:,} rows, and {file.rows:,} are declared")

    def _other(self, file: ManifestFile, what: str) -> None:
        """Note that a file is other than the declared one."""
        self.notes.add(Observation(Seen.FILE, Weight.STOPS, file.path, f"{file.path} {what}", file.place))

    def _table(self, part: TablePart, number: int) -> None:
        if self.release == STATISTICS:  # its headings are no columns of records
            self.figures.add(part)
            return
        self.claimed.add(part)
        self.scheduled.add(part)
        if self.before:
            self.before.add(part)
        place, within = Place(part.spot.file), part.spot.part
        for position, name in enumerate(part.frame.columns, 1):
            column = self.manifest.columns.get(name)
            self.columns.add(name)
            if column is None:  # its heading may be a person's: it goes by its number
                where = f"column {position} of file {number}"
                words = f"{where} is not declared"
                self.notes.add(
                    Observation(
                        Seen.UNDECLARED, Weight.STOPS, where, words, place, within, f"column {position}"
                    )
                )
            elif column.treatment is Treatment.SUPPRESSED and (filled := _filled(part, name)):
                words = f"column {name} is declared suppressed, and {filled:,} of its cells are filled"
                self.notes.add(
                    Observation(
                        Seen.FILLED, Weight.STOPS, name, words, place, within, f"column {name}", many=filled
                    )
                )

    def _lacking(self) -> None:
        if self.release == STATISTICS:
            return
        for name, column in self.manifest.columns.items():
            if name not in self.columns:
                words = f"no file has the declared column {name}"
                self.notes.add(Observation(Seen.LACKING, Weight.STOPS, name, words, column.place))


def look_at(
    paths: Sequence[Path], known: Known, until: Until = Until.END, sampler: Sampler | None = None
) -> tuple[SeenInFiles, str]:
    """Answer what is inside files of which nothing is claimed, and the file in which it stopped, if it did.

    Raises UsageError for a file that is not there.
    """
    notes = Notes()
    through = Through(Manifest((), {}, Place("")), known, notes, until, sampler)
    if lacking := next((path for path in paths if not path.is_file()), None):
        raise UsageError(f"{lacking} is no file")
    stopped_in = ""
    for path in paths:
        for _ in through.tables(path, ManifestFile(str(path), "", None, (), Place(str(path)))):
            pass
        if through.stopped:
            stopped_in = str(path)
            break
    every = notes.all()
    return SeenInFiles(fields_of(every), every, tuple(through.problems)), stopped_in


def _filled(part: TablePart, name: str) -> int:
    return int((part.frame.get_column(name).fill_null("") != "").sum())


def _unfit(path: Path, folder: Path) -> str:
    """Answer why a file is not even opened, or nothing. Raises OSError, ValueError."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return "leads out of the folder of the manifest"
    # A pipe would be waited for without end.
    return "is no plain file" if path.exists() and not path.is_file() else ""
