"""When police information must be looked at again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.retention import (
    REVIEW_GROUPS,
    RetentionError,
    ReviewGroup,
    hundredth_birthday,
    next_review,
    review_group,
)


def test_there_are_four_groups() -> None:
    assert [group.number for group in REVIEW_GROUPS] == [1, 2, 3, 4]
    with pytest.raises(RetentionError, match="no review group 5: they are 1 to 4"):
        review_group(5)


@pytest.mark.parametrize(("number", "first"), [(1, 2020), (2, 2020), (3, 2016), (4, 2016)])
def test_the_clear_period_runs_from_the_last_contact(number: int, first: int) -> None:
    assert next_review(review_group(number), date(2010, 6, 1)) == date(first, 6, 1)


@pytest.mark.parametrize(("number", "then"), [(1, 2030), (2, 2030), (3, 2025)])
def test_later_reviews_run_from_the_one_before(number: int, then: int) -> None:
    assert next_review(review_group(number), date(2010, 6, 1), date(2020, 7, 1)) == date(then, 7, 1)


def test_a_new_contact_starts_the_clear_period_afresh() -> None:
    assert next_review(review_group(3), date(2021, 2, 3), date(2020, 7, 1)) == date(2027, 2, 3)


def test_the_last_group_has_one_review_only() -> None:
    with pytest.raises(RetentionError, match="six years at least"):
        next_review(review_group(4), date(2010, 6, 1), date(2016, 6, 1))


def test_the_first_group_is_kept_until_the_hundredth_birthday() -> None:
    assert hundredth_birthday(date(1960, 2, 29)) == date(2060, 2, 29)
    assert hundredth_birthday(date(2000, 2, 29)) == date(2100, 2, 28)


@given(
    st.sampled_from(REVIEW_GROUPS[:3]),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
)
def test_a_review_is_always_later_than_what_it_runs_from(
    group: ReviewGroup, contact: date, review: date
) -> None:
    assert next_review(group, contact, review) > max(contact, review)
