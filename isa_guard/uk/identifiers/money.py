"""Accounts and cards."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import compact, digits, listed, luhn, mod97, same_throughout
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

# SWIFT, IBAN Registry (ISO 13616): the length of each country's account number.
_LENGTHS: Final = {
    country: int(length)
    for length, countries in (
        part.split(":")
        for part in [
            "15:NO",
            "16:BE",
            "18:DK FI FO GL NL SD",
            "19:MK SI",
            "20:AT BA EE KZ LT LU XK MN SO",
            "21:CH HR LI LV",
            "22:BG BH CR DE GB GE IE ME RS VA",
            "23:AE GI IL IQ OM TL",
            "24:AD CZ ES MD PK RO SA SE SK TN VG",
            "25:LY PT ST",
            "26:IS TR",
            "27:BI DJ FR GR IT MC MR SM",
            "28:AL AZ BY CY DO GT HN HU LB NI PL SV",
            "29:BR EG PS QA UA",
            "30:JO KW MU",
            "31:MT SC",
            "32:LC",
            "33:RU",
            "18:FK",
        ]
    )
    for country in countries.split()
}
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,29}")
_ACCOUNT: Final = re.compile(r"(?P<sort>\d{6})?(?P<account>\d{8})?")
# ISO/IEC 7812 issuer ranges of the schemes met in the UK, with the lengths of their numbers.
ISSUERS: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|(?:6011|64[4-9]\d|65\d{2})\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:5018|5020|5038|6304|6759|676[1-3])\d{8,15}|62\d{14,17}"
)
# Numbers that the schemes and gateways publish for tests.
TEST_CARDS: Final = listed(
    "4111111111111111 4242424242424242 4012888888881881 4000056655665556 5555555555554444 5105105105105100"
    " 378282246310005 371449635398431 6011111111111117 6011000990139424 3530111333300000 3566002020360505"
    " 30569309025904 38520000023237 4222222222222"
)


def iban(text: str) -> str | None:
    """An international bank account number of its country's length, mod 97. Source: ISO 13616, SWIFT IBAN Registry."""
    written = compact(text)
    if not _IBAN.fullmatch(written) or _LENGTHS.get(written[:2]) != len(written):
        return None
    if written.startswith("GB") and not (written[4:8].isalpha() and written[8:].isdigit()):
        return None
    return written if mod97(written[4:] + written[:4]) else None


def bank_account(text: str) -> str | None:
    """A sort code of six digits, an account number of eight, or both, as `nnnnnn nnnnnnnn`.

    Neither has a check that holds for every bank: the modulus table of Vocalink differs by bank and by month, so
    words around them are needed. Source: Pay.UK, sort codes and account numbers.
    """
    match = _ACCOUNT.fullmatch(compact(text, " -,/:"))
    if not match or not match[0] or same_throughout(match[0]):
        return None
    return " ".join(part for part in match.groups() if part)


def payment_card(text: str) -> str | None:
    """A card number of a scheme's issuer range and length, with its Luhn digit; published test numbers are none.

    Source: ISO/IEC 7812-1.
    """
    number = compact(text)
    if not digits(number, len(number)) or not ISSUERS.fullmatch(number) or number in TEST_CARDS:
        return None
    return number if luhn(number) else None


IDENTIFIERS: Final = (
    Identifier(
        "iban",
        "International bank account number (IBAN)",
        r"(?i:[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)",
        iban,
        Strength.CONCLUSIVE,
        ("iban", "account", "bank"),
        LeadsTo.PERSON,
        ("ISO 13616", "SWIFT IBAN Registry"),
        "mod 97; length of its country",
        ("AA99 AAAA 9999 9999 9999 99", "AA99AAAA99999999999999"),
    ),
    Identifier(
        "bank-account",
        "Sort code and account number",
        r"[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}(?:[ ,/:-]{1,3}[0-9]{8})?|[0-9]{8}",
        bank_account,
        Strength.WEAK,
        (
            "sort code",
            "sortcode",
            "account number",
            "account no",
            "bank account",
            "acct",
            "a/c",
            "acc no",
        ),
        LeadsTo.PERSON,
        ("Pay.UK, sort codes and account numbers",),
        "none that holds for every bank",
        ("99-99-99 99999999", "99-99-99", "99999999"),
    ),
    Identifier(
        "payment-card",
        "Payment card number",
        r"[0-9]{4}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}|3[0-9]{3}[ -]?[0-9]{6}[ -]?[0-9]{4,5}",
        payment_card,
        Strength.CHECKED,
        ("card", "credit card", "debit card", "card no", "card number", "pan", "visa", "mastercard", "amex"),
        LeadsTo.PERSON,
        ("ISO/IEC 7812-1",),
        "Luhn digit, issuer range, length",
        ("9999 9999 9999 9999", "9999999999999999"),
        ("9999 9999 9999 9999", "9999-9999-9999-9999", "9999 999999 99999"),
    ),
)
