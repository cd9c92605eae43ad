"""Times as records write them, steps of the clock, and ids made of time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.faults import RecordError
from isa_guard.register.records.clock import RANDOM_BYTES, Reading, instant, read_instant, stepped, uuid7

# Hypothesis wants the bounds of its naive datetimes naive.
MOMENTS = st.datetimes(datetime.fromisoformat("0001-01-03"), datetime.fromisoformat("9999-12-29")).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(MOMENTS, st.integers(-23, 23))
def test_an_instant_is_read_back_whatever_zone_it_was_given_in(moment: datetime, hours: int) -> None:
    assert read_instant(instant(moment.astimezone(timezone(timedelta(hours=hours))))) == moment


@given(MOMENTS, MOMENTS)
def test_texts_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (instant(one) < instant(other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00.000000+00:00",
        "2026-13-23T12:00:00.000000Z",
        7,
    ],
)
def test_any_other_way_to_write_a_time_is_refused(text: object) -> None:
    with pytest.raises(RecordError):
        read_instant(text)


def reading(seconds: float, ticks: float, boot: str = "a") -> Reading:
    return Reading(
        datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=seconds), int(ticks * 1e9), boot, "test"
    )


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (reading(10, 10), False),
        (reading(0, 0), False),
        (reading(-1, 1), True),
        (reading(3600, 10), True),
        (reading(10, 3600), True),
        (reading(3601, 3600), False),
        (reading(3600, 10, "b"), False),  # another boot: its ticks say nothing
        (reading(-1, 10, "b"), True),
    ],
)
def test_a_step_of_the_wall_clock_shows_against_the_monotonic_one(now: Reading, answer: bool) -> None:
    assert stepped(reading(0, 0), now) is answer


@given(
    st.datetimes(datetime.fromisoformat("1970-01-01")),
    st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES),
)
def test_an_id_is_a_uuid_of_version_7_that_says_its_time(moment: datetime, randomness: bytes) -> None:
    moment = moment.replace(tzinfo=UTC)
    made = uuid.UUID(uuid7(moment, randomness))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert made.int & (1 << 62) - 1 == int.from_bytes(randomness, "big") & (1 << 62) - 1


def test_a_known_id() -> None:
    # RFC 9562 appendix A.6
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert uuid7(moment, bytes.fromhex("0cc318c4dc0c0c07398f"))[:18] == "017f22e2-79b0-7cc3"
    assert uuid7(moment, bytes.fromhex("0cc318c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
