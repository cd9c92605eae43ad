"""The tables of one audit: views of its own session, those that are read often kept, with what runs over them.

Nothing of an event, a rule or an agreement is ever a part of a statement: words and numbers go in as arguments.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from isa_guard.audit.spark.session import failed, failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.language.columns import Lookup

_PARAMETER: Final = re.compile(r":([a-z_0-9]+)")
# A table of no more rows goes to every executor, so that the events beside it need not be moved.
SMALL: Final = 100_000


class Store:
    """One session's tables. What Spark raises comes out as SparkFailed, without the values that it names."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.given: dict[str, object] = {}  # arguments that any statement may name
        self._kept: dict[str, Any] = {}
        self._failures = failures()

    def frame(self, statement: str, given: Mapping[str, object] | None = None) -> Any:
        """Answer a statement with those arguments that it names, not run yet."""
        known = {**self.given, **(given or {})}
        named = {name: known[name] for name in dict.fromkeys(_PARAMETER.findall(statement))}
        try:
            return self.session.sql(statement, named or None)
        except self._failures as error:
            raise failed(error) from None

    def all(self, statement: str, given: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Answer the rows of a query that has few."""
        frame = self.frame(statement, given)
        try:
            return [tuple(row) for row in frame.collect()]
        except self._failures as error:
            raise failed(error) from None

    def rows(self, statement: str, given: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """Answer the rows of a query one by one, a part of them at a time."""
        frame = self.frame(statement, given)
        try:
            for row in frame.toLocalIterator():
                yield tuple(row)
        except self._failures as error:
            raise failed(error) from None

    def view(self, table: str, statement: str, given: Mapping[str, object] | None = None) -> None:
        """Name a query, to be worked out wherever it is read."""
        self._view(table, self.frame(statement, given))

    def keep(self, table: str, statement: str, given: Mapping[str, object] | None = None) -> None:
        """Make a table of a query, worked out once; what does not fit into memory goes to disk."""
        self._view(table, self.frame(statement, given).persist())

    def fill(self, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        """Make a table of its columns' types and these rows."""
        schema = ", ".join(f"{name} {type_}" for name, type_ in columns)
        self._fill(table, rows, schema)

    def collect(
        self, table: str, statement: str, given: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Make a small table of a query's rows, and answer them."""
        frame = self.frame(statement, given)
        try:
            rows = [tuple(row) for row in frame.collect()]
        except self._failures as error:
            raise failed(error) from None
        self._fill(table, rows, frame.schema)
        return rows

    def answered(self, lookup: Lookup, relation: str, table: str, given: Mapping[str, object]) -> str:
        """Answer a lookup for the keys that occur, and the relation with its answers beside it."""
        from isa_guard.language.columns import Dialect

        keys = self.all(lookup.asked(relation), given)
        self.fill(table, lookup.columns(Dialect.SPARK), list(lookup.answers(keys)))
        return lookup.joined(relation, table)

    def drop(self, name: str) -> None:
        """Make room: remove a table and those whose names begin with its own."""
        for table in [one for one in self._kept if one == name or one.startswith(f"{name}_")]:
            self._kept.pop(table).unpersist()
            self.session.catalog.dropTempView(table)

    def close(self) -> None:
        """Remove every table."""
        for table in list(self._kept):
            self.drop(table)

    def _fill(self, table: str, rows: Sequence[Sequence[object]], schema: Any) -> None:
        frame = self.session.createDataFrame(rows, schema).coalesce(1)
        self._view(table, frame.hint("broadcast") if len(rows) <= SMALL else frame)

    def _view(self, table: str, frame: Any) -> None:
        frame.createOrReplaceTempView(table)
        self._kept[table] = frame
