"""Loading log maps: what is right is bound, and every fault is told at once with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_guard.audit.mapping.load import load_mapping, ready_mappings
from isa_guard.audit.mapping.mapping import Column, Reads
from isa_guard.errors import LoadError
from isa_guard.language.types import INT, STRING
from isa_guard.model.schemas import EVENT
from tests.audit.mapping.maps import HEAD, SIMPLE, bound, said

CSV = SIMPLE.replace("jsonl", "csv")


def test_columns_stand_where_their_pointers_lead() -> None:
    text = SIMPLE.replace("verb: {}", "verb: {at: /a~1b/c~0d/0}").replace(" n: {", " n: {at: /N, ")
    mapping = bound(text)
    assert mapping.reads is Reads.JSONL
    assert mapping.columns[:3] == (
        Column("when", ("when",), STRING, False),
        Column("verb", ("a/b", "c~d", "0"), STRING, False),
        Column("n", ("N",), INT, True),
    )


def test_a_file_and_a_ready_one(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(HEAD + SIMPLE)
    assert load_mapping(str(path), EVENT).id == "m"
    for name in ready_mappings():
        assert load_mapping(name, EVENT).id == name


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="did you mean `isa-guard-events`"):
        load_mapping("isa-guard-event", EVENT)
    with pytest.raises(LoadError, match="cannot be read"):
        load_mapping(str(tmp_path / "none.yaml"), EVENT)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SIMPLE + "fields: {nonsense: line.verb}\n", "11:10 an event has no field `nonsense`"),
        (SIMPLE + "fields: {at: line.when}\n", "11:10 `at` comes from `time`"),
        (SIMPLE + "fields: {actor: line.whom}\n", "11:17 line has no field 'whom'"),
        (SIMPLE + "fields: {records: line.who}\n", "11:19 `records` is int, but this is string"),
        (SIMPLE + "fields: {action: line.verb}\n", "11:18 `action` is one of its own words, and this may be another"),
        (SIMPLE + "fields: {action: \"line.verb == 'a' ? 'shared' : 'shred'\"}\n", "11:18 `action` is one of its own words, and this may be another"),
        (SIMPLE + "fields: {action: {of: line.verb, words: v}}\n", "11:41 there is no map `v` under `values`"),
        (SIMPLE + "fields: {actor: {of: line.who, otherwise: x}}\n", "11:43 `otherwise` goes with `words`"),
        (SIMPLE + "fields: {actor: {words: v}}\n", "11:17 a field has either `of` or `time`"),
        (SIMPLE + "fields: {actor: {time: {of: line.who}}}\n", "11:24 `actor` is no time and no day"),
        (SIMPLE + "values: {v: {A: shred}}\nfields: {action: {of: line.verb, words: v}}\n", "11:17 this is no value for `action`"),
        (SIMPLE + "values: {v: {A: shared}}\nfields: {action: {of: line.n, words: v}}\n", "11:14 no value of int is written so"),
        (SIMPLE + "values: {v: {'01': shared}}\nfields: {action: {of: line.n, words: v}}\n", "11:14 no value of int is written so"),
        (SIMPLE + "values: {v: {A: shared}}\nfields: {action: {of: line.verb, words: v, otherwise: x}}\n", "12:55 this is no value for `action`"),
        (SIMPLE.replace("of: line.when", "of: line.n"), "10:7 a number is counted from 1970: unix-s, unix-ms or unix-us"),
        (SIMPLE.replace("of: line.when", "of: line.n > 1, format: unix-s"), "10:12 a time is text or a number, but this is bool"),
        (SIMPLE.replace("of: line.when", "of: timestamp(line.when), format: rfc3339"), "10:12 this has been read already: it has no format and no zone"),
        (SIMPLE.replace("of: line.when", "of: line.when, format: '%d/%m/%Y %H:%M'"), "10:31 a time without an offset needs the `zone` it was written in"),
        (SIMPLE.replace("verb: {}", "verb: {at: verb}"), "7:14 a column stands at a JSON Pointer"),
        (SIMPLE.replace("verb: {}", "verb: {at: /when}"), "7:3 `when` and `verb` stand at the same place"),
        (CSV.replace("verb: {}", "verb: {at: /a/b}"), "7:14 in csv no column stands within another"),
        (CSV.replace("verb: {}", "verb: {type: list}"), "7:16 a log of text alone has no lists"),
        (SIMPLE + "delimiter: ','\n", "11:12 `delimiter` goes with `reads: csv`"),
        (CSV + "delimiter: '\"'\n", "11:12 this cannot set cells apart"),
        (SIMPLE + "pattern: 'x'\n", "11:10 `pattern` goes with `reads: text`, and is needed there"),
        (SIMPLE.replace("jsonl", "text"), "1:1 `pattern` goes with `reads: text`, and is needed there"),
        (SIMPLE.replace("jsonl", "text") + "pattern: '(?P<when>x)'\n", "11:10 a pattern takes the whole line: it begins with ^ and ends with $"),
        ("reads: jsonl\ntime: {of: \"'x'\"}\n", "1:1 no column is named"),
        (SIMPLE + "let: {a: line.}\n", "11:15 expected the name of a field, but the expression ends"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(text: str, problem: str) -> None:
    assert problem in said(text)


def test_every_problem_is_told_at_once() -> None:
    text = (
        SIMPLE.replace("verb: {}", "verb: {at: verb}")
        + "fields: {nonsense: line.x, action: line.verb, records: 'line.n +'}\n"
    )
    found = said(text.replace("of: line.when", "of: line.when, zone: Europe/London"))
    assert len(found) == 5
    assert [int(one.split(":")[0]) for one in found] == [7, 10, 11, 11, 11]


def test_text_needs_a_column_for_each_group() -> None:
    text = SIMPLE.replace("jsonl", "text") + "pattern: '^(?P<when>[^ ]+) (?P<verb>[^ ]+) (?P<mob>.*)$'\n"
    found = said(text)
    assert any("no column tells what the group `mob` is" in one for one in found)
    assert any("the pattern has no group `n`" in one for one in found)
