"""A percentage of a known total is the count again."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.disclosure.finding import Severity
from isa_guard.scan.disclosure.percentages import percentages, statistics
from isa_guard.scan.disclosure.shares import implied
from isa_guard.scan.disclosure.sheet import find_tables
from isa_guard.scan.disclosure.suppression import suppression
from isa_guard.scan.disclosure.table import Table
from tests.scan.disclosure.tables import FIVE


def only(text: str) -> Table:
    (found,) = find_tables([[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()])
    return found


def test_a_percentage_of_the_columns_total_gives_a_withheld_count_away() -> None:
    table = only("""
Ethnicity | Staff | %
White | 40 | 80.0
Asian | *  | 14.0
Black | *  | 6.0
Total | 50 | 100.0
""")
    found = percentages(table, FIVE)
    assert [(one.cells[0].row, one.cells[0].column, one.severity) for one in found] == [(3, 3, Severity.BLOCK), (4, 3, Severity.BLOCK)]  # fmt: skip


def test_the_decimals_of_a_whole_percentage_are_heeded() -> None:
    table = only("Group | Staff | %\nA | 377 | 99.0\nB | * | 1.0\nTotal | 381 | 100")
    (one,) = implied(table, FIVE)
    assert (one.interval.low, one.interval.high) == (4, 4)


def test_a_percentage_beside_the_marker_gives_it_away() -> None:
    table = only("Group | Staff\nWhite | 40 (80%)\nAsian | * (14%)\nBlack | * (6%)\nTotal | 50")
    assert len(percentages(table, FIVE)) == 2


def test_a_percentage_of_the_rows_total_gives_a_withheld_count_away() -> None:
    table = only("""
Force | Asian | % Asian | White | % White | All
A | *  | 6.0  | 47 | 94.0 | 50
B | 12 | 20.0 | 48 | 80.0 | 60
""")
    assert [(one.cells[0].row, one.cells[0].column) for one in percentages(table, FIVE)] == [(2, 3)]


def test_a_percentage_of_the_only_count_says_a_small_one() -> None:
    table = only("Unit | Staff | % Asian\nNorth | 25 | 12\nSouth | 40 | 30")
    assert [(one.cells[0].row, one.severity) for one in percentages(table, FIVE)] == [(2, Severity.BLOCK)]


def test_a_percentage_may_be_about_the_totals() -> None:
    table = only("""
Group | Men | Women | Total | % of all
White | 38 | 27 | 65 | 79.3
Asian | *  | *  | 12 | 14.6
Black | *  | *  | *  | 6.1
Total | 48 | 34 | 82 | 100
""")
    assert [(one.cells[0].row, one.cells[0].column) for one in percentages(table, FIVE)] == [(4, 5)]


def test_a_percentage_of_many_people_leaves_the_count_wide() -> None:
    table = only("Group | Staff | %\nWhite | 9000 | 90\nAsian | * | 6\nBlack | * | 4\nTotal | 10000 | 100")
    assert percentages(table, FIVE) == ()


def test_percentages_of_something_else_say_nothing() -> None:
    table = only("Group | Staff | %\nWhite | 40 | 33.1\nAsian | * | 21.7\nTotal | 50 | 27.0")
    assert percentages(table, FIVE) == ()


def test_the_audit_of_suppression_uses_percentages_too() -> None:
    """The percentage gives one cell of the row away, and the row's total the other."""
    table = only("""
Group | Asian | % Asian | Black | Total
North | *  | 6.0  | *  | 50
South | 12 | 20.0 | 48 | 60
""")
    blocked = {(one.cells[0].row, one.cells[0].column) for one in suppression(table, FIVE)}
    assert blocked == {(2, 2), (2, 4)}


@given(st.integers(1, 400), st.data(), st.integers(0, 2))
@settings(deadline=None)
def test_the_interval_holds_every_count_that_rounds_to_the_percentage(
    total: int, data: st.DataObject, decimals: int
) -> None:
    hidden = data.draw(st.integers(0, total))
    step = Decimal(1).scaleb(-decimals)

    def percent(count: int) -> Decimal:
        return (Decimal(100 * count) / total).quantize(step, ROUND_HALF_UP)

    other = total - hidden
    table = only(
        f"Group | Staff | %\nA | {other} | {percent(other)}\nB | * | {percent(hidden)}\nTotal | {total} | 100"
    )
    fitting = [count for count in range(total + 1) if percent(count) == percent(hidden)]
    for one in implied(table, FIVE):
        assert one.interval.low <= fitting[0]
        assert one.interval.high is not None
        assert one.interval.high >= fitting[-1]
        assert one.interval.high - one.interval.low <= fitting[-1] - fitting[0] + 2
    if other:
        assert implied(table, FIVE)


@pytest.mark.parametrize(
    ("count", "severity"),
    [("1", Severity.BLOCK), ("2", Severity.BLOCK), ("4", Severity.WARN), ("*", Severity.WARN)],
)
def test_an_average_of_few_people_is_nearly_each_ones(count: str, severity: Severity) -> None:
    table = only(f"Group | Staff | Average pay\nWhite | 40 | 31000\nAsian | {count} | 42000")
    assert [(one.cells[0].row, one.severity) for one in statistics(table, FIVE)] == [(3, severity)]


def test_the_largest_value_is_one_persons_own() -> None:
    table = only("Group | Staff | Maximum pay\nWhite | 40 | 31000\nAsian | 20 | 42000")
    assert [one.severity for one in statistics(table, FIVE)] == [Severity.WARN] * 2
