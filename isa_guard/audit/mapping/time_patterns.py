"""Times and days written by a pattern of directives, as `%d/%m/%Y %H:%M:%S`, in the words of strptime.

Only directives that mean one thing in every place and language, and every figure of fixed width: nobody guesses.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from isa_guard.audit.mapping.times import (
    DAY,
    EPOCH_DAY,
    FORMATS,
    ISO_DAY,
    MINUTE,
    SECOND,
    TimeFormatError,
    in_years,
    leap_second,
    read_day,
)
from isa_guard.model.log import LAST_INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.audit.mapping.times import ReadTime, TimeFormat

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "m": r"(?P<m>0[1-9]|1[0-2])",
    "d": r"(?P<d>0[1-9]|[12][0-9]|3[01])",
    "e": r"(?P<d> ?[1-9]|[12][0-9]|3[01])",
    "b": r"(?P<b>[A-Za-z]{3})",
    "H": r"(?P<H>[01][0-9]|2[0-3])",
    "I": r"(?P<I>0[1-9]|1[0-2])",
    "p": r"(?P<p>[AaPp][Mm])",
    "M": r"(?P<M>[0-5][0-9])",
    "S": r"(?P<S>[0-5][0-9]|60)",
    "f": r"(?P<f>[0-9]{1,9})",
    "z": r"(?P<z>Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])",
}


def compiled_format(pattern: str) -> re.Pattern[str]:
    """Answer a pattern of directives as a regular expression. Raises TimeFormatError."""
    made: list[str] = []
    seen: set[str] = set()
    for literal, directive in re.findall(r"([^%]+)|%(.?)", pattern, re.DOTALL):
        if literal or directive == "%":
            made.append(re.escape(literal or "%"))
            continue
        if directive not in _DIRECTIVES:
            known = " ".join(f"%{letter}" for letter in _DIRECTIVES)
            raise TimeFormatError(
                f"`%{directive}` is not known here; a format is one of {', '.join(FORMATS)} or made of {known}"
            )
        name = "d" if directive == "e" else directive
        if name in seen:
            raise TimeFormatError(f"`%{directive}` stands twice")
        seen.add(name)
        made.append(_DIRECTIVES[directive])
    if not seen:
        raise TimeFormatError(f"`{pattern}` is no format: one of {', '.join(FORMATS)}, or as %d/%m/%Y %H:%M")
    return re.compile("".join(made), re.ASCII)


def day_reader(form: TimeFormat) -> ReadTime:
    """Answer what reads days, as days since 1970-01-01. Raises TimeFormatError."""
    if form.zone is not None or (form.missing, form.repeated, form.leap) != ("reject",) * 3:
        raise TimeFormatError("a day has no zone, no hour and no second")
    if form.name == ISO_DAY:
        return read_day
    compiled = compiled_format(form.name)
    if set(compiled.groupindex) not in ({"Y", "m", "d"}, {"Y", "b", "d"}):
        raise TimeFormatError("a day is written with its year, month and day, and nothing else")

    @lru_cache(maxsize=4_096)
    def read(value: object) -> int | None:
        found = compiled.fullmatch(value) if isinstance(value, str) else None
        return _days(found.groupdict()) if found else None

    return read


def _days(parts: dict[str, str]) -> int | None:
    name = parts.get("b")
    if name is not None and name.lower() not in _MONTHS:
        return None
    month = int(parts["m"]) if name is None else _MONTHS.index(name.lower()) + 1
    try:
        return date(int(parts["Y"]), month, int(parts["d"])).toordinal() - EPOCH_DAY
    except ValueError:
        return None


def pattern_reader(form: TimeFormat) -> ReadTime:
    """Answer what reads times of a pattern. Raises TimeFormatError for one that leaves the instant open."""
    compiled = compiled_format(form.name)
    names = set(compiled.groupindex)
    _refuse_open(names)
    if form.leap != "reject" and "S" not in names:
        raise TimeFormatError("a time without seconds shows no leap second")
    starts = tuple(name for name in compiled.groupindex if name not in {"S", "f"})
    start_of = _minute_reader(form, starts)
    has_second, has_fraction = "S" in names, "f" in names

    def read(value: object) -> int | None:
        found = compiled.fullmatch(value) if isinstance(value, str) else None
        start = start_of(found.group(*starts)) if found else None
        if found is None or start is None:
            return None
        second = int(found["S"]) if has_second else 0
        if second == 60:
            return leap_second(start) if form.leap == "clamp" else None
        fraction = int(found["f"][:6].ljust(6, "0")) if has_fraction else 0
        return in_years(start + second * SECOND + fraction)

    return read


def _minute_reader(form: TimeFormat, names: tuple[str, ...]) -> Callable[[tuple[str, ...]], int | None]:
    """Answer what makes of the groups of these names the instant at which their minute begins."""
    resolve = _resolver(form) if form.local else None

    def start(groups: tuple[str, ...]) -> int | None:
        parts = dict(zip(names, groups, strict=True))
        days = _days(parts)
        if days is None:
            return None
        minute = days * DAY + (_hour(parts) * 60 + int(parts["M"])) * MINUTE
        return resolve(minute) if resolve else minute - _offset(parts["z"])

    return lru_cache(maxsize=16_384)(start)


def _refuse_open(names: set[str]) -> None:
    if not names >= {"Y", "d", "M"} or len(names & {"m", "b"}) != 1:
        raise TimeFormatError("the format leaves open which day or minute it is")
    if ("H" in names) == ("I" in names) or ("p" in names) != ("I" in names):
        raise TimeFormatError("the hour is %H, or %I with %p")
    if "f" in names and "S" not in names:
        raise TimeFormatError("a fraction follows seconds")


def _hour(parts: dict[str, str]) -> int:
    if "H" in parts:
        return int(parts["H"])
    return int(parts["I"]) % 12 + (12 if parts["p"].lower() == "pm" else 0)


def _offset(text: str) -> int:
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return (-minutes if text[0] == "-" else minutes) * MINUTE


def known_zone(name: str) -> ZoneInfo:
    """Answer a time zone by its IANA name. Raises TimeFormatError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise TimeFormatError("there is no such time zone; write it as Europe/London") from None


def _resolver(form: TimeFormat) -> Callable[[int], int | None]:
    """Answer what turns the minute that a clock on the wall showed into an instant."""
    zone = known_zone(form.zone or "")

    def resolve(wall: int) -> int | None:
        if not -DAY <= wall <= LAST_INSTANT + DAY:
            return None
        naive = datetime.fromtimestamp(wall // SECOND, UTC).replace(tzinfo=None)
        first = wall - _utc_offset(naive.replace(tzinfo=zone, fold=0))
        second = wall - _utc_offset(naive.replace(tzinfo=zone, fold=1))
        if first == second:
            return first
        if first > second:  # the clocks skipped it: what they would have shown, had they not been put on
            return first if form.missing == "shift" else None
        if form.repeated == "reject":
            return None
        return first if form.repeated == "first" else second

    return resolve


def _utc_offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * SECOND
