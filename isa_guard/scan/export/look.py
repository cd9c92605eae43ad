"""Looks into every file of an export, and says what it saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place, Problem, UsageError
from isa_guard.model.manifest import Manifest, ManifestFile, Role, Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.contents import TablePart, TextPart, Unread
from isa_guard.scan.disclosure.checks import Claim
from isa_guard.scan.export import identified, marked, released
from isa_guard.scan.export.acceptance import with_accepted
from isa_guard.scan.export.digests import sha256_of
from isa_guard.scan.export.notes import Notes
from isa_guard.scan.export.seen import FILLED, LACKING, UNDECLARED, SeenInFiles, fields_of
from isa_guard.scan.identifiers import Known
from isa_guard.scan.readers import read_contents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isa_guard.language.values import Value
    from isa_guard.model.accepted import Accepted
    from isa_guard.model.agreement import Agreement
    from isa_guard.scan.contents import Spot

CHANGED: Final = "is not the file that was declared: its digest differs"
AWAY: Final = "leads out of the folder of the manifest"


class Look:
    """One look into one export. `declared` are the fields of its manifest, as they were written; `accepted` holds as on `today`."""

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        declared: Mapping[str, Value],
        agreement: Agreement,
        accepted: Sequence[Accepted] = (),
        today: date = date.max,
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self.accepted = accepted
        self.today = today
        self.digests: dict[str, str] = {}
        self.declared = declared
        self.limits = released.limits_of(agreement)
        self.known = Known.of(agreement.parties)
        self.statistics = declared.get("release") == "statistics"  # its headings are no columns of records
        self.notes = Notes()
        self.problems: list[Problem] = []
        self.columns: set[str] = set()
        self.tables: set[Spot] = set()
        self.rows = 0
        self.identified = identified.InTables(self.known)
        self.claim = {one.value: one for one in Claim}.get(str(declared.get("treatment")))
        self.held: dict[Spot, list[TablePart]] = {}

    def seen(self) -> SeenInFiles:
        """Read every file. Raises UsageError where a library that reads them is not installed."""
        for number, file in enumerate(self.manifest.files, 1):
            self._file(file, number)
        self._claimed()
        if self.declared.get("release") in {"microdata", "statistics"} and not self.rows:
            self._nothing(self.manifest.place.source, "no file of the export has a row")
        for name, column in self.manifest.columns.items():
            if name not in self.columns and not self.statistics:
                words = f"no file has the declared column {name}"
                self.notes.add(
                    Observation(Seen.COLUMN, Weight.STOPS, f"{LACKING}{name}", words, column.place)
                )
        every = with_accepted(self.notes.all(), self.accepted, self.digests, self.today)
        values = fields_of(every)
        values["unread"] = len(self.problems)
        values["least_shown"] = self.limits.threshold.least_safe
        if self.manifest.columns:
            values["fields"] = tuple(sorted(self.manifest.columns))
        return SeenInFiles(values, every, tuple(self.problems))

    def _file(self, file: ManifestFile, number: int) -> None:
        path = self.folder / file.path
        trouble = _trouble(path, self.folder, file)
        if trouble:
            words = f"{file.path} {trouble}"
            self.notes.add(Observation(Seen.FILE, Weight.STOPS, file.path, words, file.place))
        if trouble not in {"", CHANGED}:
            return
        self.digests[str(path)] = sha256_of(path)
        rows = parts = 0
        self.identified = identified.InTables(self.known)
        for part in read_contents(path):
            parts += 1
            match part:
                case TablePart():
                    rows += part.frame.height
                    self._table(part, file, number)
                case TextPart():
                    self._text(part, file)
                case Unread():
                    self.problems.append(_problem(part))
        for one in self.identified.seen(self.manifest, file):
            self.notes.add(one)
        if not parts:
            self._nothing(str(path), "nothing stands in this file")
        self.rows += rows
        if file.rows is not None and rows != file.rows:
            words = f"{file.path} has {rows:,} rows, and {file.rows:,} are declared"
            self.notes.add(Observation(Seen.FILE, Weight.STOPS, file.path, words, file.place))

    def _nothing(self, source: str, what: str) -> None:
        """Nothing found in nothing is no pass: an export job that came to its end too early leaves such files."""
        hint = "was the job that wrote it interrupted? leave the file out, or write it again"
        self.problems.append(Problem(what, Place(source), hint, "unread"))

    def _text(self, part: TextPart, file: ManifestFile) -> None:
        for one in (*identified.in_text(part, file, self.known), *marked.in_text(part)):
            self.notes.add(one)

    def _table(self, part: TablePart, file: ManifestFile, number: int) -> None:
        self.identified.add(part)
        for one in marked.in_table(part):
            self.notes.add(one)
        headings = TextPart(part.spot, "\n".join(part.frame.columns), max(part.row - 1, 0))
        for one in identified.in_text(headings, file, self.known):
            self.notes.add(one)
        if not self.statistics:
            self._declared_columns(part, number)
            self._hold_back(part)
            return
        again = part.spot in self.tables
        self.tables.add(part.spot)
        for one in [released.in_parts(part)] if again else released.figures(part, self.limits):
            self.notes.add(one)

    def _declared_columns(self, part: TablePart, number: int) -> None:
        spot = part.spot
        for position, series in enumerate(part.frame.get_columns(), 1):
            name = series.name
            column = self.manifest.columns.get(name)
            self.columns.add(name)
            if column is None:
                where = f"column {position} of file {number}"
                words = f"{where} is not declared"
                seen = Observation(
                    Seen.COLUMN,
                    Weight.STOPS,
                    f"{UNDECLARED}{where}",
                    words,
                    Place(spot.file),
                    spot.part,
                    f"column {position}",
                )
                self.notes.add(seen)
            elif column.treatment is Treatment.SUPPRESSED and (filled := _filled(part, name)):
                words = f"column {name} is declared suppressed, and {filled:,} of its cells are filled"
                seen = Observation(
                    Seen.COLUMN,
                    Weight.STOPS,
                    f"{FILLED}{name}",
                    words,
                    Place(spot.file),
                    spot.part,
                    f"column {name}",
                    "",
                    filled,
                )
                self.notes.add(seen)

    def _hold_back(self, part: TablePart) -> None:
        """Keep the columns on which a claim rests until the table is whole: in one batch everybody looks alone."""
        if self.claim is None:
            return
        roles = [
            name for name in part.frame.columns if released.role_of(self.manifest, name) is not Role.OTHER
        ]
        self.held.setdefault(part.spot, []).append(replace(part, frame=part.frame.select(roles)))

    def _claimed(self) -> None:
        """Check what is claimed of the records of each table."""
        for parts in self.held.values():
            for one in released.records(parts, self.manifest, self.claim, self.limits) if self.claim else ():
                self.notes.add(one)


def _filled(part: TablePart, name: str) -> int:
    return sum(1 for cell in part.frame.get_column(name) if cell not in {None, ""})


def _trouble(path: Path, folder: Path, file: ManifestFile) -> str:
    """Answer what is wrong with a file as a whole, or nothing."""
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return AWAY
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            return "is no plain file"
        digest = sha256_of(path)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return f"cannot be read: {(getattr(error, 'strerror', None) or 'there is no such name').lower()}"
    return "" if digest == file.sha256 else CHANGED


def look_at(paths: Sequence[Path], known: Known) -> SeenInFiles:
    """Answer what is inside files of which nothing is claimed. Raises UsageError for a file that is not there."""
    notes, problems = Notes(), []
    nothing = Manifest((), {}, Place(""))
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path} is no file")
        file = ManifestFile(str(path), "", None, (), Place(str(path)))
        tables = identified.InTables(known)
        for part in read_contents(path):
            match part:
                case Unread():
                    problems.append(_problem(part))
                case TablePart():
                    tables.add(part)
                    notes.add_all(marked.in_table(part))
                case TextPart():
                    notes.add_all((*identified.in_text(part, file, known), *marked.in_text(part)))
        notes.add_all(tables.seen(nothing, file))
    every = notes.all()
    return SeenInFiles(fields_of(every), every, tuple(problems))


def _problem(part: Unread) -> Problem:
    where = f"{part.spot.part}: " if part.spot.part else ""
    hint = "what is not read is not known to be safe: send it in a form that can be read"
    return Problem(f"{where}{part.why}", Place(part.spot.file), hint, "unread")
