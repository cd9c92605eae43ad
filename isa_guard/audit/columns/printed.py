"""Conditions printed for the table of events, their lookups answered and joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.events import TABLE
from isa_guard.audit.columns.fields import column
from isa_guard.language.columns import Dialect, Printer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.language.values import Value


class Printed:
    """One query over the events of some actions, called `e` there, whose conditions read them as `variable`."""

    def __init__(
        self,
        database: Database,
        fields: Iterable[str],
        calendar: Calendar,
        variable: str = "event",
        given: Mapping[str, Value] | None = None,
    ) -> None:
        self.database = database
        self.calendar = calendar
        columns = {f"{variable}.{name}": f"e.{column(name)}" for name in fields}
        if f"{variable}.at" in columns:
            day = f"CASE WHEN {columns[f'{variable}.at']} IS NOT NULL THEN {calendar.day} END"
            columns[f"day({variable}.at)"] = f"({day})"
        self.printer = Printer(Dialect.DUCKDB, columns, given=given, dated=frozenset({f"{variable}.at"}))

    def relation(self, name: str, actions: frozenset[str] | None) -> str:
        """Answer the events of these actions, and those without one, with their hours `h` and the answers of every lookup.

        `name` begins the names of the tables in which the answers are kept.
        """
        relation = f"{of_actions(self.database, actions)} AS e {self.calendar.joined()}"
        for lookup in self.printer.lookups:
            asked = lookup.asked(relation)
            keys = self.database.run(asked, self.parameters(asked)).fetchall()
            table = f"{name}_{lookup.name}"
            self.database.fill(table, dict(lookup.columns(Dialect.DUCKDB)), list(lookup.answers(keys)))
            relation = lookup.joined(relation, table)
        return relation

    def parameters(self, text: str) -> Mapping[str, Value]:
        """Answer the parameters that a text names."""
        return self.printer.parameters(text)


def of_actions(database: Database, actions: frozenset[str] | None) -> str:
    """Answer the relation of the events that have one of these actions or none; all where there is no set."""
    if actions is None:
        return TABLE
    return f"(SELECT * FROM {TABLE} AS a WHERE {has_action(database, actions, 'a')})"  # noqa: S608 - words are parameters


def has_action(database: Database, actions: frozenset[str], of: str) -> str:
    """Answer the SQL of whether an event has one of these actions, or none at all."""
    action = f"{of}.{column('action')}"
    words = ", ".join(_word(database, word) for word in sorted(actions))
    return f"({action} IS NULL OR {action} IN ({words}))" if words else f"({action} IS NULL)"


def _word(database: Database, word: str) -> str:
    """Answer the parameter that stands for a word in every statement of this database."""
    for name, value in database.given.items():
        if value == word:
            return f"${name}"
    name = f"w{len(database.given)}"
    database.given[name] = word
    return f"${name}"
