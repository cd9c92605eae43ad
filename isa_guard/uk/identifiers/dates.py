"""Dates as people write them, and whether somebody can have been born on them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERIC: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})([/-]?)(\d{2})\2(\d{2})(?:[T ]00:00(?::00(?:\.0{1,9})?)?)?")
_WORDS: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]{0,6}\.?,?[ -](\d{4}|\d{2})", re.IGNORECASE
)
# The oldest person whose age was ever verified in the UK was 115; nobody in a live export was born before this.
_OLDEST: Final = 1900
_LATEST: Final = 2099


def read_date(text: str) -> date | None:
    """The day that a text names, day before month as in the UK; None where it names none.

    Two digits of a year are read as 1931 to 2030: without a clock no reading is surer, and none is needed to
    say that a date stands there.
    """
    if iso := _ISO.fullmatch(text):
        return _day(iso[1], iso[3], iso[4])
    if numeric := _NUMERIC.fullmatch(text):
        return _day(numeric[4], numeric[3], numeric[1])
    if (words := _WORDS.fullmatch(text)) and words[2].lower() in _MONTHS:
        return _day(words[3], str(_MONTHS.index(words[2].lower()) + 1), words[1])
    return None


def date_of_birth(text: str) -> str | None:
    """The ISO form of a date on which a living person can have been born.

    A date alone says nothing about whose it is: whether it is a birth, only the words around it can tell.
    """
    day = read_date(text.strip())
    if day is None or not _OLDEST <= day.year <= _LATEST:
        return None
    return day.isoformat()


def is_day(day: int, month: int) -> bool:
    """Whether some year has this day: 29 February has one."""
    try:
        date(2000, month, day)
    except ValueError:
        return False
    return True


def _day(year: str, month: str, day: str) -> date | None:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > 30 else 2000)
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


_DATE: Final = (
    r"(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]00:00(?::00)?)?"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?[ -](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?[ -]"
    r"(?:[0-9]{4}|[0-9]{2}))"
)

IDENTIFIERS: Final = (
    Identifier(
        "date-of-birth",
        "Date of birth",
        _DATE,
        date_of_birth,
        Strength.WEAK,
        ("dob", "d.o.b", "date of birth", "born", "birth date", "birthdate", "birth", "birthday"),
        LeadsTo.PERSON,
        ("UK GDPR Art 4(1)",),
        "a day on which a living person can have been born",
        ("99/99/9999", "9999-99-99", "99 Aaa 9999"),
    ),
)
