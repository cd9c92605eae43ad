"""The rules about single events: one column of outcomes for each, and what is told of them judged again in Python.

A rule that cannot be printed, and one from which a dispensation may free, is judged in Python on the events of its
actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.each import SAMPLE
from isa_guard.audit.columns.outcomes import NUMBER, TOLD
from isa_guard.audit.spark.events import TABLE
from isa_guard.audit.spark.printed import Printed, has_action, of_actions
from isa_guard.decide.logs.each import EachEvent
from isa_guard.decide.logs.windows import month_of
from isa_guard.errors import Defect
from isa_guard.language.columns import OUTCOMES, NotPrintable, outcome_column
from isa_guard.language.condition import Condition
from isa_guard.language.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.language.columns import Column
    from isa_guard.model.log import LogEvent
    from isa_guard.model.rule import Rule


class EachOnSpark:
    """The rules `on: event` of one version; `version` is its number among those of the audit, None where it is alone."""

    def __init__(
        self, store: Store, events: Events, calendar: Calendar, told: Told, version: int | None
    ) -> None:
        self.store = store
        self.events = events
        self.calendar = calendar
        self.told = told
        self.version = version
        self.by_rows: list[Rule] = []
        self.heard: list[tuple[Rule, Judgement]] = []
        self._in_force = "" if version is None else f"WHERE h.version_ = {version}"

    def judge(self, now: datetime) -> None:
        """Count every outcome, and keep the first findings of each rule."""
        each = EachEvent(self.told.agreement, now, lambda *one: self.heard.append(one))
        # Terms that vary are no column and no constant: a rule that reads them is not printed.
        clock = {name: value for name, value in each.clock.items() if name in {"now", "today"}}
        printed = Printed(self.store, self.events, self.calendar, given=clock)
        columns = self._columns(each, printed)
        if columns:
            each.rules = tuple(rule for rule, _ in columns)
            self._in_columns(each, printed, columns)
        if self.by_rows:
            self._in_rows(now)

    def _columns(self, each: EachEvent, printed: Printed) -> list[tuple[Rule, Column]]:
        freed = {one.rule for one in self.told.agreement.dispensations}
        found: list[tuple[Rule, Column]] = []
        for rule in each.rules:
            if rule.id in freed:
                self.by_rows.append(rule)
                continue
            try:
                found.append((rule, outcome_column(printed.printer, Condition(rule.when, rule.require))))
            except NotPrintable:
                self.by_rows.append(rule)
        return found

    def _in_columns(self, each: EachEvent, printed: Printed, columns: list[tuple[Rule, Column]]) -> None:
        table = f"each_{self.version or 0}"
        actions = frozenset[str]().union(*(each.actions[rule.id] for rule, _ in columns))
        relation = printed.relation(table, actions)
        texts = ", ".join(
            f"CASE WHEN {has_action(self.store, self.events, each.actions[rule.id], 'e')} THEN {column.text} "
            f"ELSE CAST({NUMBER[Outcome.NOT_APPLICABLE]} AS TINYINT) END AS c{n}"
            for n, (rule, column) in enumerate(columns)
        )
        query = f"SELECT e.file_, e.line_, e.at_, {texts} FROM {relation} {self._in_force}"  # noqa: S608 - printed
        self.store.keep(table, query, printed.parameters(query))
        rules = [(rule.id, f"c{n}") for n, (rule, _) in enumerate(columns)]
        self.calendar.count(table, rules, self.told)
        self._tell(each, table, rules)
        self.store.drop(table)

    def _tell(self, each: EachEvent, table: str, rules: list[tuple[str, str]]) -> None:
        """Judge again the first events of each rule and outcome, and keep what is told of them."""
        asked = [
            self._first(table, column, outcome)
            for rule, column in rules
            for outcome in OUTCOMES
            if outcome is Outcome.NOT_APPLICABLE or self.told.number(rule, outcome)
        ]
        self.store.collect(f"{table}_chosen", f"SELECT DISTINCT * FROM ({' UNION ALL '.join(asked)})")  # noqa: S608 - names made here
        columns = ", ".join(f"t.{column}" for _, column in rules)
        query = (
            f"SELECT {columns}, {self.events.select()} FROM {table}_chosen AS t "  # noqa: S608 - names made here
            f"JOIN {TABLE} AS e ON e.file_ = t.file_ AND e.line_ = t.line_ ORDER BY e.file_, e.line_"
        )
        for row in self.store.rows(query):
            expected = {
                rule: OUTCOMES[number]
                for (rule, _), number in zip(rules, row, strict=False)
                if OUTCOMES[number] in TOLD
            }
            self._again(each, self.events.event_of(row[len(rules) :]), expected)

    def _first(self, table: str, column: str, outcome: Outcome) -> str:
        """Answer the query of the events of an outcome that are judged again: of those in order, a few from anywhere."""
        told = outcome in TOLD
        order, limit = ("file_, line_", self.told.limit) if told else ("hash(line_, file_)", SAMPLE)
        return f"(SELECT * FROM {table} WHERE {column} = {NUMBER[outcome]} ORDER BY {order} LIMIT {limit})"  # noqa: S608 - names made here

    def _again(self, each: EachEvent, event: LogEvent, expected: dict[str, Outcome]) -> None:
        self.heard.clear()
        each.judge(event)
        found = {rule.id: judgement.outcome for rule, judgement in self.heard}
        if found != expected:
            differ = sorted({*found.items()} ^ {*expected.items()})
            raise Defect(
                f"file {event.place.file}, line {event.place.line}: the two readings of {differ[0][0]} disagree"
            )
        self._keep(each)

    def _keep(self, each: EachEvent) -> None:
        for rule, judgement in self.heard:
            if judgement.dispensed:
                self.told.dispensed[rule.id, month_of(judgement.at)] += 1
            if not self.told.full(rule.id, judgement.outcome):
                self.told.keep(rule, judgement, *each.words(rule, judgement))

    def _in_rows(self, now: datetime) -> None:
        each = EachEvent(self.told.agreement, now, lambda *one: self.heard.append(one))
        each.rules = tuple(self.by_rows)
        actions = frozenset[str]().union(*(each.actions[rule.id] for rule in each.rules))
        query = (
            f"SELECT {self.events.select()} FROM {of_actions(self.store, self.events, actions)} AS e "  # noqa: S608 - names made here
            f"{self.calendar.joined()} {self._in_force} ORDER BY e.file_, e.line_"
        )
        for event in self.events.fetch(self.store, query):
            self.heard.clear()
            each.judge(event)
            self._keep(each)
        for (rule, month), counts in each.tally().items():
            for outcome, number in counts.items():
                self.told.count(rule, month, outcome, number)
