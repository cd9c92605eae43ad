"""JSON: records as tables of dotted columns, strictly, and anything else as text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.scan.readers import ReadLimits
from tests.scan.readers.planted import everything, numbers, read, rows, tables, texts, unread


def test_a_list_of_objects_is_a_table(tmp_path: Path) -> None:
    found = read(
        tmp_path, "a.json", '[{"name": "Ann", "at": {"post": "CB1"}, "tags": ["x", "y"]}, {"name": "Bob"}]'
    )
    assert tables(found)[0].frame.columns == ["name", "at.post", "tags"]
    assert rows(found) == [("Ann", "CB1", "x\ny"), ("Bob", None, None)]


def test_records_under_a_key_are_a_table_and_the_rest_is_text(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", '{"about": "plantednote", "data": [{"a": 1}, {"a": 2}]}')
    assert rows(found) == [("1",), ("2",)]
    assert tables(found)[0].spot.part == "list 1"
    assert "about: plantednote" in texts(found)[""]


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", '[{"n": 12345678901234567890, "f": 1.10}]')
    assert rows(found) == [("12345678901234567890", "1.10")]


@pytest.mark.parametrize(
    "line", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1', '{"a": 1} {"b": 2}', "{'a': 1}"]
)
def test_a_line_that_is_not_strict_is_unread_with_its_number_and_text(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, "a.jsonl", '{"a": "ok"}\n\n' + line + '\n{"a": "too"}\n')
    assert rows(found) == [("ok",), ("too",)]
    assert numbers(found) == [1, 4]
    assert unread(found) == ["no strict JSON on line 3: read as text"]
    assert line in everything(found)


def test_a_key_that_stands_twice_is_refused_in_a_document_and_both_values_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", '{"a": "plantedone", "a": "plantedtwo"}')
    assert "twice" in unread(found)[0]
    assert "plantedone" in everything(found)
    assert "plantedtwo" in everything(found)


def test_a_document_without_an_end_is_unread_and_text(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", '[{"a": "planted"}, {"a"')
    assert unread(found)
    assert "planted" in everything(found)


def test_depth_ends_at_the_limit(tmp_path: Path) -> None:
    deep = "[" * 300 + '"planted"' + "]" * 300
    assert "nested more than 200" in unread(read(tmp_path, "a.json", deep))[0]
    assert "planted" in everything(read(tmp_path, "a.json", deep, ReadLimits(nesting=400)))
    assert unread(read(tmp_path, "a.json", "[" * 200_000))


def test_lines_come_in_batches(tmp_path: Path) -> None:
    text = "".join(f'{{"n": "{n}"}}\n' for n in range(25))
    found = read(tmp_path, "a.jsonl", text, ReadLimits(rows=10))
    assert [(table.frame.height, table.row) for table in tables(found)] == [(10, 1), (10, 11), (5, 21)]


VALUES = st.recursive(
    st.text("abc", min_size=1, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=3), inner, max_size=3)
    ),
)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)]
    return [str(value)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=VALUES.filter(lambda value: isinstance(value, (list, dict)) and bool(value)))
def test_every_value_is_handed_on(tmp_path: Path, document: object) -> None:
    said = everything(read(tmp_path, "a.json", json.dumps(document)))
    for leaf in leaves(document):
        assert leaf in said
