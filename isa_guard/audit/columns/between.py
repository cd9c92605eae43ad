"""The rules over logs: each pattern as SQL, and what is told of it judged again by the rows reading.

Judged again are the events that are told of, with those that may answer them, in the span of the whole log: that
holds the two readings to one another at every audit, and gives the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from isa_guard.audit.columns.again import SAMPLE, actions_of, disagreement
from isa_guard.audit.columns.ceilings import CeilingInColumns
from isa_guard.audit.columns.expectations import ExpectationInColumns
from isa_guard.audit.columns.outcomes import NUMBER, TOLD, count_table
from isa_guard.audit.columns.printed import of_actions
from isa_guard.audit.columns.sequences import SequenceInColumns
from isa_guard.decide.logs.between import BetweenEvents
from isa_guard.decide.logs.judgement import message
from isa_guard.language.columns import NotPrintable
from isa_guard.language.outcome import Outcome
from isa_guard.model.log_rule import Ceiling, Expectation, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.decide.logs.judgement import Judgement, Span
    from isa_guard.model.log_rule import LogRule

InColumns: TypeAlias = ExpectationInColumns | CeilingInColumns | SequenceInColumns


class BetweenInColumns:
    """The rules over logs of one version of the agreement."""

    def __init__(
        self, database: Database, events: Events, calendar: Calendar, told: Told, version: int | None
    ) -> None:
        self.database = database
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
            self._drop(name)

    def _in_columns(self, rule: LogRule, name: str, span: Span) -> None:
        pattern = self._made(rule, name, span)
        count_table(self.database, name, [(rule.id, "outcome_")], self.told)
        for outcome in TOLD:
            if self.told.number(rule.id, outcome):
                self._tell(rule, pattern, outcome, span)
        if not isinstance(pattern, SequenceInColumns):
            self._try_met(rule, pattern, span)

    def _drop(self, name: str) -> None:
        """Make room for the next rule."""
        for (table,) in self.database.run("SELECT table_name FROM duckdb_tables()").fetchall():
            if table == name or table.startswith(f"{name}_"):
                self.database.run(f"DROP TABLE {table}")

    def _made(self, rule: LogRule, name: str, span: Span) -> InColumns:
        """Make the table of the outcomes of a rule. Raises NotPrintable."""
        shared = (self.database, self.events, self.calendar, self.version, name)
        pattern = rule.pattern
        match pattern:
            case Expectation():
                return ExpectationInColumns(*shared, pattern, span)
            case Ceiling():
                return CeilingInColumns(*shared, pattern)
            case Sequence():
                return SequenceInColumns(*shared, pattern)
            case _:
                assert_never(pattern)

    def _tell(self, rule: LogRule, pattern: InColumns, outcome: Outcome, span: Span) -> None:
        """Judge again the first of an outcome, and keep what is told of them."""
        chosen = self._chosen(pattern.name, outcome, "at_, file_, line_", self.told.limit)
        again: dict[tuple[Any, ...], list[Judgement]] = {}
        for judgement in self._again(rule, pattern, span):
            if judgement.outcome is outcome:
                again.setdefault((judgement.at, *judgement.place), []).append(judgement)
        for key in chosen:
            if not again.get(key):
                raise disagreement(rule, key)
            judgement = again[key].pop(0)
            self.told.keep(rule, judgement, message(rule.seen, judgement), message(rule.satisfy, judgement))

    def _try_met(self, rule: LogRule, pattern: InColumns, span: Span) -> None:
        """Judge again a few that are met, from anywhere."""
        chosen = set(self._chosen(pattern.name, Outcome.MET, "hash(line_, file_)", SAMPLE))
        for judgement in self._again(rule, pattern, span):
            key = (judgement.at, *judgement.place)
            if key in chosen and judgement.outcome is not Outcome.MET:
                raise disagreement(rule, key)

    def _chosen(self, name: str, outcome: Outcome, order: str, limit: int) -> list[tuple[Any, ...]]:
        """Make the table of the outcomes that are judged again, and answer the instants and places in it."""
        self.database.run(
            f"CREATE OR REPLACE TEMP TABLE {name}_chosen AS SELECT * FROM {name} WHERE outcome_ = {NUMBER[outcome]} "  # noqa: S608 - names made here
            f"ORDER BY {order} LIMIT {limit}"
        )
        return self.database.run(f"SELECT at_, file_, line_ FROM {name}_chosen ORDER BY ALL").fetchall()  # noqa: S608 - names made here

    def _again(self, rule: LogRule, pattern: InColumns, span: Span) -> Iterator[Judgement]:
        """Answer what the rows reading says of the chosen events and their evidence."""
        between = BetweenEvents((rule,))
        for event in self.events.fetch(pattern.evidence(f"{pattern.name}_chosen")):
            between.judge(event)
        between.begin, between.end = span
        return (judgement for _, judgement in between.settle(None))

    def _in_rows(self, rule: LogRule, span: Span) -> None:
        """Judge a rule that has no text in SQL on the events of its actions."""
        actions = actions_of(rule)
        query = (
            f"SELECT {self.events.select()}, {'h.version_' if self.version is not None else '0'} "  # noqa: S608 - names made here
            f"FROM {of_actions(self.database, actions)} AS e {self.calendar.joined()} ORDER BY e.file_, e.line_"
        )
        ours: list[bool] = [True]
        between = BetweenEvents((rule,), lambda _: ours[0])
        for *row, version in self.database.rows(query):
            ours[0] = self.version in {None, version}
            between.judge(self.events.event_of(tuple(row)))
        between.begin, between.end = span
        for _, judgement in between.settle(None):
            if not self.told.full(rule.id, judgement.outcome):
                self.told.keep(
                    rule, judgement, message(rule.seen, judgement), message(rule.satisfy, judgement)
                )
        for (_, month), counts in between.tally().items():
            for outcome, number in counts.items():
                self.told.count(rule.id, month, outcome, number)
