"""Runs printed columns on DuckDB and on Spark, lookups and all, and says what the exact reading expects."""

from __future__ import annotations

from math import copysign, isnan
from typing import TYPE_CHECKING, Any

import duckdb

from isa_guard.language import exact
from isa_guard.language.columns import SETTINGS, Dialect
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.types import BOOL, List, Record, Type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.language.checker import Checked
    from isa_guard.language.column_lookups import Lookup
    from isa_guard.language.columns import Column, Printer


def paths(name: str, type_: Type) -> dict[str, Type]:
    """Every path that a column can hold, with its type; a record inside is a bool that says it is there."""
    if not isinstance(type_, Record):
        holds_record = isinstance(type_, List) and isinstance(type_.element, Record)
        return {} if holds_record else {name: type_}
    found: dict[str, Type] = {}
    for field in type_.fields:
        path = f"{name}.{field.name}"
        if isinstance(field.type, Record):
            found[path] = BOOL
        found |= paths(path, field.type)
    return found


def quoted(dialect: Dialect, known: Mapping[str, Type]) -> dict[str, str]:
    """The column of each path."""
    return {path: Spelling(dialect)("column", path) for path in known}


def cell(fact: Any, path: str) -> Any:
    """What stands in the column of that path; None where the fact has nothing."""
    for step in path.split(".")[1:]:
        if step not in fact:
            return None
        fact = fact[step]
    if isinstance(fact, dict):
        return True
    return list(fact) if isinstance(fact, tuple) else fact


def expected(checked: Checked, fact: dict[str, Any], name: str = "transfer", **given: Any) -> Any:
    """What the exact reading gives, None for an error."""
    found = exact.evaluate(checked, {name: fact, **given})
    if isinstance(found, exact.EvalError):
        assert "declared type" not in found.what, found
        return None
    return found


def comparable(value: Any) -> Any:
    """A value in a form in which NaN is itself, 0.0 is not -0.0, and True is not 1."""
    if isinstance(value, float):
        return "NaN" if isnan(value) else (value, copysign(1.0, value))
    if isinstance(value, list | tuple):
        return tuple(map(comparable, value))
    if isinstance(value, bytearray):
        return bytes(value)
    return (type(value).__name__, value)


class InDuckDB:
    """One table of facts in a database of its own."""

    dialect = Dialect.DUCKDB

    def __init__(self, facts: Sequence[dict[str, Any]], known: Mapping[str, Type]) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        for name, value in SETTINGS[Dialect.DUCKDB].items():
            self.connection.execute(f"SET {name} = {value}")
        cells = {path: [cell(fact, path) for fact in facts] for path in known}
        self._fill("log", {"row": ("BIGINT", list(range(len(facts))))} | self._typed(cells, known))

    def _typed(
        self, cells: dict[str, list[Any]], known: Mapping[str, Type]
    ) -> dict[str, tuple[str, list[Any]]]:
        return {path: (Spelling(Dialect.DUCKDB).type(known[path]), values) for path, values in cells.items()}

    def _fill(self, table: str, columns: dict[str, tuple[str, list[Any]]]) -> None:
        declared = ", ".join(f'"{name}" {type_}' for name, (type_, _) in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({declared})")
        values = {f"v{n}": values for n, (_, values) in enumerate(columns.values())}
        if values["v0"]:
            rows = ", ".join(
                f"unnest(CAST($v{n} AS {type_}[]))" for n, (type_, _) in enumerate(columns.values())
            )
            self.connection.execute(f"INSERT INTO {table} SELECT {rows}", values)

    def values(self, printer: Printer, columns: Sequence[Column]) -> list[tuple[Any, ...]]:
        """The value of each column for each fact, in order."""
        relation = "log"
        for lookup in printer.lookups:
            relation = self._answered(printer, lookup, relation)
        texts = ", ".join(f"{column.text} AS c{n}" for n, column in enumerate(columns))
        query = f"SELECT {texts} FROM {relation} ORDER BY log.row"
        return self.connection.execute(query, printer.parameters(query)).fetchall()

    def _answered(self, printer: Printer, lookup: Lookup, relation: str) -> str:
        asked = lookup.asked(relation)
        keys = self.connection.execute(asked, printer.parameters(asked)).fetchall()
        answers = list(lookup.answers(keys))
        columns = {
            name: (type_, [row[n] for row in answers])
            for n, (name, type_) in enumerate(lookup.columns(Dialect.DUCKDB))
        }
        self._fill(f"answers_{lookup.name}", columns)
        return lookup.joined(relation, f"answers_{lookup.name}")


class InSpark:
    """One table of facts in a local session."""

    dialect = Dialect.SPARK

    def __init__(self, session: Any, facts: Sequence[dict[str, Any]], known: Mapping[str, Type]) -> None:
        self.session = session
        spelling = Spelling(Dialect.SPARK)
        schema = ", ".join(
            ("row BIGINT", *(f"`{path}` {spelling.type(type_)}" for path, type_ in known.items()))
        )
        rows = [(n, *(cell(fact, path) for path in known)) for n, fact in enumerate(facts)]
        session.createDataFrame(rows, schema).coalesce(1).createOrReplaceTempView("log")

    def values(self, printer: Printer, columns: Sequence[Column]) -> list[tuple[Any, ...]]:
        """The value of each column for each fact, in order."""
        relation = "log"
        for lookup in printer.lookups:
            relation = self._answered(printer, lookup, relation)
        texts = ", ".join(f"{column.text} AS c{n}" for n, column in enumerate(columns))
        query = f"SELECT {texts} FROM {relation} ORDER BY log.row"
        return [tuple(row) for row in self._rows(printer, query)]

    def _rows(self, printer: Printer, query: str) -> list[Any]:
        rows: list[Any] = self.session.sql(query, printer.parameters(query)).collect()
        return rows

    def _answered(self, printer: Printer, lookup: Lookup, relation: str) -> str:
        answers = list(lookup.answers(self._rows(printer, lookup.asked(relation))))
        schema = ", ".join(f"{name} {type_}" for name, type_ in lookup.columns(Dialect.SPARK))
        table = f"answers_{lookup.name}"
        self.session.createDataFrame(answers, schema).coalesce(1).createOrReplaceTempView(table)
        return lookup.joined(relation, table)


def spark_session() -> Any:
    """A session that asks nothing of the network and writes nothing where it stands."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("columns")
    for name, value in {
        **SETTINGS[Dialect.SPARK],
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "3g",  # each answer that is broadcast keeps a page of it
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",  # compiling a query of many columns once costs more than it saves
        "spark.sql.catalogImplementation": "in-memory",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
