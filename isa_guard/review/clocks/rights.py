"""The clocks of requests for information: by the public (FOIA, EIR) and by the person the data are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.model.act import Action
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
    from collections.abc import Iterator
    from datetime import date

    from isa_guard.model.act import Matter, Standing
    from isa_guard.uk.clocks import DayClock

PUBLIC: Final = frozenset({"foia", "eir"})


def rights_clocks(one: Matter) -> Iterator[Clock]:
    """Answer the clocks of a request for information. Raises ClockError, OutsideCalendar."""
    yield _answer(one)
    if one.code("right") in PUBLIC:
        yield from _review(one)


def _day(one: Matter, action: Action, name: str) -> date | None:
    """The day that the last act of a kind names: an answer and the answer to a review call it the same."""
    found = one.last(action)
    return found.day(name) if found is not None else None


def _answer(one: Matter) -> Clock:
    received = one.opened.day("received_on")
    assert received is not None
    answered = _day(one, Action.ANSWERED, "answered_on")
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


def _answer_clock(one: Matter, received: date) -> DayClock:
    extended = one.last(Action.EXTENDED)
    if one.code("right") in PUBLIC:
        days = _number(extended, "working_days")
        return foi_answer(received, _day(one, Action.CLARIFIED, "clarified_on"), days)
    identified = one.opened.day("identified_on")
    return subject_access(received, None, identified, _number(extended, "months"))


def _is_waiting(one: Matter) -> bool:
    sought, came = one.last(Action.CLARIFICATION_SOUGHT), one.last(Action.CLARIFIED)
    return sought is not None and (came is None or came.index < sought.index)


def _review(one: Matter) -> Iterator[Clock]:
    answered, wanted = _day(one, Action.ANSWERED, "answered_on"), _day(one, Action.REVIEW_ASKED, "asked_on")
    if answered is None:
        return
    holder = one.opened.code("holder")
    if wanted is None:
        window = foi_review_request(answered)
        starts, ends = "the request was answered", "the applicant may ask for a review"
        yield replace(_of_review(one, window, starts, ends, holder, None), lapses=True)
        return
    done = _day(one, Action.REVIEW_ANSWERED, "answered_on")
    for clock in (foi_review_answer(wanted), foi_review_limit(wanted)):
        yield _of_review(one, clock, "a review was asked for", "the review is answered", holder, done)


def _of_review(one: Matter, clock: DayClock, starts: str, ends: str, party: str, done: date | None) -> Clock:
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
