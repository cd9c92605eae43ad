"""A table or query of PostgreSQL, read through a cursor in one read-only transaction: what it shows is one moment.

No bytes of it lie on a disk that we can see, so the digest is of the rows as JSON, in the order in which they came.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from isa_guard.audit.lines.found import Found, finder
from isa_guard.audit.lines.rows import wanted_columns
from isa_guard.errors import LoadError, Place, Problem, UsageError
from isa_guard.language.types import Int
from isa_guard.language.values import from_datetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from psycopg import sql

    from isa_guard.audit.lines.reading import Reading
    from isa_guard.audit.lines.sources import TableSource
    from isa_guard.audit.mapping.mapping import Column, LogMapping

BATCH: Final = 2_000
CONNECT_SECONDS: Final = 10
_READ_ONLY: Final = "-c default_transaction_read_only=on"


def found_in_table(source: TableSource, mapping: LogMapping, index: int, reading: Reading) -> Iterator[Found]:
    """Answer what stands in each row. Raises LoadError, UsageError where psycopg is not installed."""
    try:
        import psycopg
    except ImportError:
        what = (
            "a log in PostgreSQL needs psycopg, which is not installed: `pip install 'isa-guard[postgres]'`"
        )
        raise UsageError(what) from None
    try:
        with psycopg.connect(
            source.address, connect_timeout=CONNECT_SECONDS, options=_options(source.address)
        ) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield from _rows(connection, source, mapping, index, reading)
    except (psycopg.Error, UnicodeError) as error:  # its own words may hold a part of the address
        state = f" ({error.sqlstate})" if isinstance(error, psycopg.Error) and error.sqlstate else ""
        raise LoadError(
            (Problem(f"the database cannot be read{state}", Place(source.name), "", "table"),)
        ) from None


def _options(address: str) -> str:
    """The options of the address, times in UTC, and nothing ever written."""
    from psycopg.conninfo import conninfo_to_dict

    return f"{conninfo_to_dict(address).get('options') or ''} -c TimeZone=UTC -c DateStyle=ISO {_READ_ONLY}".strip()


def _rows(
    connection: psycopg.Connection[Any],
    source: TableSource,
    mapping: LogMapping,
    index: int,
    reading: Reading,
) -> Iterator[Found]:
    from psycopg import sql

    find = finder(mapping, index)
    query = _query(source)
    counting = connection.execute(sql.SQL("SELECT count(*) FROM ({}) AS counted").format(query)).fetchone()
    reading.counted = counting[0] if counting else 0
    digest = hashlib.sha256()
    number = 0
    with connection.cursor(name="isa_guard_audit") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        held = [column.name for column in cursor.description or ()]
        columns = {column.path[0]: column for column in wanted_columns(held, mapping, source.name)}
        for row in cursor:
            number += 1
            values = [_plain(value, columns.get(name)) for name, value in zip(held, row, strict=True)]
            written = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str).encode(
                "utf-8", "surrogatepass"
            )
            digest.update(written + b"\n")
            reading.octets += len(written) + 1
            yield find(dict(zip(held, values, strict=True)), number)
    reading.sha256 = digest.hexdigest()


def _query(source: TableSource) -> sql.SQL | sql.Composed:
    from psycopg import sql

    if source.table:
        return sql.SQL("SELECT * FROM {}").format(sql.Identifier(*source.table.split(".")))
    return sql.SQL(source.query.strip().rstrip(";"))


def _plain(value: object, column: Column | None) -> object:
    """A value as a line of JSON would hold it (see `rows`)."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat(" ", "microseconds")
        if column is not None and isinstance(column.type, Int):
            return from_datetime(value)
        return value.astimezone(UTC).replace(tzinfo=None).isoformat("T", "microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
