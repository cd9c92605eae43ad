"""The rules about single events on Spark: one column of outcomes for each; what is told of is judged again in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.again import EachAgain
from isa_guard.audit.columns.outcomes import NUMBER
from isa_guard.audit.spark.events import TABLE
from isa_guard.audit.spark.printed import Printed, has_action, of_actions
from isa_guard.language.columns import OUTCOMES
from isa_guard.language.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.language.columns import Column
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
        self._in_force = "" if version is None else f"WHERE h.version_ = {version}"

    def judge(self, now: datetime) -> None:
        """Count every outcome, and keep the first findings of each rule."""
        again = EachAgain(self.told, now)
        printed = Printed(self.store, self.events, self.calendar, given=again.clock)
        columns = again.printed(printed.printer)
        if columns:
            self._in_columns(again, printed, columns)
        if again.by_rows:
            again.by_row(self.events.fetch(self.store, self._of_rows(again)))
        self.by_rows = again.by_rows

    def _in_columns(self, again: EachAgain, printed: Printed, columns: list[tuple[Rule, Column]]) -> None:
        table = f"each_{self.version or 0}"
        relation = printed.relation(table, again.actions(rule for rule, _ in columns))
        texts = ", ".join(
            f"CASE WHEN {has_action(self.store, self.events, again.actions([rule]), 'e')} THEN {column.text} "
            f"ELSE CAST({NUMBER[Outcome.NOT_APPLICABLE]} AS TINYINT) END AS c{n}"
            for n, (rule, column) in enumerate(columns)
        )
        query = f"SELECT e.file_, e.line_, e.at_, {texts} FROM {relation} {self._in_force}"  # noqa: S608 - printed
        self.store.keep(table, query, printed.parameters(query))
        rules = [(rule.id, f"c{n}") for n, (rule, _) in enumerate(columns)]
        self.calendar.count(table, rules, self.told)
        self._tell(again, table, rules)
        self.store.drop(table)

    def _tell(self, again: EachAgain, table: str, rules: list[tuple[str, str]]) -> None:
        """Judge again the first events of each rule and outcome, and keep what is told of them."""
        asked = [
            again.first(table, column, outcome)
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
        names = [rule for rule, _ in rules]
        for row in self.store.rows(query):
            again.hold(self.events.event_of(row[len(rules) :]), names, row)

    def _of_rows(self, again: EachAgain) -> str:
        relation = of_actions(self.store, self.events, again.actions(again.by_rows))
        return (
            f"SELECT {self.events.select()} FROM {relation} AS e {self.calendar.joined()} {self._in_force} "  # noqa: S608 - names made here
            "ORDER BY e.file_, e.line_"
        )
