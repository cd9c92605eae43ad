"""The rules over logs of one agreement, fed events in any order; an action leads to the states that read it."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, assert_never

from isa_guard.decide.logs.absence import AbsenceState
from isa_guard.decide.logs.ceiling import CeilingState
from isa_guard.decide.logs.expectation import ExpectationState
from isa_guard.decide.logs.judgement import Judgement, Span
from isa_guard.decide.logs.sequence import SequenceState
from isa_guard.decide.logs.windows import month_of
from isa_guard.language.outcome import Outcome
from isa_guard.model.log_rule import Ceiling, Expectation, Order, Sequence, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import LogRule

State: TypeAlias = ExpectationState | AbsenceState | CeilingState | SequenceState
Reads: TypeAlias = "Callable[[LogEvent], None]"
Judges: TypeAlias = "Callable[[LogEvent], bool]"


def every_event(event: LogEvent) -> bool:  # noqa: ARG001 - the signature of a judge
    """Answer that an event is one the rules are about."""
    return True


class BetweenEvents:
    """What the rules over logs have seen so far."""

    def __init__(self, rules: Iterable[LogRule], judges: Judges = every_event) -> None:
        """`judges` says which events the rules are about; any other may still answer one of these."""
        self.rules = tuple(rules)
        self.judges = judges
        self.counts: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
        self.states = tuple(self._state(rule) for rule in self.rules)
        self.reads: dict[object, tuple[Reads, ...]] = {}
        self.begin: int | None = None
        self.end: int | None = None

    def judge(self, event: LogEvent) -> None:
        """Read one event."""
        if self.begin is None or event.at < self.begin:
            self.begin = event.at
        if self.end is None or event.at > self.end:
            self.end = event.at
        word = event.values.get("action")
        if word not in self.reads:
            self.reads[word] = tuple(self._readers(word))
        for read in self.reads[word]:
            read(event)

    def settle(self, until: int | None) -> Iterator[tuple[LogRule, Judgement]]:
        """Answer every outcome that was not met, once the log is known to its end or `until`, and count all."""
        if self.begin is None or self.end is None:
            return
        span = Span(self.begin, self.end if until is None else max(self.end, until))
        for rule, state in zip(self.rules, self.states, strict=True):
            for judgement in state.settle(span):
                self._count(rule.id, judgement.outcome, judgement.at)
                if judgement.outcome is not Outcome.MET:
                    yield rule, judgement

    def tally(self) -> Mapping[tuple[str, str], Counter[Outcome]]:
        """Answer how often each outcome was come to, by rule and month; whole once settled."""
        return self.counts

    def _state(self, rule: LogRule) -> State:
        met = partial(self._count, rule.id, Outcome.MET)
        pattern = rule.pattern
        match pattern:
            case Expectation(wanted=Wanted.NEVER, order=Order.BEFORE):
                return AbsenceState(rule, pattern, met)
            case Expectation():
                return ExpectationState(rule, pattern, met)
            case Ceiling():
                return CeilingState(rule, pattern, met)
            case Sequence():
                return SequenceState(rule, pattern, met)
            case _:
                assert_never(pattern)

    def _count(self, rule: str, outcome: Outcome, at: int) -> None:
        self.counts[rule, month_of(at)][outcome] += 1

    def _readers(self, word: object) -> Iterator[Reads]:
        """Answer what reads the events of an action; an event without one is read by all."""
        for state in self.states:
            pattern = state.pattern
            if isinstance(state, ExpectationState | AbsenceState) and (
                word is None or word in state.pattern.answer.actions
            ):
                yield state.answer
            if pattern.trigger is None or word is None or word in pattern.trigger.actions:
                yield state.trigger if self.judges is every_event else partial(self._if_judged, state.trigger)

    def _if_judged(self, read: Reads, event: LogEvent) -> None:
        if self.judges(event):
            read(event)
