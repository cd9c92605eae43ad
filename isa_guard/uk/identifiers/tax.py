"""The numbers of HM Revenue and Customs and of the Department for Work and Pensions."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import compact, digits, same_throughout, weighted
from isa_guard.uk.identifiers.dates import is_day
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

# HMRC National Insurance Manual NIM39110: letters that neither place takes, O that the second does not.
NEVER_ISSUED: Final = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
_NINO: Final = re.compile(rf"(?!{'|'.join(NEVER_ISSUED)})[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{{6}}[A-D]")
_TEMPORARY: Final = re.compile(r"TN(\d{2})(\d{2})\d{2}[FM]")
# Tax credit and administrative series, and the PP999999P of forms: written so, never a person's number.
ADMINISTRATIVE: Final = frozenset({"CR", "FY", "MW", "NC", "OO", "PP", "PY", "PZ"})
UTR_WEIGHTS: Final = (6, 7, 8, 9, 10, 5, 4, 3, 2)
_UTR_CHECK: Final = "21987654321"


def national_insurance_number(text: str) -> str | None:
    """A National Insurance number: two letters of those issued, six digits, A to D; or a temporary one.

    A temporary number is TN, the date of birth and the sex. Source: HMRC National Insurance Manual NIM39110.
    """
    written = compact(text, " -.")
    if _NINO.fullmatch(written):
        serial = written[2:8]
        return None if written[:2] in ADMINISTRATIVE or same_throughout(serial) else written
    temporary = _TEMPORARY.fullmatch(written)
    if temporary and is_day(int(temporary[1]), int(temporary[2])):
        return written
    return None


def unique_taxpayer_reference(text: str) -> str | None:
    """A unique taxpayer reference: ten digits of which the first is the check digit (mod 11); a K may follow.

    Source: HMRC, UTR check digit; OECD, tax identification numbers, United Kingdom.
    """
    number = compact(text).removesuffix("K")
    if not digits(number, 10) or same_throughout(number):
        return None
    return number if number[0] == _UTR_CHECK[weighted(number[1:], UTR_WEIGHTS) % 11] else None


IDENTIFIERS: Final = (
    Identifier(
        "national-insurance-number",
        "National Insurance number",
        r"(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-DFM])",
        national_insurance_number,
        Strength.SHAPED,
        ("national insurance", "ni", "ni no", "ni number", "nino", "nin", "national insurance number"),
        LeadsTo.PERSON,
        ("HMRC National Insurance Manual NIM39110",),
        "prefixes that are issued, suffix A to D; TN, date of birth and F or M if temporary",
        ("AA999999A", "AA 99 99 99 A", "AA 999999 A"),
        ("AA999999A", "AA 99 99 99 A", "AA 999999 A"),
    ),
    Identifier(
        "utr",
        "Unique taxpayer reference (UTR)",
        r"(?i:[0-9]{5} ?[0-9]{5}K?)",
        unique_taxpayer_reference,
        Strength.CHECKED,
        (
            "utr",
            "utr number",
            "unique taxpayer reference",
            "taxpayer",
            "tax reference",
            "tax ref",
            "self assessment",
        ),
        LeadsTo.PERSON,
        ("HMRC, UTR check digit",),
        "check digit mod 11 in first place",
        ("9999999999", "99999 99999"),
    ),
)
