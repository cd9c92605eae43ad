"""What SQL said, judged again in Python, whichever database said it.

What is told of an event comes from here and never from SQL: the words, why it cannot be told, a dispensation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from isa_guard.audit.columns.outcomes import NUMBER, TOLD
from isa_guard.decide.logs.each import EachEvent
from isa_guard.decide.logs.windows import month_of
from isa_guard.errors import Defect
from isa_guard.language.columns import OUTCOMES, NotPrintable, outcome_column
from isa_guard.language.condition import Condition
from isa_guard.model.log_rule import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.language.columns import Column, Printer
    from isa_guard.language.outcome import Outcome
    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Rule

SAMPLE: Final = (
    20  # of what is in order, for each rule, and of what it is not about: how many are judged again
)


class EachAgain:
    """The rules `on: event` of one version: those that SQL can judge, and those that are judged by rows."""

    def __init__(self, told: Told, now: datetime) -> None:
        self.told = told
        self.now = now
        self.heard: list[tuple[Rule, Judgement]] = []
        self.by_rows: list[Rule] = []
        self.each = self._each()

    def _each(self) -> EachEvent:
        return EachEvent(self.told.agreement, self.now, lambda *one: self.heard.append(one))

    @property
    def clock(self) -> dict[str, Value]:
        """The variables that are bound: terms that vary are neither a column nor a constant, and are not printed."""
        return {name: value for name, value in self.each.clock.items() if name in {"now", "today"}}

    def printed(self, printer: Printer) -> list[tuple[Rule, Column]]:
        """Answer the rules that can be printed, with their columns of outcomes; the others are noted as `by_rows`."""
        freed = {one.rule for one in self.told.agreement.dispensations}
        found: list[tuple[Rule, Column]] = []
        for rule in self.each.rules:
            if rule.id in freed:
                self.by_rows.append(rule)
                continue
            try:
                found.append((rule, outcome_column(printer, Condition(rule.when, rule.require))))
            except NotPrintable:
                self.by_rows.append(rule)
        self.each.rules = tuple(rule for rule, _ in found)
        return found

    def first(self, table: str, column: str, outcome: Outcome) -> str:
        """Answer the query of the events of an outcome that are judged again: of those in order, a few from anywhere."""
        told = outcome in TOLD
        order, limit = ("file_, line_", self.told.limit) if told else ("hash(line_, file_)", SAMPLE)
        return f"(SELECT * FROM {table} WHERE {column} = {NUMBER[outcome]} ORDER BY {order} LIMIT {limit})"  # noqa: S608 - names made here

    def hold(self, event: LogEvent, rules: Iterable[str], numbers: Sequence[int]) -> None:
        """Judge an event again, and keep what is told of it. Raises Defect where SQL said otherwise."""
        expected = {
            rule: OUTCOMES[number]
            for rule, number in zip(rules, numbers, strict=False)
            if OUTCOMES[number] in TOLD
        }
        self.heard.clear()
        self.each.judge(event)
        found = {rule.id: judgement.outcome for rule, judgement in self.heard}
        if found != expected:
            differ = sorted({*found.items()} ^ {*expected.items()})
            raise Defect(
                f"file {event.place.file}, line {event.place.line}: the two readings of {differ[0][0]} disagree"
            )
        self._keep(self.each)

    def by_row(self, events: Iterable[LogEvent]) -> None:
        """Judge `by_rows` on every event of their actions, count, and keep."""
        each = self._each()
        each.rules = tuple(self.by_rows)
        for event in events:
            self.heard.clear()
            each.judge(event)
            self._keep(each)
        for (rule, month), counts in each.tally().items():
            for outcome, number in counts.items():
                self.told.count(rule, month, outcome, number)

    def actions(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Answer the actions of the events that any of the rules may be about."""
        return frozenset[str]().union(*(self.each.actions[rule.id] for rule in rules))

    def _keep(self, each: EachEvent) -> None:
        for rule, judgement in self.heard:
            if judgement.dispensed:
                self.told.dispensed[rule.id, month_of(judgement.at)] += 1
            if not self.told.full(rule.id, judgement.outcome):
                self.told.keep(rule, judgement, *each.words(rule, judgement))


def disagreement(rule: LogRule, key: tuple[Any, ...]) -> Defect:
    """Answer the defect that the two readings disagree about an event."""
    return Defect(f"file {key[1]}, line {key[2]}: the two readings of {rule.id} disagree")


def actions_of(rule: LogRule) -> frozenset[str] | None:
    """Answer the actions of the events that a rule reads; None where it reads all."""
    pattern = rule.pattern
    if pattern.trigger is None:
        return None
    answers = pattern.answer.actions if isinstance(pattern, Expectation) else frozenset[str]()
    return pattern.trigger.actions | answers
