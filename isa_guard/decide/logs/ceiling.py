"""At most so much for each key in each window of London time. State: one small entry for each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from isa_guard.decide.logs.judgement import Judgement, Span, key_of, missing_of, shown_of
from isa_guard.decide.logs.windows import window_of
from isa_guard.language import exact
from isa_guard.language.exact import EvalError
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import quick_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent, LogPlace
    from isa_guard.model.log_rule import Ceiling, LogRule

Key = tuple["Value", ...]
LINES_SHOWN: Final = 20


@dataclass(slots=True)
class Counted:
    """One window of one key: what was counted, and its first event."""

    at: int
    place: LogPlace
    shown: Mapping[str, Value]
    total: int = 0
    untold: int = 0
    places: list[LogPlace] = field(default_factory=list)


class CeilingState:
    """What is known of one ceiling."""

    def __init__(self, rule: LogRule, pattern: Ceiling, met: Callable[[int], None]) -> None:
        self.rule = rule
        self.pattern = pattern
        self.count_met = met
        self.triggers = quick_value(pattern.trigger.condition, (pattern.trigger.variable,))
        self.window = window_of(pattern.per)
        self.windows: dict[tuple[Key, int], Counted] = {}
        self.untold: list[Judgement] = []

    def trigger(self, event: LogEvent) -> None:
        """Read an event that may be one that counts."""
        holds = self.triggers(event.values)
        if holds is False:
            return
        key = key_of(self.pattern.by, event.values)
        if key is None:
            self._cannot(event, missing_of(self.pattern.by, event.values), "")
            return
        if holds is not True:
            error = exact.evaluate(self.pattern.trigger.condition, {"event": event.values})
            path = error.path if isinstance(error, EvalError) else ""
            cause = "" if path or not isinstance(error, EvalError) else error.what
            self._cannot(event, (path,) if path else (), cause)
            return
        self._count(key, event)

    def settle(self, span: Span) -> Iterator[Judgement]:  # noqa: ARG002 - as every state
        """Answer every outcome: one for each key and window, and one for each event that could not be counted."""
        yield from self.untold
        for counted in self.windows.values():
            if counted.total > self.pattern.at_most:
                yield self._told(counted, Outcome.NOT_MET)
            elif counted.untold:
                yield self._told(counted, Outcome.CANNOT_TELL, (f"event.{self.pattern.summed}",))
            else:
                self.count_met(counted.at)

    def _count(self, key: Key, event: LogEvent) -> None:
        summed = self.pattern.summed
        amount = 1 if summed is None else event.values.get(summed)
        where = key, self.window(event.at)
        counted = self.windows.get(where)
        if counted is None:
            counted = Counted(event.at, event.place, shown_of(self.rule, event))
            self.windows[where] = counted
        elif (event.at, event.place) < (counted.at, counted.place):
            counted.at, counted.place, counted.shown = event.at, event.place, shown_of(self.rule, event)
        if isinstance(amount, int):
            counted.total += amount
        else:
            counted.untold += 1
        if len(counted.places) < LINES_SHOWN:
            counted.places.append(event.place)

    def _told(self, one: Counted, outcome: Outcome, missing: tuple[str, ...] = ()) -> Judgement:
        others = tuple(place for place in sorted(one.places) if place != one.place)
        return Judgement(outcome, one.at, one.place, one.shown, others, missing, total=one.total)

    def _cannot(self, event: LogEvent, missing: tuple[str, ...], cause: str) -> None:
        shown = shown_of(self.rule, event)
        self.untold.append(Judgement(Outcome.CANNOT_TELL, event.at, event.place, shown, (), missing, cause))
