"""The clock, read here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, time

from isa_guard.errors import UsageError
from isa_guard.load.dates import INSTANT_HINT, read_day, read_instant
from isa_guard.uk.periods import LONDON, end_of_day


def now_or(as_of: str | None) -> datetime:
    """Answer the moment to decide as at: `as_of` if given (a day means noon in London), else now.

    Raises UsageError for a text that is neither a day nor a time with an offset.
    """
    if as_of is None:
        return datetime.now(UTC)
    instant = read_instant(as_of)
    if instant:
        return instant
    day = read_day(as_of)
    if day:
        return datetime.combine(day, time(12), LONDON).astimezone(UTC)
    raise UsageError(f"--as-of {as_of} is no day or time; {INSTANT_HINT}")


def until(text: str | None) -> datetime | None:
    """Answer the end that `--until` names: an instant, or the last of a day in London. Raises UsageError."""
    if text is None:
        return None
    instant = read_instant(text)
    if instant:
        return instant
    day = read_day(text)
    if day:
        return end_of_day(day)
    raise UsageError(f"--until {text} is no day or time; {INSTANT_HINT}")
