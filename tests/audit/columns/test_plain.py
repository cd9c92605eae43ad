"""DuckDB reads a file only where nothing in it could be rejected, and reads there what the row reader reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.audit.columns.plain import insert, json_lines
from isa_guard.audit.columns.plain.insert import read_plain, relation_of
from isa_guard.audit.columns.plain.relation import NotPlainError
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping, read_mapping
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.errors import Defect, LoadError
from isa_guard.model.log import LogEvent, Rejected
from tests.audit.columns.comparing import NOW
from tests.audit.columns.shipped import random_log, shipped
from tests.audit.malformed import GOOD, MALFORMED, SOUND

MAP = """format: isa-guard/log-map/1
id: m
title: t
reads: jsonl
nulls: ["-"]
columns:
  ts: {type: int}
  ref: {}
  seq: {type: int, optional: true}
  purpose: {optional: true}
  urgent: {type: bool, optional: true}
  verb: {optional: true}
  day: {optional: true}
  when: {optional: true}
time: {of: line.ts, format: unix-us}
values: {verbs: {R: accessed, W: used, "": other}}
fields:
  ref: line.ref
  seq: line.seq
  purpose: line.purpose
  recorded: line.urgent
  records: line.seq + 1
  action: {of: line.verb, words: verbs}
  needed_by: {time: {of: line.day, format: date}}
"""
PLAIN = GOOD.replace(b'"share":0.5,', b"")
START = b'{"ts":1795515072123456,"ref":"A"'
BIG = 2**63 - 1


def bound(text: str = MAP) -> LogMapping:
    return read_mapping(text.encode(), "m.yaml", shipped().agreements[0].schemas["event"])  # type: ignore[index]


def read(path: Path, mapping: LogMapping) -> tuple[Any, list[Rejected], list[LogEvent]]:
    """What the columns engine makes of a file."""
    with ColumnsAudit(shipped(), NOW, 1_000, threads=1) as audit:
        file = audit.read_file(path, mapping, 0)
        audit.events.flush()
        query = f"SELECT {audit.events.select()} FROM events AS e ORDER BY line_"
        return file, audit.rejected, list(audit.events.fetch(query))


def expected(path: Path, mapping: LogMapping) -> tuple[Any, list[Rejected], list[LogEvent]]:
    reading = read_lines(path, mapping, 0)
    lines = list(reading)
    with ColumnsAudit(shipped(), NOW, 1) as audit:
        known = audit.events.typed
    events = [
        one._replace(values={name: value for name, value in one.values.items() if name in known})
        for one in lines
        if isinstance(one, LogEvent)
    ]
    return reading.file_read(), [one for one in lines if isinstance(one, Rejected)], events


def is_plain(path: Path, mapping: LogMapping) -> bool:
    with ColumnsAudit(shipped(), NOW, 1_000, threads=1) as audit:
        try:
            read_plain(audit.database, audit.events, path, mapping, 0)
        except NotPlainError:
            assert audit.events.count() == 0
            return False
        return True


def written(folder: Path, *lines: bytes) -> Path:
    path = folder / "log.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


@pytest.mark.parametrize("bad", MALFORMED, ids=lambda bad: bad.name)
def test_a_malformed_line_comes_out_as_in_the_row_reader(bad: Any, tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN, bad.line, PLAIN)
    assert not is_plain(path, bound())
    found = read(path, bound())
    assert found == expected(path, bound())
    assert found[1]


@pytest.mark.parametrize(("line", "values"), [one[1:] for one in SOUND if b"share" not in one[1]])
def test_a_sound_line_is_read_as_the_row_reader_reads_it(line: bytes, values: Any, tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN, line, PLAIN)
    read_lines(path, bound(), 0)
    assert read(path, bound()) == expected(path, bound())


DOUBTFUL = (
    b'"seq":%d' % BIG,  # one more is no number
    b'"verb":"Q"',
    b'"day":"2026-02-30"',
    b'"day":"2026-1-3"',
    b'"day":"0000-01-01"',
    b'"purpose":"e\xcc\x81"',
    b'"purpose":"\\u00e9"',
    b'"purpose":"a","purpose":"a"',
    b'"purpose":"a",',
    b'"urgent":NaN',
)
CERTAIN = (
    b'"seq":7', b'"seq":null', b'"seq":-9223372036854775808', b'"verb":"R"', b'"verb":""', b'"verb":"-"', b'"day":""', b'"day":"2026-02-28"',
    b'"day":"9999-12-31"', b'"purpose":"\\"\\\\\\n\xc3\xa9"', b'"purpose":"\'; DROP TABLE events; --"', b'"urgent":false', b'"purpose" : "a" ',
)  # fmt: skip


@pytest.mark.parametrize("more", DOUBTFUL)
def test_what_is_doubtful_is_left_to_the_row_reader(more: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN, START + b"," + more + b"}")
    assert not is_plain(path, bound())
    assert read(path, bound()) == expected(path, bound())


@pytest.mark.parametrize("more", CERTAIN)
def test_what_is_plain_is_read_by_duckdb(more: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN, START + b"," + more + b"}", PLAIN)
    assert is_plain(path, bound())
    assert read(path, bound()) == expected(path, bound())


@pytest.mark.parametrize(
    ("written_at", "plain"),
    [
        ("2026-03-29T01:30:00Z", True), ("2026-03-29 01:30:00.1+01:00", True), ("2026-03-29T01:30:00.123456-05:30", True),
        ("2026-03-29t01:30:00z", False), ("2026-03-29T01:30:00.1234567Z", False), ("2026-03-29T24:00:00Z", False),
        ("2026-12-31T23:59:60Z", False), ("2026-02-29T00:00:00Z", False), ("1969-12-31T23:59:59.999999Z", False),
        ("1970-01-01T00:00:00Z", True), ("2099-12-31T23:59:59.999999Z", True), ("2100-01-01T00:00:00Z", False), ("epoch", False),
        ("2026-03-29", False), ("2026-03-29T01:30Z", False), ("2026-03-29T01:30:00", False), ("", False),
    ],
)  # fmt: skip
def test_times_are_those_of_the_row_reader(written_at: str, plain: bool, tmp_path: Path) -> None:
    mapping = bound(MAP.replace("of: line.ts, format: unix-us", "of: line.ref"))
    path = written(tmp_path, json.dumps({"ts": 1, "ref": written_at}).encode())
    assert is_plain(path, mapping) is plain
    assert read(path, mapping) == expected(path, mapping)


def test_a_long_log_of_events_is_read_alike_and_line_by_line(tmp_path: Path) -> None:
    (agreement,) = shipped().agreements
    mapping = load_mapping("isa-guard-events", agreement.schemas["event"])  # type: ignore[index]
    lines = []
    for event in random_log(agreement, 2, 9_000):
        values = {
            name: value
            for name, value in event.values.items()
            if not name.endswith(("_on", "_by", "until", "from"))
        }
        at = f"2026-01-{event.at // 7 % 28 + 1:02}T10:00:00.{event.at % 1_000_000:06}Z"
        lines.append(json.dumps({**values, "at": at}).encode())
    path = written(tmp_path, *lines)
    assert is_plain(path, mapping)
    assert read(path, mapping) == expected(path, mapping)


def test_a_column_read_wrongly_is_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = json_lines._query
    monkeypatch.setattr(json_lines, "_query", lambda *of: right(*of).replace('"seq" AS', '"seq" + 1 AS'))
    with pytest.raises(Defect, match=r"line \d: the two readings of the log map m disagree"):
        is_plain(written(tmp_path, PLAIN), bound())


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, PLAIN)

    def changed(*args: Any) -> Any:
        plain = relation_of(*args)
        path.write_bytes(PLAIN.replace(b"A-1", b"B-22") + b"\n")
        return plain

    monkeypatch.setattr(insert, "relation_of", changed)
    with pytest.raises(LoadError, match="was changed while it was read"):
        is_plain(path, bound())


@pytest.mark.parametrize("name", ["a*.jsonl", "a?.jsonl", "[a].jsonl"])
def test_a_name_that_is_a_pattern_is_left_to_the_row_reader(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PLAIN + b"\n")
    (tmp_path / "ab.jsonl").write_bytes(PLAIN + b"\n")
    assert not is_plain(path, bound())
    assert read(path, bound()) == expected(path, bound())
