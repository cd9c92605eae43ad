"""Holds events against the agreement on Spark: the same audit as the rows engine's, on as many machines as there are."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Self

from isa_guard.audit.columns.fields import fields_of
from isa_guard.audit.columns.outcomes import Told
from isa_guard.audit.spark.between import BetweenOnSpark
from isa_guard.audit.spark.calendar import Calendar
from isa_guard.audit.spark.each import EachOnSpark
from isa_guard.audit.spark.events import TABLE, Events
from isa_guard.audit.spark.session import MASTER, MEMORY, beside, is_local, new_session
from isa_guard.audit.spark.store import Store
from isa_guard.decide.logs.judgement import Span
from isa_guard.errors import UsageError
from isa_guard.model.audit import Audit, in_order
from isa_guard.model.log import LogEvent, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from types import TracebackType

    from isa_guard.model.agreement import Versions
    from isa_guard.model.log import Blank, FileRead

ENGINE: Final = "spark"


class SparkAudit:
    """An audit under way. `limit` is how many findings of each rule and outcome are kept with their words.

    `master` names a cluster ("spark://host:7077"); `folder` must then be a folder that the driver and every executor
    have under the same path and may read: the events are put into a folder made in it, which is removed by `close`.
    `session` is one that is open already; it is not stopped. Raises UsageError where PySpark or Java is missing, and
    NotPrintable where two versions of the agreement type a field of an event differently. `by_rows` names, once
    finished, the rules that were judged in Python because they have no exact text in SQL. To be closed.
    """

    def __init__(
        self,
        versions: Versions,
        now: datetime,
        limit: int,
        *,
        master: str = MASTER,
        folder: Path | None = None,
        memory: str = MEMORY,
        session: Any = None,
    ) -> None:
        self.versions = versions
        self.now = now
        self.limit = limit
        self.rejected: list[Rejected] = []
        self.by_rows: tuple[str, ...] = ()
        fields = fields_of(versions.agreements)
        if session is None and folder is None and not is_local(master):
            raise UsageError(f"the master {master} needs a folder that its executors can read")
        self._folder = TemporaryDirectory(prefix="isa-guard-audit-", dir=folder, ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name).resolve()
        self._started: Any = None
        try:
            if session is None:
                session = self._started = new_session(master, self.folder, memory)
            self.store = Store(beside(session))
            self.events = Events(fields, self.folder)
        except BaseException:
            self._end()
            raise

    def read(self, lines: Iterable[LogEvent | Rejected | Blank]) -> None:
        """Read lines; files may come in any order."""
        add = self.events.add
        for line in lines:
            if isinstance(line, LogEvent):
                add(line)
            elif isinstance(line, Rejected) and len(self.rejected) < self.limit:
                self.rejected.append(line)

    def finished(self, files: tuple[FileRead, ...], until: int | None) -> Audit:
        """Answer the audit, once everything was read. To be called once. Raises Defect where two readings disagree."""
        self.events.open(self.store)
        ((begin, end),) = self.store.all(f"SELECT min(at_), max(at_) FROM {TABLE}")  # noqa: S608 - a name made here
        calendar = Calendar(self.store, self.versions)
        calendar.make()
        parts = [Told(agreement, self.limit) for agreement in self.versions.agreements]
        for number, told in enumerate(parts if begin is not None else ()):
            version = number if len(parts) > 1 else None
            each = EachOnSpark(self.store, self.events, calendar, told, version)
            each.judge(self.now)
            between = BetweenOnSpark(self.store, self.events, calendar, told, version)
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
        """Stop the session, if it was started here, and remove the folder with all that is in it."""
        self.events.close()
        self.store.close()
        self._end()

    def _end(self) -> None:
        if self._started is not None:
            self._started.stop()
            self._started = None
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
