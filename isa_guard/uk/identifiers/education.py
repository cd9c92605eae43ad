"""The numbers of pupils and learners."""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import LETTERS, compact, digits, weighted
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

LEAST_AUTHORITY: Final = 201
_UPN: Final = re.compile(r"([A-HJ-NP-RT-Z])(\d{3})(\d{4})(\d{2})(\d{2})([A-HJ-NP-RT-Z\d])")
ALPHABET: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
ULN_WEIGHTS: Final = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)


def unique_pupil_number(text: str) -> str | None:
    """A unique pupil number: check letter, local authority, establishment, year, serial; temporary ones end in a letter.

    The letter is the sum of the other twelve, weighted from 2 to 13, modulo 23. Authorities are numbered from 201
    to 999. Source: Department for Education, unique pupil numbers, guide for schools and local authorities.
    """
    written = compact(text)
    match = _UPN.fullmatch(written)
    if not match or int(match[2]) < LEAST_AUTHORITY:
        return None
    values = [ALPHABET.index(one) if one in ALPHABET else int(one) for one in written[1:]]
    # Letters and digits share one alphabet in which the digits come after the 23 letters, so 0 counts 23 = 0.
    total = sum(value * weight for weight, value in enumerate(values, start=2))
    return written if written[0] == ALPHABET[total % 23] else None


def unique_learner_number(text: str) -> str | None:
    """A unique learner number: ten digits, the first not 0, whose sum weighted from 10 to 1 leaves 10 modulo 11.

    The remainder was chosen so that no learner number is an NHS number. Source: Higher Education Statistics Agency,
    field ULN; Learning Records Service.
    """
    number = compact(text)
    if not digits(number, 10) or number[0] == "0" or number == "9999999999":
        return None
    return number if weighted(number, ULN_WEIGHTS) % 11 == 10 else None


IDENTIFIERS: Final = (
    Identifier(
        "upn",
        "Unique pupil number (UPN)",
        rf"(?i:[{LETTERS}] ?[0-9]{{3}} ?[0-9]{{4}} ?[0-9]{{2}} ?[0-9]{{2}}[{LETTERS}0-9])",
        unique_pupil_number,
        Strength.STRONG,
        ("upn", "pupil", "unique pupil number", "pupil number"),
        LeadsTo.PERSON,
        ("Department for Education, unique pupil numbers",),
        "check letter mod 23; an authority of 201 or more",
        ("A999999999999", "A99999999999A"),
    ),
    Identifier(
        "uln",
        "Unique learner number (ULN)",
        r"[0-9]{10}|[0-9]{3} [0-9]{3} [0-9]{4}",
        unique_learner_number,
        Strength.CHECKED,
        ("uln", "learner", "unique learner number", "learner number", "learner ref"),
        LeadsTo.PERSON,
        ("Higher Education Statistics Agency, field ULN",),
        "weighted sum leaves 10 mod 11",
        ("9999999999",),
    ),
)
