"""Parquet: each record one of ours or rejected, through a DuckDB that sees one file alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.audit.lines.parquet import _confine
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.mapping import Column, Reads
from isa_guard.errors import LoadError, UsageError
from isa_guard.language.types import BOOL, DOUBLE, INT, STRING, List
from isa_guard.model.log import Fault
from tests.audit.lines.making import mapping, read, told

TS = Column("ts", ("ts",), INT, optional=False)


def written(folder: Path, query: str, name: str = "log.parquet") -> Path:
    path = folder / name
    duckdb.execute(f"COPY ({query}) TO '{folder / 'written'}' (FORMAT parquet)")
    (folder / "written").rename(path)
    return path


def of(folder: Path, query: str, *columns: Column, **changes: object) -> list[tuple[int, object]]:
    return told(read(written(folder, query), mapping(Reads.PARQUET, columns=(TS, *columns), **changes))[0])


def test_every_type_of_column(tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES
        (5::BIGINT, 'A', 7::UTINYINT, 'x', 0.5::DOUBLE, true), (6, 'B', NULL, '-', NULL, NULL), (NULL, 'C', 1, 'x', 1, false)
        ) AS of(ts, ref, seq, purpose, share, urgent)"""
    path = written(tmp_path, query)
    lines, file = read(path, mapping(Reads.PARQUET))
    assert told(lines) == [
        (1, {"ts": 5, "ref": "A", "seq": 7, "purpose": "x", "share": 0.5, "urgent": True}),
        (2, {"ts": 6, "ref": "B"}),
        (3, (Fault.MISSING, "ts")),
    ]
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ("'2026-11-24 10:11:12.5+00'::TIMESTAMPTZ", INT, 1_795_515_072_500_000),
        ("'2026-11-24 10:11:12.5+01'::TIMESTAMPTZ", STRING, "2026-11-24T09:11:12.500000Z"),
        ("'2026-11-24 10:11:12.5'::TIMESTAMP", STRING, "2026-11-24 10:11:12.500000"),
        ("'2026-11-24 10:11:12'::TIMESTAMP_S", STRING, "2026-11-24 10:11:12.000000"),
        ("'2026-11-24'::DATE", STRING, "2026-11-24"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", STRING, "00000000-0000-0000-0000-000000000001"),
        ("['a', 'b']", List(STRING), ("a", "b")),
        ("7::BIGINT", DOUBLE, 7.0),
        ("0.5::FLOAT", DOUBLE, 0.5),
        ("18446744073709551615::UBIGINT", INT, (Fault.WRONG_TYPE, "one")),
        ("'nan'::DOUBLE", DOUBLE, (Fault.WRONG_TYPE, "one")),
        ("['a', NULL]", List(STRING), (Fault.WRONG_TYPE, "one")),
        ("'a' || chr(0)", STRING, (Fault.ENCODING, "")),
    ],
)
def test_values(value: str, type_: object, expected: object, tmp_path: Path) -> None:
    column = Column("one", ("one",), type_, optional=True)  # type: ignore[arg-type]
    ((_, found),) = of(tmp_path, f"SELECT 5::BIGINT AS ts, {value} AS one", column)
    assert (found["one"] if isinstance(found, dict) else found) == expected


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("'2'", INT), ("2.5", INT), ("true", INT), ("2", STRING), ("2", BOOL), ("'x'", BOOL), ("'0.5'", DOUBLE),
        ("0.5::DECIMAL(5, 2)", DOUBLE), ("'x'::BLOB", STRING), ("'x'", List(STRING)), ("[1]", List(STRING)),
        ("'2026-11-24 10:11:12'::TIMESTAMP", INT), ("5::HUGEINT", INT), ("{'a': 1}", STRING),
    ],
)  # fmt: skip
def test_a_column_of_another_type_is_said_once(value: str, type_: object, tmp_path: Path) -> None:
    column = Column("one", ("one",), type_, optional=True)  # type: ignore[arg-type]
    with pytest.raises(LoadError, match="not of the types that the log map has: `one` is"):
        of(tmp_path, f"SELECT 5::BIGINT AS ts, {value} AS one", column)


def test_columns_within_columns(tmp_path: Path) -> None:
    columns = (Column("who", ("a", "b"), STRING, optional=True), Column("no", ("a", "c"), INT, optional=True))
    assert of(tmp_path, "SELECT 5::BIGINT AS ts, {'b': 'x', 'c': 7} AS a", *columns) == [
        (1, {"ts": 5, "who": "x", "no": 7})
    ]
    assert of(tmp_path, "SELECT 5::BIGINT AS ts, {'b': 'x', 'd': 7} AS a", *columns) == [
        (1, (Fault.UNKNOWN, ""))
    ]


def test_columns_that_are_missing_or_unknown(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no column `ts`"):
        of(tmp_path, "SELECT 5::BIGINT AS TS")
    with pytest.raises(LoadError, match="there is 1 column that the log map does not know") as error:
        of(tmp_path, "SELECT 5::BIGINT AS ts, 1 AS secret")
    assert "secret" not in str(error.value)
    assert of(tmp_path, "SELECT 5::BIGINT AS ts, 1 AS secret", others_ignored=True) == [(1, {"ts": 5})]


@pytest.mark.parametrize(
    "name", ["a*.parquet", "a[1].parquet", "a?.parquet", "a'b.parquet", 'a"b.parquet', "ä b.parquet"]
)
def test_a_name_of_any_kind_is_this_file_alone(name: str, tmp_path: Path) -> None:
    for other in ("a1.parquet", "ab.parquet"):
        written(tmp_path, "SELECT 9::BIGINT AS ts", other)
    path = written(tmp_path, "SELECT 5::BIGINT AS ts", name)
    assert told(read(path, mapping(Reads.PARQUET, columns=(TS,)))[0]) == [(1, {"ts": 5})]


def test_many_records(tmp_path: Path) -> None:
    found = of(tmp_path, "SELECT i::BIGINT AS ts FROM range(10000) AS of(i)")
    assert found == [(number + 1, {"ts": number}) for number in range(10_000)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.integers(4, 400), st.binary(min_size=1, max_size=8))
def test_damage_is_an_error_and_never_a_traceback(tmp_path: Path, at: int, damage: bytes) -> None:
    path = written(tmp_path, "SELECT i::BIGINT AS ts FROM range(100) AS of(i)")
    content = bytearray(path.read_bytes())
    content[at : at + len(damage)] = damage
    path.write_bytes(content)
    try:
        lines, _ = read(path, mapping(Reads.PARQUET, columns=(TS,)))
    except LoadError:
        return
    assert len(lines) == 100


@pytest.mark.parametrize("content", [b"", b"PAR1", b'{"ts":5}\n', b"\x1f\x8b\x08"])
def test_what_is_no_parquet(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(LoadError, match="cannot be read as Parquet"):
        read(tmp_path / "log", mapping(Reads.PARQUET))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no such file"):
        list(read_lines(tmp_path / "absent", mapping(Reads.PARQUET), 0))
    with pytest.raises(UsageError, match="name the file itself"):
        read_lines(Path("-"), mapping(Reads.PARQUET), 0)


def test_a_file_changed_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "SELECT 5::BIGINT AS ts")
    lines = iter(read_lines(path, mapping(Reads.PARQUET, columns=(TS,)), 0))
    next(lines)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LoadError, match="was changed while it was read"):
        list(lines)


def test_duckdb_sees_nothing_else(tmp_path: Path) -> None:
    path, other = written(tmp_path, "SELECT 5 AS ts"), written(tmp_path, "SELECT 6 AS ts", "other.parquet")
    with duckdb.connect() as connection:
        _confine(connection, str(path))
        assert connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall() == [(5,)]
        for query in (
            f"SELECT * FROM read_parquet('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path}/new'",
            "SELECT * FROM read_parquet('https://example.org/a.parquet')",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "SET allowed_paths = ['/']",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)
