"""The review groups of police information: how long a record is kept before somebody must look at it again.

College of Policing, authorised professional practice on review, retention and disposal, under the Police
information and records management Code of Practice 2023. An agreement may ask for a shorter life of the copy
that was shared, and a hold (an inquiry, disclosure in a case) goes before any disposal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.uk.periods import Period, Unit, add_months

if TYPE_CHECKING:
    from datetime import date

VERSION: Final = "2026-11-23"
LIFE_YEARS: Final = 100  # group 1 is kept until the subject's hundredth birthday


class RetentionError(IsaGuardError):
    """A review group that does not exist, or a question that it gives no answer to."""


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """One group. The first review is due `clear_period` after the last contact, the next ones `then_every`.

    Each new contact starts the clear period afresh. `then_every` is None where the group is disposed of on
    time.
    """

    number: int
    covers: str
    clear_period: Period
    then_every: Period | None
    kept: str


REVIEW_GROUPS: Final = (
    ReviewGroup(
        1,
        "certain public protection matters",
        Period(10, Unit.YEARS),
        Period(10, Unit.YEARS),
        "until the subject's hundredth birthday",
    ),
    ReviewGroup(
        2,
        "other sexual, violent or serious offences",
        Period(10, Unit.YEARS),
        Period(10, Unit.YEARS),
        "while each review finds it necessary",
    ),
    ReviewGroup(
        3,
        "all other offences",
        Period(6, Unit.YEARS),
        Period(5, Unit.YEARS),
        "while each review finds it necessary, or until disposal on time",
    ),
    ReviewGroup(
        4,
        "undetected crime, missing persons, victims, witnesses, intelligence products",
        Period(6, Unit.YEARS),
        None,
        "six years at least, or until resolved",
    ),
)
_BY_NUMBER: Final = {group.number: group for group in REVIEW_GROUPS}


def review_group(number: int) -> ReviewGroup:
    """The group of that number. Raises RetentionError for another than 1 to 4."""
    if number not in _BY_NUMBER:
        raise RetentionError(f"there is no review group {number}: they are 1 to 4")
    return _BY_NUMBER[number]


def next_review(group: ReviewGroup, last_contact: date, last_review: date | None = None) -> date:
    """When a record must next be looked at. A contact after the last review starts the clear period afresh.

    Raises RetentionError where the group has no further reviews; PeriodError beyond the year 9999.
    """
    if last_review is None or last_contact > last_review:
        return add_months(last_contact, 12 * group.clear_period.amount)
    if group.then_every is None:
        raise RetentionError(f"group {group.number} has no review after the first: it is kept {group.kept}")
    return add_months(last_review, 12 * group.then_every.amount)


def hundredth_birthday(born: date) -> date:
    """Until when a record of group 1 is kept. Raises PeriodError beyond the year 9999."""
    return add_months(born, 12 * LIFE_YEARS)
