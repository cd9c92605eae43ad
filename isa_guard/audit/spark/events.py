"""The events of one audit: written out in batches, which executors read side by side, and given back by queries.

Python writes lines of JSON, Spark makes Parquet of them once: every query after that reads the columns it names
and no other. A column is named by its number among the fields, since Spark takes `Ref` and `ref` for one.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from isa_guard.audit.spark.session import failed, failures
from isa_guard.errors import Defect
from isa_guard.language.columns import Dialect
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.types import Double, List
from isa_guard.model.log import LogEvent, LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from isa_guard.audit.spark.store import Store
    from isa_guard.language.types import Type

TABLE: Final = "events"
PLACE: Final = ("file_", "line_", "at_")
BATCH: Final = 200_000  # events in one file: enough of them for every executor, and not too many files


class Events:
    """Takes events in and gives them back. `folder` must be where executors can read."""

    def __init__(self, fields: Mapping[str, Type], folder: Path) -> None:
        import msgspec

        self.fields = tuple(fields)
        self.types = dict(fields)
        self.columns = {name: f"f{number}_" for number, name in enumerate(fields)}
        spelled = Spelling(Dialect.SPARK).type
        self.schema = ", ".join(
            (
                "file_ INT, line_ BIGINT, at_ BIGINT",
                *(f"{self.columns[name]} {spelled(one)}" for name, one in fields.items()),
            )
        )
        self._doubles = frozenset(name for name, one in fields.items() if _of_doubles(one))
        self._encode = msgspec.json.Encoder().encode
        self._lines = folder / "lines"
        self._tables = folder / "tables"
        self._lines.mkdir()
        self._file: BinaryIO | None = None
        self.taken = 0

    def add(self, event: LogEvent) -> None:
        """Take an event in."""
        values = event.values
        row: dict[str, object] = {"file_": event.place.file, "line_": event.place.line, "at_": event.at}
        for name, written in self.columns.items():
            if name in values:
                row[written] = _written(values[name]) if name in self._doubles else values[name]
        if self._file is None or self.taken % BATCH == 0:
            self._next()
        assert self._file is not None
        self._file.write(self._encode(row))
        self._file.write(b"\n")
        self.taken += 1

    def open(self, store: Store) -> None:
        """Make the table of all events, which must be as many as were taken in."""
        self._next()
        try:
            lines = store.session.read.schema(self.schema).json(
                self._lines.as_uri(), mode="FAILFAST", lineSep="\n", encoding="UTF-8"
            )
            lines.write.parquet(self._tables.as_uri())
            table = store.session.read.schema(self.schema).parquet(self._tables.as_uri())
            table.createOrReplaceTempView(TABLE)
        except failures() as error:
            raise failed(error) from None
        self.close()
        for path in self._lines.iterdir():
            path.unlink()
        ((found,),) = store.all(f"SELECT count(*) FROM {TABLE}")  # noqa: S608 - a name made here
        if found != self.taken:
            raise Defect(f"{self.taken} events were written, and Spark reads {found}")

    def select(self, of: str = "e") -> str:
        """Answer the columns that `event_of` reads, of the events called so."""
        return ", ".join(f"{of}.{name}" for name in (*PLACE, *self.columns.values()))

    def event_of(self, row: tuple[Any, ...]) -> LogEvent:
        """Answer the event of a row of `select`; it has the fields that rules read, and no other."""
        file, line, at, *cells = row
        values = {
            name: _value(cell) for name, cell in zip(self.fields, cells, strict=True) if cell is not None
        }
        return LogEvent(at, LogPlace(file, line), values)

    def fetch(
        self, store: Store, query: str, given: Mapping[str, object] | None = None
    ) -> Iterator[LogEvent]:
        """Answer the events of a query whose columns are those of `select`, one by one."""
        return map(self.event_of, store.rows(query, given))

    def few(self, store: Store, query: str) -> list[LogEvent]:
        """Answer the events of a query that has few, in the order of their places."""
        return sorted(map(self.event_of, store.all(query)), key=lambda event: event.place)

    def close(self) -> None:
        """Close what is being written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _next(self) -> None:
        self.close()
        self._file = (self._lines / f"{self.taken:015}.jsonl").open("ab")


def _of_doubles(type_: Type) -> bool:
    return isinstance(type_, Double) or (isinstance(type_, List) and _of_doubles(type_.element))


def _written(value: object) -> object:
    """A double as Spark reads it from JSON, which has no word of its own for what is not finite."""
    if isinstance(value, tuple | list):
        return [_written(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124
    return value


def _value(cell: Any) -> Any:
    if cell.__class__ is list:
        return tuple(_value(one) for one in cell)
    return bytes(cell) if cell.__class__ is bytearray else cell
