"""What a table says of whole groups, of amounts with few contributors, of rounding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.scan.disclosure.cells import Cell, CellKind
from isa_guard.scan.disclosure.dominance import Contributions, dominance
from isa_guard.scan.disclosure.finding import Check, Severity
from isa_guard.scan.disclosure.groups import concentration, self_identification
from isa_guard.scan.disclosure.limits import Limits
from isa_guard.scan.disclosure.rounding import rounding
from isa_guard.scan.disclosure.system import rounding_base
from isa_guard.scan.disclosure.table import Axis, Sum, table_of
from tests.scan.disclosure.tables import FIVE, table


def test_all_of_a_group_in_one_category_is_weighed_by_a_person() -> None:
    found = concentration(table("12 0 12", "7 9 16", "5 6 11", "24 15 39"), FIVE)
    assert [(one.cells[0].row, one.cells[0].column, one.severity) for one in found] == [(1, 0, Severity.WARN)]


def test_a_column_can_be_concentrated_as_a_row_can() -> None:
    found = concentration(table("12 5 8 25", "0 9 7 16", "12 14 15 41"), FIVE)
    assert [(one.cells[0].row, one.cells[0].column) for one in found] == [(0, 1)]


def test_a_group_by_one_category_alone_is_not_concentrated() -> None:
    assert concentration(table("12 12", "7 7", "19 19"), FIVE) == ()


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_people_identify_themselves_and_each_other(number: int) -> None:
    found = self_identification(
        table(f"{number} 9 {number + 9}", "7 9 16", f"{number + 7} 18 {number + 25}"), FIVE
    )
    assert [(one.cells[0].row, one.cells[0].column, one.severity) for one in found] == [
        (1, 1, Severity.BLOCK)
    ]


def test_a_small_group_shown_by_category_is_weighed_by_a_person() -> None:
    found = self_identification(table("4 0 4", "17 9 26", "21 9 30"), FIVE)
    assert [(one.cells[0].row, one.severity) for one in found] == [(1, Severity.WARN)]


AMOUNT = table_of(((Cell(CellKind.MEASURE, number=Decimal(100)),),), ["North"], ["Spend"])


@pytest.mark.parametrize(
    ("amounts", "checks"),
    [
        ((50, 41, 5, 4), [Check.DOMINANCE]),
        ((50, 40, 5, 5), []),
        ((100,), [Check.DOMINANCE, Check.P_PERCENT]),
        ((30, 30, 20, 20), []),
        ((0, 0), []),
        ((), []),
    ],
)
def test_a_few_contributors_must_not_make_up_an_amount(amounts: tuple[int, ...], checks: list[Check]) -> None:
    found = dominance(AMOUNT, [Contributions(0, 0, tuple(map(Decimal, amounts)))], FIVE)
    assert [one.check for one in found] == checks


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=6),
    st.integers(1, 4),
    st.integers(1, 100),
    st.integers(1, 100),
)
def test_dominance_is_what_fractions_say(amounts: list[int], n: int, k: int, p: int) -> None:
    limits = Limits(dominance_n=n, dominance_k=Decimal(k), p_percent=Decimal(p))
    found = {
        one.check for one in dominance(AMOUNT, [Contributions(0, 0, tuple(map(Decimal, amounts)))], limits)
    }
    ranked, total = sorted(amounts, reverse=True), sum(amounts)
    few = total > 0 and Fraction(sum(ranked[:n]), total) > Fraction(k, 100)
    near = total > 0 and Fraction(total - sum(ranked[:2]), ranked[0]) < Fraction(p, 100)
    assert found == {check for check, broken in ((Check.DOMINANCE, few), (Check.P_PERCENT, near)) if broken}


def test_contributions_belong_to_a_cell_of_the_table() -> None:
    with pytest.raises(UsageError, match="row 2"):
        dominance(AMOUNT, [Contributions(1, 0, ())], FIVE)


TO_FIVE = replace(FIVE, rounding_base=5)


def test_a_count_that_is_not_rounded_as_claimed_is_blocked() -> None:
    found = rounding(table("10 15 25", "20 13 35", "30 30 60"), TO_FIVE)
    assert [(one.cells[0].row, one.cells[0].column, one.severity) for one in found] == [
        (2, 2, Severity.BLOCK)
    ]


def test_without_rounding_there_is_nothing_to_check() -> None:
    assert rounding(table("11 15 26", "20 13 33", "31 28 59"), FIVE) == ()


def test_rounded_totals_that_add_up_leave_rounding_whole() -> None:
    assert rounding(table("10 15 25", "20 15 35", "30 30 60"), TO_FIVE) == ()


@pytest.mark.parametrize(("total", "severity"), [(30, Severity.WARN), (10, Severity.BLOCK)])
def test_a_total_that_misses_its_parts_undoes_their_rounding(total: int, severity: Severity) -> None:
    """Four fives that make 30 are four sevens; four that make 10 are four threes."""
    grid = table_of(
        tuple((Cell(CellKind.COUNT, number, number),) for number in (5, 5, 5, 5, total)),
        "abcdt",
        "n",
        (Sum(Axis.ROW, 4, (0, 1, 2, 3)),),
    )
    found = rounding(grid, TO_FIVE)
    assert [(one.cells[0].row, one.severity) for one in found][:4] == [
        (row, severity) for row in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("rows", "base"),
    [
        (("10 15 5 30", "20 5 35 60", "30 20 40 90"), 5),
        (("10 15 25", "20 5 25", "30 20 50"), 1),  # four counts: one table in 625 is so by chance
        (("10 20 40 70", "30 50 90 170", "40 70 130 240"), 10),
        (("10 15 5 30", "20 5 36 61", "30 20 41 91"), 1),
        (("9 12 3 24", "6 3 15 24", "15 15 18 48"), 1),
        (("9 12 3 24", "6 3 15 24", "3 6 24 33", "18 21 42 81"), 3),
        (("0 0 0 0", "0 0 0 0", "0 0 0 0"), 1),
    ],
)
def test_a_base_is_told_from_enough_counts_alone(rows: tuple[str, ...], base: int) -> None:
    assert rounding_base(table(*rows)) == base
