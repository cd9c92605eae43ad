"""The rules about single events, held against every event of a log.

One program for each action: a rule whose condition leaves an action out is not run on its events. What was met
is only counted; what was not is kept with the fields that its messages read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from isa_guard.decide.decide import live_dispensation, variables_for
from isa_guard.decide.logs.judgement import Judgement
from isa_guard.decide.logs.windows import month_of
from isa_guard.decide.plan import plan_for
from isa_guard.decide.terms import PARTY_FIELDS
from isa_guard.language import exact
from isa_guard.language.condition import Condition
from isa_guard.language.exact import EvalError
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import Program, compile_conditions
from isa_guard.language.template import fill
from isa_guard.language.types import String
from isa_guard.language.values import to_datetime
from isa_guard.language.vocabulary import words_for
from isa_guard.model.facts import FactKind
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.log import LogEvent
    from isa_guard.model.rule import Rule

ACTION = ("event", "action")


def always(rule: Rule) -> bool:  # noqa: ARG001 - the signature of a chooser
    """Answer that there is room."""
    return True


class EachEvent:
    """The rules `on: event` of one agreement, as at one moment, and what they came to so far."""

    def __init__(
        self,
        agreement: Agreement,
        now: datetime,
        keep: Callable[[Rule, Judgement], None],
        room: Callable[[Rule], bool] = always,
    ) -> None:
        """`room` says whether one more event that cannot be told is to be kept: finding out why takes a while."""
        self.room = room
        self.agreement = agreement
        self.now = now
        self.keep = keep
        self.rules = tuple(rule for rule in agreement.rules if rule.on is FactKind.EVENT)
        self.clock = variables_for(agreement, FactKind.EVENT, {}, now)
        self.counts: defaultdict[tuple[str | None, str], Counter[tuple[Outcome, ...]]] = defaultdict(Counter)
        self.programs: dict[str | None, tuple[tuple[Rule, ...], Program] | None] = {}
        self.actions = {rule.id: actions_of(rule, agreement) for rule in self.rules}
        self.shows = {rule.id: _shows(rule, agreement) for rule in self.rules}

    def judge(self, event: LogEvent) -> None:
        """Hold one event against every rule about events."""
        action = event.values.get("action")
        word = action if isinstance(action, str) else None
        if word not in self.programs:
            self.programs[word] = self._program(word)
        found = self.programs[word]
        if found is None:
            return
        rules, program = found
        variables = self._variables(event.values)
        outcomes = program.outcomes(variables)
        self.counts[word, month_of(event.at)][outcomes] += 1
        for rule, outcome in zip(rules, outcomes, strict=True):
            if outcome is Outcome.NOT_MET or (outcome is Outcome.CANNOT_TELL and self.room(rule)):
                self.keep(rule, self.judged(rule, outcome, event, variables))

    def judged(
        self, rule: Rule, outcome: Outcome, event: LogEvent, variables: Mapping[str, Value]
    ) -> Judgement:
        """Answer the judgement, with why it cannot be told where it cannot."""
        shown = {name: event.values[name] for name in self.shows[rule.id] if name in event.values}
        missing: tuple[str, ...] = ()
        cause = ""
        if outcome is Outcome.CANNOT_TELL:
            error = exact.cause(Condition(rule.when, rule.require), variables)
            assert isinstance(error, EvalError)
            missing, cause = ((error.path,), "") if error.path else ((), error.what)
        dispensed = self._dispensed(rule, outcome, event, variables)
        return Judgement(outcome, event.at, event.place, shown, (), missing, cause, dispensed=dispensed)

    def _dispensed(
        self, rule: Rule, outcome: Outcome, event: LogEvent, variables: Mapping[str, Value]
    ) -> str:
        """Answer the id of a dispensation that was live on the day of the event, if there was one."""
        if outcome is not Outcome.NOT_MET or not self.agreement.dispensations:
            return ""
        today = london_day(to_datetime(event.at))
        (step,) = (one for one in plan_for(self.agreement, FactKind.EVENT).steps if one.rule is rule)
        live = live_dispensation(step, outcome, variables, today)
        return live.id if live else ""

    def words(self, rule: Rule, judgement: Judgement) -> tuple[str, str]:
        """Answer what was seen and what would satisfy, for a judgement of this rule."""
        given = tuple(self._variables(judgement.shown).values())
        return fill(rule.seen, given), fill(rule.satisfy, given)

    def tally(self) -> Mapping[tuple[str, str], Counter[Outcome]]:
        """Answer how often each outcome was come to, by rule and month."""
        found: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
        for (word, month), counts in self.counts.items():
            program = self.programs[word]
            assert program is not None
            for outcomes, number in counts.items():
                for rule, outcome in zip(program[0], outcomes, strict=True):
                    if outcome is not Outcome.NOT_APPLICABLE:
                        found[rule.id, month][outcome] += number
        return found

    def _variables(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        if self.agreement.varied:
            return variables_for(self.agreement, FactKind.EVENT, values, self.now)
        return {**self.clock, "event": values}

    def _program(self, word: str | None) -> tuple[tuple[Rule, ...], Program] | None:
        rules = tuple(rule for rule in self.rules if word is None or word in self.actions[rule.id])
        if not rules:
            return None
        conditions = [Condition(rule.when, rule.require) for rule in rules]
        return rules, compile_conditions(conditions, tuple(self.clock))


def actions_of(rule: Rule, agreement: Agreement) -> frozenset[str]:
    """Answer the actions of the events to which a rule may apply; to all others it does not."""
    field = agreement.schemas[FactKind.EVENT].field("action")
    assert field is not None
    assert isinstance(field.type, String)
    vocabulary = frozenset(field.type.values or ())
    return vocabulary if rule.when is None else words_for(rule.when.expr, ACTION, vocabulary)


def _shows(rule: Rule, agreement: Agreement) -> tuple[str, ...]:
    """Answer the fields that a rule's messages read, and those by which a term of the agreement may vary."""
    reads = frozenset().union(*(hole.reads for hole in (*rule.seen.holes, *rule.satisfy.holes)))
    named = {path.split(".")[1].removesuffix("[]") for path in reads if path.startswith("event.")}
    return tuple(sorted(named | {"category", *PARTY_FIELDS} if agreement.varied else named))
