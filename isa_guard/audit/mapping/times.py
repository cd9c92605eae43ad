"""From what a log writes to an instant in microseconds UTC, or a day; None where it is neither.

A local time needs its zone, and a decision for the hour that the clocks skip and the one they show twice.
Fractions finer than a microsecond are cut off, never rounded: no event moves over a boundary that it had not reached.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.model.log import FIRST_INSTANT, LAST_INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    ReadTime: TypeAlias = Callable[[object], int | None]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
RFC3339: Final = "rfc3339"
ISO_DAY: Final = "date"
SCALES: Final = {"unix-s": SECOND, "unix-ms": 1_000, "unix-us": 1}
FORMATS: Final = (RFC3339, *SCALES)
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MINUTE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_REST: Final = re.compile(r"(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))", re.ASCII)
_SECONDS: Final = {f":{second:02}": second * SECOND for second in range(60)}
_DECIMAL: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?", re.ASCII)


class TimeFormatError(IsaGuardError):
    """A format, or what goes with it, that cannot name one instant or day."""


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How times or days are written. `name` is one of FORMATS, ISO_DAY or a pattern; `zone` is for local times."""

    name: str
    zone: str | None = None
    missing: Literal["reject", "shift"] = "reject"
    repeated: Literal["reject", "first", "second"] = "reject"
    leap: Literal["reject", "clamp"] = "reject"

    @property
    def local(self) -> bool:
        """Whether what is written needs a zone."""
        return self.name not in FORMATS and "%z" not in self.name


def time_reader(form: TimeFormat) -> ReadTime:
    """Answer what reads times of a format: an instant between 1970 and 2099, or None. Raises TimeFormatError."""
    if form.local and form.zone is None:
        raise TimeFormatError("a time without an offset needs the `zone` it was written in")
    if not form.local and form.zone is not None:
        raise TimeFormatError("a time with its offset, or counted from 1970, has no `zone`")
    if not form.local and (form.missing, form.repeated) != ("reject", "reject"):
        raise TimeFormatError("only a local time can fall into an hour that is missing or repeated")
    if form.name == RFC3339:
        return _rfc3339_reader(clamp=form.leap == "clamp")
    if form.name in SCALES:
        if form.leap != "reject":
            raise TimeFormatError("a time counted from 1970 shows no leap second")
        return _counted_reader(SCALES[form.name])
    from isa_guard.audit.mapping.time_patterns import pattern_reader

    return pattern_reader(form)


def in_years(micros: int) -> int | None:
    """Answer an instant of the years that a log may hold, or None."""
    return micros if FIRST_INSTANT <= micros <= LAST_INSTANT else None


def read_day(value: object) -> int | None:
    """Answer the day that `2026-11-24` names, as days since 1970-01-01, or None."""
    if value.__class__ is not str or len(value) != 10 or not value.isascii():
        return None
    return _day(value) if value[4] == "-" else None


@lru_cache(maxsize=4_096)
def _day(text: str) -> int | None:
    try:  # of ten characters, the fifth of them "-": 2026-11-24, or the week 2026-W48-2
        return date.fromisoformat(text).toordinal() - EPOCH_DAY if "W" not in text else None
    except ValueError:
        return None


def leap_second(minute: int) -> int | None:
    """Answer the last microsecond of a minute that a leap second can follow: the last of a month, UTC.

    So the event keeps its order among those before and after, and its day.
    """
    end = minute + MINUTE
    if end % DAY:
        return None
    return in_years(end - 1) if date.fromordinal(end // DAY + EPOCH_DAY).day == 1 else None


@lru_cache(maxsize=16_384)
def _minute(text: str) -> int | None:
    """The microseconds of `2026-11-24T10:30`, as if in UTC."""
    found = _MINUTE.fullmatch(text)
    day = _day(found[1]) if found else None
    if found is None or day is None:
        return None
    return day * DAY + (int(found[2]) * 60 + int(found[3])) * MINUTE


@lru_cache(maxsize=65_536)
def _rest(text: str) -> int | None:
    """What `.25+01:00`, after the second, adds to it."""
    found = _REST.fullmatch(text)
    if found is None:
        return None
    fraction, sign, hours, minutes = found.groups()
    offset = (int(hours) * 60 + int(minutes)) * MINUTE if sign else 0
    return (int(fraction[:6].ljust(6, "0")) if fraction else 0) - (-offset if sign == "-" else offset)


def _rfc3339_reader(*, clamp: bool) -> ReadTime:
    def read(value: object) -> int | None:
        if value.__class__ is not str:
            return None
        try:  # a part that is none gives None, which is added to nothing
            whole = _minute(value[:16]) + _SECONDS[value[16:19]] + _rest(value[19:])  # type: ignore[operator]
        except (TypeError, KeyError):
            return _at_leap_second(value) if clamp else None
        return whole if FIRST_INSTANT <= whole <= LAST_INSTANT else None

    return read


def _at_leap_second(value: str) -> int | None:
    minute, rest = _minute(value[:16]), _rest(value[19:])
    if minute is None or rest is None or value[16:19] != ":60":
        return None
    fraction = rest % MINUTE  # an offset is of whole minutes
    return leap_second(minute + rest - fraction)


read_rfc3339: Final = _rfc3339_reader(clamp=False)


def _counted_reader(scale: int) -> ReadTime:
    def read(value: object) -> int | None:
        if value.__class__ is int:
            return in_years(value * scale)
        if value.__class__ is float:  # as near as a double can tell: within a microsecond in these years
            return in_years(round(value * scale)) if 0 <= value <= LAST_INSTANT else None
        found = _DECIMAL.fullmatch(value) if value.__class__ is str else None
        if found is None:
            return None
        fraction = (found[2] or "").ljust(9, "0")
        return in_years(int(found[1]) * scale + int(fraction) * scale // 1_000_000_000)

    return read
