"""What was withheld must not follow from what was published."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from isa_guard.scan.disclosure import suppression as audit
from isa_guard.scan.disclosure.cells import WITHHELD
from isa_guard.scan.disclosure.finding import At, Check, Severity, passes
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold
from isa_guard.scan.disclosure.suppression import suppression
from isa_guard.scan.disclosure.table import Axis, Sum, Table, table_of
from tests.scan.disclosure.tables import FIVE, count, summed, table, with_totals


def blocked(grid: Table, limits: Limits = FIVE) -> list[tuple[int, int]]:
    found = suppression(grid, limits)
    assert all(one.severity is Severity.BLOCK for one in found), found
    return [(at.row, at.column) for one in found for at in one.cells]


def test_a_single_withheld_cell_follows_from_its_row() -> None:
    assert blocked(table("* 20 23", "12 14 26", "15 34 49")) == [(1, 1)]


def test_four_withheld_cells_in_a_square_protect_each_other() -> None:
    assert blocked(table("* * 30 49", "* * 21 40", "30 12 9 51", "43 37 60 140")) == []


def test_cells_withheld_together_are_given_away_where_their_sum_is_small() -> None:
    """Two cells of a row that add up to 2: each is at most 2, and that is what was to be withheld."""
    assert blocked(table("* * 40 42", "30 31 30 91", "32 31 70 133")) == [(1, 1), (1, 2)]


def test_a_range_says_what_it_says_by_itself() -> None:
    assert blocked(table("<5 <5 40 45", "<5 <5 20 25", "5 5 60 70")) == []


def test_a_range_that_the_totals_narrow_is_given_away() -> None:
    found = suppression(table("<5 <5 40 48", "30 31 30 91", "34 35 70 139"), FIVE)
    assert [one.severity for one in found] == [Severity.BLOCK] * 2
    assert "exactly" in found[0].what


def test_without_totals_nothing_follows() -> None:
    grid = table_of(((WITHHELD, count(9)), (count(8), WITHHELD)), "ab", "cd")
    assert suppression(grid, FIVE) == ()


def test_a_table_that_withholds_nothing_needs_no_solver() -> None:
    assert suppression(table("6 7 13", "8 9 17", "14 16 30"), FIVE) == ()


def test_the_width_is_the_agreements_own() -> None:
    grid = table("* * 30 37", "* * 21 40", "30 12 9 51", "43 25 60 128")
    assert blocked(grid, replace(FIVE, interval_width=1)) == []
    assert len(blocked(grid, replace(FIVE, interval_width=30))) == 4
    assert blocked(grid, FIVE) == []


def test_the_words_of_the_threshold_matter() -> None:
    """0 to 5: under "fewer than 5" wide enough by 5, under "5 or fewer" too narrow."""
    grid = table("* * 40 45", "* * 21 40", "30 31 9 70", "40 45 70 155")
    assert blocked(grid, FIVE) == []
    assert len(blocked(grid, Limits(threshold=Threshold(Comparison.AT_MOST, 5)))) == 4


def test_the_withheld_count_is_not_repeated() -> None:
    (found,) = suppression(table("* 20 37", "12 14 26", "29 34 63"), FIVE)
    assert "17" not in found.what + found.why


def test_a_contradiction_is_not_passed() -> None:
    grid = table("* 20 15", "12 14 26", "15 34 49")
    (found,) = suppression(grid, FIVE)
    assert found.severity is Severity.UNCHECKED
    assert not passes((found,))


def test_a_doubtful_total_is_not_passed() -> None:
    grid = replace(table_of(((WITHHELD,), (count(8),)), "ab", "c"), doubtful=(Sum(Axis.ROW, 1, (0,)),))
    (found,) = suppression(grid, FIVE)
    assert (found.severity, found.cells) == (Severity.UNCHECKED, (At(2, 1),))


def test_a_table_too_large_ends_with_the_stated_limit() -> None:
    rows, columns = 10_000, 200
    cells = ((WITHHELD,) * columns,) * rows
    sums = (Sum(Axis.ROW, rows - 1, tuple(range(rows - 1))),)
    grid = table_of(cells, map(str, range(rows)), map(str, range(columns)), sums)
    (found,) = suppression(grid, FIVE)
    assert (found.check, found.severity) == (Check.SUPPRESSION, Severity.UNCHECKED)
    assert "500,000" in found.what
    assert "2,000,000" in found.what


def test_more_withheld_counts_than_are_worked_out_end_with_the_stated_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "MOST_WITHHELD", 3)
    (found,) = suppression(table("* * 30 49", "* * 21 40", "30 12 9 51", "43 37 60 140"), FIVE)
    assert found.severity is Severity.UNCHECKED
    assert "up to 3" in found.what


@pytest.mark.slow
def test_a_component_too_large_ends_with_the_stated_limit() -> None:
    grid = with_totals([[WITHHELD] * 81 for _ in range(81)])
    (found,) = suppression(grid, FIVE)
    assert found.severity is Severity.UNCHECKED
    assert "5,000" in found.what


def test_six_hundred_withheld_cells_are_all_answered() -> None:
    dice = random.Random(7)
    grid = [
        [count(number) for number in row]
        for row in summed([[dice.randint(0, 30) for _ in range(20)] for _ in range(40)])
    ]
    for place in dice.sample(range(800), 600):
        grid[place // 20][place % 20] = WITHHELD
    assert all(one.severity is Severity.BLOCK for one in suppression(with_totals(grid), FIVE))


def test_a_count_that_may_be_just_safe_is_not_known_to_be_small() -> None:
    """1 to 5 under "fewer than 5", where a width of 1 is enough."""
    grid = table("1-20 1-20 40 46", "30 31 30 91", "* * 70 137")
    assert blocked(grid, replace(FIVE, interval_width=1)) == []
    assert blocked(grid, Limits(threshold=Threshold(Comparison.FEWER_THAN, 6), interval_width=1)) == [
        (1, 1),
        (1, 2),
    ]
