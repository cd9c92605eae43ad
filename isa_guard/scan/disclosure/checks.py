"""All checks that one release can be put to by itself: a table, or records under a claim."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.scan.disclosure.groups import concentration, self_identification
from isa_guard.scan.disclosure.limits import checked
from isa_guard.scan.disclosure.microdata.anonymity import (
    k_anonymity,
    l_diversity,
    t_closeness,
    uniqueness,
)
from isa_guard.scan.disclosure.microdata.digests import NHS_NUMBERS, NINOS, reversible_keys
from isa_guard.scan.disclosure.microdata.keys import ordered_keys
from isa_guard.scan.disclosure.microdata.singling_out import singling_out
from isa_guard.scan.disclosure.percentages import percentages, statistics
from isa_guard.scan.disclosure.rounding import rounding
from isa_guard.scan.disclosure.suppression import suppression
from isa_guard.scan.disclosure.system import MOST_CELLS
from isa_guard.scan.disclosure.threshold import small_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isa_guard.scan.disclosure.finding import Disclosure
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.microdata.digests import KeySpace
    from isa_guard.scan.disclosure.microdata.records import Records
    from isa_guard.scan.disclosure.table import Table

TABLE_CHECKS: Final[tuple[Callable[[Table, Limits], tuple[Disclosure, ...]], ...]] = (
    small_counts,
    suppression,
    rounding,
    percentages,
    statistics,
    concentration,
    self_identification,
)
_ANONYMITY: Final[tuple[Callable[[Records, Limits], tuple[Disclosure, ...]], ...]] = (
    k_anonymity,
    uniqueness,
    l_diversity,
    t_closeness,
)


class Claim(StrEnum):
    """What an export says of its records.

    ANONYMISED: nobody can be found in them by anybody. PSEUDONYMISED: only by whoever holds the key, so they
    remain personal data (UK GDPR art. 4(5)).
    """

    ANONYMISED = "anonymised"
    PSEUDONYMISED = "pseudonymised"


def check_table(table: Table, limits: Limits) -> tuple[Disclosure, ...]:
    """Everything that one table gives away by itself. Raises UsageError for limits that make no sense.

    Beyond `MOST_CELLS` only small counts are looked for, and the rest is said to be unchecked.
    """
    checked(limits)
    if table.size > MOST_CELLS:
        return (*small_counts(table, limits), *suppression(table, limits))
    return tuple(found for check in TABLE_CHECKS for found in check(table, limits))


def check_records(
    records: Records,
    claim: Claim,
    limits: Limits,
    spaces: Iterable[KeySpace] = (NHS_NUMBERS, NINOS),
) -> tuple[Disclosure, ...]:
    """Everything that speaks against a claim about records. Raises UsageError for limits that make no sense.

    Pseudonymised records may be unlike each other; their keys must not be undone.
    """
    checked(limits)
    keys = (*reversible_keys(records, spaces), *ordered_keys(records))
    match claim:
        case Claim.PSEUDONYMISED:
            return keys
        case Claim.ANONYMISED:
            alike = tuple(found for check in _ANONYMITY for found in check(records, limits))
            return (*alike, *singling_out(records, limits), *keys)
        case _:
            assert_never(claim)
