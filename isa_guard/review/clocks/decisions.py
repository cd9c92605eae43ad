"""The clocks of requests, approvals and dispensations, and of what permitted decisions oblige people to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.acts.dispensations import last_day
from isa_guard.acts.requests import APPROVED, State, granted, state_of
from isa_guard.language.values import to_date
from isa_guard.model.act import Action
from isa_guard.review.clocks.clock import Clock, Kind
from isa_guard.uk.periods import end_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter


def request_clocks(one: Matter, needed_by: Callable[[Matter], Value | None]) -> Iterator[Clock]:
    """Answer the clock of an open request and that of an approval. `needed_by` answers the day by which what was asked is needed."""
    needed, state = needed_by(one), state_of(one)
    if state is State.OPEN and isinstance(needed, int):
        yield Clock(
            Kind.REQUEST,
            one.reference,
            one.id,
            "it was put before the SPOC",
            one.opened.recorded_at,
            "it is approved, refused or returned",
            end_of_day(to_date(needed)),
            "the day on which what was asked is needed",
        )
    for each in granted(one):
        if each.field == APPROVED and state is State.APPROVED:
            yield Clock(
                Kind.APPROVAL,
                one.reference,
                one.id,
                f"approved by {each.standing.by.post}",
                each.standing.recorded_at,
                "what was approved is sent, or asked for again",
                end_of_day(each.until),
                "the last day that the approval names",
                lapses=True,
            )


def dispensation_clocks(one: Matter) -> Iterator[Clock]:
    """Answer the clock of a dispensation: an expired one is loud until the rule is kept or it is given anew."""
    if one.last(Action.REVOKED) is not None:
        return
    unconfirmed = "" if one.last(Action.CONFIRMED) else ", not confirmed by a second person"
    yield Clock(
        Kind.DISPENSATION,
        one.code("rule"),
        one.id,
        f"given by {one.opened.by.post}{unconfirmed}",
        one.opened.recorded_at,
        "the rule is kept again, or the dispensation is given anew",
        end_of_day(last_day(one)),
        "twelve months at most",
    )
