"""Hours, days, weeks and months are those of London's clock, on the days on which it changes as well."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.decide.logs.windows import month_of, window_of
from isa_guard.language.values import from_datetime, to_datetime
from isa_guard.model.log import FIRST_INSTANT, LAST_INSTANT
from isa_guard.model.log_rule import Window

LONDON = ZoneInfo("Europe/London")


def instant(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("per", "at", "begins"),
    [
        (Window.HOUR, "2026-10-25T01:59:59+01:00", "2026-10-25T01:00:00+01:00"),
        (Window.HOUR, "2026-10-25T01:00:00+00:00", "2026-10-25T01:00:00+00:00"),
        (Window.DAY, "2026-06-01T23:30:00+00:00", "2026-06-02T00:00:00+01:00"),
        (Window.DAY, "2026-03-29T23:59:59+01:00", "2026-03-29T00:00:00+00:00"),
        (Window.WEEK, "2026-03-29T22:59:59+00:00", "2026-03-23T00:00:00+00:00"),
        (Window.WEEK, "2026-03-29T23:00:00+00:00", "2026-03-30T00:00:00+01:00"),
        (Window.MONTH, "2026-03-31T22:59:59+00:00", "2026-03-01T00:00:00+00:00"),
        (Window.MONTH, "2026-03-31T23:00:00+00:00", "2026-04-01T00:00:00+01:00"),
    ],
)
def test_a_window_begins_where_the_clock_in_london_says(per: Window, at: str, begins: str) -> None:
    assert window_of(per)(instant(at)) == instant(begins)


@given(st.integers(FIRST_INSTANT + 40 * 86_400_000_000, LAST_INSTANT), st.sampled_from(Window))
def test_a_window_holds_its_instant_and_begins_on_the_hour(at: int, per: Window) -> None:
    begins = window_of(per)(at)
    assert begins <= at
    assert window_of(per)(begins) == begins
    assert to_datetime(begins).astimezone(UTC).minute == 0
    if per is not Window.HOUR:
        assert to_datetime(begins).astimezone(LONDON).hour == 0
    if per is Window.WEEK:
        assert to_datetime(begins).astimezone(LONDON).weekday() == 0


@given(st.integers(FIRST_INSTANT, LAST_INSTANT))
def test_the_month_is_that_of_the_day_in_london(at: int) -> None:
    assert month_of(at) == to_datetime(at).astimezone(LONDON).strftime("%Y-%m")
