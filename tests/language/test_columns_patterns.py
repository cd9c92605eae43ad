"""A pattern in DuckDB finds what ours finds, and what it might not take goes by lookup."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.language import column_patterns
from isa_guard.language.columns import Dialect, Printer
from isa_guard.language.pattern import PatternError
from isa_guard.language.regex import MAX_WORK, Pattern, compiled, matches
from tests.language.column_judges import InDuckDB, expected
from tests.language.column_rows import checked
from tests.language.test_columns import KNOWN, printer_for
from tests.language.test_regex import ATOMS, REPEATS

TEXTS = (
    "",
    "a",
    "5\n",
    "\n",
    "é",
    "ab",
    "a b",
    "K",
    "ſ",
    "_",
    "\U0001f600",
    "a\x00b",
    "\v",
    "٣",
    "aab\n",
    "AB",
    "k\n",
)


@given(st.lists(st.tuples(ATOMS, REPEATS), max_size=6), st.lists(st.text(max_size=5), max_size=4))
@settings(max_examples=400, deadline=None)
def test_every_pattern_finds_in_duckdb_what_it_finds_here(
    parts: list[tuple[str, str]], more: list[str]
) -> None:
    pattern = "".join(atom + repeat for atom, repeat in parts)
    try:
        made = Pattern(pattern)
    except PatternError:
        return
    known = column_patterns.re2(pattern)
    assert known is not None
    texts = [*TEXTS, *more]
    found = duckdb.execute(
        "SELECT regexp_matches(x, $1) FROM (SELECT unnest(CAST($2 AS VARCHAR[])) AS x)", [known[0], texts]
    ).fetchall()
    assert [one for (one,) in found] == [made.search(text) for text in texts], (pattern, known)


@pytest.mark.parametrize(
    "pattern", [r"[^\x{0}-\x{10FFFF}]", r"\x{10FFFF}", "^(|a|b{0,3}){2}$", r"(?:\ba|){2,}b", "a{0}"]
)
def test_rare_patterns_find_the_same(pattern: str) -> None:
    known = column_patterns.re2(pattern)
    assert known is not None
    for text in TEXTS:
        (found,) = duckdb.execute("SELECT regexp_matches($1, $2)", [text, known[0]]).fetchone() or (None,)
        assert found is matches(text, pattern), text


@pytest.mark.parametrize(
    "pattern", ["a", "a*", "a+b?", "(a|bc|d)*", "a{3}", "(ab{2,4}){0,5}", "(a{2,}|b){3}", "^$", "()*"]
)
def test_the_places_counted_are_at_least_those_that_are_made(pattern: str) -> None:
    known = column_patterns.re2(pattern)
    assert known is not None
    made = len(compiled(pattern)._states)
    assert MAX_WORK // known[1] >= made
    assert known[1] * made <= MAX_WORK


def test_the_largest_pattern_that_is_printed_is_taken_by_duckdb() -> None:
    largest = f"[a-z\u00e9-\u4e00]{{{(column_patterns.MAX_PLACES - 2) // 2}}}"
    known = column_patterns.re2(largest)
    assert known is not None
    assert duckdb.execute("SELECT regexp_matches($1, $2)", ["é" * 300, known[0]]).fetchall() == [(True,)]


def test_a_pattern_that_is_too_large_goes_by_lookup() -> None:
    assert column_patterns.re2("[a-z]{900}") is None
    printer = printer_for(Dialect.DUCKDB)
    column = printer.of(checked("r.s.matches('[a-z]{900}')"))
    assert column.text == column.lookups[0].text


def test_a_text_too_long_to_be_sure_of_goes_by_lookup() -> None:
    """Where we give up on a text, so must the column."""
    text = "".join(chr(0x4E00 + n) for n in range(20_000))
    expression = checked("r.s.matches('(.{0,100}x){0,2}y')")
    printer = Printer(Dialect.DUCKDB, {"r.s": '"r.s"'})
    facts = [{"s": text}, {"s": "xy"}, {"s": "x"}, {}, {"s": text + "xy"}, {"s": "z" * 3_000 + "xy"}]
    database = InDuckDB(facts, {"r.s": KNOWN["r.s"]})
    column = printer.of(expression)
    found = [row[0] for row in database.values(printer, [column])]
    assert found == [expected(expression, fact, "r") for fact in facts]
    assert found[0] is None
    (asked,) = (lookup.asked("log") for lookup in column.lookups)
    keys = database.connection.execute(asked, printer.parameters(asked)).fetchall()
    assert len(keys) == 3
