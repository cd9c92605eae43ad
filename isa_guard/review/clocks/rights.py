"""The clocks of requests for information: by the public (FOIA, EIR) and by the person the data are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action, Matter
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.uk.clocks import (
    foi_answer,
    foi_review_answer,
    foi_review_limit,
    foi_review_request,
    subject_access,
)
from isa_guard.uk.periods import start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.uk.clocks import DayClock

PUBLIC: Final = frozenset({"foia", "eir"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for information as it stands, with the days of all that happened to it."""

    acts: tuple[Standing, ...]

    @property
    def opened(self) -> Standing:
        """The act that opened it."""
        return self.acts[0]

    @property
    def id(self) -> str:
        """The id of the act that opened it."""
        return self.opened.act.id

    @property
    def right(self) -> str:
        """The right under which it is asked."""
        return self.opened.code("right")

    @property
    def reference(self) -> str:
        """What people call it; its id once its document has been erased."""
        return self.opened.told("reference") or self.id

    def last(self, action: Action) -> Standing | None:
        """Answer the last act of a kind."""
        return next((one for one in reversed(self.acts) if one.act.action is action), None)

    def day(self, action: Action, name: str) -> date | None:
        """Answer the day that the last act of a kind names."""
        found = self.last(action)
        return found.day(name) if found is not None else None


def asked(ledger: Ledger) -> tuple[Asked, ...]:
    """Answer every request for information as it stands."""
    return tuple(asked_of(acts) for acts in ledger.matters(Matter.RIGHTS))


def asked_of(acts: Sequence[Standing]) -> Asked:
    """Answer a request from its acts, the one that opened it first."""
    return Asked(tuple(acts))


def rights_clocks(one: Asked) -> Iterator[Clock]:
    """Answer the clocks of a request for information. Raises ClockError, OutsideCalendar."""
    yield _answer(one)
    if one.right in PUBLIC:
        yield from _review(one)


def _answer(one: Asked) -> Clock:
    received = one.opened.day("received_on")
    assert received is not None
    answered = one.day(Action.ANSWERED, "answered_on")
    clock = _answer_clock(one, received)
    waiting = _is_waiting(one) and answered is None
    return Clock(
        Kind.RIGHTS_ANSWER,
        one.reference,
        one.id,
        f"received on {received:%-d %B %Y}"
        if clock.start == received
        else f"the clock started on {clock.start:%-d %B %Y}",
        start_of_day(clock.start),
        "the applicant is answered",
        None if waiting else clock.last_instant,
        clock.rule,
        clock.calendar_id,
        done=noon(answered) if answered else None,
        paused=waiting,
        party=one.opened.code("holder"),
        note="a clarification that was asked for has not come: the clock does not run" if waiting else "",
    )


def _answer_clock(one: Asked, received: date) -> DayClock:
    extended = one.last(Action.EXTENDED)
    if one.right in PUBLIC:
        days = _number(extended, "working_days")
        return foi_answer(received, one.day(Action.CLARIFIED, "clarified_on"), days)
    identified = one.opened.day("identified_on")
    return subject_access(received, None, identified, _number(extended, "months"))


def _is_waiting(one: Asked) -> bool:
    sought, came = one.last(Action.CLARIFICATION_SOUGHT), one.last(Action.CLARIFIED)
    return sought is not None and (came is None or came.index < sought.index)


def _review(one: Asked) -> Iterator[Clock]:
    answered, wanted = one.day(Action.ANSWERED, "answered_on"), one.day(Action.REVIEW_ASKED, "asked_on")
    if answered is None:
        return
    holder = one.opened.code("holder")
    if wanted is None:
        window = foi_review_request(answered)
        starts, ends = "the request was answered", "the applicant may ask for a review"
        yield replace(_of_review(one, window, starts, ends, holder, None), lapses=True)
        return
    done = one.day(Action.REVIEW_ANSWERED, "answered_on")
    for clock in (foi_review_answer(wanted), foi_review_limit(wanted)):
        yield _of_review(one, clock, "a review was asked for", "the review is answered", holder, done)


def _of_review(one: Asked, clock: DayClock, starts: str, ends: str, party: str, done: date | None) -> Clock:
    return Clock(
        Kind.RIGHTS_REVIEW,
        one.reference,
        one.id,
        starts,
        start_of_day(clock.start),
        ends,
        clock.last_instant,
        clock.rule,
        clock.calendar_id,
        done=noon(done) if done else None,
        party=party,
    )


def _number(of: Standing | None, name: str) -> int:
    return (of.number(name) if of is not None else None) or 0
