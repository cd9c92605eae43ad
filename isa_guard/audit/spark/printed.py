"""Conditions printed for the table of events on Spark, their lookups answered and joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.spark.events import TABLE
from isa_guard.language.columns import Dialect, NotPrintable, Printer
from isa_guard.language.types import Bool, Date, Int, String, Timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.language.values import Value
    from isa_guard.model.log_rule import Selector


class Printed:
    """One query over the events of some actions, called `e` there, whose conditions read them as `variable`."""

    def __init__(
        self,
        store: Store,
        events: Events,
        calendar: Calendar,
        variable: str = "event",
        given: Mapping[str, Value] | None = None,
    ) -> None:
        self.store = store
        self.events = events
        self.calendar = calendar
        columns = {f"{variable}.{name}": f"e.{column}" for name, column in events.columns.items()}
        at = columns.get(f"{variable}.at")
        if at is not None:
            columns[f"day({variable}.at)"] = f"(CASE WHEN {at} IS NOT NULL THEN h.on_ END)"
        self.printer = Printer(Dialect.SPARK, columns, given=given, dated=frozenset({f"{variable}.at"}))

    def relation(self, name: str, actions: frozenset[str] | None) -> str:
        """Answer the events of these actions, and those without one, with their hours `h` and every lookup's answers.

        `name` begins the names of the tables in which the answers are kept.
        """
        relation = f"{of_actions(self.store, self.events, actions)} AS e {self.calendar.joined()}"
        for lookup in self.printer.lookups:
            given = self.parameters(lookup.asked(relation))
            relation = self.store.answered(lookup, relation, f"{name}_{lookup.name}", given)
        return relation

    def parameters(self, text: str) -> Mapping[str, Value]:
        """Answer the arguments that a text names."""
        return self.printer.parameters(text)


class Selected:
    """The events of a selector as SQL: `source` to select from, with what must be so for a row to be one of them."""

    def __init__(
        self,
        printed: Printed,
        selector: Selector | None,
        keys: tuple[str, ...],
        name: str,
        version: int | None,
    ) -> None:
        self.condition = printed.printer.of(selector.condition).text if selector else "TRUE"
        self.parameters = printed.parameters
        self.keys = keys
        relation = printed.relation(name, selector.actions if selector else None)
        self.source = f"{relation} WHERE ({self.condition}) IS DISTINCT FROM FALSE"
        if version is not None:
            self.source += f" AND h.version_ = {version}"

    @property
    def given(self) -> str:
        """Answer the SQL of whether an event has its whole key."""
        return " AND ".join(("TRUE", *(f"e.{key} IS NOT NULL" for key in self.keys)))


def keys_of(events: Events, by: tuple[str, ...]) -> tuple[str, ...]:
    """Answer the columns of a key. Raises NotPrintable where SQL may not hold the same values for equal."""
    for name in by:
        if not isinstance(events.types.get(name), String | Int | Bool | Date | Timestamp):
            raise NotPrintable(f"a key of {events.types.get(name)}")
    return tuple(events.columns[name] for name in by)


def of_actions(store: Store, events: Events, actions: frozenset[str] | None) -> str:
    """Answer the relation of the events that have one of these actions or none; all where there is no set."""
    if actions is None:
        return TABLE
    return f"(SELECT * FROM {TABLE} AS a WHERE {has_action(store, events, actions, 'a')})"  # noqa: S608 - words are arguments


def has_action(store: Store, events: Events, actions: frozenset[str], of: str) -> str:
    """Answer the SQL of whether an event has one of these actions, or none at all."""
    action = f"{of}.{events.columns['action']}"
    words = ", ".join(_word(store, word) for word in sorted(actions))
    return f"({action} IS NULL OR {action} IN ({words}))" if words else f"({action} IS NULL)"


def _word(store: Store, word: str) -> str:
    """Answer the argument that stands for a word in every statement of this audit."""
    for name, value in store.given.items():
        if value == word:
            return f":{name}"
    name = f"w{len(store.given)}"
    store.given[name] = word
    return f":{name}"
