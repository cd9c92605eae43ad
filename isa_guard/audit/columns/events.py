"""The table of events: a row for each, with its place, its instant, and the fields that rules read.

What is stored is what some event has: a field that none has is a constant of the view over it, and costs nothing.

Events come in through a file of JSON lines in the audit's own folder, which DuckDB reads far faster than it takes
parameters. They are typed already, and written by one encoder: what is read is what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from isa_guard.audit.columns.fields import AT, column
from isa_guard.language.columns import Dialect
from isa_guard.language.sql_dialects import Spelling
from isa_guard.model.log import LogEvent, LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

    from isa_guard.audit.columns.database import Database
    from isa_guard.language.types import Type

TABLE: Final = "events"  # with every field that rules read
STORED: Final = "stored_events"  # with those that some event has
PLACE: Final = ("file_", "line_", "at_")
WAITING: Final = 100_000
LONGEST: Final = (
    1 << 26
)  # octets of a line: one of a log is a mebibyte at most, and six times that written out


class Events:
    """Takes events in and gives them back."""

    def __init__(self, database: Database, fields: Mapping[str, Type]) -> None:
        import msgspec

        self.database = database
        self.fields = tuple(fields)
        self.typed = fields
        self.columns = tuple(column(name) for name in fields)
        self.stored = {
            name: column(name) for name in fields if name != AT
        }  # the instant has a column already
        spelled = Spelling(Dialect.DUCKDB).type
        self.types = {"file_": "INTEGER", "line_": "BIGINT", "at_": "BIGINT"} | {
            f"f_{name}": spelled(fields[name]) for name in self.stored
        }
        self._held: list[str] = []
        places = ", ".join(f'"{name}" {self.types[name]}' for name in PLACE)
        database.connection.execute(f"CREATE TABLE {STORED} ({places})")
        self._view()
        self._named = tuple((name, f"f_{name}") for name in self.stored)
        self._encode = msgspec.json.Encoder().encode
        self._path = database.folder / "events.jsonl"
        self._file: BinaryIO | None = None
        self._waiting = 0
        self._written: set[str] = set()

    def need(self, names: Iterable[str]) -> None:
        """Make room for the fields of these names; of events that are there already they are absent."""
        wanted = set(names)
        new = [name for name in self.stored if name in wanted and name not in self._held]
        for name in new:
            typed = self.types[f"f_{name}"]
            self.database.connection.execute(f"ALTER TABLE {STORED} ADD COLUMN {self.stored[name]} {typed}")
        if new:
            self._held += new
            self._view()

    def held(self) -> tuple[str, ...]:
        """Answer the columns that are stored: those of the place, and those of the fields, as they are called there."""
        return (*PLACE, *(f"f_{name}" for name in self._held))

    def _view(self) -> None:
        fields = "".join(
            f", {column}" if name in self._held else f", CAST(NULL AS {self.types[f'f_{name}']}) AS {column}"
            for name, column in self.stored.items()
        )
        self.database.connection.execute(
            f"CREATE OR REPLACE VIEW {TABLE} AS SELECT {', '.join(PLACE)}{fields} FROM {STORED}"  # noqa: S608 - names made here
        )

    def add(self, event: LogEvent) -> None:
        """Take an event in."""
        values = event.values
        row: dict[str, object] = {
            "file_": event.place.file,
            "line_": event.place.line,
            "at_": event.at,
        }
        for name, written in self._named:
            if name in values:
                row[written] = values[name]
        self._written.update(row)
        if self._file is None:
            self._file = self._path.open("wb")
        self._file.write(self._encode(row))
        self._file.write(b"\n")
        self._waiting += 1
        if self._waiting >= WAITING:
            self.flush()

    def flush(self) -> None:
        """Put what is waiting into the table."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self.need(name for name, written in self._named if written in self._written)
        self._written.clear()
        columns = ", ".join(f"'{name}': '{self.types[name]}'" for name in self.held())
        path = str(self._path).replace("'", "''")
        before = self.count()
        with self.database.failing():
            self.database.connection.execute(
                f"INSERT INTO {STORED} SELECT * FROM read_json('{path}', format = 'newline_delimited', "  # noqa: S608 - our own file
                f"columns = {{{columns}}}, maximum_object_size = {LONGEST})"
            )
        assert self.count() - before == self._waiting
        self._waiting = 0
        self._path.unlink()

    def count(self) -> int:
        """Answer how many events there are in the table."""
        return int(self.database.one(f"SELECT count(*) FROM {TABLE}")[0])  # noqa: S608 - a name made here

    def select(self, of: str = "e") -> str:
        """Answer the columns that `event_of` reads, of the events called so."""
        return ", ".join(f"{of}.{name}" for name in (*PLACE, *self.columns))

    def event_of(self, row: tuple[Any, ...]) -> LogEvent:
        """Answer the event of a row of `select`; it has the fields that rules read, and no other."""
        file, line, at, *cells = row
        values = {
            name: tuple(cell) if cell.__class__ is list else cell
            for name, cell in zip(self.fields, cells, strict=True)
            if cell is not None
        }
        return LogEvent(at, LogPlace(file, line), values)

    def fetch(self, query: str, given: Mapping[str, object] | None = None) -> Iterator[LogEvent]:
        """Answer the events of a query whose columns are those of `select`."""
        return map(self.event_of, self.database.rows(query, given))
