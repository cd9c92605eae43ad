"""Each event of one kind has, or never has, an answer: another event of the same key, in time.

State grows with what is still open. An event that is answered as it is read is counted and forgotten; so a log
in order of time keeps its open events alone, and a log in any order comes to the same outcomes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from isa_guard.decide.logs.judgement import (
    BEFORE_THE_LOG,
    NOT_DUE,
    POSSIBLE,
    Judgement,
    Span,
    key_of,
    missing_of,
    shown_of,
)
from isa_guard.errors import IsaGuardError
from isa_guard.language import exact
from isa_guard.language.domain import due_from_timestamp
from isa_guard.language.exact import EvalError
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import quick_value
from isa_guard.model.log import LAST_INSTANT
from isa_guard.model.log_rule import Order, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent, LogPlace
    from isa_guard.model.log_rule import Expectation, LogRule
    from isa_guard.uk.periods import Period

Key = tuple["Value", ...]
FOR_EVER = LAST_INSTANT + 1


class Open(NamedTuple):
    """An event without an answer so far."""

    at: int
    place: LogPlace
    limit: int | None  # the last instant of an answer after it; None where it cannot be told
    shown: Mapping[str, Value]


class ExpectationState:
    """What is known of one expectation. `met` counts by the caller's `count(outcome, at)`."""

    def __init__(self, rule: LogRule, pattern: Expectation, met: Callable[[int], None]) -> None:
        self.rule = rule
        self.pattern = pattern
        self.count_met = met
        self.triggers = quick_value(pattern.trigger.condition, (pattern.trigger.variable,))
        self.answers = quick_value(pattern.answer.condition, (pattern.answer.variable,))
        self.open: defaultdict[Key, list[Open]] = defaultdict(list)
        self.certain: defaultdict[Key, list[tuple[int, LogPlace]]] = defaultdict(list)
        self.possible: defaultdict[Key, list[tuple[int, LogPlace]]] = defaultdict(list)
        self.untold: list[Judgement] = []
        self.fresh: list[Key] = []  # the key of what was opened last, for whoever takes it from here

    def trigger(self, event: LogEvent) -> None:
        """Read an event that may be one the rule is about."""
        holds = self.triggers(event.values)
        if holds is False:
            return
        key = key_of(self.pattern.by, event.values)
        if holds is not True:
            error = exact.evaluate(self.pattern.trigger.condition, {"event": event.values})
            self._cannot(event, error)
        elif key is None:
            self._cannot(event, None)
        else:
            self._open(key, event)

    def answer(self, event: LogEvent) -> None:
        """Read an event that may be an answer."""
        holds = self.answers(event.values)
        if holds is False:
            return
        key = key_of(self.pattern.by, event.values)
        if key is None:
            return  # it answers nothing that can be named
        if holds is not True:
            insort(self.possible[key], (event.at, event.place))
            return
        insort(self.certain[key], (event.at, event.place))
        if self.pattern.wanted is Wanted.EXPECT and self.pattern.order is Order.AFTER and key in self.open:
            self._close(key, event.at)

    def settle(self, span: Span) -> Iterator[Judgement]:
        """Answer every outcome but those met and counted already, in no order."""
        yield from self.untold
        for key, waiting in self.open.items():
            certain, possible = self.certain.get(key, ()), self.possible.get(key, ())
            for one in waiting:
                yield self._judged(one, certain, possible, span)

    def _open(self, key: Key, event: LogEvent) -> None:
        pattern = self.pattern
        limit = due(event.at, pattern.within) if pattern.order is Order.AFTER else event.at
        one = Open(event.at, event.place, limit, {})
        if pattern.wanted is Wanted.EXPECT and self._found(one, self.certain.get(key, ())) is not None:
            self.count_met(event.at)
            return
        self.open[key].append(one._replace(shown=shown_of(self.rule, event)))
        self.fresh[:] = (key,)

    def _close(self, key: Key, at: int) -> None:
        left = [one for one in self.open[key] if not (one.limit is not None and one.at <= at <= one.limit)]
        for one in self.open[key]:
            if one.limit is not None and one.at <= at <= one.limit:
                self.count_met(one.at)
        if left:
            self.open[key] = left
        else:
            del self.open[key]

    def _found(
        self, one: Open, answers: list[tuple[int, LogPlace]] | tuple[()]
    ) -> tuple[int, LogPlace] | None:
        """Answer the nearest answer in time, or None where there is none that counts for certain."""
        if self.pattern.order is Order.AFTER:
            at = bisect_left(answers, (one.at,))
            found = answers[at] if at < len(answers) else None
            return found if found and one.limit is not None and found[0] <= one.limit else None
        at = bisect_right(answers, (one.at, (FOR_EVER, 0)))
        found = answers[at - 1] if at else None
        if found is None:
            return None
        still = due(found[0], self.pattern.within)
        return found if still is not None and one.at <= still else None

    def _nearest(self, one: Open, answers: list[tuple[int, LogPlace]] | tuple[()]) -> int | None:
        """Answer when the nearest answer on the right side was given, in time or not."""
        if self.pattern.order is Order.AFTER:
            at = bisect_left(answers, (one.at,))
            return answers[at][0] if at < len(answers) else None
        at = bisect_right(answers, (one.at, (FOR_EVER, 0)))
        return answers[at - 1][0] if at else None

    def _judged(
        self,
        one: Open,
        certain: list[tuple[int, LogPlace]] | tuple[()],
        possible: list[tuple[int, LogPlace]] | tuple[()],
        span: Span,
    ) -> Judgement:
        wanted = self.pattern.wanted is Wanted.EXPECT
        found = self._found(one, certain)
        nearest = self._nearest(one, certain)
        if found is not None:
            outcome = Outcome.MET if wanted else Outcome.NOT_MET
            return self._told(one, outcome, others=(found[1],), found=found[0])
        if self._untold_limit(one, nearest):
            return self._told(one, Outcome.CANNOT_TELL, cause="the time allowed cannot be counted from there")
        maybe = self._found(one, possible)
        if maybe is not None or self._untold_limit(one, self._nearest(one, possible)):
            others = (maybe[1],) if maybe else ()
            return self._told(one, Outcome.CANNOT_TELL, cause=POSSIBLE, others=others)
        if self.pattern.within is not None and one.limit is not None and one.limit > span.end:
            return self._told(one, Outcome.CANNOT_TELL, cause=NOT_DUE)
        if wanted and self._reaches_back(one, span):
            return self._told(one, Outcome.CANNOT_TELL, cause=BEFORE_THE_LOG)
        return self._told(one, Outcome.NOT_MET if wanted else Outcome.MET, found=nearest)

    def _untold_limit(self, one: Open, nearest: int | None) -> bool:
        """Answer whether the period cannot be counted: from the event, or from the answer nearest to it."""
        if self.pattern.order is Order.AFTER:
            return one.limit is None
        return nearest is not None and due(nearest, self.pattern.within) is None

    def _reaches_back(self, one: Open, span: Span) -> bool:
        """Answer whether an answer before the log begins could still count."""
        if self.pattern.order is Order.AFTER or self.pattern.within is None:
            return False
        still = due(span.begin, self.pattern.within)
        return still is None or one.at <= still

    def _told(
        self,
        one: Open,
        outcome: Outcome,
        cause: str = "",
        others: tuple[LogPlace, ...] = (),
        found: int | None = None,
    ) -> Judgement:
        limit = one.limit if self.pattern.order is Order.AFTER and self.pattern.within is not None else None
        return Judgement(outcome, one.at, one.place, one.shown, others, (), cause, limit, found)

    def _cannot(self, event: LogEvent, error: object) -> None:
        missing = missing_of(self.pattern.by, event.values)
        cause = ""
        if isinstance(error, EvalError):
            missing, cause = ((error.path,), "") if error.path else ((), error.what)
        shown = shown_of(self.rule, event)
        self.untold.append(Judgement(Outcome.CANNOT_TELL, event.at, event.place, shown, (), missing, cause))


def due(at: int, within: Period | None) -> int | None:
    """Answer the last instant within a period from an instant; without a period, beyond every event.

    None where it cannot be told: the period leaves the years or the calendar that are known.
    """
    if within is None:
        return FOR_EVER
    try:
        return due_from_timestamp(at, within)
    except IsaGuardError:
        return None
