"""Parquet files, through DuckDB, which is let see this one file and nothing else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from isa_guard.audit.lines.found import Found, finder, rejected
from isa_guard.audit.lines.octets import digest_of_file, opened
from isa_guard.audit.lines.rows import wanted_columns
from isa_guard.errors import LoadError, Place, Problem, UsageError
from isa_guard.language.types import Bool, Double, Int, List
from isa_guard.model.log import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.types import Type

BATCH: Final = 2_048
_LOCAL: Final = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_INSTANT: Final = "TIMESTAMP WITH TIME ZONE"
_WHOLE: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
_AS_TEXT: Final = frozenset({"DATE", "UUID"})
_TEXTS: Final = _LOCAL | _AS_TEXT | {"VARCHAR", _INSTANT}


def found_in_parquet(path: Path, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands in each record of a Parquet file. Raises LoadError, UsageError where DuckDB is not installed."""
    try:
        import duckdb
    except ImportError:
        what = "Parquet needs DuckDB, which is not installed: `pip install 'isa-guard[audit]'`"
        raise UsageError(what) from None
    with opened(path) as file:
        before = os.fstat(file.fileno())
    reading.sha256, reading.octets = digest_of_file(path)
    try:
        with _plainly_named(path) as name, duckdb.connect(":memory:") as connection:
            _confine(connection, name)
            yield from _records(connection, name, mapping, index, reading)
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise _fault(reading.name, f"cannot be read as Parquet ({kind})") from None
    with opened(path) as file:
        after = os.fstat(file.fileno())
    if _state(before) != _state(after):
        raise _fault(reading.name, "was changed while it was read", "copy it first")


def _state(of: os.stat_result) -> tuple[int, ...]:
    return of.st_ino, of.st_size, of.st_mtime_ns


@contextmanager
def _plainly_named(path: Path) -> Iterator[str]:
    """Answer a name of the file that DuckDB takes for no pattern of names."""
    if not any(sign in str(path) for sign in "*?["):
        yield str(path)
        return
    with TemporaryDirectory() as folder:
        link = Path(folder) / "log.parquet"
        link.symlink_to(path.absolute())
        yield str(link)


def _confine(connection: DuckDBPyConnection, path: str) -> None:
    quoted = path.replace("'", "''")
    connection.execute("SET threads = 1")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_paths = ['{quoted}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _records(
    connection: DuckDBPyConnection, path: str, mapping: LogMapping, index: int, reading: Reading
) -> Iterator[Found]:
    find = finder(mapping, index)
    counted = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [path]).fetchone()
    reading.counted = counted[0] if counted else 0
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    columns = wanted_columns(types, mapping, reading.name)
    refuse_types(columns, types, reading.name)
    # Several columns may lead into one.
    chosen = {column.path[0]: selected(column, types[column.path[0]]) for column in columns}
    rows = connection.execute(f"SELECT {', '.join(chosen.values())} FROM read_parquet(?)", [path])  # noqa: S608 - quoted
    number = 0
    while batch := rows.fetchmany(BATCH):
        for row in batch:
            number += 1
            if any(
                value.__class__ is str and "\0" in value for value in row
            ):  # no text of a log holds U+0000
                yield rejected(index, number, Fault.ENCODING)
            else:
                yield find(dict(zip(chosen, row, strict=True)), number)


def refuse_types(columns: tuple[Column, ...], types: Mapping[str, str], name: str) -> None:
    """Raise LoadError unless the columns of a file are of the types that the mapping has.

    A column of another type would reject every record: said once. What lies within a column is seen record by record.
    """
    wrong = [
        f"`{column.path[0]}` is {types[column.path[0]].lower()}"
        for column in columns
        if len(column.path) == 1 and not _fits(column.type, types[column.path[0]])
    ]
    if wrong:
        raise _fault(
            name, f"not of the types that the log map has: {', '.join(wrong)}", "change the log map's `type`"
        )


def _fits(type_: Type, kind: str) -> bool:
    match type_:
        case Int():
            return kind in _WHOLE or kind == _INSTANT
        case Double():
            return kind in _WHOLE or kind in {"FLOAT", "DOUBLE"}
        case Bool():
            return kind == "BOOLEAN"
        case List():
            return kind == "VARCHAR[]"
        case _:
            return kind in _TEXTS or kind.startswith("ENUM(")


def selected(column: Column, kind: str) -> str:
    """Answer the SQL of a column of this kind, as a line of JSON would hold it."""
    """Answer the SQL of a column of this kind, as a line of JSON would hold it."""
    name = '"' + column.path[0].replace('"', '""') + '"'
    if kind == _INSTANT:
        return (
            f"epoch_us({name})"
            if isinstance(column.type, Int)
            else f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        )
    if kind in _LOCAL:
        return f"strftime({name}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%f')"
    return f"{name}::VARCHAR" if kind in _AS_TEXT else name


def _fault(name: str, what: str, hint: str = "") -> LoadError:
    return LoadError((Problem(what, Place(name), hint, "parquet"),))
