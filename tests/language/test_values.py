from __future__ import annotations

import locale
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.language import standard
from isa_guard.language.operators import (
    DURATION_MAX,
    ArithmeticFault,
    divide,
    divide_doubles,
    duration,
    instant,
    remainder,
    whole,
)
from isa_guard.language.standard import ConversionError
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    NOTHING,
    PERIOD,
    STRING,
    TIMESTAMP,
    Field,
    List,
    Optional,
    Record,
    Type,
)
from isa_guard.language.values import (
    DATE_MAX,
    DATE_MIN,
    TIMESTAMP_MAX,
    TIMESTAMP_MIN,
    Value,
    ValueRangeError,
    from_date,
    from_datetime,
    from_timedelta,
    text,
    to_date,
    to_datetime,
    to_timedelta,
)
from isa_guard.uk.periods import parse_period

INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))]))
_FIRST, _LAST = datetime(2, 1, 1), datetime(9998, 1, 1)
TIMESTAMPS = st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX)


@given(st.dates())
def test_a_date_goes_there_and_back(day: date) -> None:
    assert to_date(from_date(day)) == day


@given(TIMESTAMPS)
def test_a_timestamp_goes_there_and_back(timestamp: int) -> None:
    assert from_datetime(to_datetime(timestamp)) == timestamp


@given(st.timedeltas(min_value=timedelta(days=-10_000), max_value=timedelta(days=10_000)))
def test_a_duration_goes_there_and_back(elapsed: timedelta) -> None:
    assert to_timedelta(from_timedelta(elapsed)) == elapsed


@given(st.datetimes(min_value=_FIRST, max_value=_LAST))
def test_instants_are_ordered_as_their_numbers_whatever_the_zone(naive: datetime) -> None:
    early, late = naive.replace(tzinfo=timezone(timedelta(hours=1))), naive.replace(tzinfo=UTC)
    assert from_datetime(late) - from_datetime(early) == 3_600_000_000


def test_a_time_without_an_offset_names_no_instant() -> None:
    with pytest.raises(ValueRangeError, match="no instant"):
        from_datetime(datetime(2026, 1, 1))


@pytest.mark.parametrize("days", [DATE_MIN - 1, DATE_MAX + 1, 2**62])
def test_there_are_no_days_beyond_the_years_1_to_9999(days: int) -> None:
    with pytest.raises(ValueRangeError):
        to_date(days)
    with pytest.raises(ValueRangeError):
        to_datetime(days * 86_400_000_000)


@pytest.mark.parametrize(
    ("value", "type_", "shown"),
    [
        (True, BOOL, "yes"),
        (False, BOOL, "no"),
        (from_date(date(2026, 11, 24)), DATE, "Tue 24 Nov 2026"),
        (from_date(date(26, 1, 4)), DATE, "Sun 4 Jan 26"),
        (from_datetime(datetime(2026, 11, 24, 16, 30, tzinfo=UTC)), TIMESTAMP, "Tue 24 Nov 2026 16:30 GMT"),
        (from_datetime(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)), TIMESTAMP, "Thu 2 Jul 2026 00:30 BST"),
        (
            from_datetime(datetime(2026, 7, 1, 1, 2, 3, 40_000, tzinfo=UTC)),
            TIMESTAMP,
            "Wed 1 Jul 2026 02:02:03.04 BST",
        ),
        (TIMESTAMP_MAX, TIMESTAMP, "Fri 31 Dec 9999 23:59:59.999999 GMT"),
        (TIMESTAMP_MIN, TIMESTAMP, "Mon 1 Jan 1 00:00 UTC"),
        (0, DURATION, "0 seconds"),
        (
            from_timedelta(timedelta(days=1, hours=2, minutes=3, seconds=1)),
            DURATION,
            "1 day 2 hours 3 minutes 1 second",
        ),
        (from_timedelta(timedelta(days=-2)), DURATION, "minus 2 days"),
        (1_500_000, DURATION, "1.5 seconds"),
        (parse_period("ten working days"), PERIOD, "10 working days"),
        (("a", "b"), List(STRING), "a, b"),
        ((), List(STRING), ""),
        ((1, 2), List(INT), "1, 2"),
        (b"\x01\xff", BYTES, "01ff"),
        (1.5, DOUBLE, "1.5"),
        ("x", Optional(STRING), "x"),
        ((), NOTHING, "()"),
        (
            {"a": True, "b": "secret"},
            Record("r", (Field("a", BOOL), Field("b", STRING, private=True), Field("c", INT, optional=True))),
            "a: yes",
        ),
    ],
)
def test_people_see_values_in_words(value: Value, type_: Type, shown: str) -> None:
    assert text(value, type_) == shown


def test_the_words_do_not_depend_on_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert text(from_date(date(2026, 5, 5)), DATE) == "Tue 5 May 2026"
    finally:
        locale.setlocale(locale.LC_TIME, before)


# Arithmetic -------------------------------------------------------------------------------------------------


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_division_goes_towards_zero_and_its_remainder_makes_it_whole(left: int, right: int) -> None:
    if right == 0 or (left == -(2**63) and right == -1):
        for operation in (divide, remainder):
            with pytest.raises(ArithmeticFault):
                operation(left, right)
        return
    quotient, rest = divide(left, right), remainder(left, right)
    assert quotient * right + rest == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) == (left < 0)


@given(st.integers())
def test_ranges_are_checked_at_their_very_ends(value: int) -> None:
    for check, low, high in (
        (whole, -(2**63), 2**63 - 1),
        (duration, -DURATION_MAX, DURATION_MAX),
        (instant, TIMESTAMP_MIN, TIMESTAMP_MAX),
    ):
        assert check(low) == low
        assert check(high) == high
        for beyond in (low - 1 - abs(value), high + 1 + abs(value)):
            with pytest.raises(ArithmeticFault):
                check(beyond)


def test_doubles_divide_as_ieee_754_says() -> None:
    inf = float("inf")
    assert divide_doubles(1.0, 0.0) == inf
    assert divide_doubles(1.0, -0.0) == -inf
    assert divide_doubles(-1.0, 0.0) == -inf
    assert divide_doubles(0.0, 0.0) != divide_doubles(0.0, 0.0)
    assert divide_doubles(float("nan"), 0.0) != 0.0
    assert divide_doubles(3.0, 2.0) == 1.5


# Conversions ------------------------------------------------------------------------------------------------


@given(TIMESTAMPS)
def test_a_timestamp_is_written_as_rfc_3339_and_read_back(timestamp: int) -> None:
    written = standard.text_of_timestamp(timestamp)
    assert standard.timestamp_of_text(written) == timestamp
    if to_datetime(timestamp).year >= 1000:
        assert datetime.fromisoformat(written) == to_datetime(timestamp)


@given(st.integers(-DURATION_MAX, DURATION_MAX))
def test_a_duration_is_written_in_seconds_and_read_back(micros: int) -> None:
    assert standard.duration_of_text(standard.text_of_duration(micros)) == micros


@given(st.text(max_size=30))
def test_any_text_converts_or_fails_as_a_conversion(text: str) -> None:
    for convert in (
        standard.bool_of,
        standard.int_of_text,
        standard.double_of_text,
        standard.timestamp_of_text,
        standard.date_of_text,
        standard.duration_of_text,
        standard.zone,
    ):
        try:
            convert(text)
        except (ConversionError, ArithmeticFault, ValueRangeError):
            continue


@pytest.mark.parametrize(
    ("convert", "texts"),
    [
        (standard.bool_of, ["TRUe", "yes", ""]),
        (standard.int_of_text, ["1.0", "+1", " 1", "٣", "1_000", "9" * 20]),
        (standard.double_of_text, ["NaN", "inf", "1_0", "0x1", ".", "1."]),
        (
            standard.timestamp_of_text,
            [
                "2026-01-01T00:00:00",
                "2026-01-01 00:00:00Z",
                "2026-02-30T00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:00:60Z",
                "2026-01-01T00:00:00+24:00",
                "2026-01-01T00:00:00+00:60",
                "2026-01-01T00:00:00.1234567Z",
                "0000-01-01T00:00:00Z",
                "10000-01-01T00:00:00Z",
            ],
        ),
        (standard.date_of_text, ["2026-1-1", "2026-02-29", "0000-01-01", "20260101", "٢٠٢٦-01-01"]),
        (
            standard.duration_of_text,
            ["1d", "1", "h", "1h ", "--1h", "1ns", "0.0000001s", "0.0000000001s", "+1h", "1h" * 13],
        ),
        (
            standard.zone,
            [
                "",
                "GMT+25",
                "../../etc/passwd",
                "/etc/localtime",
                "+24:00",
                "+01:60",
                "Europe/Londn",
                "a" * 300,
            ],
        ),
    ],
)
def test_what_is_almost_a_value_is_none(convert: object, texts: list[str]) -> None:
    for near in texts:
        with pytest.raises((ConversionError, ArithmeticFault, ValueRangeError)):
            convert(near)  # type: ignore[operator]


def test_what_is_out_of_range_is_an_error_not_an_answer() -> None:
    for far in (
        lambda: standard.int_of_text("9223372036854775808"),
        lambda: standard.double_of_text("1e999"),
        lambda: standard.double_of_text("-1e999"),
        lambda: standard.timestamp_of_text("0001-01-01T00:00:00+00:01"),
        lambda: standard.timestamp_of_text("9999-12-31T23:59:59-00:01"),
        lambda: standard.timestamp_of_int(253_402_300_800),
        lambda: standard.duration_of_text("9999999999999999h"),
        lambda: standard.local(TIMESTAMP_MAX, "+01:00"),
        lambda: standard.int_of_double(float("nan")),
    ):
        with pytest.raises((ValueRangeError, ArithmeticFault)):
            far()


def test_durations_are_read_in_every_unit() -> None:
    assert standard.duration_of_text("1h1m1s1ms1us") == 3_661_001_001
    assert standard.duration_of_text("-1.5h") == -5_400_000_000
    assert standard.duration_of_text("1000ns") == 1
    assert standard.duration_of_text("500ns500ns") == 1
    assert standard.duration_of_text("0") == standard.duration_of_text("-0") == 0
    assert standard.milliseconds_of(-1_234_567) == -234
    assert standard.hours_of(-7_199_999_999) == -1
    assert standard.minutes_of(119_000_000) == 1
    assert standard.seconds_of(-1_999_999) == -1
    assert standard.timestamp_of_text("2026-01-01t00:00:00.100z") == standard.timestamp_of_text(
        "2026-01-01T00:00:00.1Z"
    )
    assert standard.bool_of("t") is True
    assert standard.bool_of("False") is False
