"""From names on the command line to an audit: logs are found, maps chosen, the agreement loaded, every line read."""

from __future__ import annotations

from contextlib import ExitStack
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.audit.lines.merged import merged
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.lines.sources import log_sources
from isa_guard.audit.mapping.load import load_mapping, ready_mappings
from isa_guard.cli.audit_output import Rejects
from isa_guard.cli.checker import shelf_of
from isa_guard.cli.log import LOG
from isa_guard.cli.progress import told_lines
from isa_guard.errors import UsageError
from isa_guard.language.values import from_datetime
from isa_guard.load.agreement import load
from isa_guard.model.facts import FactKind
from isa_guard.model.log import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.cli.settings import Settings
    from isa_guard.model.agreement import Versions
    from isa_guard.model.audit import Audit
    from isa_guard.model.log import Blank, FileRead, LogEvent


class Auditing:
    """One call of `isa-guard audit`."""

    def __init__(
        self, settings: Settings, now: datetime, until: datetime | None, listed: int, maps: Sequence[str]
    ) -> None:
        self.now = now
        self.until = None if until is None else from_datetime(until)
        self.listed = listed
        self.versions: Versions = load(settings.value("agreement"), shelf_of(settings))
        self.maps = [_named(one) for one in maps]
        self.loaded: dict[str, LogMapping] = {}
        # The events of a log may lie under several versions; the newest says which fields an event has.
        self.event = self.versions.agreements[-1].schemas[FactKind.EVENT]

    def audited(self, names: Sequence[str], engine: str, rejects: str | None) -> Audit:
        """Answer the audit of the logs. Raises LoadError, UsageError."""
        readings = self.readings(names)
        with ExitStack() as stack:
            sink = stack.enter_context(Rejects(rejects, [reading.name for reading in readings]))
            audit = self._engine(engine, readings, sink)
        LOG.info("audited", events=audit.audited, rejected=audit.refused, engine=audit.engine)
        return audit

    def readings(self, names: Sequence[str]) -> list[Reading]:
        """Answer the logs, each ready to be read by its map. Raises LoadError, UsageError."""
        found = []
        for index, source in enumerate(log_sources(names)):
            name = str(source) if isinstance(source, Path) else source.name
            found.append(read_lines(source, self.mapping_for(name), index))
        return found

    def _engine(self, engine: str, readings: Sequence[Reading], sink: Rejects) -> Audit:
        # Side by side in the order of time, so that little waits for its answer.
        lines = _noted(told_lines(merged(readings), "reading"), sink)
        if engine == "rows":
            from isa_guard.audit.rows.engine import RowsAudit

            rows = RowsAudit(self.versions, self.now, self.listed)
            rows.read(lines)
            return rows.finished(_files(readings), self.until)
        from isa_guard.audit.columns.engine import ColumnsAudit

        with ColumnsAudit(self.versions, self.now, self.listed) as columns:
            columns.read(lines)
            audit = columns.finished(_files(readings), self.until)
            if columns.by_rows:
                LOG.info("judged line by line, having no exact text in SQL", rules=", ".join(columns.by_rows))
            return audit

    def mapping_for(self, name: str) -> LogMapping:
        """Answer the map of a log: the first whose pattern is its name, else the one that goes for all."""
        for pattern, wanted in self.maps:
            if pattern and (fnmatch(name, pattern) or fnmatch(Path(name).name, pattern)):
                return self.map(wanted)
        general = [wanted for pattern, wanted in self.maps if not pattern]
        if len(general) == 1:
            return self.map(general[0])
        ready = ", ".join(ready_mappings())
        what = "two maps go for every log" if general else f"no log map was given for {name}"
        raise UsageError(f"{what}: --map MAP, or --map NAME=MAP; the ready ones are {ready}")

    def map(self, wanted: str) -> LogMapping:
        """Answer a log map, loaded at its first use. Raises LoadError."""
        if wanted not in self.loaded:
            self.loaded[wanted] = load_mapping(wanted, self.event)
        return self.loaded[wanted]


def _files(readings: Sequence[Reading]) -> tuple[FileRead, ...]:
    return tuple(reading.file_read() for reading in readings)


def _named(written: str) -> tuple[str, str]:
    pattern, equals, wanted = written.partition("=")
    return (pattern, wanted) if equals else ("", written)


def _noted(
    lines: Iterable[LogEvent | Rejected | Blank], sink: Rejects
) -> Iterator[LogEvent | Rejected | Blank]:
    for line in lines:
        if isinstance(line, Rejected):
            sink.note(line)
        yield line
