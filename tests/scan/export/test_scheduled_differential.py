"""The compiled schedules, cell by cell, against cerberus' own validator."""

from __future__ import annotations

from random import Random
from typing import Any, TypeAlias

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.load.sent import read_schedules
from isa_guard.load.yaml import read_document
from isa_guard.model.schedule import Schedule
from isa_guard.scan.export.compiled import compiled
from isa_guard.scan.export.scheduled import masks_of
from tests.scan.export.cerberus_rows import broken_by_cerberus

Table: TypeAlias = tuple[dict[str, Any], list[dict[str, str | None]]]

ROWS = 100
WORDS = [
    "upheld",
    "not upheld",
    "Upheld",
    "upheld ",
    " upheld",
    "upheld\n",
    "café",
    "cafe\u0301",
    "\u212a",
    "k",
    "K",
    "ſ",
    "s",
    "abc",
]
PATTERNS = [
    "[0-9a-f]{4}", "^W[0-9]{2}$", "[0-9]+", "[A-Za-z_]+", "a|b", "(a|b)c?", "(?:x|y)*", ".{3}", "[^a]", r"a\.b", "", "^$", "a$", "^a|b$",
    "[0-9-]{2}", "k", "(?i:k)", "(?i:s)", "(?i)UPHELD", "(?s:.)", "[A-Z]{2}[0-9]", "[^0-9A-Za-z_]", ".*é.*", "[^0-9]*", r"[^ ]+", r"\x41B.", r"a\\d?",
    "[\u00e0-\uffff]+", "[^\ue000-\U0010ffff]+", "a{0}", "(?P<x>a)b",
]  # fmt: skip
TEXTS = [
    "", " ", "\n", "\t", "a", "b", "ab", "ax", "xb", "ac", "bc", "a\n", "abc\n", "W07", "W07\n", "W7", "w07", "٣", "０７", "07", "0a1f",
    "0A1F", "é", "ab é", "éab", "a.b", "xyyx", "AB1", "\u200b", "\u00a0", "NULL", "null", "😀", "😀😀😀", "𝟙𝟚", "ﬀ", *WORDS,
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "-1", "+1", "7", "07", "007", "00", "1,000", "1000", " 1", "1 ", "1\n", "1.0", "1.", ".5", "0.5", "-0.5", "1e3", "1E-2", "1e400",
    "1e-400", "１", "٣", "1_000", "0x1f", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "1" * 40, "NaN", "nan", "inf", "-inf", "Infinity", "0.1", "0.30000000000000004", "1.7976931348623157e308", "4.9e-324", "-", "−1", "500", "501", "true",
]  # fmt: skip
TRUTHS = [
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "FALSE",
    "tRUE",
    "yes",
    "no",
    "1",
    "0",
    "t",
    " true",
    "true\n",
]
DAYS = [
    "2026-11-23", "2026-11-24", "2024-02-29", "2023-02-29", "2026-1-5", "2026-01-05", "23/11/2026", "20261123", "2026-W48-1", "2026-327", "0001-01-01",
    "0000-01-01", "9999-12-31", "10000-01-01", "-001-01-01", "2026-11-23 ", " 2026-11-23", "2026-11-23\n", "２０２６-11-23", "2026-13-01", "2026-11-31",
    "2026-11-23 00:00:00", "2026-11-23T00:00:00Z", "+2026-11-23", "1969-12-31",
]  # fmt: skip
INSTANTS = [
    "2026-11-23T10:30:00Z", "2026-11-23T10:30Z", "2026-11-23 10:30:00+01:00", "2026-11-23t10:30:00z", "2026-11-23T10:30:00.5-01:30",
    "2026-11-23T10:30:00.1234567Z", "2026-11-23T10:30:00", "2026-11-23T24:00:00Z", "2026-11-23T23:59:60Z", "0001-01-01T00:00:00+00:01",
    "0001-01-01T00:00:00-00:01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-00:01", "2026-11-23T10:30:00+24:00",
    "2026-11-23T10:30:00+01:60", "2026-11-23T10:30:00+0100", "2026-11-23T10:30:00.Z", "2026-11-23T10:30.5Z", "2026-02-30T10:30:00Z", "2026-11-23T10:30:00Z\n",
    "2026-11-23", "1969-12-31T23:59:59.999999Z", "2026-11-23T25:00:00Z", "2026-11-23T1٠:30:00Z", "2026-11-23T10:60:00Z", "0000-06-01T10:00:00Z",
]  # fmt: skip
CELLS = {
    "string": TEXTS,
    "integer": NUMBERS,
    "float": NUMBERS,
    "boolean": TRUTHS,
    "date": DAYS,
    "datetime": INSTANTS,
}
EVERY: list[str | None] = [*TEXTS, *NUMBERS, *TRUTHS, *DAYS, *INSTANTS, None]
LIMITS: dict[str, list[Any]] = {
    "string": WORDS,
    "integer": [0, 1, -1, 7, 500, 2**63 - 1, -(2**63)],
    "float": [0, 0.5, -0.5, 0.1, 1, 500, 5e-324, 1e300, 0.30000000000000004],
    "boolean": [True, False],
    "date": ["2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"],
    "datetime": [
        "2026-11-23T10:30:00Z",
        "2026-11-23T09:30:00.000001Z",
        "2026-11-23T12:00:00.5Z",
        "0001-01-01T00:00:00Z",
    ],
}


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    """The rules of one field, of any type."""
    kind = draw(st.sampled_from(sorted(CELLS)))
    rules: dict[str, Any] = {"type": kind}
    if draw(st.booleans()):
        rules["nullable"] = draw(st.booleans())
    for name in ("allowed", "forbidden"):
        if draw(st.integers(0, 3)) == 0:
            rules[name] = draw(st.lists(st.sampled_from(LIMITS[kind]), min_size=1, max_size=4))
    if kind == "string":
        if draw(st.booleans()):
            rules["regex"] = draw(st.sampled_from(PATTERNS))
        lengths = sorted(draw(st.lists(st.integers(0, 6), min_size=2, max_size=2)))
        names, values = ("minlength", "maxlength"), lengths
    elif kind == "boolean":
        return rules
    else:
        names = ("min", "max")
        values = sorted(draw(st.lists(st.sampled_from(LIMITS[kind]), min_size=2, max_size=2)))
    return rules | {name: value for name, value in zip(names, values, strict=True) if draw(st.booleans())}


def column_of(kind: str, random: Random) -> list[str | None]:
    """Cells that are mostly traps of their own type: drawn by a seed, since a choice for each would take minutes."""
    pools = (CELLS[kind], CELLS[kind], CELLS[kind], EVERY)
    return [
        _noise(random) if random.random() < 0.1 else random.choice(random.choice(pools)) for _ in range(ROWS)
    ]


def _noise(random: Random) -> str:
    points = (
        random.choice((random.randrange(0x80), random.randrange(0xD800), random.randrange(0xE000, 0x110000)))
        for _ in range(9)
    )
    return "".join(map(chr, points))[: random.randrange(9)]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A schema and rows for it; the headings are traps of their own."""
    names = draw(
        st.lists(
            st.sampled_from(["a", "^.*$", "*", "0", "1", "", "len", "case key"]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    schema = {name: draw(fields()) for name in names}
    random = Random(draw(st.integers(0, 2**32)))
    columns = {name: column_of(schema[name]["type"], random) for name in names}
    return schema, [{name: columns[name][row] for name in names} for row in range(ROWS)]


def schedule_of(schema: dict[str, Any]) -> Schedule:
    text = yaml.safe_dump({"format": "isa-guard/fields/1", "sent": {"cases": schema}}, allow_unicode=True)
    text = text.encode("utf-8", "surrogatepass").decode("utf-8")
    (found,) = read_schedules(read_document(text.encode(), "fields.yaml"), {"cases": ()})
    return found


def broken_by_columns(
    schema: dict[str, Any], rows: list[dict[str, str | None]]
) -> list[set[tuple[str, str]]]:
    schedule = schedule_of(schema)
    frame = pl.DataFrame({name: pl.Series([row[name] for row in rows], dtype=pl.String) for name in schema})
    checks = [
        (field.name, check)
        for number, field in enumerate(schedule.fields)
        for check in compiled(field, pl.col(str(number)))
    ]
    if not checks:
        return [set() for _ in rows]
    masks = masks_of(frame, schedule.fields, [check.breaks for _, check in checks])
    assert not any(mask.has_nulls() for mask in masks.get_columns())
    return [
        {
            (name, check.rule.value)
            for (name, check), broken in zip(checks, masks.row(row), strict=True)
            if broken
        }
        for row in range(len(rows))
    ]


@given(tables())
@settings(max_examples=40, deadline=None)
def test_the_columns_say_of_every_cell_what_cerberus_says(table: Table) -> None:
    schema, rows = table
    assert broken_by_columns(schema, rows) == broken_by_cerberus(schema, rows)


@pytest.mark.slow
@given(tables())
@settings(max_examples=300, deadline=None)
def test_the_columns_say_of_thirty_thousand_rows_what_cerberus_says(table: Table) -> None:
    schema, rows = table
    assert broken_by_columns(schema, rows) == broken_by_cerberus(schema, rows)


@pytest.mark.parametrize("kind", sorted(CELLS))
@pytest.mark.parametrize("nullable", [True, False])
def test_every_trap_is_read_alike(kind: str, *, nullable: bool) -> None:
    bounds = ("minlength", "maxlength") if kind == "string" else ("min", "max")
    limits = [0, 1, 2, 3] if kind == "string" else LIMITS[kind]
    for limit in limits if kind != "boolean" else ():
        schema = {"a": {"type": kind, "nullable": nullable, **dict.fromkeys(bounds, limit)}}
        assert_alike(schema, EVERY)
    assert_alike({"a": {"type": kind, "nullable": nullable, "allowed": LIMITS[kind][:1]}}, EVERY)
    assert_alike({"a": {"type": kind, "nullable": nullable, "forbidden": LIMITS[kind]}}, EVERY)


def assert_alike(schema: dict[str, Any], texts: list[str | None]) -> None:
    rows: list[dict[str, str | None]] = [{"a": text} for text in texts]
    found = broken_by_columns(schema, rows)
    wanted = broken_by_cerberus(schema, rows)
    assert list(zip(texts, found, strict=True)) == list(zip(texts, wanted, strict=True))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_is_read_alike(pattern: str) -> None:
    schema = {"a": {"type": "string", "regex": pattern, "nullable": True}}
    rows: list[dict[str, str | None]] = [{"a": text} for text in (*TEXTS, *NUMBERS)]
    assert broken_by_columns(schema, rows) == broken_by_cerberus(schema, rows)
