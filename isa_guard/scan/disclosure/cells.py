"""What the text of one cell says: a count, a marker of suppression, a range, a percentage, another number, words.

The markers are those of the Government Analysis Function's guidance on symbols in tables ([c] confidential,
[x] not available, [z] not applicable, [low]) and the older ones that police and health tables still use.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from isa_guard.frozen import dataclass


class CellKind(StrEnum):
    """What a cell is, for the checks."""

    COUNT = "count"
    WITHHELD = "withheld"  # a marker, or a blank among counts: any number may stand behind it
    DASH = "dash"  # nil or withheld; the sums of the table decide
    BELOW = "below"  # "<5": from 0 or 1, as the policy on zeros has it
    RANGE = "range"
    PERCENTAGE = "percentage"
    MEASURE = "measure"  # an amount, an average, a rate: a number that counts nobody
    INAPPLICABLE = "inapplicable"
    TEXT = "text"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: the least and the largest whole number it may stand for (None: no end), and a figure beside it.

    `number` is the percentage or measure as printed, or a count printed with decimals; `percent` is a percentage printed after a count or marker.
    """

    kind: CellKind
    low: int = 0
    high: int | None = None
    number: Decimal | None = None
    percent: Decimal | None = None

    @property
    def counts(self) -> bool:
        """Whether a whole number of people stands here, seen or withheld."""
        return self.kind not in _COUNT_NOBODY

    @property
    def known(self) -> int | None:
        """The count, where it is shown."""
        return self.low if self.kind is CellKind.COUNT or self.kind is CellKind.INAPPLICABLE else None


# A tuple, compared by identity: this is asked of every cell many times, and hashing a text is slow.
_COUNT_NOBODY: Final = (CellKind.TEXT, CellKind.BLANK, CellKind.PERCENTAGE, CellKind.MEASURE)
WITHHELD: Final = Cell(CellKind.WITHHELD)
BLANK: Final = Cell(CellKind.BLANK)
TEXT: Final = Cell(CellKind.TEXT)
LARGEST: Final = (
    10**15
)  # beyond this a number counts nobody, and arithmetic in floating point ends being exact
_LONGEST: Final = 64

_MARKERS: Final = frozenset(
    [
        "[c]",
        "c",
        "(c)",
        "*",
        "**",
        "***",
        "..",
        "...",
        ":",
        "x",
        "[x]",
        "[s]",
        "s",
        "#",
        "~",
        "†",
        "[low]",
        "low",
        "suppressed",
        "withheld",
        "redacted",
        "confidential",
        "exempt",
    ]
)
_DASHES: Final = frozenset(["-", "–", "—", "−"])
_NONE: Final = frozenset(["[z]", "z", "n/a", "na", "not applicable"])
_NOTE: Final = re.compile(r"(?:\s*\[(?:note|r|p|e|b|u|f|\d)\s*\d*\]|[⁰¹²³⁴-⁹])+$", re.IGNORECASE)
_BESIDE: Final = re.compile(r"\s*\(\s*(\d{1,3}(?:\.\d{1,9})?)\s*%\s*\)$", re.ASCII)
_WHOLE: Final = re.compile(r"(?:\d{1,3}(?:[, \u00a0\u202f]\d{3})+|\d+)(?:\.0+)?", re.ASCII)
_NUMBER: Final = re.compile(r"[£$€]?\s?-?[£$€]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_PERCENT: Final = re.compile(r"(-?\d{1,6}(?:\.\d{1,9})?)\s*(?:%|per ?cent)", re.ASCII | re.IGNORECASE)
_BELOW: Final = re.compile(
    r"(?:<|fewer than|less than|under|below)\s*(\d{1,9})|(?:<=|=<|≤|at most|up to|no more than)\s*(\d{1,9})"
    r"|(\d{1,9})\s*or\s*(?:fewer|less|under)",
    re.ASCII | re.IGNORECASE,
)
_ABOVE: Final = re.compile(
    r"(?:>|more than|over|above)\s*(\d{1,9})|(?:>=|≥|at least)\s*(\d{1,9})|(\d{1,9})\s*(?:\+|or\s*(?:more|over))",
    re.ASCII | re.IGNORECASE,
)
_RANGE: Final = re.compile(
    r"(?:between\s+)?(\d{1,9})\s*(?:-|–|—|to|and)\s*(\d{1,9})", re.ASCII | re.IGNORECASE
)


@lru_cache(maxsize=65536)
def read_cell(text: str) -> Cell:
    """What one cell says; every text says something, so nothing is raised.

    A date range or a code is text; so is what is longer than 64 characters.
    """
    plain = _NOTE.sub("", text[: _LONGEST + 1]).strip()
    if not plain:
        return BLANK
    if len(plain) > _LONGEST:
        return TEXT
    plain = unicodedata.normalize("NFKC", plain).replace("\u200b", "").strip()
    beside = _BESIDE.search(plain)
    if beside is None or not plain[: beside.start()]:
        return _bare(plain)
    bare = _bare(plain[: beside.start()].strip())
    return Cell(bare.kind, bare.low, bare.high, bare.number, Decimal(beside[1])) if bare.counts else TEXT


def _bare(plain: str) -> Cell:
    lower = plain.lower()
    if lower in _MARKERS:
        return WITHHELD
    if lower in _DASHES:
        return Cell(CellKind.DASH)
    if lower in _NONE:
        return Cell(CellKind.INAPPLICABLE, 0, 0)
    if _WHOLE.fullmatch(plain):
        digits = re.sub(r"[, \u00a0\u202f]", "", plain)
        count = int(digits.partition(".")[0])
        # "3.0" is 3 in a sheet of counts; under a heading of percentages its decimals say how it was rounded.
        printed = Decimal(digits) if "." in digits else None
        return Cell(CellKind.COUNT, count, count, printed) if count <= LARGEST else TEXT
    if percent := _PERCENT.fullmatch(plain):
        return Cell(CellKind.PERCENTAGE, number=Decimal(percent[1]))
    if _NUMBER.fullmatch(plain):
        return Cell(CellKind.MEASURE, number=Decimal(re.sub(r"[^\d.-]", "", plain)))
    return _bounded(plain)


def _bounded(plain: str) -> Cell:
    if below := _BELOW.fullmatch(plain):
        strict, inclusive, worded = below.groups()
        high = int(strict) - 1 if strict else int(inclusive or worded)
        return Cell(CellKind.BELOW, 0, high) if high >= 0 else TEXT
    if above := _ABOVE.fullmatch(plain):
        strict, inclusive, worded = above.groups()
        return Cell(CellKind.RANGE, int(strict) + 1 if strict else int(inclusive or worded))
    if between := _RANGE.fullmatch(plain):
        low, high = int(between[1]), int(between[2])
        if low <= high and not (is_year(low) and is_year(high)):
            return Cell(CellKind.RANGE, low, high)
    return TEXT


def is_year(number: int) -> bool:
    """Whether a whole number could head a column as a year."""
    return 1950 <= number <= 2100
