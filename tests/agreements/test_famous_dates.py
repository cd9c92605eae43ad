"""The real agreement on days that are easily counted wrongly, beside calendars that are not ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.decide.decide import weigh
from isa_guard.errors import LoadError
from isa_guard.language.outcome import Outcome
from isa_guard.load.agreement import load
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.agreement import Agreement
from isa_guard.model.decision import Finding, Obligation

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2018, 2029))


@cache
def agreement(name: str = "cambridgeshire-opcc") -> Agreement:
    return load(name).agreements[-1]


def found(rule: str, kind: str, *lines: str, now: datetime = NOW) -> tuple[Finding, tuple[Obligation, ...]]:
    text = "\n  ".join([f"format: isa-guard/{kind}/1\n{kind}:", "reference: F-1", *lines])
    fact = type_fact(read_facts(text.encode(), "fact")[0], agreement().schemas)
    findings, obligations = weigh(agreement(), fact, now=now)
    return next(one for one in findings if one.rule.id == rule), obligations


def notice(requested: date, needed: date) -> Outcome:
    lines = ("formality: formal", f"requested_on: {requested}", f"needed_by: {needed}")
    return found("requests/notice", "transfer", *lines)[0].outcome


def told(discovered: datetime, notified: datetime) -> Outcome:
    lines = (
        "party: opcc",
        "originator: constabulary",
        f"discovered_at: '{discovered.isoformat()}'",
        f"notified_at: '{notified.isoformat()}'",
    )
    return found("breach/notice", "breach", *lines)[0].outcome


def first_review(held: str) -> Outcome:
    lines = ("action: reviewed", "review: first", f"at: {held}", "reviewers: [constabulary, opcc]")
    return found("review/first", "event", *lines)[0].outcome


def answered(received: str, on: str) -> Outcome:
    lines = ("regime: foia", f"received_on: {received}", f"answered_on: {on}")
    return found("disclosure/foi-time", "disclosure", *lines)[0].outcome


def test_a_request_of_23_december_2025_cannot_be_met_on_5_january() -> None:
    lines = ("formality: formal", "requested_on: 2025-12-23", "needed_by: 2026-01-05")
    finding, _ = found("requests/notice", "transfer", *lines)
    assert finding.outcome is Outcome.NOT_MET
    assert finding.seen.startswith("6 working days between Tue 23 Dec 2025 and Mon 5 Jan 2026")
    assert "Fri 9 Jan 2026" in finding.satisfy


@pytest.mark.parametrize(
    ("requested", "first"),
    [
        (date(2025, 12, 23), date(2026, 1, 9)),  # over Christmas
        (date(2020, 4, 27), date(2020, 5, 12)),  # the holiday of 4 May moved to the 8th
        (date(2022, 5, 26), date(2022, 6, 13)),  # two days in June for the jubilee
        (date(2022, 9, 12), date(2022, 9, 27)),  # the state funeral
        (date(2023, 4, 28), date(2023, 5, 16)),  # the coronation
        (date(2025, 7, 28), date(2025, 8, 11)),  # a Scottish holiday that does not count in England
        (date(2026, 6, 8), date(2026, 6, 22)),  # the other one
    ],
)
def test_ten_working_days_end_on_that_day_and_not_before(requested: date, first: date) -> None:
    assert notice(requested, first) is Outcome.MET
    assert notice(requested, first - timedelta(days=1)) is Outcome.NOT_MET


def working_days_of_another_calendar(after: date, until: date) -> int:
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(day.weekday() < 5 and day not in ENGLAND for day in days)


@settings(max_examples=150)
@given(st.dates(date(2019, 1, 1), date(2027, 6, 1)), st.integers(0, 30))
def test_notice_is_met_exactly_when_another_calendar_counts_ten(requested: date, after: int) -> None:
    needed = requested + timedelta(days=after)
    enough = working_days_of_another_calendar(requested, needed) >= 10
    assert notice(requested, needed) is (Outcome.MET if enough else Outcome.NOT_MET)


@pytest.mark.parametrize(
    ("discovered", "last"),
    [
        (datetime(2026, 3, 28, 10, 0), datetime(2026, 3, 31, 11, 0)),  # the clocks go forward
        (datetime(2026, 10, 24, 10, 0), datetime(2026, 10, 27, 9, 0)),  # the clocks go back
        (datetime(2025, 12, 24, 16, 30), datetime(2025, 12, 27, 16, 30)),  # Christmas
        (datetime(2026, 4, 2, 17, 45), datetime(2026, 4, 5, 17, 45)),  # Easter
    ],
)
def test_seventy_two_hours_are_elapsed_hours_by_the_clock_in_london(
    discovered: datetime, last: datetime
) -> None:
    start, end = discovered.replace(tzinfo=LONDON), last.replace(tzinfo=LONDON)
    assert told(start, end) is Outcome.MET
    assert told(start, end.astimezone(UTC) + timedelta(seconds=1)) is Outcome.NOT_MET


@settings(max_examples=100)
@given(st.datetimes(datetime(2018, 6, 1), datetime(2027, 6, 1)), st.integers(-3600, 3600))
def test_no_clock_on_the_wall_makes_seventy_two_hours_longer(discovered: datetime, seconds: int) -> None:
    start = discovered.replace(microsecond=0, tzinfo=UTC)
    notified = start + timedelta(hours=72, seconds=seconds)
    assert told(start, notified) is (Outcome.MET if seconds <= 0 else Outcome.NOT_MET)


def test_a_breach_not_told_yet_obliges_until_the_last_second() -> None:
    lines = ("party: opcc", "originator: constabulary", "discovered_at: 2026-10-31T10:00:00Z")
    finding, obligations = found("breach/notice", "breach", *lines)
    assert finding.outcome is Outcome.MET
    assert [one.by for one in obligations] == [datetime(2026, 11, 3, 10, 0, tzinfo=UTC)]


def test_the_first_review_falls_by_1_november_2018() -> None:
    assert first_review("2018-11-01T23:59:59Z") is Outcome.MET
    assert first_review("2018-11-02T00:00:00Z") is Outcome.NOT_MET


def test_a_yearly_review_outstanding_in_2026_is_owed_by_the_end_of_1_may_2027_in_summer_time() -> None:
    lines = (
        "action: review-outstanding",
        "review: yearly",
        "review_from: 2026-05-01",
        "at: 2026-11-02T09:00:00Z",
    )
    finding, obligations = found("review/yearly", "event", *lines)
    assert finding.outcome is Outcome.MET
    assert [one.by for one in obligations] == [datetime(2027, 5, 1, 22, 59, 59, 999999, tzinfo=UTC)]


def test_a_yearly_review_may_not_be_counted_from_a_late_one() -> None:
    lines = ("action: reviewed", "review: yearly", "review_from: 2025-07-10", "at: 2026-07-01T09:00:00Z")
    assert found("review/yearly", "event", *lines)[0].outcome is Outcome.NOT_MET


def test_st_patricks_day_gives_the_request_of_28_february_2025_one_day_more() -> None:
    assert answered("2025-02-28", "2025-03-31") is Outcome.MET
    assert answered("2025-02-28", "2025-04-01") is Outcome.NOT_MET


PARTS = [
    holidays.country_holidays("GB", subdiv=part, years=range(2018, 2029))
    for part in ("ENG", "WLS", "SCT", "NIR")
]


@settings(max_examples=150)
@given(st.dates(date(2019, 1, 1), date(2027, 6, 1)), st.integers(0, 70), st.integers(0, 20))
def test_a_reply_is_in_time_exactly_when_the_calendars_of_all_parts_count_no_more(
    received: date, after: int, further: int
) -> None:
    on = received + timedelta(days=after)
    lines = (
        "regime: foia",
        f"received_on: {received}",
        f"answered_on: {on}",
        f"extension_working_days: {further}",
    )
    days = (received + timedelta(days=n) for n in range(1, after + 1))
    counted = sum(day.weekday() < 5 and not any(day in part for part in PARTS) for day in days)
    # Of a run of closed days the first is after the last day in time, though nothing more is counted.
    late = counted > 20 + further or (counted == 20 + further and not open_everywhere(on))
    outcome = found("disclosure/foi-time", "disclosure", *lines)[0].outcome
    assert outcome is (Outcome.NOT_MET if late else Outcome.MET)


def open_everywhere(day: date) -> bool:
    return day.weekday() < 5 and not any(day in part for part in PARTS)


@settings(max_examples=100)
@given(st.dates(date(2019, 1, 1), date(2027, 6, 1)), st.integers(0, 2), st.integers(-3, 3))
def test_a_person_is_answered_by_the_same_date_of_a_later_month_or_the_next_open_day(
    received: date, further: int, beside: int
) -> None:
    month = received.year * 12 + received.month + further
    last = next(
        day
        for cut in range(4)
        if (day := day_or_none(month // 12, month % 12 + 1, received.day - cut)) is not None
    )
    while last.weekday() >= 5 or last in ENGLAND:
        last += timedelta(days=1)
    lines = (
        "regime: subject-access",
        f"received_on: {received}",
        f"answered_on: {last + timedelta(days=beside)}",
        f"further_months: {further}",
    )
    outcome = found("disclosure/subject-access-time", "disclosure", *lines)[0].outcome
    assert outcome is (Outcome.MET if beside <= 0 else Outcome.NOT_MET)


def day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def test_the_scottish_holiday_of_2026_and_the_twelfth_put_an_answer_off_to_14_july() -> None:
    assert answered("2026-06-12", "2026-07-14") is Outcome.MET
    assert answered("2026-06-12", "2026-07-15") is Outcome.NOT_MET


def test_a_late_answer_goes_to_a_person_and_is_never_refused() -> None:
    finding, _ = found("disclosure/foi-time", "disclosure", "regime: foia", "received_on: 2025-02-28")
    assert finding.outcome is Outcome.NOT_MET
    assert finding.rule.otherwise == "refer"


def test_the_ward_of_a_discharge_is_w_and_two_digits() -> None:
    schemas = agreement("example-hospital-discharge").schemas
    text = "format: isa-guard/transfer/1\ntransfer: {reference: T-1, ward: %s}\n"
    assert type_fact(read_facts((text % "W07").encode(), "f")[0], schemas).values["ward"] == "W07"
    for ward in ("7", "X99", "W7", "W070", "w07", '"W07\\n"'):
        with pytest.raises(LoadError):
            type_fact(read_facts((text % ward).encode(), "f")[0], schemas)
