"""The numbers by which police, courts and prisons know a person or a case."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import LETTERS, compact, listed, police_letter
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

_PNC: Final = re.compile(r"(?:(19|20)?(\d{2}))/(\d{1,7})([A-Z])")
_CRO: Final = re.compile(r"(\d{1,6})/(\d{2})([A-Z])")
_CRO_SF: Final = re.compile(r"SF(\d{2})/(\d{1,6})([A-Z])")
_ASN: Final = re.compile(r"(\d{2})([A-Z\d]?\d{2})([A-Z\d]{2})(\d{2})(\d{11})([A-Z])")
_URN: Final = re.compile(r"(\d{2})([A-Z\d]{2})(\d{5})(\d{2})")
_CRIME_OF_FORCE: Final = re.compile(r"(\d{2})([A-Z]{0,2})/(\d{3,7})/(\d{2})")
_CRIME: Final = re.compile(r"(?:CR[/-]?)?(\d{5,7})/(\d{2})|CR/(\d{3,7})/(\d{2})")
_PRISON: Final = re.compile(r"[A-Z]\d{4}[A-Z]{2}")

# PNC force codes, Criminal Justice System Data Standards Catalogue: territorial forces, then the other bodies.
FORCES: Final = listed(
    "01 03 04 05 06 07 10 11 12 13 14 16 17 20 21 22 23 30 31 32 33 34 35 36 37 40 41 42 43 44 45 46 47 48 50 52"
    " 53 54 55 60 61 62 63 88 89 91 92 93 94 95 96 97 98 99"
)


def pnc_id(text: str) -> str | None:
    """A Police National Computer identity number, `yyyy/nnnnnnnX`; the short form keeps its two-digit year.

    The letter is the last two digits of the year and the serial, filled to seven digits, modulo 23. Source:
    Criminal Justice System Data Standards Catalogue, PNC ID.
    """
    match = _PNC.fullmatch(compact(text))
    if not match:
        return None
    century, year, serial, letter = match.groups()
    serial = serial.zfill(7)
    if int(serial) == 0 or letter != police_letter(year + serial):
        return None
    return f"{century or ''}{year}/{serial}{letter}"


def cro_number(text: str) -> str | None:
    """A Criminal Records Office number, `nnnnnn/yyX`, or of a file without fingerprints, `SFyy/nX`.

    The letter is year and serial modulo 23; the serial is filled to six digits, save in the SF form, where it
    stands as written. Source: Criminal Justice System Data Standards Catalogue, CRO number.
    """
    written = compact(text)
    if match := _CRO.fullmatch(written):
        serial, year, letter = match[1].zfill(6), match[2], match[3]
        canonical = f"{serial}/{year}{letter}"
    elif match := _CRO_SF.fullmatch(written):
        year, serial, letter = match.groups()
        canonical = written
    else:
        return None
    return canonical if int(serial) and letter == police_letter(year + serial) else None


def arrest_summons_number(text: str) -> str | None:
    """An arrest/summons number: year, force, unit, system, a serial of eleven digits, check letter.

    The force may be written with a leading letter or nought for its higher level. The letter is force, system,
    year and serial modulo 23, digits only. Source: Criminal Justice System Data Standards Catalogue, ASN.
    """
    written = compact(text, " /-")
    match = _ASN.fullmatch(written)
    if not match:
        return None
    year, force, _, system, serial, letter = match.groups()
    if force[-2:] not in FORCES or int(serial) == 0:
        return None
    return written if letter == police_letter(force[-2:] + system + year + serial) else None


def police_urn(text: str) -> str | None:
    """A unique reference number of a case: force, unit, a serial of five digits, year; it has no check digit.

    Source: Criminal Justice System Data Standards Catalogue, URN.
    """
    match = _URN.fullmatch(compact(text, " /-"))
    if not match or match[1] not in FORCES or int(match[3]) == 0:
        return None
    return match[0]


def crime_reference(text: str) -> str | None:
    """A crime reference: serial and year, in many forces after the force's code; forms differ, none is checked.

    Source: practice of the forces (`35/12345/24`, `1234567/24`, `CR/12345/24`).
    """
    written = compact(text, " ")
    if match := _CRIME_OF_FORCE.fullmatch(written):
        return written if match[1] in FORCES else None
    return written if _CRIME.fullmatch(written) else None


def prison_number(text: str) -> str | None:
    """A prison number, `A1234BC`, as the National Offender Management Information System gives it.

    Source: HM Prison and Probation Service, NOMIS number.
    """
    written = compact(text, " ")
    return written if _PRISON.fullmatch(written) else None


_CJS: Final = "Criminal Justice System Data Standards Catalogue"

IDENTIFIERS: Final = (
    Identifier(
        "pnc-id",
        "Police National Computer identity number",
        rf"(?i:[0-9]{{2}}(?:[0-9]{{2}})?/[0-9]{{1,7}}[{LETTERS}])",
        pnc_id,
        Strength.STRONG,
        ("pnc", "pnc id", "pncid", "pnc no", "pnc number", "police national computer"),
        LeadsTo.PERSON,
        (f"{_CJS}, PNC ID",),
        "check letter mod 23 of year and serial",
        ("9999/9999999A", "99/9999999A"),
    ),
    Identifier(
        "cro-number",
        "Criminal Records Office number",
        rf"(?i:SF[0-9]{{2}}/[0-9]{{1,6}}[{LETTERS}]|[0-9]{{1,6}}/[0-9]{{2}}[{LETTERS}])",
        cro_number,
        Strength.STRONG,
        ("cro", "cro no", "cro number", "criminal records office"),
        LeadsTo.PERSON,
        (f"{_CJS}, CRO number",),
        "check letter mod 23 of year and serial",
        ("999999/99A", "AA99/999999A"),
    ),
    Identifier(
        "arrest-summons-number",
        "Arrest/summons number (ASN)",
        rf"(?i:[0-9]{{2}}[/ ]?[A-Z0-9]?[0-9]{{2}}[/ ]?[A-Z0-9]{{2}}[/ ]?[0-9]{{2}}[/ ]?[0-9]{{11}}[/ ]?[{LETTERS}])",
        arrest_summons_number,
        Strength.CONCLUSIVE,
        ("asn", "arrest summons", "arrest summons number", "arrest"),
        LeadsTo.PERSON,
        (f"{_CJS}, ASN",),
        "check letter mod 23; a force code that exists",
        ("9999AA9999999999999A", "99/99/AA/99/99999999999A"),
    ),
    Identifier(
        "police-urn",
        "Unique reference number of a case (URN)",
        r"(?i:[0-9]{2}[/ ]?[A-Z0-9]{2}[/ ]?[0-9]{5}[/ ]?[0-9]{2})",
        police_urn,
        Strength.WEAK,
        ("urn", "case urn", "unique reference", "unique reference number", "ptiurn"),
        LeadsTo.CASE,
        (f"{_CJS}, URN",),
        "a force code that exists",
        ("99AA9999999", "99/AA/99999/99"),
    ),
    Identifier(
        "crime-reference",
        "Crime reference",
        r"(?i:(?:CR[/-])?(?:[0-9]{2}[A-Z]{0,2}/)?[0-9]{3,7}/[0-9]{2})",
        crime_reference,
        Strength.WEAK,
        (
            "crime",
            "crime ref",
            "crime reference",
            "crime no",
            "crime number",
            "cris",
            "occurrence",
            "incident",
        ),
        LeadsTo.CASE,
        ("practice of the forces",),
        "none; a force code that exists, where there is one",
        ("99/99999/99", "9999999/99"),
    ),
    Identifier(
        "prison-number",
        "Prison number",
        r"(?i:[A-Z][0-9]{4}[A-Z]{2})",
        prison_number,
        Strength.WEAK,
        (
            "prison",
            "prison no",
            "prison number",
            "prisoner",
            "prisoner number",
            "nomis",
            "nomis id",
            "noms",
            "noms id",
            "noms number",
            "offender no",
        ),
        LeadsTo.PERSON,
        ("HM Prison and Probation Service, NOMIS number",),
        "none",
        ("A9999AA",),
    ),
)
