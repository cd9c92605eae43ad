"""The numbers that a release is held to. An agreement states its own; the defaults are those of SACRO.

Sources: the ACRO tool of the SACRO project (threshold 10, (2, 90 %) dominance, p of 10 %), which follows the
practice of UK trusted research environments; the ICO's guidance on anonymisation, which fixes no number.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass


class Comparison(StrEnum):
    """How an agreement words its threshold: "fewer than 5", or "5 or fewer"."""

    FEWER_THAN = "<"
    AT_MOST = "<="


class ZeroPolicy(StrEnum):
    """What a zero says under the agreement.

    SHOWN: zeros are published as they are, so "<5" beside them means 1 to 4. WITHHELD: that nobody is in a
    group says something about everybody, so a zero is a small count, and "<5" means 0 to 4.
    """

    SHOWN = "shown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Which counts of people are too small to be released."""

    comparison: Comparison
    number: int

    @property
    def least_safe(self) -> int:
        """The smallest count of people that may be shown."""
        return self.number + (self.comparison is Comparison.AT_MOST)

    def __str__(self) -> str:
        words = "fewer than {}" if self.comparison is Comparison.FEWER_THAN else "{} or fewer"
        return words.format(self.number)


SACRO_THRESHOLD: Final = Threshold(Comparison.FEWER_THAN, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a release has to keep to. Raises UsageError from `checked` where a number makes no sense.

    rounding_base: counts are claimed to be rounded to it; 1 claims nothing.
    interval_width: a withheld count must stay uncertain by at least this much (largest less smallest possible
    value); None asks for the smallest safe count, the sliding form of the threshold rule.
    dominance_n, dominance_k: the n largest contributors hold no more than k per cent of a cell (SACRO: 2, 90).
    p_percent: nobody can estimate the largest contribution to within p per cent of it (SACRO: 10).
    k, distinct: every combination of quasi-identifiers is shared by k people, who show `distinct` sensitive
    values. No authority fixes k; 5 is common in UK releases. Two values are the fewest that hide anything.
    closeness: the most that a class's sensitive values may be from those of all, as earth mover's distance
    from 0 to 1 (Li, Li and Venkatasubramanian 2007). No authority fixes it; 0.5 is our choice.
    """

    threshold: Threshold = SACRO_THRESHOLD
    zeros: ZeroPolicy = ZeroPolicy.SHOWN
    rounding_base: int = 1
    interval_width: int | None = None
    dominance_n: int = 2
    dominance_k: Decimal = Decimal(90)
    p_percent: Decimal = Decimal(10)
    k: int = 5
    distinct: int = 2
    closeness: float = 0.5

    @property
    def width(self) -> int:
        """How much a withheld count must stay uncertain by."""
        return self.threshold.least_safe if self.interval_width is None else self.interval_width

    def is_small(self, count: int) -> bool:
        """Whether a count is too small to be shown, by the threshold and the policy on zeros."""
        if count == 0:
            return self.zeros is ZeroPolicy.WITHHELD
        return 0 < count < self.threshold.least_safe

    @property
    def least_small(self) -> int:
        """The least count that is small: 0 where zeros are withheld, else 1."""
        return 0 if self.zeros is ZeroPolicy.WITHHELD else 1


def checked(limits: Limits) -> Limits:
    """The same limits, where they can be kept at all. Raises UsageError."""
    wrong = [
        name
        for name, fine in (
            ("threshold", limits.threshold.number >= 1),
            ("rounding_base", limits.rounding_base >= 1),
            ("interval_width", limits.width >= 1),
            ("dominance_n", limits.dominance_n >= 1),
            ("dominance_k", 0 < limits.dominance_k <= 100),
            ("p_percent", 0 < limits.p_percent <= 100),
            ("k", limits.k >= 1),
            ("distinct", limits.distinct >= 1),
            ("closeness", 0 <= limits.closeness <= 1),
        )
        if not fine
    ]
    if wrong:
        raise UsageError(f"out of range: {', '.join(wrong)}")
    return limits
