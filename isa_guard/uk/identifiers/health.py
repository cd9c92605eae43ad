"""The ten-digit numbers by which the four health services know a patient.

One check digit serves them all; the ranges keep them apart. Ranges are those of the NHS Data Dictionary and of
NHS England's guidance on the number's allocation.
"""

from __future__ import annotations

from typing import Final

from isa_guard.uk.identifiers.checks import compact, digits, same_throughout, weighted
from isa_guard.uk.identifiers.dates import is_day
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

WEIGHTS: Final = (10, 9, 8, 7, 6, 5, 4, 3, 2)


def nhs_number(text: str) -> str | None:
    """An NHS number of England, Wales or the Isle of Man: it starts with 4, 6 or 7, check digit mod 11.

    5xx was never to be issued, 8xx is Ireland's or unallocated, 9xx is kept for test patients. Source: NHS Data
    Dictionary, NHS NUMBER.
    """
    number = _checked(text)
    return number if number and number[0] in "467" else None


def chi_number(text: str) -> str | None:
    """A Scottish Community Health Index number: day, month and year of birth, four digits, the last the check digit.

    Source: Public Health Scotland, National Data Catalogue, CHI number.
    """
    number = _checked(text)
    return number if number and is_day(int(number[:2]), int(number[2:4])) else None


def health_and_care_number(text: str) -> str | None:
    """A Health and Care number of Northern Ireland: 320 000 0000 to 399 999 9999, check digit mod 11.

    Source: HSC Business Services Organisation, the Health and Care number; NHS Data Dictionary.
    """
    number = _checked(text)
    return number if number and "32" <= number[:2] <= "39" else None


def _checked(text: str) -> str | None:
    number = compact(text)
    if not digits(number, 10) or same_throughout(number):
        return None
    # A remainder that would need the digit 10 is never issued; the modulus turns 11 into 0.
    check = -weighted(number, WEIGHTS) % 11
    return number if check == int(number[9]) else None


_NHS_DD: Final = "NHS Data Dictionary"
_REST: Final = r"[ -]?[0-9]{3}[ -]?[0-9]{4}"
_MOD_11: Final = "check digit mod 11"

IDENTIFIERS: Final = (
    Identifier(
        "nhs-number",
        "NHS number (England, Wales, Isle of Man)",
        rf"[467][0-9]{{2}}{_REST}",
        nhs_number,
        Strength.CHECKED,
        ("nhs", "nhs no", "nhs number", "nhsno", "nhsnumber", "patient number", "patient no"),
        LeadsTo.PERSON,
        (f"{_NHS_DD}, NHS NUMBER",),
        f"{_MOD_11}; starts with 4, 6 or 7",
        ("999 999 9999", "9999999999", "999-999-9999"),
        ("999 999 9999",),
    ),
    Identifier(
        "chi-number",
        "Community Health Index number (Scotland)",
        rf"[0-3][0-9][01]{_REST}|[0-3][0-9][01][0-9]{{3}}[ -]?[0-9]{{4}}",
        chi_number,
        Strength.CHECKED,
        ("chi", "chi no", "chi number", "community health index", "nhs number", "nhs no", "nhs"),
        LeadsTo.PERSON,
        ("Public Health Scotland, National Data Catalogue, CHI number",),
        f"{_MOD_11}; starts with a date of birth",
        ("9999999999", "999999 9999", "999 999 9999"),
        ("999 999 9999",),
    ),
    Identifier(
        "health-and-care-number",
        "Health and Care number (Northern Ireland)",
        rf"3[2-9][0-9]{_REST}",
        health_and_care_number,
        Strength.CHECKED,
        ("h&c", "hcn", "h&c number", "health and care", "health care number", "nhs number", "nhs no", "nhs"),
        LeadsTo.PERSON,
        ("HSC Business Services Organisation, Health and Care number", _NHS_DD),
        f"{_MOD_11}; 320 000 0000 to 399 999 9999",
        ("999 999 9999", "9999999999"),
        ("999 999 9999",),
    ),
)
