"""Parquet files, through DuckDB, which is let see this one file and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.found import Found, finder
from isa_guard.audit.lines.octets import digest_of_file
from isa_guard.audit.lines.rows import wanted_columns
from isa_guard.errors import LoadError, Place, Problem
from isa_guard.language.types import Int

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import Column, LogMapping

BATCH: Final = 2_048
_LOCAL: Final = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_AS_TEXT: Final = frozenset({"DATE", "UUID"})


def found_in_parquet(path: Path, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands in each record of a Parquet file. Raises LoadError."""
    import duckdb

    before = path.stat()
    reading.sha256, reading.octets = digest_of_file(path)
    try:
        with duckdb.connect(":memory:") as connection:
            _confine(connection, str(path))
            yield from _records(connection, path, mapping, index, reading)
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise _fault(path, f"cannot be read as Parquet ({kind})") from None
    after = path.stat()
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise _fault(path, "was changed while it was read")


def _confine(connection: DuckDBPyConnection, path: str) -> None:
    quoted = path.replace("'", "''")
    connection.execute("SET threads = 1")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_paths = ['{quoted}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _records(
    connection: DuckDBPyConnection, path: Path, mapping: LogMapping, index: int, reading: Reading
) -> Iterator[Found]:
    find = finder(mapping, index)
    counted = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(path)]).fetchone()
    reading.counted = counted[0] if counted else 0
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = wanted_columns(types, mapping, str(path))
    names = [column.path[0] for column in columns]
    chosen = ", ".join(_selected(column, types[column.path[0]]) for column in columns)
    rows = connection.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)])  # noqa: S608 - quoted names
    number = 0
    while batch := rows.fetchmany(BATCH):
        for row in batch:
            number += 1
            yield find(dict(zip(names, row, strict=True)), number)


def _selected(column: Column, kind: str) -> str:
    name = '"' + column.path[0].replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        return (
            f"epoch_us({name})"
            if isinstance(column.type, Int)
            else f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        )
    if kind in _LOCAL:
        return f"strftime({name}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%f')"
    return f"{name}::VARCHAR" if kind in _AS_TEXT else name


def _fault(path: Path, what: str) -> LoadError:
    return LoadError((Problem(what, Place(str(path)), "", "parquet"),))
