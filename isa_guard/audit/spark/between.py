"""The rules over logs: each pattern as SQL, and what is told of it judged again by the rows reading.

Judged again are the events that are told of, with those that may answer them, in the span of the whole log: that
holds the two readings to one another at every audit, and gives the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from isa_guard.audit.columns.again import SAMPLE, actions_of, disagreement
from isa_guard.audit.columns.outcomes import NUMBER, TOLD
from isa_guard.audit.spark.ceilings import CeilingOnSpark
from isa_guard.audit.spark.expectations import ExpectationOnSpark
from isa_guard.audit.spark.printed import of_actions
from isa_guard.audit.spark.sequences import SequenceOnSpark
from isa_guard.decide.logs.between import BetweenEvents
from isa_guard.decide.logs.judgement import message
from isa_guard.language.columns import OUTCOMES, NotPrintable
from isa_guard.language.outcome import Outcome
from isa_guard.model.log_rule import Ceiling, Expectation, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.decide.logs.judgement import Judgement, Span
    from isa_guard.model.log_rule import LogRule

PLACE_IN_TIME: Final = "at_, file_, line_"
Chosen: TypeAlias = tuple[Any, ...]  # the number of an outcome, an instant, a file and a line
OnSpark: TypeAlias = ExpectationOnSpark | CeilingOnSpark | SequenceOnSpark


class BetweenOnSpark:
    """The rules over logs of one version of the agreement."""

    def __init__(
        self, store: Store, events: Events, calendar: Calendar, told: Told, version: int | None
    ) -> None:
        self.store = store
        self.events = events
        self.calendar = calendar
        self.told = told
        self.version = version
        self.by_rows: list[LogRule] = []

    def judge(self, span: Span) -> None:
        """Count every outcome, and keep the first findings of each rule by time."""
        for number, rule in enumerate(self.told.agreement.log_rules):
            name = f"rule_{self.version or 0}_{number}"
            try:
                self._in_columns(rule, name, span)
            except NotPrintable:
                self.by_rows.append(rule)
                self._in_rows(rule, span)
            self.store.drop(name)

    def _in_columns(self, rule: LogRule, name: str, span: Span) -> None:
        pattern = self._made(rule, name, span)
        self.calendar.count(name, [(rule.id, "outcome_")], self.told)
        asked = [outcome for outcome in TOLD if self.told.number(rule.id, outcome)]
        if self.told.number(rule.id, Outcome.MET) and not isinstance(pattern, SequenceOnSpark):
            asked.append(Outcome.MET)
        if asked:
            self._tell(rule, pattern, self._chosen(name, asked), span)

    def _made(self, rule: LogRule, name: str, span: Span) -> OnSpark:
        """Make the table of the outcomes of a rule. Raises NotPrintable."""
        shared = (self.store, self.events, self.calendar, self.version, name)
        pattern = rule.pattern
        match pattern:
            case Expectation():
                return ExpectationOnSpark(*shared, pattern, span)
            case Ceiling():
                return CeilingOnSpark(*shared, pattern)
            case Sequence():
                return SequenceOnSpark(*shared, pattern)
            case _:
                assert_never(pattern)

    def _tell(self, rule: LogRule, pattern: OnSpark, chosen: Iterable[Chosen], span: Span) -> None:
        """Judge again what is chosen, and keep what is told of it."""
        again: dict[Chosen, list[Judgement]] = {}
        for judgement in self._again(rule, pattern, span):
            key = (NUMBER[judgement.outcome], judgement.at, *judgement.place)
            again.setdefault(key, []).append(judgement)
        for number, *where in chosen:
            key = (number, *where)
            if OUTCOMES[number] is Outcome.MET:
                if any((NUMBER[one], *where) in again for one in TOLD):
                    raise disagreement(rule, tuple(where))
                continue
            if not again.get(key):
                raise disagreement(rule, tuple(where))
            judgement = again[key].pop(0)
            self.told.keep(rule, judgement, message(rule.seen, judgement), message(rule.satisfy, judgement))

    def _chosen(self, name: str, asked: Iterable[Outcome]) -> list[Chosen]:
        """Make the table of what is judged again, and answer the outcome, the instant and the place of each.

        What is told of is taken in order of time; of what is met, a few from anywhere.
        """
        parts = []
        for outcome in asked:
            met = outcome is Outcome.MET
            order, limit = ("hash(line_, file_)", SAMPLE) if met else (PLACE_IN_TIME, self.told.limit)
            parts.append(
                f"(SELECT outcome_ AS told_, at_ AS told_at_, file_ AS told_file_, line_ AS told_line_, * FROM {name} "  # noqa: S608 - names made here
                f"WHERE outcome_ = {NUMBER[outcome]} ORDER BY {order} LIMIT {limit})"
            )
        rows = self.store.collect(f"{name}_chosen", " UNION ALL ".join(parts))
        return sorted(row[:4] for row in rows)

    def _again(self, rule: LogRule, pattern: OnSpark, span: Span) -> Iterator[Judgement]:
        """Answer what the rows reading says of the chosen events and their evidence."""
        between = BetweenEvents((rule,))
        evidence = pattern.evidence(f"{pattern.name}_chosen")
        # The events of windows may be very many, and are counted one by one; any other evidence is at hand at once.
        many = isinstance(pattern, CeilingOnSpark)
        for event in (
            self.events.fetch(self.store, evidence) if many else self.events.few(self.store, evidence)
        ):
            between.judge(event)
        between.begin, between.end = span
        return (judgement for _, judgement in between.settle(None))

    def _in_rows(self, rule: LogRule, span: Span) -> None:
        """Judge a rule that has no text in SQL on the events of its actions."""
        relation = of_actions(self.store, self.events, actions_of(rule))
        query = (
            f"SELECT {self.events.select()}, h.version_ FROM {relation} AS e {self.calendar.joined()} "  # noqa: S608 - names made here
            "ORDER BY e.file_, e.line_"
        )
        ours: list[bool] = [True]
        between = BetweenEvents((rule,), lambda _: ours[0])
        for *row, version in self.store.rows(query):
            ours[0] = self.version in {None, version}
            between.judge(self.events.event_of(tuple(row)))
        between.begin, between.end = span
        for _, judgement in between.settle(None):
            if not self.told.full(rule.id, judgement.outcome):
                seen, satisfy = message(rule.seen, judgement), message(rule.satisfy, judgement)
                self.told.keep(rule, judgement, seen, satisfy)
        for (_, month), counts in between.tally().items():
            for outcome, number in counts.items():
                self.told.count(rule.id, month, outcome, number)
