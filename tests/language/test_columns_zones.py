"""The tables of the zones say what the zone data say, and what they stand in for may be asked of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pytest

from isa_guard.errors import IsaGuardError
from isa_guard.language import domain, standard, zones
from isa_guard.language.values import from_date, from_datetime, to_datetime
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import Period, parse_period

LONDON = "Europe/London"
DAY = 86_400_000_000
BEGIN, END = 0, from_datetime(datetime(2100, 1, 1, tzinfo=UTC))
ENGLAND = calendar("england-and-wales")
PERIODS = [
    parse_period(text).on(ENGLAND) if "working" in text else parse_period(text)
    for text in (
        "1 day",
        "30 days",
        "2 weeks",
        "1 month",
        "6 months",
        "1 year",
        "10 working days",
        "999999 days",
    )
]


def at(steps: zones.Steps, place: int) -> int:
    return max(
        (start, value) for start, value in zip(steps.starts, steps.values, strict=True) if start <= place
    )[1]


def offset(micros: int, zone: str) -> int:
    ahead = to_datetime(micros).astimezone(standard.zone(zone)).utcoffset()
    assert ahead is not None
    return ahead // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("zone", "changes"),
    [(LONDON, 258), ("UTC", 1), ("+05:45", 1), ("Australia/Lord_Howe", 239), ("Africa/Monrovia", 2)],
)
def test_a_table_is_right_on_both_sides_of_every_change(zone: str, changes: int) -> None:
    steps = zones.offsets(zone)
    assert len(steps.starts) == changes
    for start in steps.starts[1:]:
        assert at(steps, start) == offset(start, zone)
        assert at(steps, start - 1) == offset(start - 1, zone)
        assert at(steps, start) != at(steps, start - 1)
    assert (steps.starts[0], steps.end) == (BEGIN, END)


def test_a_table_is_right_at_random() -> None:
    chance = Random(3)
    for zone in (LONDON, "America/New_York", "Africa/Casablanca"):
        steps = zones.offsets(zone)
        for _ in range(2_000):
            place = chance.randrange(BEGIN, END)
            assert at(steps, place) == offset(place, zone)


@pytest.mark.slow
def test_the_table_of_london_is_right_in_every_hour() -> None:
    steps = zones.offsets(LONDON)
    part = 0
    for place in range(BEGIN, END, 3_600_000_000):
        if part + 1 < len(steps.starts) and steps.starts[part + 1] <= place:
            part += 1
        assert steps.values[part] == offset(place, LONDON)


@pytest.mark.slow
def test_no_zone_changed_there_and_back_within_a_week() -> None:
    # Those that change at the whim of a government, and every fifth of the rest; all of them were looked at once.
    restless = {
        "Africa/Casablanca",
        "Africa/El_Aaiun",
        "Africa/Cairo",
        "Asia/Gaza",
        "America/Argentina/San_Luis",
    }
    for name in sorted({*restless, *sorted(available_timezones())[::5]}):
        try:
            zone = standard.zone(name)
        except IsaGuardError:
            continue
        daily = zones.changes(zone, 1)
        assert zones.changes(zone, 7) == daily, name


def test_a_day_begins_when_the_calendar_says() -> None:
    steps = zones.midnights(LONDON)
    for day in range(from_date(date(1970, 1, 1)), from_date(date(2100, 1, 1)), 3):
        assert day * DAY + at(steps, day) == domain.start_of(day)


def test_sql_finds_the_step_that_the_table_holds() -> None:
    steps = zones.offsets(LONDON)
    places = [place + near for place in steps.starts for near in (-1, 0, 1) if place + near >= BEGIN]
    connection = duckdb.connect()
    rows = connection.execute(
        f"SELECT x, {zones.choice('x', steps)} FROM (SELECT unnest(CAST($1 AS BIGINT[])) AS x)", [places]
    ).fetchall()
    assert len(rows) == len(places)
    assert all(found == at(steps, place) for place, found in rows)


def _due(start: int, period: Period) -> int | None:
    try:
        return domain.due_from_timestamp(start, period)
    except IsaGuardError:
        return None


def _due_of_day(start: int, period: Period) -> int | None:
    try:
        return domain.due_from_date(domain.day(start), period)
    except IsaGuardError:
        return None


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_what_is_due_in_days_depends_on_nothing_but_the_day_in_london(period: Period) -> None:
    """On each side of every midnight and change of the clock, and at random: which is why days are looked up."""
    chance = Random(5)
    changes = [start for start in zones.offsets(LONDON).starts if start]
    midnights = [domain.start_of(chance.randint(1, 47_481)) for _ in range(300)]
    places = [place + near for place in (*changes, *midnights) for near in (-1, 0, 1)]
    places += [chance.randrange(-(DAY * 600_000), DAY * 2_900_000) for _ in range(300)]
    for place in places:
        assert _due(place, period) == _due_of_day(place, period)


def test_two_instants_of_a_day_that_is_an_hour_longer_are_due_together() -> None:
    longest = datetime(2026, 10, 25, tzinfo=ZoneInfo(LONDON))
    first = from_datetime(longest)
    last = first + 25 * 3_600_000_000 - 1
    for period in PERIODS:
        assert domain.due_from_timestamp(first, period) == domain.due_from_timestamp(last, period)
        assert domain.due_from_timestamp(first, period) != domain.due_from_timestamp(last + 1, period)
