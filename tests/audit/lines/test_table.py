"""Tables and queries of a real PostgreSQL: one moment of it, read row by row, and never written to."""

from __future__ import annotations

import hashlib
import json

import psycopg
import pytest

from isa_guard.audit.lines.reading import Reading, read_lines
from isa_guard.audit.lines.sources import log_sources
from isa_guard.audit.mapping.mapping import Column, Reads
from isa_guard.errors import LoadError, UsageError
from isa_guard.language.types import INT, STRING, List
from isa_guard.model.log import Fault
from tests.audit.lines.making import mapping, told
from tests.register.postgres_server import server

TS = Column("ts", ("ts",), INT, optional=False)


@pytest.fixture
def address() -> str:
    return server().schema()


def run(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def reading(address: str, part: str, *columns: Column, **changes: object) -> Reading:
    chosen = {"columns": (TS, *columns)} if columns else {}
    (source,) = log_sources([f"{address}#{part}"])
    return read_lines(source, mapping(Reads.TABLE, **(chosen | changes)), 0)


def test_a_table(address: str) -> None:
    run(
        address,
        "CREATE TABLE log (ts bigint, ref text, seq smallint, purpose text, share double precision, urgent boolean)",
        "INSERT INTO log VALUES (5, 'A', 7, 'x', 0.5, true), (6, 'B', NULL, '-', NULL, NULL), (NULL, 'C', 1, 'x', 1, false)",
    )
    one = reading(address, "log")
    assert told([*one]) == [
        (1, {"ts": 5, "ref": "A", "seq": 7, "purpose": "x", "share": 0.5, "urgent": True}),
        (2, {"ts": 6, "ref": "B"}),
        (3, (Fault.MISSING, "ts")),
    ]
    rows = [[5, "A", 7, "x", 0.5, True], [6, "B", None, "-", None, None], [None, "C", 1, "x", 1.0, False]]
    content = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()
    file = one.file_read()
    assert (file.sha256, file.octets) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (file.lines, file.audited, file.rejected) == (3, 2, 1)


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        (
            "timestamptz '2026-11-24 10:11:12.5+00'",
            Column("one", ("one",), INT, optional=True),
            1_795_515_072_500_000,
        ),
        ("timestamptz '2026-11-24 10:11:12.5+01'", None, "2026-11-24T09:11:12.500000Z"),
        ("timestamp '2026-11-24 10:11:12'", None, "2026-11-24 10:11:12.000000"),
        ("date '2026-11-24'", None, "2026-11-24"),
        ("array['a','b']", Column("one", ("one",), List(STRING), optional=True), ("a", "b")),
        ('\'{"b": "x"}\'::jsonb', Column("one", ("one", "b"), STRING, optional=True), "x"),
        ("2.5::numeric", None, (Fault.WRONG_TYPE, "one")),
        ("2", None, (Fault.WRONG_TYPE, "one")),
        ("'\\x00'::bytea", None, (Fault.WRONG_TYPE, "one")),
    ],
)
def test_values(address: str, value: str, column: Column | None, expected: object) -> None:
    column = column or Column("one", ("one",), STRING, optional=True)
    ((_, found),) = told([*reading(address, f"select 5 as ts, {value} as one", column)])
    assert (found["one"] if isinstance(found, dict) else found) == expected


def test_a_query_and_many_rows(address: str) -> None:
    found = told(
        [*reading(address, "select i as ts, 'A' as ref from generate_series(1, 5000) as of(i) order by i;")]
    )
    assert found == [(number, {"ts": number, "ref": "A"}) for number in range(1, 5001)]


def test_it_is_one_moment(address: str) -> None:
    run(address, "CREATE TABLE log AS SELECT i AS ts, 'A' AS ref FROM generate_series(1, 4000) AS of(i)")
    one = reading(address, "log")
    lines = iter(one)
    next(lines)
    run(address, "INSERT INTO log VALUES (9, 'B')", "DELETE FROM log WHERE ts = 4000")
    assert len([*lines]) == 3999
    assert one.file_read().lines == 4000


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("absent", r"cannot be read \(42P01\)"),
        ("select nonsense from nowhere", r"cannot be read \(42P01\)"),
        ("select 5 as ts, 'A' as ref, 1 as secret", "1 column that the log map does not know"),
        ("select 5 as ts, 'A' as ref, 6 as ts", "two columns have one name"),
        ("select 'A' as ref", "there is no column `ts`"),
        ("select 5 as ts, 'A' as ref, setval('numbers', 7) as seq", r"cannot be read \(25006\)"),
        ("delete from numbers returning 5 as ts", "cannot be read"),
        ('log"; drop table x; --', "cannot be read"),
    ],
)
def test_what_cannot_be_read(address: str, part: str, words: str) -> None:
    run(address, "CREATE SEQUENCE numbers")
    with pytest.raises(LoadError, match=words) as error:
        list(reading(address, part))
    assert "secret" not in str(error.value)


def test_a_server_that_is_not_there_is_told_without_a_password() -> None:
    with pytest.raises(LoadError, match="the database cannot be read") as error:
        list(reading("postgresql://auditor:secret@/db?host=/nowhere", "log"))
    assert "secret" not in str(error.value)


def test_a_map_of_another_form_is_refused(address: str) -> None:
    (source,) = log_sources([f"{address}#log"])
    with pytest.raises(UsageError, match="this is a table of a database"):
        read_lines(source, mapping(), 0)
