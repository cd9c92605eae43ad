"""From names on the command line to an audit: logs are found, maps chosen, the agreement loaded, every line read."""

from __future__ import annotations

from contextlib import ExitStack
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.audit.lines.merged import merged
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.lines.sources import log_sources
from isa_guard.audit.mapping.load import load_mapping, ready_mappings
from isa_guard.cli.audit_output import Rejects
from isa_guard.cli.checker import shelf_of
from isa_guard.cli.log import LOG
from isa_guard.cli.progress import shown, told_lines
from isa_guard.errors import UsageError
from isa_guard.language.values import from_datetime
from isa_guard.load.agreement import load
from isa_guard.model.facts import FactKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.lines.sources import LogSource
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.cli.settings import Settings
    from isa_guard.model.agreement import Versions
    from isa_guard.model.audit import Audit
    from isa_guard.model.log import Blank, LogEvent, Rejected

Logs: TypeAlias = "Sequence[tuple[LogSource, LogMapping]]"
Engine: TypeAlias = "Callable[[Auditing, Logs, Rejects], Audit]"

LOCAL: Final = "local[*]"  # Spark on this machine, on all its cores


class Auditing:
    """One call of `isa-guard audit`."""

    def __init__(
        self, settings: Settings, now: datetime, until: datetime | None, listed: int, maps: Sequence[str]
    ) -> None:
        self.master = LOCAL
        self.folder: Path | None = None
        self.kept: Path | None = None
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
        logs = self.logs(names)
        with ExitStack() as stack:
            sink = stack.enter_context(Rejects(rejects, [name_of(source) for source, _ in logs]))
            audit = ENGINES[engine](self, logs, sink)
        LOG.info("audited", events=audit.audited, rejected=audit.refused, engine=audit.engine)
        return audit

    def logs(self, names: Sequence[str]) -> list[tuple[LogSource, LogMapping]]:
        """Answer the logs, each with its map. Raises LoadError, UsageError."""
        return [(source, self.mapping_for(name_of(source))) for source in log_sources(names)]

    def readings(self, logs: Logs) -> list[Reading]:
        """Answer the logs ready to be read line by line."""
        return [read_lines(source, mapping, index) for index, (source, mapping) in enumerate(logs)]

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


def name_of(source: LogSource) -> str:
    """Answer what a log is called."""
    return str(source) if isinstance(source, Path) else source.name


def _named(written: str) -> tuple[str, str]:
    pattern, equals, wanted = written.partition("=")
    return (pattern, wanted) if equals else ("", written)


def _rows(work: Auditing, logs: Logs, sink: Rejects) -> Audit:
    from isa_guard.audit.rows.engine import RowsAudit

    readings = work.readings(logs)
    rows = RowsAudit(work.versions, work.now, work.listed)
    # Side by side in the order of time, so that little waits for its answer.
    rows.read(sink.noting(told_lines(merged(readings), "reading")))
    return rows.finished(tuple(reading.file_read() for reading in readings), work.until)


def _duckdb(work: Auditing, logs: Logs, sink: Rejects) -> Audit:
    from isa_guard.audit.columns.engine import ColumnsAudit

    def noted(lines: Iterable[LogEvent | Rejected | Blank]) -> Iterable[LogEvent | Rejected | Blank]:
        return sink.noting(told_lines(lines, "reading"))

    with ColumnsAudit(work.versions, work.now, work.listed, kept=work.kept) as columns:
        files = [
            columns.read_file(source, mapping, index, noted)
            for index, (source, mapping) in enumerate(shown(logs, "reading"))
        ]
        audit = columns.finished(tuple(files), work.until)
        _tell_rows(columns.by_rows)
        return audit


def _spark(work: Auditing, logs: Logs, sink: Rejects) -> Audit:
    from isa_guard.audit.spark.engine import SparkAudit

    readings = work.readings(logs)
    spark = SparkAudit(work.versions, work.now, work.listed, master=work.master, folder=work.folder)
    with spark:
        spark.read(sink.noting(told_lines(merged(readings), "reading")))
        audit = spark.finished(tuple(reading.file_read() for reading in readings), work.until)
        _tell_rows(spark.by_rows)
        return audit


def _tell_rows(rules: Sequence[str]) -> None:
    if rules:
        LOG.info("judged line by line, having no exact text in SQL", rules=", ".join(rules))


ENGINES: Final[Mapping[str, Engine]] = {"rows": _rows, "duckdb": _duckdb, "spark": _spark}
