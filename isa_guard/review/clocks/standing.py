"""The clocks of the agreement itself: its reviews, the evidence that clauses ask for, the witness of the register."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

from isa_guard.model.act import Action
from isa_guard.model.agreement import CheckedBy
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.review.clocks.terms import agreed
from isa_guard.uk.periods import (
    Period,
    Unit,
    add_months,
    due,
    end_of_day,
    london_day,
    parse_period,
    start_of_day,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement, Check, Clause
    from isa_guard.review.clocks.terms import Agreed

ONCE: Final = "once"
YEARLY: Final = Period(1, Unit.YEARS)
MOST_YEARS: Final = 100


def review_clocks(ledger: Ledger, agreement: Agreement, now: datetime) -> Iterator[Clock]:
    """Answer the clocks of the agreement's reviews: the first, the current year's, and one for each new office-holder.

    Where the beginning is known by its month alone, its first day counts, as it does for the rules: that is a recorded reading.
    """
    held = [one for one in ledger.opened(Action.REVIEWED) if one.act.agreement == agreement.id]
    start = agreement.in_force.start
    first = agreed(agreement, "review.first", "review/first")
    if first is not None:
        end = end_of_day(_last(first.period, start))
        yield _review(agreement, first, "first", "the agreement began", (start, end), held)
    every = agreed(agreement, "review.every", "review/yearly")
    if every is not None:
        begun = _year(start, london_day(now))
        span = begun, end_of_day(add_months(begun, 12))
        yield _review(agreement, every, "yearly", "the year of the agreement began", span, held)
    after = agreed(agreement, "review.after_appointment", "review/office-holder")
    for one in ledger.opened(Action.APPOINTED):
        day = one.day("on")
        if one.act.agreement == agreement.id and after is not None and day is not None:
            span = day, end_of_day(_last(after.period, day))
            starts = f"a new {one.code('office')} took office"
            yield _review(agreement, after, "office-holder", starts, span, held)


def evidence_clocks(ledger: Ledger, agreement: Agreement) -> Iterator[Clock]:
    """Answer a clock for every kind of evidence that a clause asks for: never given is overdue since the agreement began."""
    given: dict[str, Standing] = {}
    for one in ledger.opened(Action.PROVIDED):
        if one.act.agreement == agreement.id:
            given[one.code("what")] = one
    for clause in agreement.clauses:
        for check in clause.checks:
            if check.by is CheckedBy.EVIDENCE:
                yield from _evidence(given.get(check.what), check, clause, agreement)


def _evidence(last: Standing | None, check: Check, clause: Clause, agreement: Agreement) -> Iterator[Clock]:
    day, every = agreement.in_force.start, _renewed(check.renewed)
    end: datetime | None = end_of_day(day)
    if last is not None:
        day = last.day("on") or day
        until = last.day("until") or (_last(every, day) if every is not None else None)
        end = end_of_day(until) if until is not None else None
    if end is None:
        return  # given once, and nothing says that it ends
    yield Clock(
        Kind.EVIDENCE,
        check.what,
        last.act.id if last is not None else "",
        "it was last given" if last is not None else "the agreement began, and it was never given",
        start_of_day(day),
        "the document is given to the register (`isa-guard agreement provide`)",
        end,
        f"{agreement.id} {agreement.version}, clause {clause.number}: {check.what}, renewed {check.renewed or 'never'}",
    )


def witness_clock(
    origin: str, every: int | None, witnessed: datetime | None, begun: datetime
) -> Iterator[Clock]:
    """Answer the clock of the register's witness, where the trust root says how often one must cosign."""
    if every is None:
        return
    start = witnessed or begun
    yield Clock(
        Kind.WITNESS,
        origin,
        "",
        "a witness last cosigned" if witnessed else "the register began, and no witness has cosigned",
        start,
        "a witness cosigns (`isa-guard register witness`)",
        start + timedelta(days=every),
        f"the trust root of {origin}: every {every} days",
    )


def _review(
    agreement: Agreement,
    term: Agreed,
    which: str,
    starts: str,
    span: tuple[date, datetime],
    held: list[Standing],
) -> Clock:
    start, end = span
    done = _held(held, which, start)
    return Clock(
        Kind.REVIEW,
        f"{agreement.id}, {which}",
        "",
        starts,
        start_of_day(start),
        "the review is held with every party",
        end,
        term.rule,
        readings=term.readings,
        done=noon(done) if done else None,
    )


def _year(start: date, today: date) -> date:
    """Answer the anniversary of commencement with which the current year began: a late review makes the next one no later."""
    for years in count(1):
        following = add_months(start, 12 * years)
        if following > today or years > MOST_YEARS:
            return add_months(start, 12 * (years - 1))
    raise AssertionError


def _held(reviews: list[Standing], which: str, since: date) -> date | None:
    days = [one.day("on") for one in reviews if one.code("which") == which]
    return min((day for day in days if day is not None and day >= since), default=None)


def _renewed(words: str) -> Period | None:
    if words in {"", ONCE}:
        return None
    return YEARLY if words == "yearly" else parse_period(words)


def _last(period: Period, day: date) -> date:
    return london_day(due(noon(day), period))
