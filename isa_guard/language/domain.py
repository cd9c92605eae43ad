"""The functions that agreements need beyond CEL: the law's clocks, markings, mail, places, exemptions.

Thin: each turns values into the types of isa_guard.uk, asks, and turns the answer back. What those raise
(OutsideCalendar and the like) becomes "cannot tell" in the reading, never a number. The tables of markings,
mail, places and exemptions are imported by the first call that asks them: most checks ask few.
"""

from __future__ import annotations

from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from isa_guard.language.operators import instant
from isa_guard.language.values import from_date, from_datetime, to_date, to_datetime
from isa_guard.uk import periods
from isa_guard.uk import working_days as days

if TYPE_CHECKING:
    from isa_guard.uk.calendars import Calendar
    from isa_guard.uk.citations import Cited
    from isa_guard.uk.periods import Period

_HOUR: Final = 3_600_000_000
# These are functions of few values - the days of a year or two, the terms of an agreement - asked again and again.
MANY: Final = 8_192


@lru_cache(maxsize=MANY)
def working_days(start: int, end: int, notice: Period) -> int:
    """Working days between two dates, on the calendar and by the counting rule of the period."""
    return days.working_days(to_date(start), to_date(end), _calendar(notice), notice.count)


@lru_cache(maxsize=MANY)
def add_working_days(start: int, n: int, notice: Period) -> int:
    """The date so many working days after another, on the calendar of the period."""
    return from_date(days.add_working_days(to_date(start), n, _calendar(notice)))


@lru_cache(maxsize=MANY)
def earliest(start: int, notice: Period) -> int:
    """The first date on which the notice has been given."""
    return from_date(periods.earliest(to_date(start), notice))


@lru_cache(maxsize=MANY)
def due_from_timestamp(start: int, within: Period) -> int:
    """The last instant that is still within the period."""
    return from_datetime(periods.due(to_datetime(start), within))


@lru_cache(maxsize=MANY)
def due_from_date(start: int, within: Period) -> int:
    """The last instant that is still within the period, which runs from the beginning of that day.

    A period in hours from a mere date runs from midnight: the strictest reading of when on that day it began.
    """
    return due_from_timestamp(start_of(start), within)


@lru_cache(maxsize=MANY)
def due_date(start: int, within: Period) -> int:
    """The last date that is still within the period."""
    return day(due_from_date(start, within))


def hours_between(start: int, end: int) -> int:
    """Whole hours elapsed from one instant to another; negative when the second is earlier."""
    hours = abs(end - start) // _HOUR
    return hours if end >= start else -hours


def add_months(start: int, n: int) -> int:
    """The corresponding date so many months later."""
    return from_date(periods.add_months(to_date(start), n))


def add_years(start: int, n: int) -> int:
    """The corresponding date so many years later."""
    return from_date(periods.add_months(to_date(start), n * 12))


@lru_cache(maxsize=MANY)
def subject_access_due(start: int, further_months: int) -> int:
    """The last date to answer a subject access request: a month, and further ones claimed, to a working day."""
    from isa_guard.uk.clocks import subject_access

    return from_date(subject_access(to_date(start), further_months=further_months).end)


@lru_cache(maxsize=MANY)
def day(timestamp: int) -> int:
    """The civil day in London on which an instant falls."""
    return from_date(periods.london_day(to_datetime(timestamp)))


@lru_cache(maxsize=MANY)
def start_of(start: int) -> int:
    """The first instant of a day in London."""
    return instant(from_datetime(datetime.combine(to_date(start), time.min, periods.LONDON)))


def mail_suffix(address: str, suffix: str) -> bool:
    """Whether a mail address is at a domain or under it, by whole labels."""
    from isa_guard.uk import secure_mail

    return secure_mail.has_suffix(address, suffix)


def mail_suffix_any(address: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a mail address is at one of the domains or under it."""
    from isa_guard.uk import secure_mail

    return any(secure_mail.has_suffix(address, suffix) for suffix in suffixes)


def mail_domain(address: str) -> str:
    """The domain of a mail address, without the person."""
    from isa_guard.uk import secure_mail

    return secure_mail.mail_domain(address)


def in_territory(country: str, territory: str) -> bool:
    """Whether a country, by its code of two letters, is in a territory of the table as it stands."""
    from isa_guard.uk import territories

    return territories.in_territory(country, territory)


def in_territory_on(country: str, territory: str, on: int) -> bool:
    """Whether a country, by its code of two letters, was in a territory on a day."""
    from isa_guard.uk import territories

    return territories.in_territory(country, territory, to_date(on))


def marking_at_least(marking: str, floor: str) -> bool:
    """Whether a protective marking stands as high as another."""
    from isa_guard.uk.marking_grammar import parse_marking

    return parse_marking(marking).at_least(parse_marking(floor))


def marking_legacy(marking: str) -> bool:
    """Whether a protective marking is of the scheme before April 2014."""
    from isa_guard.uk.marking_grammar import parse_marking

    return parse_marking(marking).legacy is not None


def marking_has(marking: str, part: str) -> bool:
    """Whether a protective marking carries a handling instruction, descriptor, code word or caveat."""
    from isa_guard.uk.marking_grammar import parse_marking

    wanted = " ".join(part.upper().split())
    return any(wanted == addition.upper() for addition in parse_marking(marking).additions)


def marking_faults(marking: str) -> int:
    """In how many ways a protective marking breaks the policy on markings."""
    from isa_guard.uk.marking_grammar import parse_marking

    return len(parse_marking(marking).faults)


def exemption_known(citation: str, condition: str) -> bool:
    """Whether a citation names an exemption of the Freedom of Information Act; the condition is that of section 40(2), or ''."""
    return _cited(citation, condition) is not None


def exemption_strength(citation: str, condition: str) -> str:
    """Whether an exemption is 'absolute' or 'qualified'; 'depends' where its citation leaves it open, 'none' where it is none."""
    found = _cited(citation, condition)
    return "none" if found is None else str(found.exemption.strength)


def exemption_basis(citation: str, condition: str) -> str:
    """Whether an exemption goes by 'class', 'prejudice' or both ('mixed'); 'depends' where its citation leaves it open, 'none' where it is none."""
    found = _cited(citation, condition)
    return "none" if found is None else str(found.exemption.basis)


def exemption_superseded(citation: str, condition: str) -> bool:
    """Whether a citation has numbers that section 40 lost on 25 May 2018."""
    found = _cited(citation, condition)
    return found is not None and bool(found.superseded)


def exemption_current(citation: str, condition: str) -> str:
    """A citation in full under today's numbers: 40(2) and 40(3)(a)(i) are '40(2) with 40(3A)(a)'; as it is where it is none."""
    found = _cited(citation, condition)
    return citation if found is None else found.citation


def exemption_ncnd(citation: str, condition: str) -> bool:
    """Whether an exemption can lift the duty to confirm or deny that information is held."""
    found = _cited(citation, condition)
    return found is not None and found.exemption.ncnd is not None


def exemptions_together(citations: tuple[str, ...]) -> bool:
    """Whether exemptions can be claimed together for the same information: 30 and 31 cannot."""
    from isa_guard.uk.citations import conflicts

    found = (_cited(citation, "") for citation in citations)
    return not conflicts(each for each in found if each is not None)


def same_reference(one: str, other: str) -> bool:
    """Whether two texts write one reference, whatever their spaces, case and leading zeros."""
    from isa_guard.uk import references

    return references.same_reference(one, other)


def amount(period: Period) -> int:
    """How many of its unit a period is."""
    return period.amount


@lru_cache(maxsize=MANY)
def _cited(citation: str, condition: str) -> Cited | None:
    """What a reply cites, None where it names no exemption: rules ask for that first, and by itself."""
    from isa_guard.uk.citations import cited
    from isa_guard.uk.exemptions import ExemptionError

    try:
        return cited(citation, condition)
    except ExemptionError:
        return None


def _calendar(notice: Period) -> Calendar:
    if notice.calendar is None:
        raise periods.PeriodError(f"{notice} on no calendar", "the agreement must name one")
    return notice.calendar
