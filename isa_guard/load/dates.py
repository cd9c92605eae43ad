"""Dates and times as documents write them: one form each, so that nobody guesses which month 03/04 is."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Final, Literal

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}\Z", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|z|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII)  # fmt: skip
Precision = Literal["day", "month", "year"]

DAY_HINT: Final = "write a day as 2026-11-23"
INSTANT_HINT: Final = "write a time with its offset: 2026-11-23T10:30:00Z, or +01:00 in British Summer Time"


def read_day(text: str) -> date | None:
    """Answer the day that `2026-11-23` names, or None where it is no day."""
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_instant(text: str) -> datetime | None:
    """Answer the instant in UTC that an RFC 3339 text names, or None; a time without offset is no instant."""
    if not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_span(text: str) -> tuple[date, date, Precision] | None:
    """Answer the first and last day of `2018`, `2018-05` or `2018-05-01`, and how exact it is; None if unreadable."""
    try:
        if _YEAR.match(text):
            return date(int(text), 1, 1), date(int(text), 12, 31), "year"
        if _MONTH.match(text):
            year, month = int(text[:4]), int(text[5:])
            return date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month"
    except ValueError:
        return None
    day = read_day(text)
    return (day, day, "day") if day else None
