"""Periods read as people write them, and the instants and days on which they run out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.errors import IsaGuardError, OutsideCalendar
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import (
    LONDON,
    Period,
    PeriodError,
    Unit,
    add_months,
    due,
    earliest,
    in_london,
    in_time,
    london_day,
    met,
    parse_period,
)
from isa_guard.uk.working_days import Count

EW = calendar("england-and-wales")
CLEARABLE = st.sampled_from([unit for unit in Unit if unit is not Unit.HOURS])
PERIODS = st.builds(Period, st.integers(1, 999_999), st.sampled_from(Unit)) | st.builds(
    Period, st.integers(1, 999_999), CLEARABLE, st.none(), st.sampled_from(Count)
)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10 working days", Period(10, Unit.WORKING_DAYS)),
        ("Ten Working Days", Period(10, Unit.WORKING_DAYS)),
        ("ten (10) working days", Period(10, Unit.WORKING_DAYS)),
        ("one business day", Period(1, Unit.WORKING_DAYS)),
        ("one school day", Period(1, Unit.SCHOOL_DAYS)),
        ("72 hours", Period(72, Unit.HOURS)),
        ("72-hour", Period(72, Unit.HOURS)),
        ("an hour", Period(1, Unit.HOURS)),
        ("6 months", Period(6, Unit.MONTHS)),
        ("1 calendar month", Period(1, Unit.MONTHS)),
        ("1 year", Period(1, Unit.YEARS)),
        ("four weeks'", Period(4, Unit.WEEKS)),
        ("a week’s", Period(1, Unit.WEEKS)),
        ("28 calendar days", Period(28, Unit.DAYS)),
        ("twelve  days ", Period(12, Unit.DAYS)),
        ("7 clear days", Period(7, Unit.DAYS, count=Count.CLEAR)),
        ("5 clear working days", Period(5, Unit.WORKING_DAYS, count=Count.CLEAR)),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, meant: Period) -> None:
    assert parse_period(text) == meant


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "write an amount and a unit"),
        ("as soon as practicable", "write an amount and a unit"),
        ("P10D", "write an amount and a unit"),
        ("-3 days", "write an amount and a unit"),
        ("1.5 days", "write an amount and a unit"),
        ("٣ days", "write an amount and a unit"),
        ("1000000 days", "write an amount and a unit"),
        ("10 days\x00", "write an amount and a unit"),
        ("9" * 100_000 + " days", "write an amount and a unit"),
        ("thirty days", "number words end at twelve"),
        ("ten (11) days", "write the amount once"),
        ("3 fortnights", "the units are hours, days, working days"),
        ("0 days", "write 1 to 999999"),
        ("3 clear hours", "can be clear"),
    ],
)
def test_what_is_no_period_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(PeriodError) as refusal:
        parse_period(text)
    assert hint in refusal.value.hint
    assert len(str(refusal.value)) < 300


@given(PERIODS)
def test_a_period_printed_and_read_again_is_the_same(period: Period) -> None:
    assert parse_period(str(period)) == period


@given(st.text() | st.from_regex(r"[0-9a-z]{1,7}[ -](clear )?[a-z]{3,8}( days?)?", fullmatch=True))
def test_any_text_is_a_period_or_a_refusal(text: str) -> None:
    try:
        read = parse_period(text)
    except PeriodError:
        return
    assert parse_period(str(read)) == read


def test_one_of_a_unit_is_written_in_the_singular() -> None:
    assert str(Period(1, Unit.WORKING_DAYS)) == "1 working day"
    assert str(Period(10, Unit.WORKING_DAYS, EW, Count.CLEAR)) == "10 clear working days"


def test_only_working_days_are_counted_on_a_calendar() -> None:
    assert parse_period("10 working days").on(EW).calendar is EW
    with pytest.raises(PeriodError, match="hours are not counted on a calendar"):
        parse_period("72 hours").on(EW)


@pytest.mark.parametrize(
    ("aware", "deadline"),
    [
        ("2025-12-24T16:30", "2025-12-27T16:30+00:00"),
        ("2026-04-02T17:45", "2026-04-05T17:45+01:00"),
        ("2026-03-28T10:00", "2026-03-31T11:00+01:00"),
        ("2026-10-24T10:00", "2026-10-27T09:00+00:00"),
    ],
)
def test_seventy_two_hours_are_elapsed_hours(aware: str, deadline: str) -> None:
    limit = due(london(aware), parse_period("72 hours"))
    assert in_london(limit).isoformat(timespec="minutes") == deadline
    assert limit - london(aware).astimezone(UTC) == timedelta(hours=72)


@pytest.mark.parametrize(
    ("start", "period", "last_day"),
    [
        ("2026-03-02T09:00", "4 weeks", "2026-03-30"),
        ("2026-03-02T09:00", "1 month", "2026-04-02"),
        ("2025-01-31T09:00", "1 month", "2025-02-28"),
        ("2024-01-31T09:00", "1 month", "2024-02-29"),
        ("2025-08-31T09:00", "6 months", "2026-02-28"),
        ("2023-08-31T09:00", "6 months", "2024-02-29"),
        ("2024-02-29T09:00", "1 year", "2025-02-28"),
        ("2026-03-02T00:00", "1 day", "2026-03-03"),
        ("2026-03-02T23:59", "1 day", "2026-03-03"),
    ],
)
def test_longer_periods_end_with_their_last_day_in_london(start: str, period: str, last_day: str) -> None:
    limit = in_london(due(london(start), parse_period(period)))
    assert limit.replace(tzinfo=None).isoformat() == f"{last_day}T23:59:59.999999"


def test_a_working_day_deadline_needs_a_calendar_and_skips_its_closed_days() -> None:
    asked = london("2025-12-23T15:00")
    with pytest.raises(PeriodError, match="agreement must name one"):
        due(asked, parse_period("10 working days"))
    limit = due(asked, parse_period("10 working days").on(EW))
    assert limit == datetime(2026, 1, 9, 23, 59, 59, 999999, tzinfo=UTC)


def test_the_day_is_that_of_london_not_of_the_offset_given() -> None:
    # 23:30 UTC in June is already the next day in London.
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert london_day(late) == date(2026, 6, 2)
    assert in_london(due(late, parse_period("1 day"))).date() == date(2026, 6, 3)


def test_the_last_microsecond_is_in_time_and_the_next_is_late() -> None:
    start, period = london("2026-03-27T09:00"), parse_period("2 days")
    limit = due(start, period)
    assert limit == datetime(2026, 3, 29, 22, 59, 59, 999999, tzinfo=UTC), "the clocks went forward that day"
    assert in_time(start, limit, period)
    assert not in_time(start, limit + timedelta(microseconds=1), period)


def test_times_in_the_repeated_hour_are_compared_as_instants() -> None:
    # 25 October 2026: 01:30 comes twice. Two London times would compare equal by the wall clock.
    start = datetime(2026, 10, 25, 0, 30, tzinfo=LONDON)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1)
    assert in_time(start, second, parse_period("2 hours"))
    assert not in_time(start, second, parse_period("1 hour"))


def test_a_time_without_a_zone_is_refused() -> None:
    bare, aware = datetime(2026, 3, 2, 9), london("2026-03-02T09:00")
    with pytest.raises(PeriodError, match="no time zone"):
        due(bare, parse_period("72 hours"))
    with pytest.raises(PeriodError, match="no time zone"):
        in_time(aware, bare, parse_period("72 hours"))


def test_clear_days_are_a_notice_and_not_a_deadline() -> None:
    with pytest.raises(PeriodError, match="length of notice"):
        due(london("2026-03-02T09:00"), parse_period("7 clear days"))


@pytest.mark.parametrize(
    ("notice", "first"),
    [
        ("7 days", "2026-03-09"),
        ("7 clear days", "2026-03-10"),
        ("1 week", "2026-03-09"),
        ("1 month", "2026-04-02"),
        ("1 clear month", "2026-04-03"),
        ("1 year", "2027-03-02"),
    ],
)
def test_the_first_day_on_which_notice_is_complete(notice: str, first: str) -> None:
    start, wanted = date(2026, 3, 2), date.fromisoformat(first)
    period = parse_period(notice)
    assert earliest(start, period) == wanted
    assert met(start, wanted, period)
    assert not met(start, wanted - timedelta(days=1), period)


def test_a_working_day_notice_is_counted_on_its_calendar() -> None:
    ten = parse_period("10 working days").on(EW)
    assert not met(date(2025, 12, 23), date(2026, 1, 5), ten)
    assert met(date(2025, 12, 23), date(2026, 1, 9), ten)
    clear = parse_period("10 clear working days").on(EW)
    assert not met(date(2025, 12, 23), date(2026, 1, 9), clear)
    assert met(date(2025, 12, 23), date(2026, 1, 12), clear)


def test_a_notice_in_hours_or_on_no_calendar_is_refused() -> None:
    with pytest.raises(PeriodError, match="cannot be counted in days"):
        earliest(date(2026, 3, 2), parse_period("72 hours"))
    with pytest.raises(PeriodError, match="agreement must name one"):
        earliest(date(2026, 3, 2), parse_period("2 school days"))


@given(st.dates(date(1, 1, 1), date(9000, 12, 31)), st.integers(-24_000, 11_000))
@example(date(1, 1, 1), -1)
@example(date(2024, 2, 29), 12)
def test_months_keep_the_day_or_take_the_last_of_the_month(start: date, n: int) -> None:
    try:
        moved = add_months(start, n)
    except PeriodError:
        assert start.year + n // 12 <= 1
        return
    assert (moved.year - start.year) * 12 + moved.month - start.month == n
    assert moved.day == start.day or (moved.day < start.day and (moved + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("n", [10**30, -(10**30), 96_000])
def test_months_beyond_the_years_there_are(n: int) -> None:
    with pytest.raises(PeriodError, match="leaves the years 1 to 9999"):
        add_months(date(2026, 3, 2), n)


@given(
    st.datetimes(
        timezones=st.sampled_from(
            [UTC, LONDON, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]
        )
    ),
    PERIODS,
)
@example(datetime.max.replace(tzinfo=UTC), Period(1, Unit.HOURS))
@example(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), Period(1, Unit.DAYS))
@example(datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), Period(1, Unit.HOURS))
def test_a_deadline_is_later_than_its_start_or_a_refusal(start: datetime, period: Period) -> None:
    on = period.on(EW) if period.unit.needs_calendar else period
    try:
        limit = due(start, on)
    except (PeriodError, OutsideCalendar):
        return
    assert limit > start
    assert limit.tzinfo is UTC


@given(st.dates(), PERIODS)
@example(date.max, Period(1, Unit.DAYS))
@example(date.max, Period(1, Unit.DAYS, count=Count.CLEAR))
def test_a_notice_is_complete_after_it_is_given_or_a_refusal(start: date, period: Period) -> None:
    on = period.on(EW) if period.unit.needs_calendar else period
    try:
        first = earliest(start, on)
    except IsaGuardError:
        return
    assert first > start


def test_the_end_of_the_last_day_there_is_can_still_be_told() -> None:
    limit = due(datetime(9999, 12, 30, 12, tzinfo=UTC), Period(1, Unit.DAYS))
    assert limit == datetime.max.replace(tzinfo=UTC)


def test_instants_that_london_cannot_show_are_refused() -> None:
    with pytest.raises(PeriodError, match="leaves the years"):
        in_london(datetime.min.replace(tzinfo=UTC))
