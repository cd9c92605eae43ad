"""What the calendars know, and that they refuse to guess beyond it."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import OutsideCalendar
from isa_guard.uk.bank_holidays import FIRST, LAST, bank_holidays
from isa_guard.uk.calendars import CALENDAR_IDS, Calendar, CalendarError, calendar, closed_range

EW = calendar("england-and-wales")
ANY = calendar("any-part-of-uk")
DAYS = st.dates(FIRST, LAST)
SUBDIVISIONS = {
    "england-and-wales": ("ENG",),
    "scotland": ("SCT",),
    "northern-ireland": ("NIR",),
    "any-part-of-uk": ("ENG", "WLS", "SCT", "NIR"),
}


def all_days(first: date = FIRST, last: date = LAST) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("calendar_id", CALENDAR_IDS)
def test_every_day_of_every_calendar_agrees_with_an_independent_list(calendar_id: str) -> None:
    public: set[date] = set()
    for part in SUBDIVISIONS[calendar_id]:
        public |= set(holidays.country_holidays("GB", subdiv=part, years=range(FIRST.year, LAST.year + 1)))
    asked = calendar(calendar_id)
    wrong = [d for d in all_days() if asked.is_working(d) != (d.weekday() < 5 and d not in public)]
    assert wrong == []


def test_wales_keeps_the_days_of_england() -> None:
    years = range(FIRST.year, LAST.year + 1)
    england = set(holidays.country_holidays("GB", subdiv="ENG", years=years))
    assert england == set(holidays.country_holidays("GB", subdiv="WLS", years=years))


@pytest.mark.parametrize(
    ("day", "closed_in", "why"),
    [
        ("2012-06-04", {"E", "S", "N"}, "Spring bank holiday (moved for the Diamond Jubilee)"),
        ("2012-06-05", {"E", "S", "N"}, "Diamond Jubilee"),
        ("2020-05-04", set(), None),
        ("2020-05-08", {"E", "S", "N"}, "Early May bank holiday (moved for VE Day)"),
        ("2022-05-30", set(), None),
        ("2022-06-02", {"E", "S", "N"}, "Spring bank holiday (moved for the Platinum Jubilee)"),
        ("2022-06-03", {"E", "S", "N"}, "Platinum Jubilee"),
        ("2022-09-19", {"E", "S", "N"}, "State Funeral of Queen Elizabeth II"),
        ("2023-05-08", {"E", "S", "N"}, "Coronation of King Charles III"),
        ("2025-04-21", {"E", "N"}, "Easter Monday"),
        ("2025-08-25", {"E", "N"}, "Summer bank holiday"),
        ("2026-01-02", {"S"}, "2 January"),
        ("2026-06-15", {"S"}, "World Cup"),
        ("2026-07-13", {"N"}, "Battle of the Boyne (substitute day)"),
        ("2026-11-30", {"S"}, "St Andrew's Day"),
    ],
)
def test_one_off_moved_and_local_days(day: str, closed_in: set[str], why: str | None) -> None:
    on = date.fromisoformat(day)
    found = {holiday.title: set(holiday.parts) for holiday in bank_holidays() if holiday.day == on}
    assert found == ({} if why is None else {why: closed_in})
    for letter, calendar_id in zip("ESN", CALENDAR_IDS[:3], strict=True):
        assert calendar(calendar_id).is_working(on) == (letter not in closed_in)
    assert ANY.is_working(on) == (not closed_in)


def test_the_table_is_in_order_and_holds_only_weekdays() -> None:
    days = [holiday.day for holiday in bank_holidays()]
    assert days == sorted(days)
    assert all(day.weekday() < 5 and FIRST <= day <= LAST for day in days)


def test_a_closed_day_says_why_and_where() -> None:
    assert EW.why_closed(date(2026, 12, 25)) == "Christmas Day"
    assert ANY.why_closed(date(2026, 6, 15)) == "World Cup (Scotland)"
    assert ANY.why_closed(date(2012, 1, 2)) == (
        "2 January (Scotland); New Year's Day (substitute day) (England and Wales, Northern Ireland)"
    )
    assert EW.why_closed(date(2026, 6, 13)) == "Saturday"
    assert EW.why_closed(date(2026, 6, 14)) == "Sunday"
    assert EW.why_closed(date(2026, 6, 15)) is None


@pytest.mark.parametrize("day", [FIRST - timedelta(days=1), LAST + timedelta(days=1), date.min, date.max])
def test_a_day_outside_the_years_known_is_an_error_that_names_them(day: date) -> None:
    with pytest.raises(OutsideCalendar, match=r"england-and-wales.*2012-01-01 to 2028-12-31"):
        EW.is_working(day)
    with pytest.raises(OutsideCalendar):
        EW.working_days_through(day)


def test_an_unknown_calendar_names_those_there_are() -> None:
    with pytest.raises(CalendarError, match="england-and-wales, scotland, northern-ireland, any-part-of-uk"):
        calendar("GB")


def test_the_running_count_agrees_with_counting_one_by_one() -> None:
    for asked in (calendar(calendar_id) for calendar_id in CALENDAR_IDS):
        total = 0
        for day in all_days():
            total += asked.is_working(day)
            assert asked.working_days_through(day) == total, day


def test_working_days_are_numbered_from_one() -> None:
    working = [day for day in all_days() if EW.is_working(day)]
    assert [EW.nth_working_day(n) for n in range(1, len(working) + 1)] == working
    assert EW.nth_working_day(0) is None
    assert EW.nth_working_day(len(working) + 1) is None


def test_every_calendar_has_its_own_digest_and_keeps_it() -> None:
    digests = {calendar(calendar_id).digest for calendar_id in CALENDAR_IDS}
    assert len(digests) == len(CALENDAR_IDS)
    assert all(len(digest) == 64 for digest in digests)
    again = Calendar(EW.id, EW.title, EW.version, EW.first, EW.last, EW.closed)
    assert again.digest == EW.digest
    assert again == EW
    assert hash(again) == hash(EW)


def test_a_shipped_digest_changes_only_with_the_version_of_the_table() -> None:
    # Recorded decisions name this digest. A change here without a new VERSION would orphan them.
    assert EW.version == "2026-11-23"
    assert EW.digest == "8dd1e156bafd8d0a1aed45f641467e20886b5675e53b93f9165f4b482f8148f9"
    assert ANY.digest == "96d402db8dbe7a4f701505e2c76dc2327936d9786a5e3f578d40386c08158ad5"


@given(
    st.sampled_from(["id", "title", "version", "why"]),
    st.text(min_size=1, max_size=3).filter(lambda t: t != "x"),
)
def test_any_change_of_a_calendar_changes_its_digest(part: str, text: str) -> None:
    def made(name: str, title: str, version: str, why: str) -> Calendar:
        return Calendar(name, title, version, FIRST, LAST, ((date(2026, 3, 2), why),))

    words = {"id": "x", "title": "x", "version": "x", "why": "x"}
    changed = words | {part: text}
    assert made(*words.values()).digest != made(*changed.values()).digest


def test_school_days_are_working_days_less_the_school_holidays() -> None:
    half_term = closed_range(date(2026, 2, 16), date(2026, 2, 20), "spring half-term")
    school = EW.derived("our-school", "School days", "2026", half_term, date(2026, 1, 5), date(2026, 7, 22))
    assert not school.is_working(date(2026, 2, 18))
    assert school.why_closed(date(2026, 2, 18)) == "spring half-term"
    assert school.is_working(date(2026, 2, 23))
    assert not school.is_working(date(2026, 4, 3)), "bank holidays stay closed"
    assert EW.is_working(date(2026, 2, 18)), "the base is as it was"
    with pytest.raises(OutsideCalendar, match="2026-01-05 to 2026-07-22"):
        school.is_working(date(2026, 7, 23))


def test_a_derived_calendar_may_close_a_weekend_or_a_day_already_closed() -> None:
    also = {date(2026, 4, 3): "closed anyway", date(2026, 4, 4): "open day"}
    ours = EW.derived("ours", "Ours", "1", also)
    assert ours.why_closed(date(2026, 4, 4)) == "open day"
    assert ours.working_days_through(LAST) == EW.working_days_through(LAST)


@given(st.sets(DAYS, max_size=40), DAYS)
def test_a_derived_count_agrees_with_counting_one_by_one(closed: set[date], day: date) -> None:
    ours = EW.derived("ours", "Ours", "1", dict.fromkeys(closed, "closed"))
    naive = sum(d.weekday() < 5 and EW.is_working(d) and d not in closed for d in all_days(FIRST, day))
    assert ours.working_days_through(day) == naive


def test_a_calendar_that_contradicts_itself_is_refused() -> None:
    spring = date(2026, 3, 2)
    with pytest.raises(CalendarError, match="before it begins"):
        Calendar("x", "x", "1", LAST, FIRST, ())
    with pytest.raises(CalendarError, match="in order"):
        Calendar("x", "x", "1", FIRST, LAST, ((spring, "a"), (spring, "b")))
    with pytest.raises(CalendarError, match="outside 2012"):
        Calendar("x", "x", "1", FIRST, LAST, ((date(2029, 1, 1), "a"),))
    with pytest.raises(CalendarError, match="outside 2012"):
        EW.derived("x", "x", "1", {date(2011, 12, 30): "a"})
    with pytest.raises(CalendarError, match="'england-and-wales' runs 2012"):
        EW.derived("x", "x", "1", {}, until=date(2040, 1, 1))


@pytest.mark.parametrize("last", [date(2026, 3, 1), date.max])
def test_a_range_that_runs_backwards_or_for_ever_is_refused(last: date) -> None:
    with pytest.raises(CalendarError, match="half-term"):
        closed_range(date(2026, 3, 2), last, "half-term")
