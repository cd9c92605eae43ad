"""The clocks of requests, approvals and dispensations, and of what permitted decisions oblige people to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.acts.requests import APPROVED, State, requests
from isa_guard.language.values import to_date
from isa_guard.review.clocks.clock import Clock, Kind
from isa_guard.uk.periods import end_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.acts.dispensations import Departure
    from isa_guard.acts.ledger import Ledger
    from isa_guard.acts.requests import Request
    from isa_guard.language.values import Value


def request_clocks(ledger: Ledger, asked: Callable[[Request], Value | None]) -> Iterator[Clock]:
    """Answer the clocks of open requests and of approvals. `asked` answers the day by which what was asked is needed."""
    for one in requests(ledger):
        needed = asked(one)
        if one.state is State.OPEN and isinstance(needed, int):
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
        for granted in one.granted:
            if granted.field == APPROVED and one.state is State.APPROVED:
                yield Clock(
                    Kind.APPROVAL,
                    one.reference,
                    one.id,
                    f"approved by {granted.standing.by.post}",
                    granted.standing.recorded_at,
                    "what was approved is sent, or asked for again",
                    end_of_day(granted.until),
                    "the last day that the approval names",
                    lapses=True,
                )


def dispensation_clocks(departures: tuple[Departure, ...]) -> Iterator[Clock]:
    """Answer the clocks of dispensations: an expired one is loud until the rule is kept or it is given anew."""
    for one in departures:
        if not one.revoked:
            yield Clock(
                Kind.DISPENSATION,
                one.rule,
                one.id,
                f"given by {one.opened.by.post}"
                + ("" if one.confirmed else ", not confirmed by a second person"),
                one.opened.recorded_at,
                "the rule is kept again, or the dispensation is given anew",
                end_of_day(one.until),
                "twelve months at most",
            )
