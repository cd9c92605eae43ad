"""Counts too small to be shown, by the agreement's own number and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.scan.disclosure.finding import Severity
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold, ZeroPolicy, checked
from isa_guard.scan.disclosure.threshold import small_counts
from tests.scan.disclosure.tables import FIVE, FIVE_AND_NOUGHT, table


@pytest.mark.parametrize(
    ("comparison", "number", "places"),
    [
        (Comparison.FEWER_THAN, 5, [(1, 1)]),
        (Comparison.AT_MOST, 5, [(1, 1), (1, 2)]),
        (Comparison.FEWER_THAN, 4, []),
    ],
)
def test_the_operator_is_the_agreements(comparison: Comparison, number: int, places: list[object]) -> None:
    found = small_counts(
        table("4 5 9", "8 9 17", "12 14 26"), Limits(threshold=Threshold(comparison, number))
    )
    assert [(one.cells[0].row, one.cells[0].column) for one in found] == places
    assert all(one.severity is Severity.BLOCK for one in found)


def test_zeros_are_the_agreements_choice() -> None:
    grid = table("0 9 9", "8 9 17", "8 18 26")
    assert small_counts(grid, FIVE) == ()
    assert len(small_counts(grid, FIVE_AND_NOUGHT)) == 1


def test_a_total_is_a_count_as_well() -> None:
    assert len(small_counts(table("* * 4", "8 9 17", "* * 21"), FIVE)) == 1


def test_a_range_of_one_number_shows_it() -> None:
    (found,) = small_counts(table("<2 9 *", "8 9 17", "* 18 *"), FIVE)
    assert found.severity is Severity.BLOCK


def test_a_range_narrower_than_the_marker_is_weighed_by_a_person() -> None:
    (found,) = small_counts(table("1-3 9 *", "8 9 17", "* 18 *"), FIVE)
    assert found.severity is Severity.WARN
    assert small_counts(table("1-4 9 *", "8 9 17", "* 18 *"), FIVE) == ()


def test_counts_rounded_to_a_base_above_the_threshold_are_not_small() -> None:
    rounded = table("5 10 20 35", "20 25 15 60", "25 35 35 95")
    assert small_counts(rounded, Limits(threshold=Threshold(Comparison.FEWER_THAN, 5))) == ()
    assert small_counts(rounded, Limits(threshold=Threshold(Comparison.FEWER_THAN, 10)))


@given(st.integers(0, 30), st.integers(1, 20), st.sampled_from(Comparison), st.sampled_from(ZeroPolicy))
def test_small_is_what_the_words_say(
    number: int, limit: int, comparison: Comparison, zeros: ZeroPolicy
) -> None:
    below = number < limit if comparison is Comparison.FEWER_THAN else number <= limit
    limits = Limits(threshold=Threshold(comparison, limit), zeros=zeros)
    assert limits.is_small(number) == (below and (number > 0 or zeros is ZeroPolicy.WITHHELD))


def test_limits_that_make_no_sense_are_refused() -> None:
    assert checked(FIVE) is FIVE
    with pytest.raises(UsageError, match="k, closeness"):
        checked(Limits(k=0, closeness=2))
