"""Holds events against the agreement as a table of DuckDB: the same audit as the rows engine's, sooner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from isa_guard.audit.columns.between import BetweenInColumns
from isa_guard.audit.columns.calendar import Calendar
from isa_guard.audit.columns.database import MEMORY, Database
from isa_guard.audit.columns.each import EachInColumns
from isa_guard.audit.columns.events import TABLE, Events
from isa_guard.audit.columns.fields import fields_of
from isa_guard.audit.columns.kept import Kept
from isa_guard.audit.columns.outcomes import Told
from isa_guard.audit.columns.plain.insert import read_plain
from isa_guard.audit.columns.plain.relation import NotPlainError
from isa_guard.audit.lines.reading import STDIN, read_lines
from isa_guard.decide.logs.judgement import Span
from isa_guard.model.audit import Audit, in_order
from isa_guard.model.log import LogEvent, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from types import TracebackType

    from isa_guard.audit.lines.sources import LogSource
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.model.agreement import Versions
    from isa_guard.model.log import Blank, FileRead

    Lines = Iterable[LogEvent | Rejected | Blank]
    Noted = Callable[[Lines], Lines]

ENGINE: Final = "duckdb"


class ColumnsAudit:
    """An audit under way. `limit` is how many findings of each rule and outcome are kept with their words.

    Raises NotPrintable where two versions of the agreement type a field of an event differently. `by_rows` names,
    once finished, the rules that were judged in Python because they have no exact text in SQL. `kept` is a folder for the
    events of files, so that no file is read twice by audits to come. To be closed.
    """

    def __init__(
        self,
        versions: Versions,
        now: datetime,
        limit: int,
        *,
        memory: str = MEMORY,
        threads: int | None = None,
        kept: Path | None = None,
    ) -> None:
        self.kept = None if kept is None else Kept(kept, versions)
        self.versions = versions
        self.now = now
        self.limit = limit
        self.rejected: list[Rejected] = []
        self.by_rows: tuple[str, ...] = ()
        fields = fields_of(versions.agreements)
        self.database = Database(memory, threads)
        self.events = Events(self.database, fields)

    def read(self, lines: Iterable[LogEvent | Rejected | Blank]) -> None:
        """Read lines; files may come in any order."""
        add = self.events.add
        for line in lines:
            if isinstance(line, LogEvent):
                add(line)
            elif isinstance(line, Rejected) and len(self.rejected) < self.limit:
                self.rejected.append(line)

    def read_file(self, source: LogSource, mapping: LogMapping, index: int, noted: Noted = iter) -> FileRead:
        """Read a log to its end, in DuckDB itself where nothing in it could be rejected. Raises as `read_lines` does.

        `noted` is put around the lines of a log that is read line by line.
        """
        if not isinstance(source, Path) or source == STDIN:
            return self._read_lines(source, mapping, index, noted)
        if self.kept is None:
            return self._read_path(source, mapping, index, noted)
        file = self.kept.taken(self.database, self.events, source, mapping, index)
        if file is None:
            file = self._read_path(source, mapping, index, noted)
            self.kept.keep(self.database, self.events, file, mapping, index)
        return file

    def _read_path(self, path: Path, mapping: LogMapping, index: int, noted: Noted) -> FileRead:
        try:
            return read_plain(self.database, self.events, path, mapping, index)
        except NotPlainError:  # the row reader alone judges what may be rejected
            return self._read_lines(path, mapping, index, noted)

    def _read_lines(self, source: LogSource, mapping: LogMapping, index: int, noted: Noted) -> FileRead:
        reading = read_lines(source, mapping, index)
        self.read(noted(reading))
        return reading.file_read()

    def finished(self, files: tuple[FileRead, ...], until: int | None) -> Audit:
        """Answer the audit, once everything was read. To be called once. Raises Defect where two readings disagree."""
        with self.database.failing():
            return self._finished(files, until)

    def _finished(self, files: tuple[FileRead, ...], until: int | None) -> Audit:
        self.events.flush()
        self.database.shut_in()
        begin, end = self.database.one(f"SELECT min(at_), max(at_) FROM {TABLE}")  # noqa: S608 - a name made here
        calendar = Calendar(self.database, self.versions)
        calendar.make()
        parts = [Told(agreement, self.limit) for agreement in self.versions.agreements]
        for number, told in enumerate(parts):
            version = number if len(parts) > 1 else None
            each = EachInColumns(self.database, self.events, calendar, told, version)
            each.judge(self.now)
            between = BetweenInColumns(self.database, self.events, calendar, told, version)
            if begin is not None:
                between.judge(Span(begin, end if until is None else max(end, until)))
            self.by_rows += (*(rule.id for rule in each.by_rows), *(rule.id for rule in between.by_rows))
        return Audit(
            agreements=self.versions.agreements,
            now=self.now,
            engine=ENGINE,
            begin=begin,
            end=end,
            files=files,
            rejected=tuple(self.rejected),
            tallies=tuple(tally for told in parts for tally in told.tallies()),
            findings=in_order(one for told in parts for one in told.findings),
        )

    def close(self) -> None:
        """Remove the database of this audit."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
