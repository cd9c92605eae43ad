"""Postcodes, addresses and the numbers of properties."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import compact, listed
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

# Royal Mail, PAF Programmers' Guide: the areas, and which of them use which kind of district.
AREAS: Final = listed(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK"
    " FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG"
    " NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR"
    " TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
ONE_DIGIT: Final = listed("BR FY HA HD HG HR HS HX JE LD SM SR WC WN ZE")
TWO_DIGITS: Final = listed("AB LL SO")
DISTRICT_NOUGHT: Final = listed("BL BS CM CR FY HA PR SL SS")
# Central London alone divides a district further by a letter.
LETTERED: Final = listed("E1 EC1 EC2 EC3 EC4 N1 NW1 SE1 SW1 W1 WC1 WC2")
POSTCODE: Final = re.compile(r"([A-Z]{1,2})(\d{1,2})([A-Z]?)(\d[ABD-HJLNP-UW-Z]{2})")

_ADDRESS: Final = re.compile(
    r"(?P<building>(?:(?:Flat|Unit|Apartment) \d{1,4}[A-Za-z]?[ ,]{1,3})?\d{1,4}[A-Za-z]?)[ ,]+(?P<rest>[A-Z][^\x00]{2,160}?)"
    r"[ ,\n]+(?P<postcode>[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2})"
)


def postcode(text: str) -> str | None:
    """A full postcode of an area and a kind of district that exist, written with its space.

    The last two letters are none of C, I, K, M, O and V. Source: Royal Mail, PAF Programmers' Guide; BS 7666-2.
    """
    match = POSTCODE.fullmatch(compact(text, " "))
    if not match:
        return None
    area, number, letter, inward = match.groups()
    if area not in AREAS or not _district(area, number, letter):
        return None
    return f"{area}{number}{letter} {inward}"


def address(text: str) -> str | None:
    """An address from its building's number to its postcode, in capitals, with single spaces.

    Source: BS 7666-2 and Royal Mail PAF: premises, thoroughfare, post town, postcode.
    """
    match = _ADDRESS.fullmatch(text.strip())
    code = postcode(match["postcode"]) if match else None
    if not match or code is None:
        return None
    return " ".join(f"{match['building']} {match['rest']} {code}".replace(",", " ").upper().split())


def uprn(text: str) -> str | None:
    """A unique property reference number: up to twelve digits without a check digit; words around it must say so.

    Source: Ordnance Survey and GeoPlace, UPRN; mandated by the Open Standards Board as an identifier of property.
    """
    number = compact(text, " ")
    plain = number.isascii() and number.isdigit() and 6 <= len(number) <= 12
    return number.lstrip("0") or None if plain else None


def _district(area: str, number: str, letter: str) -> bool:
    if letter:
        return area + number in LETTERED
    if number[0] == "0":
        return number == "0" and area in DISTRICT_NOUGHT
    if area in ONE_DIGIT:
        return len(number) == 1
    return area not in TWO_DIGITS or len(number) == 2


_POSTCODE_PATTERN: Final = r"(?i:[A-Z]{1,2}[0-9][A-Z0-9]? {0,2}[0-9][ABD-HJLNP-UW-Z]{2})"

IDENTIFIERS: Final = (
    Identifier(
        "postcode",
        "Postcode",
        _POSTCODE_PATTERN,
        postcode,
        Strength.SHAPED,
        (
            "postcode",
            "post code",
            "postal code",
            "pcode",
            "address",
            "lives at",
            "living at",
            "resides",
            "zip",
        ),
        LeadsTo.THING,
        ("Royal Mail, PAF Programmers' Guide", "BS 7666-2"),
        "areas, kinds of district and final letters that exist",
        ("AA99 9AA", "AA9 9AA", "A9 9AA", "A99 9AA", "AA9A 9AA", "A9A 9AA"),
        ("AA99 9AA", "AA9 9AA", "A9 9AA", "A99 9AA", "AA9A 9AA", "A9A 9AA"),
    ),
    Identifier(
        "address",
        "Full address",
        r"(?:(?:Flat|Unit|Apartment) [0-9]{1,4}[A-Za-z]?[ ,]{1,3})?[0-9]{1,4}[A-Za-z]?,? [A-Z][A-Za-z'.]{1,20}"
        rf"[A-Za-z0-9 ,.'\n-]{{2,120}}?[ ,\n]{_POSTCODE_PATTERN}",
        address,
        Strength.STRONG,
        ("address", "lives at", "living at", "resides", "home address"),
        LeadsTo.PERSON,
        ("BS 7666-2", "Royal Mail, PAF Programmers' Guide"),
        "building, street, postcode that can exist",
        ("99 Aaaa Aaaaaa, Aaaaaaa, AA9 9AA",),
    ),
    Identifier(
        "uprn",
        "Unique property reference number (UPRN)",
        r"[0-9]{6,12}",
        uprn,
        Strength.WEAK,
        ("uprn", "unique property reference", "unique property reference number", "property reference"),
        LeadsTo.THING,
        ("GeoPlace, UPRN", "Ordnance Survey, UPRN"),
        "none",
        ("999999999999",),
    ),
)
