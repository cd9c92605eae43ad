"""A clock: what set it off, by when what must be done, and by which rule. Kept apart from every other one.

Meeting one clock is never evidence of meeting another, also where both run from one event.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.uk.periods import end_of_day, london_day

if TYPE_CHECKING:
    from isa_guard.uk.clocks import DayClock, InstantClock


class Kind(StrEnum):
    """What a clock is about."""

    REQUEST = "request"
    APPROVAL = "approval"
    DISPENSATION = "dispensation"
    BREACH_PARTNER = "breach-to-partner"
    BREACH_REGULATOR = "breach-to-regulator"
    BREACH_INDIVIDUALS = "breach-to-individuals"
    DISPOSAL = "disposal"
    HOLD = "hold"
    POLICE_REVIEW = "police-information-review"
    TRAINING = "training"
    VETTING = "vetting"
    RIGHTS_ANSWER = "rights-answer"
    RIGHTS_REVIEW = "rights-review"
    REVIEW = "agreement-review"
    EVIDENCE = "evidence"
    WITNESS = "witness"
    OBLIGATION = "obligation"


class State(StrEnum):
    """Where a clock stands. `no-number`: what it runs by asks for speed and names no time. `lapsed`: it ended, and nobody failed."""

    RUNNING = "running"
    OVERDUE = "overdue"
    PAUSED = "paused"
    NO_NUMBER = "no-number"
    LAPSED = "lapsed"
    MET = "met"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. `end` is the last instant in time; None while it is paused, or where no number runs.

    `about` is what people call the matter, `matter` its id; `starts` and `ends` say in words what sets it off and what stops it.
    `rule` is the law or the term; `calendar` the id of the calendar that fixed the end, "" where none had a part; `readings` how the
    text was read. `party` is the one that must act, `note` what else should be known.
    """

    kind: Kind
    about: str
    matter: str
    starts: str
    started: datetime
    ends: str
    end: datetime | None
    rule: str
    calendar: str = ""
    readings: tuple[str, ...] = ()
    done: datetime | None = None
    paused: bool = False
    party: str = ""
    note: str = ""
    lapses: bool = False  # its end is no failing: a window closes, an approval is used up

    def state(self, now: datetime) -> State:
        """Answer where it stands at a moment."""
        if self.done is not None:
            return State.LATE if self.end is not None and self.done > self.end else State.MET
        if self.paused:
            return State.PAUSED
        if self.end is None:
            return State.NO_NUMBER
        if now <= self.end:
            return State.RUNNING
        return State.LAPSED if self.lapses else State.OVERDUE

    @property
    def by_day(self) -> bool:
        """Whether it ends with a day and not at an hour."""
        return self.end is not None and self.end == end_of_day(london_day(self.end))


def noon(day: date) -> datetime:
    """Answer an instant of a civil day, for a clock that starts or is met on a day whose hour nobody wrote down."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def of_days(clock: DayClock) -> tuple[datetime, str, str]:
    """Answer the last instant, the rule and the calendar of a clock of days."""
    return clock.last_instant, clock.rule, clock.calendar_id


def of_hours(clock: InstantClock) -> tuple[datetime, str, str]:
    """Answer the last instant, the rule and the calendar (none) of a clock of hours."""
    return clock.end, clock.rule, ""
