"""Every number once and none left out, for each key. State: the runs of numbers seen, one for an unbroken log."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from isa_guard.decide.logs.judgement import Judgement, Span, key_of, missing_of, shown_of
from isa_guard.language import exact
from isa_guard.language.exact import EvalError
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import quick_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import LogRule, Sequence

Key = tuple["Value", ...]


class SequenceState:
    """What is known of one sequence: its runs as [first, last, event of the first, event of the last], in order."""

    def __init__(self, rule: LogRule, pattern: Sequence, met: Callable[[int], None]) -> None:
        self.rule = rule
        self.pattern = pattern
        self.count_met = met
        trigger = pattern.trigger
        self.triggers = quick_value(trigger.condition, (trigger.variable,)) if trigger else None
        self.starts: defaultdict[Key, list[int]] = defaultdict(list)
        self.runs: defaultdict[Key, list[tuple[int, LogEvent, LogEvent]]] = defaultdict(list)
        self.untold: list[Judgement] = []
        self.twice: list[Judgement] = []

    def trigger(self, event: LogEvent) -> None:
        """Read an event of the sequence."""
        holds = True if self.triggers is None else self.triggers(event.values)
        if holds is False:
            return
        key = key_of(self.pattern.by, event.values)
        number = event.values.get(self.pattern.number)
        if holds is True and key is not None and isinstance(number, int):
            self._note(key, number, event)
            return
        missing = missing_of((*self.pattern.by, self.pattern.number), event.values)
        cause = ""
        if holds is not True and self.pattern.trigger is not None:
            error = exact.evaluate(self.pattern.trigger.condition, {"event": event.values})
            assert isinstance(error, EvalError)
            missing, cause = ((error.path,), "") if error.path else ((), error.what)
        self.untold.append(self._told(Outcome.CANNOT_TELL, event, missing=missing, cause=cause))

    def settle(self, span: Span) -> Iterator[Judgement]:  # noqa: ARG002 - as every state
        """Answer every gap and every number that stands more than once."""
        yield from self.untold
        yield from self.twice
        for key, starts in self.starts.items():
            runs = self.runs[key]
            for index in range(1, len(starts)):
                last, _, before = runs[index - 1]
                after = runs[index][1]
                gap = self._told(Outcome.NOT_MET, after, total=starts[index] - last - 1)
                yield gap._replace(others=(before.place,))

    def _note(self, key: Key, number: int, event: LogEvent) -> None:
        starts, runs = self.starts[key], self.runs[key]
        at = bisect_right(starts, number) - 1
        if at >= 0 and number <= runs[at][0]:
            self.twice.append(self._told(Outcome.NOT_MET, event, total=0))
            return
        self.count_met(event.at)
        joins_before = at >= 0 and runs[at][0] == number - 1
        joins_after = at + 1 < len(starts) and starts[at + 1] == number + 1
        if joins_before and joins_after:
            last, _, end = runs.pop(at + 1)
            starts.pop(at + 1)
            runs[at] = (last, runs[at][1], end)
        elif joins_before:
            runs[at] = (number, runs[at][1], event)
        elif joins_after:
            starts[at + 1] = number
            runs[at + 1] = (runs[at + 1][0], event, runs[at + 1][2])
        else:
            starts.insert(at + 1, number)
            runs.insert(at + 1, (number, event, event))

    def _told(
        self,
        outcome: Outcome,
        event: LogEvent,
        *,
        total: int | None = None,
        missing: tuple[str, ...] = (),
        cause: str = "",
    ) -> Judgement:
        shown = shown_of(self.rule, event)
        return Judgement(outcome, event.at, event.place, shown, (), missing, cause, total=total)
