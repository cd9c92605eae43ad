"""The statutory clocks, with every date worked by hand in advance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import OutsideCalendar
from isa_guard.uk.calendars import calendar
from isa_guard.uk.clocks import (
    BreachRegime,
    ClockError,
    breach_to_regulator,
    foi_answer,
    foi_answer_day,
    foi_review_answer,
    foi_review_limit,
    foi_review_request,
    seventy_two_hours,
    subject_access,
)
from isa_guard.uk.periods import LONDON, PeriodError
from isa_guard.uk.working_days import add_working_days, working_days

EW = calendar("england-and-wales")
ANY = calendar("any-part-of-uk")
RECEIVED = st.dates(date(2012, 1, 1), date(2028, 6, 30))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "last", "with_the_wrong_calendar"),
    [
        ("2025-11-20", "2025-12-19", "2025-12-18"),
        ("2025-12-22", "2026-01-23", "2026-01-22"),
        ("2026-03-01", "2026-03-30", "2026-03-27"),
        ("2026-06-12", "2026-07-14", "2026-07-10"),
    ],
)
def test_the_twentieth_working_day_of_an_foi_request(
    received: str, last: str, with_the_wrong_calendar: str
) -> None:
    clock = foi_answer(day(received))
    assert clock.end == day(last)
    assert add_working_days(day(received), 20, EW) == day(with_the_wrong_calendar)


def test_an_answer_on_the_twentieth_day_because_of_st_patricks_day_is_in_time() -> None:
    received, answered = day("2025-02-28"), day("2025-03-31")
    assert foi_answer_day(received, answered) == 20
    assert foi_answer(received).in_time(answered)
    assert working_days(received, answered, EW) == 21, "an English calendar wrongly calls it late"


def test_a_clarified_request_starts_anew() -> None:
    clock = foi_answer(day("2025-04-22"), clarified=day("2025-05-09"))
    assert clock.start == day("2025-05-09")
    assert clock.end == day("2025-06-09")
    assert "s.1(3)" in clock.rule
    assert foi_answer_day(day("2025-05-09"), day("2025-05-28")) == 12
    with pytest.raises(ClockError, match="before the request came"):
        foi_answer(day("2025-05-09"), clarified=day("2025-05-08"))


def test_further_time_for_the_public_interest_is_stated_never_assumed() -> None:
    clock = foi_answer(day("2025-11-20"), extra_working_days=20)
    assert clock.end == add_working_days(day("2025-12-19"), 20, ANY)
    assert "extended by 20 working days under s.10(3)" in clock.rule
    assert "s.10(3)" not in foi_answer(day("2025-11-20")).rule
    with pytest.raises(ClockError, match="extension of -1"):
        foi_answer(day("2025-11-20"), extra_working_days=-1)


def test_the_two_clocks_of_forty_days_and_the_one_of_twenty_are_different_clocks() -> None:
    responded = day("2025-05-28")
    assert foi_review_request(responded).end == day("2025-07-24")
    assert add_working_days(responded, 40, EW) == day("2025-07-23")
    asked = day("2026-06-12")
    assert foi_review_answer(asked).end == day("2026-07-14")
    assert foi_review_limit(asked).end == add_working_days(day("2026-07-14"), 20, ANY)
    rules = {foi_review_request(asked).rule, foi_review_answer(asked).rule, foi_review_limit(asked).rule}
    assert len(rules) == 3


def test_a_clock_names_its_calendar_exactly() -> None:
    clock = foi_answer(day("2026-06-12"))
    assert (clock.calendar_id, clock.calendar_digest) == ("any-part-of-uk", ANY.digest)
    assert clock.last_instant == datetime(2026, 7, 14, 22, 59, 59, 999999, tzinfo=UTC)
    assert clock.in_time(day("2026-07-14"))
    assert not clock.in_time(day("2026-07-15"))


def test_a_request_whose_end_is_not_yet_known_is_an_error() -> None:
    with pytest.raises(OutsideCalendar):
        foi_answer(day("2028-12-20"))


@given(RECEIVED)
def test_an_foi_answer_on_its_last_day_is_the_twentieth(received: date) -> None:
    clock = foi_answer(received)
    assert foi_answer_day(received, clock.end) == 20
    assert foi_answer_day(received, clock.end - timedelta(days=1)) == 19


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2025-01-31", "2025-02-28"),
        ("2024-01-31", "2024-02-29"),
        ("2026-01-30", "2026-03-02"),
        ("2025-11-25", "2025-12-29"),
        ("2026-03-03", "2026-04-07"),
    ],
)
def test_a_month_for_subject_access(received: str, last: str) -> None:
    clock = subject_access(day(received))
    assert clock.end == day(last)
    assert (clock.calendar_id, clock.calendar_digest) == ("england-and-wales", EW.digest)


def test_another_calendar_may_roll_the_month_further() -> None:
    # 2 January is a holiday in Scotland only.
    assert subject_access(day("2025-12-02")).end == day("2026-01-02")
    assert subject_access(day("2025-12-02"), calendar("scotland")).end == day("2026-01-05")


def test_further_months_are_counted_from_the_start_and_at_most_two() -> None:
    # 30 November 2025 and three months is 28 February 2026, a Saturday.
    clock = subject_access(day("2025-11-30"), further_months=2)
    assert clock.end == day("2026-03-02")
    assert clock.rule.endswith("extended by 2 further months")
    assert subject_access(day("2025-11-30"), further_months=1).rule.endswith("1 further month")
    for months in (-1, 3):
        with pytest.raises(ClockError, match="none, one or two"):
            subject_access(day("2025-11-30"), further_months=months)


def test_the_month_waits_for_proof_of_identity() -> None:
    clock = subject_access(day("2026-02-02"), identified=day("2026-02-10"))
    assert (clock.start, clock.end) == (day("2026-02-10"), day("2026-03-10"))
    assert "Art 12(6)" in clock.rule
    with pytest.raises(ClockError, match="before the request came"):
        subject_access(day("2026-02-02"), identified=day("2026-02-01"))


@given(RECEIVED, st.integers(0, 2))
def test_a_subject_access_answer_is_due_on_a_working_day_no_earlier_than_the_month(
    received: date, further: int
) -> None:
    end = subject_access(received, further_months=further).end
    assert EW.is_working(end)
    assert 28 <= (end - received).days <= 31 + 31 * further + 5


@pytest.mark.parametrize(
    ("aware", "shown"),
    [
        ("2025-12-24T16:30", "Sat 27 Dec 2025 16:30 GMT"),
        ("2026-04-02T17:45", "Sun 05 Apr 2026 17:45 BST"),
        ("2026-03-28T10:00", "Tue 31 Mar 2026 11:00 BST"),
        ("2026-10-24T10:00", "Tue 27 Oct 2026 09:00 GMT"),
    ],
)
def test_seventy_two_hours_as_london_shows_them(aware: str, shown: str) -> None:
    start = datetime.fromisoformat(aware).replace(tzinfo=LONDON)
    clock = seventy_two_hours(start, "agreement clause 9.1")
    assert clock.end_in_london.strftime("%a %d %b %Y %H:%M %Z") == shown
    assert clock.end - clock.start == timedelta(hours=72)
    assert clock.rule == "agreement clause 9.1"


def test_the_breach_regime_decides_whether_hours_run() -> None:
    aware = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ordinary = breach_to_regulator(aware, BreachRegime.UK_GDPR)
    police = breach_to_regulator(aware, BreachRegime.LAW_ENFORCEMENT)
    assert ordinary is not None
    assert police is not None
    assert ordinary.rule == "UK GDPR Art 33(1)"
    assert police.rule == "Data Protection Act 2018 s.67(1)"
    assert ordinary.end == police.end == aware + timedelta(hours=72)
    assert breach_to_regulator(aware, BreachRegime.INTELLIGENCE) is None


def test_a_breach_notice_is_in_time_to_the_microsecond() -> None:
    clock = seventy_two_hours(datetime(2026, 3, 2, 9, tzinfo=UTC), "a rule")
    assert clock.in_time(datetime(2026, 3, 5, 9, tzinfo=LONDON))
    assert not clock.in_time(datetime(2026, 3, 5, 9, 0, 0, 1, tzinfo=LONDON))


def test_a_time_without_a_zone_sets_off_no_clock() -> None:
    bare = datetime(2026, 3, 2, 9)
    with pytest.raises(PeriodError, match="no time zone"):
        seventy_two_hours(bare, "a rule")
    with pytest.raises(ClockError, match="no time zone"):
        seventy_two_hours(datetime(2026, 3, 2, 9, tzinfo=UTC), "a rule").in_time(bare)
