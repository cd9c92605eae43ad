"""The statutory clocks that stand beside an agreement's own: when each starts, when it ends, and by what
rule.

None of them is evidence about another. An agreement's 72 hours to a partner, a controller's 72 hours to the
regulator and an applicant's 40 working days may all run from one event, or from different ones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, assert_never

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.uk.calendars import Calendar, calendar
from isa_guard.uk.periods import Period, Unit, add_months, due, end_of_day, in_london
from isa_guard.uk.working_days import add_working_days, working_days

FOI_CALENDAR_ID: Final = "any-part-of-uk"
FOI_DAYS: Final = 20
REVIEW_DAYS: Final = 20
REVIEW_DAYS_AT_MOST: Final = 40
REVIEW_WINDOW_DAYS: Final = 40
BREACH_HOURS: Final = Period(72, Unit.HOURS)


class ClockError(IsaGuardError):
    """A clock that cannot run: it would end before it began, or be extended by less than nothing."""


@dataclass(frozen=True, slots=True)
class DayClock:
    """A clock in civil days of Europe/London: `start` is the day that sets it off, `end` the last day in
    time.

    `calendar_id` and `calendar_digest` name the calendar that fixed the end, exactly.
    """

    start: date
    end: date
    rule: str
    calendar_id: str
    calendar_digest: str

    @property
    def last_instant(self) -> datetime:
        """The last microsecond in time, in UTC."""
        return end_of_day(self.end)

    def in_time(self, done: date) -> bool:
        """Whether a thing done on that day was done in time."""
        return done <= self.end


@dataclass(frozen=True, slots=True)
class InstantClock:
    """A clock in elapsed time: both ends are instants in UTC. No calendar has any part in it."""

    start: datetime
    end: datetime
    rule: str

    @property
    def end_in_london(self) -> datetime:
        """The end as a clock on the wall in London shows it: for people, not for comparing."""
        return in_london(self.end)

    def in_time(self, done: datetime) -> bool:
        """Whether a thing done at that instant was done in time. Raises ClockError for a time without a
        zone.
        """
        if done.utcoffset() is None:
            raise ClockError(f"{done} has no time zone")
        return done.astimezone(UTC) <= self.end


class BreachRegime(StrEnum):
    """Under which law personal data were processed when they were breached: it decides whether a number
    runs.
    """

    UK_GDPR = "uk-gdpr"
    LAW_ENFORCEMENT = "law-enforcement"
    INTELLIGENCE = "intelligence"


def foi_answer(received: date, clarified: date | None = None, extra_working_days: int = 0) -> DayClock:
    """By when a freedom of information request must be answered.

    The day after receipt is day 1, whether or not the request came in on a closed day. Where more detail was
    reasonably asked for, the clock starts anew on the day it came: s.1(3), s.10(6). `extra_working_days` is
    the public authority's own statement of further time to weigh the public interest, s.10(3): the Act gives
    no number for it. Raises ClockError for a clarification before the request or less than no extra days;
    OutsideCalendar.
    """
    if clarified is not None and clarified < received:
        raise ClockError(f"clarified on {clarified}, before the request came on {received}")
    if extra_working_days < 0:
        raise ClockError(f"an extension of {extra_working_days} working days is none")
    rule = "Freedom of Information Act 2000 s.10(1)"
    if clarified is not None:
        rule += ", from clarification under s.1(3)"
    if extra_working_days:
        rule += f", extended by {extra_working_days} working days under s.10(3)"
    return _foi(clarified or received, FOI_DAYS + extra_working_days, rule)


def foi_answer_day(received: date, answered: date) -> int:
    """On which working day of s.10 a request was answered: 20 is the last in time, 0 the day of receipt.

    Raises OutsideCalendar.
    """
    return working_days(received, answered, calendar(FOI_CALENDAR_ID))


def foi_review_request(responded: date) -> DayClock:
    """Until when an applicant may ask for an internal review of a response."""
    return _foi(
        responded, REVIEW_WINDOW_DAYS, "s.45 Code of Practice 2018: a review is asked for in 40 working days"
    )


def foi_review_answer(asked: date) -> DayClock:
    """By when an internal review ought to be answered."""
    return _foi(asked, REVIEW_DAYS, "s.45 Code of Practice 2018: a review normally takes 20 working days")


def foi_review_limit(asked: date) -> DayClock:
    """By when even a complex internal review ought to be answered."""
    return _foi(asked, REVIEW_DAYS_AT_MOST, "Commissioner's guidance: a review takes at most 40 working days")


def subject_access(
    received: date, on: Calendar | None = None, identified: date | None = None, further_months: int = 0
) -> DayClock:
    """By when a subject access request must be answered: one month to the corresponding date.

    The month runs from the day of receipt itself, as the regulator has read it since August 2019, or from the
    day `identified` on which proof of identity, asked for without delay, came. An end on a day that `on`
    (England and Wales where nothing else is said) has closed moves to the next working day. `further_months`
    are those claimed for complex or numerous requests: at most two, told to the person within the first
    month. Raises ClockError for more than two or an identification before receipt; OutsideCalendar.
    """
    where = on or calendar("england-and-wales")
    if identified is not None and identified < received:
        raise ClockError(f"identified on {identified}, before the request came on {received}")
    if not 0 <= further_months <= 2:
        raise ClockError(f"{further_months} further months: the law allows none, one or two")
    start = identified or received
    end = _next_working(add_months(start, 1 + further_months), where)
    rule = "UK GDPR Art 12(3), from the day of receipt"
    if identified is not None:
        rule = "UK GDPR Art 12(3), from proof of identity under Art 12(6)"
    if further_months:
        rule += f", extended by {further_months} further month{'s' if further_months > 1 else ''}"
    return DayClock(start, end, rule, where.id, where.digest)


def breach_to_regulator(aware: datetime, regime: BreachRegime) -> InstantClock | None:
    """Until when the regulator must hear of a personal data breach: 72 elapsed hours from awareness.

    None where the law sets no number of hours and only asks for reasons for delay: the intelligence services
    (DPA 2018 s.108). Whether the breach is risky enough to be told at all is not asked here. Raises
    PeriodError for a time without a zone.
    """
    match regime:
        case BreachRegime.UK_GDPR:
            return seventy_two_hours(aware, "UK GDPR Art 33(1)")
        case BreachRegime.LAW_ENFORCEMENT:
            return seventy_two_hours(aware, "Data Protection Act 2018 s.67(1)")
        case BreachRegime.INTELLIGENCE:
            return None
        case _:
            assert_never(regime)


def seventy_two_hours(start: datetime, rule: str) -> InstantClock:
    """72 elapsed hours from an instant, under a named rule: nights, weekends and holidays count.

    Raises PeriodError for a time without a zone.
    """
    end = due(start, BREACH_HOURS)
    return InstantClock(start.astimezone(UTC), end, rule)


def _foi(start: date, days: int, rule: str) -> DayClock:
    on = calendar(FOI_CALENDAR_ID)
    return DayClock(start, add_working_days(start, days, on), rule, on.id, on.digest)


def _next_working(day: date, on: Calendar) -> date:
    """That day, or the first working day after it."""
    return day if on.is_working(day) else add_working_days(day, 1, on)
