"""A Parquet file, whose columns have types of their own: DuckDB reads it as the row reader has it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.plain.relation import EVERY, NotPlainError, Relation, given_nulls, without_nulls
from isa_guard.audit.lines.columns import line_reader
from isa_guard.audit.lines.octets import digest_of_file
from isa_guard.audit.lines.parquet import refuse_types, selected
from isa_guard.audit.lines.rows import wanted_columns
from isa_guard.language.types import Int, List, String

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.values import Value


def parquet(database: Database, path: Path, mapping: LogMapping) -> Relation:
    """Answer a file as a relation. Raises NotPlainError where it is not plain, LoadError as every reader."""
    import duckdb

    sha256, octets = digest_of_file(path)
    given = {"path": str(path)}
    try:
        described = database.run("DESCRIBE SELECT * FROM read_parquet($path)", given).fetchall()
        (lines,) = database.one("SELECT sum(num_rows) FROM parquet_file_metadata($path)", given)
    except duckdb.Error as error:
        raise NotPlainError(type(error).__name__) from None
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = wanted_columns(types, mapping, str(path))
    refuse_types(columns, types, str(path))
    if "file_row_number" in {name.lower() for name in types}:
        raise NotPlainError("a column that is called as DuckDB calls the number of a row")
    chosen = {column.name: selected(column, types[column.path[0]]) for column in columns}
    named = {f"l{mapping.columns.index(column)}": column for column in columns}
    cells = ", ".join(f"{_cell(one, chosen[one.name], mapping)} AS {name}" for name, one in named.items())
    source = "FROM read_parquet($path, file_row_number = true)"
    some = _some(database, f"{', '.join(chosen.values())} {source}", columns, mapping, given)
    return Relation(
        sha256,
        octets,
        int(lines or 0),
        some,
        f"SELECT file_row_number + 1 AS line_, {cells} {source}",
        {**given, **given_nulls(mapping)},
        frozenset(chosen),
        tuple(check for name, one in named.items() if (check := _check(f"l.{name}", one))),
    )


def _cell(column: Column, chosen: str, mapping: LogMapping) -> str:
    match column.type:
        case Int():
            return f"TRY_CAST({chosen} AS BIGINT)"
        case String():
            return without_nulls(f"CAST({chosen} AS VARCHAR)", column.type, mapping)
        case _:
            return chosen


def _check(place: str, column: Column) -> str:
    """The SQL of what a text must be: in one form of Unicode, which ASCII is, and without U+0000."""
    match column.type:
        case String():
            ascii_alone = f"strlen({place}) = length({place})"
            sound = f"({ascii_alone} OR nfc_normalize({place}) = {place}) AND NOT contains({place}, chr(0))"
            return f"{place} IS NULL OR ({sound})"
        case List():
            return f"{place} IS NULL"
        case _:
            return ""


def _some(
    database: Database, wanted: str, columns: Sequence[Column], mapping: LogMapping, given: dict[str, str]
) -> dict[int, dict[str, Value]]:
    """Answer the values of a few rows, read from their cells in Python."""
    reader = line_reader(mapping)
    query = f"SELECT file_row_number + 1, {wanted} WHERE file_row_number % {EVERY} = 0"
    found = {}
    for number, *cells in database.run(query, given).fetchall():
        values = reader.careful({one.path[0]: cell for one, cell in zip(columns, cells, strict=True)})
        if isinstance(values, tuple):
            raise NotPlainError("a row that is rejected")
        found[int(number)] = values
    return found
