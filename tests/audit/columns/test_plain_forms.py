"""CSV and Parquet that DuckDB reads by itself come out as the row reader reads them, or go to the row reader."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from isa_guard.errors import LoadError
from tests.audit.columns.test_plain import bound, expected, is_plain, read

COLUMNS = """format: isa-guard/log-map/1
id: m
title: t
reads: csv
nulls: ["-", ""]
columns:
  ts: {type: int}
  ref: {optional: true}
  seq: {type: int, optional: true}
  urgent: {type: bool, optional: true}
  verb: {optional: true}
time: {of: line.ts, format: unix-us}
values: {verbs: {R: accessed, W: used}}
fields:
  ref: line.ref
  seq: line.seq
  recorded: line.urgent
  action: {of: line.verb, words: verbs}
"""
HEADER = b"ts,ref,seq,urgent,verb\n"
GOOD = b"1795515072123456,A-1,7,true,R\n"


def csv(folder: Path, *lines: bytes) -> Path:
    path = folder / "log.csv"
    path.write_bytes(b"".join(lines))
    return path


PLAIN = (
    b"1,,,,\n", b"1,-,-,-,-\n", b"1,\xc3\xa9,0,false,W\n", b"1, A ,-9223372036854775808,true,R\n", b"1,';DROP TABLE events,1,true,W\n",
    b"1,NULL,1,true,W\n", b"1,#A,1,true,W\n", b"1,A,1,true,W",
)  # fmt: skip
NOT_PLAIN = (
    b'1,"A",1,true,R\n', b'1,a"b,1,true,R\n', b"1,A,01,true,R\n", b"1,A,+1,true,R\n", b"1,A,1.0,true,R\n", b"1,A,1e3,true,R\n", b"1,A, 1,true,R\n",
    b"1,A,9223372036854775808,true,R\n", b"1,A,1,TRUE,R\n", b"1,A,1,1,R\n", b"1,A,1,true,Q\n", b"1,A,1,true\n", b"1,A,1,true,R,\n", b"\n", b"  \n",
    b"1,e\xcc\x81,1,true,R\n", b"1,\xff,1,true,R\n", b"1,\0,1,true,R\n", b"1,A,1,true,R\r\n", b"1,A\rB,1,true,R\n", b",A,1,true,R\n", b"-1,A,1,true,R\n",
)  # fmt: skip


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_record_is_read_by_duckdb(line: bytes, tmp_path: Path) -> None:
    path = csv(tmp_path, HEADER, GOOD, line)
    assert is_plain(path, bound(COLUMNS))
    assert read(path, bound(COLUMNS)) == expected(path, bound(COLUMNS))


@pytest.mark.parametrize("line", NOT_PLAIN)
def test_a_record_that_is_not_plain_comes_out_as_in_the_row_reader(line: bytes, tmp_path: Path) -> None:
    path = csv(tmp_path, HEADER, GOOD, line, GOOD)
    assert not is_plain(path, bound(COLUMNS))
    assert read(path, bound(COLUMNS)) == expected(path, bound(COLUMNS))


def test_lines_that_end_as_on_windows_are_plain(tmp_path: Path) -> None:
    path = csv(tmp_path, *(line.replace(b"\n", b"\r\n") for line in (HEADER, GOOD, GOOD)))
    assert is_plain(path, bound(COLUMNS))
    assert read(path, bound(COLUMNS)) == expected(path, bound(COLUMNS))


def test_without_nulls_an_empty_number_is_rejected_and_an_empty_text_is_none(tmp_path: Path) -> None:
    mapping = bound(COLUMNS.replace('["-", ""]', '["-"]'))
    assert not is_plain(csv(tmp_path, HEADER, GOOD, b"1,A,,true,R\n"), mapping)
    assert is_plain(path := csv(tmp_path, HEADER, GOOD, b"1,,1,true,\n"), mapping)
    assert read(path, mapping) == expected(path, mapping)


def test_a_header_that_the_log_map_gives_takes_no_line(tmp_path: Path) -> None:
    mapping = bound(COLUMNS.replace("reads: csv\n", "reads: csv\nheader: [ts, ref, seq, urgent, verb]\n"))
    path = csv(tmp_path, GOOD, b"1,B,2,false,W\n")
    assert is_plain(path, mapping)
    assert read(path, mapping) == expected(path, mapping)


def test_cells_in_another_order_with_others_between_them(tmp_path: Path) -> None:
    mapping = bound(COLUMNS.replace("reads: csv\n", "reads: csv\nothers: ignore\ndelimiter: ';'\n"))
    path = csv(tmp_path, b"verb;more;ts\n", b"R;x;1\n", b"W;;2\n")
    assert is_plain(path, mapping)
    assert read(path, mapping) == expected(path, mapping)


@pytest.mark.parametrize(
    "header", [b"ts,ref,seq,urgent,odd\n", b"ref,seq,urgent,verb\n", b"ts,ts,seq,urgent,verb\n", b"ts\n"]
)
def test_a_header_that_does_not_fit_is_for_the_row_reader(header: bytes, tmp_path: Path) -> None:
    path = csv(tmp_path, header, GOOD)
    assert not is_plain(path, bound(COLUMNS))


CELL = st.text(st.sampled_from("1239-0 .,;RW\"'\té\r\ntrue#\\"), max_size=4)


@example([["1", "A", "1", "true", "R"], ["1", "", "", "", ""]])
@given(st.lists(st.lists(CELL, min_size=4, max_size=6), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_cells_both_readings_agree(tmp_path: Path, lines: list[list[str]]) -> None:
    text = "\n".join(",".join(cells) for cells in lines).encode()
    path = csv(tmp_path, HEADER, GOOD, text)
    assert read(path, bound(COLUMNS)) == expected(path, bound(COLUMNS))


def parquet(folder: Path, rows: str, names: str = "ts, ref, seq, urgent, verb") -> Path:
    path = folder / "log.parquet"
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) AS t({names})) TO '{path}' (FORMAT parquet)")
    return path


IN_PARQUET = COLUMNS.replace("reads: csv", "reads: parquet")


@pytest.mark.parametrize(
    ("rows", "plain"),
    [
        ("(1::BIGINT, 'A', 7::BIGINT, true, 'R'), (2, NULL, NULL, NULL, NULL), (3, '-', 0, false, 'W')", True),
        ("(1::SMALLINT, 'é', 7::UTINYINT, true, 'R')", True),
        ("(1::BIGINT, 'e' || chr(769), 7::BIGINT, true, 'R')", False),
        ("(1::BIGINT, 'a' || chr(0), 7::BIGINT, true, 'R')", False),
        ("(1::BIGINT, 'A', 18446744073709551615::UBIGINT, true, 'R')", False),
        ("(1::BIGINT, 'A', 7::BIGINT, true, 'Q')", False),
        ("(NULL::BIGINT, 'A', 7::BIGINT, true, 'R'), (1, 'A', 7, true, 'R')", False),
        ("(-1::BIGINT, 'A', 7::BIGINT, true, 'R')", False),
        ("(1::BIGINT, DATE '2026-01-02', 7::BIGINT, true, 'R')", True),
        ("(1::BIGINT, TIMESTAMP '2026-01-02 03:04:05.678', 7::BIGINT, true, 'R')", True),
        ("(TIMESTAMPTZ '2026-01-02 03:04:05.678+01', TIMESTAMPTZ '2026-01-02 03:04:05.678+01', 7::BIGINT, true, 'R')", True),
    ],
)  # fmt: skip
def test_parquet_comes_out_as_in_the_row_reader(rows: str, plain: bool, tmp_path: Path) -> None:
    path = parquet(tmp_path, rows)
    assert is_plain(path, bound(IN_PARQUET)) is plain
    assert read(path, bound(IN_PARQUET)) == expected(path, bound(IN_PARQUET))


@pytest.mark.parametrize("rows", ["(1::BIGINT, 'A', 7.5, true, 'R')", "('1', 'A', 7, true, 'R')"])
def test_parquet_of_other_types_is_refused_whole(rows: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="not of the types that the log map has"):
        read(parquet(tmp_path, rows), bound(IN_PARQUET))
