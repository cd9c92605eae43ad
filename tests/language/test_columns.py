"""SQL for DuckDB says what the exact reading says: the same value, and NULL for the same errors."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from isa_guard.language.columns import Dialect, Printer
from tests.language.column_constructs import ALL, NEVER
from tests.language.column_judges import InDuckDB, comparable, expected, paths, quoted
from tests.language.column_rows import DATED, GIVEN, RECORD, checked, row

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = paths("r", RECORD)
ROWS = 800


def printer_for(dialect: Dialect) -> Printer:
    return Printer(dialect, quoted(dialect, KNOWN), given=GIVEN, dated=DATED)


def facts(seed: int, many: int) -> list[dict[str, Any]]:
    chance = Random(seed)
    return [row(chance) for _ in range(many)]


@pytest.fixture(scope="module")
def table() -> Iterator[tuple[InDuckDB, list[dict[str, Any]]]]:
    rows = facts(1, ROWS)
    database = InDuckDB(rows, KNOWN)
    yield database, rows
    database.connection.close()


@pytest.mark.parametrize("name", ALL)
def test_a_construct_says_on_every_row_what_the_exact_reading_says(
    name: str, table: tuple[InDuckDB, list[dict[str, Any]]]
) -> None:
    database, rows = table
    expression = checked(ALL[name])
    printer = printer_for(Dialect.DUCKDB)
    found = database.values(printer, [printer.of(expression)])
    wanted = [expected(expression, fact, "r", **GIVEN) for fact in rows]
    different = [
        (fact, want, got)
        for fact, want, (got,) in zip(rows, wanted, found, strict=True)
        if comparable(want) != comparable(got)
    ]
    assert different == [], different[0]
    values = {comparable(want) for want in wanted}
    assert (len(values) > 1) == (name not in NEVER), "no row tells"


def test_a_text_or_list_too_large_to_be_made_is_an_error_in_sql_too() -> None:
    half, many = "é" * 500_000, tuple(range(500_000))
    sized = [
        {"s": half, "t": half, "la": many},
        {"s": half + "x", "t": half, "la": (*many, 1)},
        {"s": half, "la": many[:3]},
    ]
    database = InDuckDB(sized, KNOWN)
    printer = printer_for(Dialect.DUCKDB)
    texts = (
        "size(r.s + r.t)",
        "size(r.la + r.la)",
        "size(r.la + r.la + [1])",
        "size(bytes(r.s) + bytes(r.s))",
    )
    expressions = [checked(text) for text in texts]
    found = database.values(printer, [printer.of(expression) for expression in expressions])
    assert found == [(1_000_000, 1_000_000, None, None), (None, None, None, None), (None, 6, 7, None)]
    for fact, values in zip(sized, found, strict=True):
        assert values == tuple(expected(expression, fact, "r") for expression in expressions)


def test_no_row_and_no_key_make_an_empty_answer() -> None:
    database = InDuckDB([], KNOWN)
    printer = printer_for(Dialect.DUCKDB)
    assert database.values(printer, [printer.of(checked("mail_domain(r.mail) == r.s"))]) == []
