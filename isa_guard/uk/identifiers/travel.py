"""The numbers of driving licences, passports and vehicles."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import compact, digits, same_throughout
from isa_guard.uk.identifiers.dates import is_day
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

_LICENCE: Final = re.compile(r"([A-Z]+9*)(\d)(\d{2})(\d{2})(\d)([A-Z9]{2})([A-Z\d])([A-Z]{2})")
_FEMALE: Final = 50

# DVLA leaflet INF104: the local memory tags of each region letter; I, Q and Z are not used as a tag.
CURRENT: Final = re.compile(r"([A-Y])([A-HJ-PR-Y])(\d{2})[A-HJ-PR-Z]{3}")
REGIONS: Final = frozenset("ABCDEFGHKLMNOPRSVWXY")
PREFIX: Final = re.compile(r"[A-HJ-NPR-TV-Y][1-9]\d{0,2}[A-HJ-PR-Y][A-HJ-PR-Y]{2}")
SUFFIX: Final = re.compile(r"[A-HJ-PR-Y]{3}[1-9]\d{0,2}[A-HJ-NPR-TV-Y]")
# Northern Ireland: two or three letters holding I or Z, and up to four digits.
NORTHERN_IRELAND: Final = re.compile(r"(?:[A-Z]?[A-HJ-Z]Z|[A-Z]?I[A-Z])[1-9]\d{0,3}")


def driving_licence(text: str) -> str | None:
    """A driver number of Great Britain: 16 characters that hold surname, date of birth and initials.

    Year, month (50 more for women), day and year again must be a date, 9 fills up surname and initials only from
    the right. Source: DVLA, driver number as printed on form D1 and on the photocard licence.
    """
    written = compact(text)
    if len(written) == 18 and digits(written[16:], 2):
        written = written[:16]  # the photocard prints the licence's issue number behind it
    match = _LICENCE.fullmatch(written)
    if not match or len(match[1]) != 5:
        return None
    month = int(match[3])
    if not is_day(int(match[4]), month - _FEMALE if month > _FEMALE else month):
        return None
    initials = match[6]
    return None if initials[0] == "9" and initials[1] != "9" else written


def passport(text: str) -> str | None:
    """A UK passport number: nine digits without a check digit, so nothing without the words around it.

    Source: ICAO Doc 9303 part 4; HM Passport Office, passport numbers of nine digits.
    """
    number = compact(text)
    return number if digits(number, 9) and not same_throughout(number) else None


def vehicle_registration(text: str) -> str | None:
    """A registration mark: current (AB12 CDE), prefix (A123 BCD), suffix (ABC 123D) or of Northern Ireland.

    The age identifier of a current mark is 01 to 49 or 51 to 99 (March, September). Source: DVLA leaflet INF104,
    vehicle registration numbers and number plates.
    """
    written = compact(text)
    if match := CURRENT.fullmatch(written):
        return written if match[1] in REGIONS and match[3] not in {"00", "50"} else None
    for series in (PREFIX, SUFFIX, NORTHERN_IRELAND):
        if series.fullmatch(written):
            return written
    return None


IDENTIFIERS: Final = (
    Identifier(
        "driving-licence",
        "Driver number of a driving licence (Great Britain)",
        r"(?i:[A-Z][A-Z9]{4}[ -]?[0-9][0156][0-9][0-3][0-9][0-9][ -]?[A-Z9]{2}[A-Z0-9] ?[A-Z]{2}(?: ?[0-9]{2})?)",
        driving_licence,
        Strength.CONCLUSIVE,
        ("driving licence", "driver number", "driving license", "licence no", "licence number", "dvla"),
        LeadsTo.PERSON,
        ("DVLA, driver number",),
        "surname, date of birth and initials agree with its form",
        ("AAAAA999999AA9AA", "AAAAA 999999 AA9AA"),
    ),
    Identifier(
        "passport",
        "UK passport number",
        r"[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}",
        passport,
        Strength.WEAK,
        ("passport", "passport no", "passport number"),
        LeadsTo.PERSON,
        ("ICAO Doc 9303 part 4",),
        "none",
        ("999999999",),
    ),
    Identifier(
        "vehicle-registration",
        "Vehicle registration mark (VRM)",
        r"(?i:[A-Z]{2}[0-9]{2} ?[A-Z]{3}|[A-Z][0-9]{1,3} ?[A-Z]{3}|[A-Z]{3} ?[0-9]{1,3}[A-Z]|[A-Z]{2,3} ?[0-9]{1,4})",
        vehicle_registration,
        Strength.SHAPED,
        (
            "vrm",
            "vrn",
            "vehicle",
            "registration",
            "reg",
            "reg no",
            "number plate",
            "plate",
            "numberplate",
            "car",
            "index number",
        ),
        LeadsTo.THING,
        ("DVLA leaflet INF104",),
        "region letters and age identifiers that are issued",
        ("AA99 AAA", "A999 AAA", "AAA 999A", "AAA 9999"),
        ("AA99 AAA",),
    ),
)
