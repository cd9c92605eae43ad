"""Ten working days' notice, worked by hand, and against counting one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import OutsideCalendar
from isa_guard.uk.calendars import CALENDAR_IDS, Calendar, calendar
from isa_guard.uk.working_days import Count, CountError, add_working_days, earliest_release, working_days

EW = calendar("england-and-wales")
ANY = calendar("any-part-of-uk")
CALENDARS = st.sampled_from([calendar(calendar_id) for calendar_id in CALENDAR_IDS])
COUNTS = st.sampled_from(Count)
MID = st.dates(date(2014, 1, 1), date(2026, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("where", "counted", "clear"), [(EW, 6, 5), (ANY, 5, 4)])
def test_a_request_before_christmas_for_release_after_new_year_gives_too_little_notice(
    where: Calendar, counted: int, clear: int
) -> None:
    asked, wanted = day("2025-12-23"), day("2026-01-05")
    assert working_days(asked, wanted, where, Count.COUNTED) == counted
    assert working_days(asked, wanted, where, Count.CLEAR) == clear


def test_the_earliest_release_of_that_request() -> None:
    asked = day("2025-12-23")
    assert earliest_release(asked, 10, EW, Count.COUNTED) == day("2026-01-09")
    assert earliest_release(asked, 10, ANY, Count.COUNTED) == day("2026-01-12")
    assert earliest_release(asked, 10, EW, Count.CLEAR) == day("2026-01-10"), "a Saturday: notice is complete"


@pytest.mark.parametrize(
    ("start", "in_england", "in_any_part"),
    [
        ("2020-04-27", "2020-05-12", "2020-05-12"),
        ("2022-05-26", "2022-06-13", "2022-06-13"),
        ("2022-09-12", "2022-09-27", "2022-09-27"),
        ("2023-04-28", "2023-05-16", "2023-05-16"),
        ("2025-03-10", "2025-03-24", "2025-03-25"),
        ("2025-07-07", "2025-07-21", "2025-07-22"),
        ("2025-07-28", "2025-08-11", "2025-08-12"),
        ("2025-11-24", "2025-12-08", "2025-12-09"),
        ("2026-03-09", "2026-03-23", "2026-03-24"),
        ("2026-06-08", "2026-06-22", "2026-06-23"),
    ],
)
def test_ten_working_days_round_a_one_off_or_local_holiday(
    start: str, in_england: str, in_any_part: str
) -> None:
    assert add_working_days(day(start), 10, EW) == day(in_england)
    assert add_working_days(day(start), 10, ANY) == day(in_any_part)


def test_no_notice_is_nought_and_never_less() -> None:
    monday = day("2026-03-02")
    for count in Count:
        assert working_days(monday, monday, EW, count) == 0
        assert working_days(monday, day("2026-02-02"), EW, count) == 0


def test_nothing_to_add_leaves_the_day_even_a_closed_one() -> None:
    sunday = day("2026-03-01")
    assert add_working_days(sunday, 0, EW) == sunday
    assert earliest_release(sunday, 0, EW, Count.CLEAR) == sunday


def test_less_than_no_notice_is_refused() -> None:
    with pytest.raises(CountError, match="-1 working days"):
        earliest_release(day("2026-03-02"), -1, EW)


def test_counting_back_from_a_meeting() -> None:
    assert add_working_days(day("2026-01-05"), -10, EW) == day("2025-12-17")
    assert add_working_days(day("2026-01-04"), -1, EW) == day("2026-01-02"), "from a Sunday"
    assert add_working_days(day("2026-01-05"), -1, EW) == day("2026-01-02"), "from a Monday"


@pytest.mark.parametrize(("start", "n"), [("2028-12-20", 10), ("2012-01-04", -5), ("2026-03-02", 10**9)])
def test_an_answer_outside_the_calendar_is_an_error(start: str, n: int) -> None:
    with pytest.raises(OutsideCalendar, match="knows 2012-01-01 to 2028-12-31"):
        add_working_days(day(start), n, EW)


def test_clear_notice_that_ends_with_the_calendar_itself_is_an_error() -> None:
    assert earliest_release(day("2028-12-28"), 1, EW, Count.COUNTED) == day("2028-12-29")
    tight = EW.derived("tight", "Tight", "1", {}, until=day("2028-12-29"))
    with pytest.raises(OutsideCalendar, match="1 working days from 2028-12-28"):
        earliest_release(day("2028-12-28"), 1, tight, Count.CLEAR)


@pytest.mark.parametrize(("start", "end"), [("2011-12-31", "2026-01-01"), ("2026-01-01", "2029-01-01")])
def test_a_span_that_leaves_the_calendar_is_an_error(start: str, end: str) -> None:
    with pytest.raises(OutsideCalendar):
        working_days(day(start), day(end), EW)
    with pytest.raises(OutsideCalendar):
        working_days(day(end), day(start), EW)


@given(MID, st.integers(-30, 400), CALENDARS)
def test_the_count_agrees_with_walking_day_by_day(start: date, length: int, where: Calendar) -> None:
    end = start + timedelta(days=length)
    between = [start + timedelta(days=n) for n in range(1, length + 1)]
    walked = sum(map(where.is_working, between))
    assert working_days(start, end, where, Count.COUNTED) == walked
    assert working_days(start, end, where, Count.CLEAR) == sum(map(where.is_working, between[:-1]))


@given(MID, st.integers(1, 300), CALENDARS)
def test_adding_agrees_with_walking_and_counting_undoes_it(start: date, n: int, where: Calendar) -> None:
    walked, left = start, n
    while left:
        walked += timedelta(days=1)
        left -= where.is_working(walked)
    assert add_working_days(start, n, where) == walked
    assert working_days(start, walked, where) == n


@given(MID, st.integers(1, 300), CALENDARS)
def test_counting_back_agrees_with_walking_back(start: date, n: int, where: Calendar) -> None:
    walked, left = start, n
    while left:
        walked -= timedelta(days=1)
        left -= where.is_working(walked)
    assert add_working_days(start, -n, where) == walked


@given(MID, st.integers(1, 60), CALENDARS, COUNTS)
def test_the_earliest_release_is_the_first_day_with_enough_notice(
    start: date, n: int, where: Calendar, count: Count
) -> None:
    first = earliest_release(start, n, where, count)
    assert working_days(start, first, where, count) >= n
    assert working_days(start, first - timedelta(days=1), where, count) < n
