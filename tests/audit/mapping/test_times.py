"""Times: what is accepted is an instant that nobody has to guess, and nothing else is accepted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.audit.mapping.time_patterns import day_reader
from isa_guard.audit.mapping.times import TimeFormat, TimeFormatError, read_day, read_rfc3339, time_reader
from isa_guard.language.values import from_date, from_datetime
from isa_guard.load.dates import read_instant
from isa_guard.model.log import FIRST_INSTANT, LAST_INSTANT

LONDON = ZoneInfo("Europe/London")
LOCAL = "%d/%m/%Y %H:%M:%S"
FIRST, LAST = datetime(1970, 1, 1), datetime(2099, 12, 31, 23, 59, 59, 999_999)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def micros(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


def local(**more: str) -> TimeFormat:
    return TimeFormat(LOCAL, "Europe/London", **more)  # type: ignore[arg-type]


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30), timezones=OFFSETS), st.sampled_from("Tt "))
def test_rfc3339_is_read_as_python_does(moment: datetime, letter: str) -> None:
    assert read_rfc3339(moment.isoformat(letter)) == from_datetime(moment)


@given(
    st.integers(FIRST_INSTANT - 10**9, FIRST_INSTANT + 10**9)
    | st.integers(LAST_INSTANT - 10**9, LAST_INSTANT + 10**9)
)
def test_the_years_of_a_log_end_where_they_are_said_to(at: int) -> None:
    text = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()
    expected = at if FIRST_INSTANT <= at <= LAST_INSTANT else None
    assert read_rfc3339(text) == expected
    assert time_reader(TimeFormat("unix-us"))(at) == expected


@given(
    st.text("0123456789-:+TtZz .W", max_size=32)
    | st.from_regex(r"\A20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,12}[Zz+][0-9:]*\Z")
)
def test_nothing_is_accepted_that_the_facts_refuse(text: str) -> None:
    at = read_rfc3339(text)
    if at is not None:
        instant = read_instant(text)
        assert instant is not None
        assert from_datetime(instant) == at


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T24:00:00Z", "2026-11-24T10:30:60Z", "2026-11-24T10:30Z", "2026-11-24T10:30:00", "2026-11-24",
        "T01:30Z", "epoch", "20261124T103000Z", "2026-11-24T10:30:00+01", "2026-11-24T10:30:00+0100", "2026-02-29T00:00:00Z",
        "2026-11-24T10:30:00.Z", "2026-11-24T10:30:00,5Z", " 2026-11-24T10:30:00Z", "2026-11-24T10:30:00Z\n", "2026-11-24T10:30:00+24:00",
        "２０２６-11-24T10:30:00Z", "2026-W48-2T10:30:00Z", "2026-11-24T10:30:00 Z", "", "1795516200",
    ],
)  # fmt: skip
def test_what_is_no_rfc3339(text: str) -> None:
    assert read_rfc3339(text) is None
    assert time_reader(TimeFormat("rfc3339", leap="clamp"))(text) is None


def test_fractions_are_cut_and_not_rounded() -> None:
    assert read_rfc3339("2026-11-24T10:30:00.999999999Z") == micros(2026, 11, 24, 10, 30, 0, 999_999)
    assert read_rfc3339("2026-11-24T10:30:00.5Z") == micros(2026, 11, 24, 10, 30, 0, 500_000)
    assert read_rfc3339("2026-11-24T10:30:00.1234567890Z") is None


@pytest.mark.parametrize(
    "text", ["2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60.9Z"]
)
def test_the_leap_second_is_clamped_to_the_end_of_its_minute(text: str) -> None:
    assert read_rfc3339(text) is None
    assert time_reader(TimeFormat("rfc3339", leap="clamp"))(text) == micros(2017, 1, 1) - 1


@pytest.mark.parametrize(
    "text",
    ["2026-11-01T10:30:60Z", "2026-11-24T23:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z"],
)
def test_a_second_60_that_no_month_ends_with_is_none(text: str) -> None:
    assert time_reader(TimeFormat("rfc3339", leap="clamp"))(text) is None


def test_the_leap_second_of_a_local_pattern() -> None:
    clamping = time_reader(local(leap="clamp"))
    assert clamping("01/07/2012 00:59:60") == micros(2012, 7, 1) - 1  # 23:59:60 UTC, in British Summer Time
    assert clamping("30/06/2012 23:59:60") is None  # no leap second stands there
    assert time_reader(local())("01/07/2012 00:59:60") is None


@given(st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30)))
def test_local_times_of_london(naive: datetime) -> None:
    """Against the zone's own rules, whichever the hour: what does not exist, or exists twice, is rejected."""
    naive = naive.replace(microsecond=0)
    read = time_reader(local())(naive.strftime(LOCAL))
    first, second = (from_datetime(naive.replace(tzinfo=LONDON, fold=fold)) for fold in (0, 1))
    assert read == (first if first == second else None)


@given(st.integers(0, 3599), st.sampled_from([2024, 2025, 2026, 2027]))
def test_the_hour_that_the_clocks_skip(seconds: int, year: int) -> None:
    sunday = max(day for day in range(25, 32) if date(year, 3, day).weekday() == 6)
    text = (datetime(year, 3, sunday, 1) + timedelta(seconds=seconds)).strftime(LOCAL)
    assert time_reader(local())(text) is None
    shifted = micros(year, 3, sunday, 1) + seconds * 1_000_000
    assert time_reader(local(missing="shift"))(text) == shifted
    before, after = (f"{sunday}/03/{year} {clock}" for clock in ("00:59:59", "02:00:00"))
    assert time_reader(local())(before) == micros(year, 3, sunday, 0, 59, 59)
    assert time_reader(local())(after) == micros(year, 3, sunday, 1)


@given(st.integers(0, 3599), st.sampled_from([2024, 2025, 2026, 2027]))
def test_the_hour_that_the_clocks_show_twice(seconds: int, year: int) -> None:
    sunday = max(day for day in range(25, 32) if date(year, 10, day).weekday() == 6)
    text = (datetime(year, 10, sunday, 1) + timedelta(seconds=seconds)).strftime(LOCAL)
    assert time_reader(local())(text) is None
    first = micros(year, 10, sunday) + seconds * 1_000_000
    assert time_reader(local(repeated="first"))(text) == first
    assert time_reader(local(repeated="second"))(text) == first + 3_600_000_000
    assert time_reader(local(missing="shift"))(text) is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("%d/%b/%Y:%H:%M:%S %z", "24/Nov/2026:10:30:00 +0100", (2026, 11, 24, 9, 30)),
        ("%d/%b/%Y:%H:%M:%S %z", "24/NOV/2026:10:30:00 Z", (2026, 11, 24, 10, 30)),
        ("%Y-%m-%d %H:%M:%S.%f%z", "2026-11-24 10:30:00.1234567-01:30", (2026, 11, 24, 12, 0, 0, 123_456)),
        ("%b %e %Y %I:%M:%S %p %z", "Nov  4 2026 12:30:00 AM +00:00", (2026, 11, 4, 0, 30)),
        ("%b %e %Y %I:%M %p %z", "Nov 14 2026 12:30 pm Z", (2026, 11, 14, 12, 30)),
        ("%d/%b/%Y:%H:%M:%S %z", "24/Foo/2026:10:30:00 +0000", None),
        ("%d/%b/%Y:%H:%M:%S %z", "31/Nov/2026:10:30:00 +0000", None),
        ("%d/%b/%Y:%H:%M:%S %z", "24/Nov/2026:24:00:00 +0000", None),
        ("%d/%b/%Y:%H:%M:%S %z", "24/Nov/2026:10:30:00", None),
    ],
)
def test_patterns(name: str, text: str, expected: tuple[int, ...] | None) -> None:
    assert time_reader(TimeFormat(name))(text) == (micros(*expected) if expected else None)


def test_counted_times() -> None:
    seconds, millis = time_reader(TimeFormat("unix-s")), time_reader(TimeFormat("unix-ms"))
    assert seconds(1) == seconds("1") == seconds(1.0) == millis(1000) == 1_000_000
    assert seconds("1364481363.243") == seconds(1364481363.243) == 1_364_481_363_243_000
    assert seconds("0.1234567") == 123_456
    assert millis("1.5") == 1_500
    for wrong in (
        -1,
        "-1",
        "",
        "1e9",
        "1.",
        "1 ",
        None,
        True,
        float("nan"),
        float("inf"),
        10**30,
        "9" * 18,
        1e300,
    ):
        assert seconds(wrong) is None


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (TimeFormat(LOCAL), "needs the `zone`"),
        (TimeFormat("rfc3339", "Europe/London"), "has no `zone`"),
        (TimeFormat("unix-ms", repeated="first"), "only a local time"),
        (TimeFormat("unix-ms", leap="clamp"), "shows no leap second"),
        (TimeFormat(LOCAL, "Europe/Lundon"), "no such time zone"),
        (TimeFormat(LOCAL, "../etc/passwd"), "no such time zone"),
        (TimeFormat(LOCAL, ""), "no such time zone"),
        (TimeFormat("%d/%m/%y %H:%M", "Europe/London"), "`%y` is not known"),
        (TimeFormat("%d/%d/%Y %H:%M", "Europe/London"), "`%d` stands twice"),
        (TimeFormat("%d/%m/%Y", "Europe/London"), "leaves open"),
        (TimeFormat("%d/%m/%Y %I:%M", "Europe/London"), "%I with %p"),
        (TimeFormat("%d/%m/%Y %H:%M:%S %p", "Europe/London"), "%I with %p"),
        (TimeFormat("%d/%m/%Y %H:%M.%f", "Europe/London"), "a fraction"),
        (TimeFormat("%d/%m/%Y %H:%M", "Europe/London", leap="clamp"), "without seconds"),
        (TimeFormat("iso", "Europe/London"), "is no format"),
        (TimeFormat("%", "Europe/London"), "is not known"),
    ],
)
def test_formats_that_name_no_instant(form: TimeFormat, why: str) -> None:
    with pytest.raises(TimeFormatError, match=why.replace("(", r"\(")):
        time_reader(form)


@given(st.dates())
def test_days(day: date) -> None:
    assert read_day(day.isoformat()) == from_date(day)
    assert day_reader(TimeFormat("date"))(day.isoformat()) == from_date(day)
    if day.year >= 1000:
        assert day_reader(TimeFormat("%d.%m.%Y"))(day.strftime("%d.%m.%Y")) == from_date(day)


@pytest.mark.parametrize(
    "text", ["2026-W48-2", "20261124", "2026-11-31", "2026-1-1", "2026-11-24T", "", None, 5]
)
def test_what_is_no_day(text: object) -> None:
    assert read_day(text) is None


def test_a_day_is_a_day_and_nothing_else() -> None:
    for form in (
        TimeFormat("date", "Europe/London"),
        TimeFormat("date", leap="clamp"),
        TimeFormat("%d/%m/%Y %H:%M"),
        TimeFormat("rfc3339"),
    ):
        with pytest.raises(TimeFormatError):
            day_reader(form)
