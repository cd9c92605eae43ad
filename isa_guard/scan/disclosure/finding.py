"""What a check says of a release: which cells, how grave, in words that name nobody.

A count that was withheld and could be worked out is never repeated: the finding would then disclose it in turn.
Labels are not quoted either, since a row may be a person's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACES_NAMED: Final = 5


class Check(StrEnum):
    """Every check by its lasting name."""

    THRESHOLD = "threshold"
    DOMINANCE = "dominance"
    P_PERCENT = "p-percent"
    SUPPRESSION = "suppression"
    DIFFERENCING = "differencing"
    ROUNDING = "rounding"
    PERCENTAGE = "percentage"
    STATISTIC = "statistic"
    CONCENTRATION = "concentration"
    SELF_IDENTIFICATION = "self-identification"
    K_ANONYMITY = "k-anonymity"
    L_DIVERSITY = "l-diversity"
    T_CLOSENESS = "t-closeness"
    UNIQUENESS = "uniqueness"
    SINGLING_OUT = "singling-out"
    REVERSIBLE_KEY = "reversible-key"
    ORDERED_KEY = "ordered-key"
    KEY_REUSE = "key-reuse"


class Severity(StrEnum):
    """BLOCK: must not be released so. WARN: a person weighs it. UNCHECKED: could not be checked, so never passes."""

    BLOCK = "block"
    WARN = "warn"
    UNCHECKED = "could not be checked"


@dataclass(frozen=True, slots=True)
class At:
    """A cell of the sheet, from 1; a row of 0 means the whole column, a column of 0 the whole row."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing that a release gives away, or that could not be checked.

    `publication` is the number, from 0, of the one in which it stands, where several are checked together.
    """

    check: Check
    cells: tuple[At, ...]
    severity: Severity
    what: str
    why: str
    publication: int = 0


def passes(found: Iterable[Disclosure]) -> bool:
    """Whether a release may go out: nothing blocks it, and nothing was left unchecked."""
    return all(one.severity is Severity.WARN for one in found)
