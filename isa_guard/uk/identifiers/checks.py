"""The check digits and check letters that UK identifiers share.

Each function reads what its caller has already cut to ASCII digits (and letters, where a letter carries weight).
"""

from __future__ import annotations

from functools import cache
from operator import mul
from typing import Final

# Mod 23 leaves out I, O and S, which are misread as 1, 0 and 5, and starts at Z
# (Criminal Justice System Data Standards Catalogue: PNC ID, CRO number, arrest/summons number).
_POLICE_LETTERS: Final = "ZABCDEFGHJKLMNPQRTUVWXY"
# The same 23 letters as a class of a pattern.
LETTERS: Final = "A-HJ-NP-RT-Z"


def listed(words: str) -> frozenset[str]:
    """The words of a table that is easier read as running text than as a column of strings."""
    return frozenset(words.split())


def compact(text: str, separators: str = " -") -> str:
    """The text in capitals without the separators that people put between groups."""
    return text.translate(_without(separators)).upper()


@cache
def _without(separators: str) -> dict[int, None]:
    return dict.fromkeys(map(ord, separators))


def digits(text: str, count: int) -> bool:
    """Whether the text is exactly so many ASCII digits: `isdigit` alone takes ² and Arabic-Indic figures too."""
    return len(text) == count and text.isascii() and text.isdigit()


def weighted(number: str, weights: tuple[int, ...]) -> int:
    """The sum of digits times weights, from the left; digits beyond the weights do not count."""
    return sum(map(mul, map(int, number), weights))


def police_letter(number: str) -> str:
    """The check letter of police numbers: the number modulo 23, counted in an alphabet that starts at Z."""
    return _POLICE_LETTERS[int(number) % 23]


def luhn(number: str) -> bool:
    """Whether the last digit is that of ISO/IEC 7812-1 annex B (mod 10, every second digit doubled)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) << (place & 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod97(text: str) -> bool:
    """Whether letters and digits leave 1 modulo 97, letters counted from A = 10 (ISO/IEC 7064, MOD 97-10)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def same_throughout(number: str) -> bool:
    """Whether one character is merely repeated: a filler such as 0000000000, never an issued number."""
    return len(set(number)) == 1
