"""The rules about single events on DuckDB: one column of outcomes for each; what is told of is judged again in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.again import EachAgain
from isa_guard.audit.columns.events import TABLE
from isa_guard.audit.columns.outcomes import NUMBER, count_table
from isa_guard.audit.columns.printed import Printed, has_action, of_actions
from isa_guard.language.columns import OUTCOMES
from isa_guard.language.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.language.columns import Column
    from isa_guard.model.rule import Rule


class EachInColumns:
    """The rules `on: event` of one version; `version` is its number among those of the audit, None where it is alone."""

    def __init__(
        self, database: Database, events: Events, calendar: Calendar, told: Told, version: int | None
    ) -> None:
        self.database = database
        self.events = events
        self.calendar = calendar
        self.told = told
        self.version = version
        self.by_rows: list[Rule] = []
        self._in_force = "" if version is None else f"WHERE h.version_ = {version}"

    def judge(self, now: datetime) -> None:
        """Count every outcome, and keep the first findings of each rule."""
        again = EachAgain(self.told, now)
        printed = Printed(self.database, self.events.fields, self.calendar, given=again.clock)
        columns = again.printed(printed.printer)
        if columns:
            self._in_columns(again, printed, columns)
        if again.by_rows:
            again.by_row(self.events.fetch(self._of_rows(again)))
        self.by_rows = again.by_rows

    def _in_columns(self, again: EachAgain, printed: Printed, columns: list[tuple[Rule, Column]]) -> None:
        table = f"each_{self.version or 0}"
        relation = printed.relation(table, again.actions(rule for rule, _ in columns))
        texts = ", ".join(
            f"CASE WHEN {has_action(self.database, again.actions([rule]), 'e')} THEN {column.text} "
            f"ELSE {NUMBER[Outcome.NOT_APPLICABLE]} END AS c{n}"
            for n, (rule, column) in enumerate(columns)
        )
        query = f"CREATE TEMP TABLE {table} AS SELECT e.file_, e.line_, e.at_, {texts} FROM {relation} {self._in_force}"  # noqa: S608 - printed
        self.database.run(query, printed.parameters(query))
        rules = [(rule.id, f"c{n}") for n, (rule, _) in enumerate(columns)]
        count_table(self.database, table, rules, self.told)
        self._tell(again, table, rules)
        self.database.run(f"DROP TABLE {table}")

    def _tell(self, again: EachAgain, table: str, rules: list[tuple[str, str]]) -> None:
        """Judge again the first events of each rule and outcome, and keep what is told of them."""
        chosen = " UNION ".join(
            again.first(table, column, outcome) for _, column in rules for outcome in OUTCOMES
        )
        columns = ", ".join(f"t.{column}" for _, column in rules)
        query = (
            f"SELECT {columns}, {self.events.select()} FROM ({chosen}) AS t "  # noqa: S608 - names made here
            f"JOIN {TABLE} AS e ON e.file_ = t.file_ AND e.line_ = t.line_ ORDER BY e.file_, e.line_"
        )
        names = [rule for rule, _ in rules]
        for row in self.database.rows(query):
            again.hold(self.events.event_of(row[len(rules) :]), names, row)

    def _of_rows(self, again: EachAgain) -> str:
        relation = of_actions(self.database, again.actions(again.by_rows))
        return (
            f"SELECT {self.events.select()} FROM {relation} AS e {self.calendar.joined()} {self._in_force} "  # noqa: S608 - names made here
            "ORDER BY e.file_, e.line_"
        )
