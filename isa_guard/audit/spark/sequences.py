"""Every number once and none left out, for each key: by the order of the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.spark.ceilings import WIDE
from isa_guard.audit.spark.events import TABLE
from isa_guard.audit.spark.printed import Printed, Selected, keys_of

if TYPE_CHECKING:
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.model.log_rule import Sequence


class SequenceOnSpark:
    """One sequence. Making it makes its table `name`; an event after a gap stands in it twice."""

    def __init__(
        self,
        store: Store,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Sequence,
    ) -> None:
        self.store = store
        self.events = events
        self.name = name
        self.keys = keys_of(events, pattern.by)
        selector = pattern.trigger
        printed = Printed(store, events, calendar, selector.variable if selector else "event")
        selected = Selected(printed, selector, self.keys, name, version)
        keys = "".join(f"e.{key}, " for key in self.keys)
        number = f"e.{events.columns[pattern.number]}"
        query = (
            f"SELECT e.file_, e.line_, e.at_, {keys}{number} AS number_, ({selected.condition}) IS NOT NULL "  # noqa: S608 - printed
            f"AND {selected.given} AND {number} IS NOT NULL AS sure_ FROM {selected.source}"
        )
        store.view(f"{name}_numbers", query, selected.parameters(query))
        self._order()

    def _order(self) -> None:
        """Make the table: first of their numbers, again, after a gap with the line before it, and untold."""
        keys = "".join(f"{key}, " for key in self.keys)
        by = f"PARTITION BY {keys.removesuffix(', ')} " if keys else ""
        same = f"PARTITION BY {keys}number_ ORDER BY file_, line_"
        place = "file_, line_, at_"
        nothing = "CAST(NULL AS INT) AS other_file_, CAST(NULL AS BIGINT) AS other_line_"

        def outcome(number: int) -> str:
            return f"CAST({number} AS TINYINT) AS outcome_"

        query = (
            f"WITH placed AS (SELECT *, row_number() OVER s AS nth_, first_value(file_) OVER s AS first_file_, "  # noqa: S608 - names made here
            f"first_value(line_) OVER s AS first_line_ FROM {self.name}_numbers WHERE sure_ WINDOW s AS ({same})), "
            f"firsts AS (SELECT {place}, number_, lag(number_) OVER o AS before_, lag(file_) OVER o AS other_file_, "
            f"lag(line_) OVER o AS other_line_ FROM placed WHERE nth_ = 1 WINDOW o AS ({by}ORDER BY number_)) "
            f"SELECT {place}, {outcome(MET)}, {nothing} FROM firsts "
            f"UNION ALL SELECT {place}, {outcome(NOT_MET)}, other_file_, other_line_ FROM firsts "
            f"WHERE CAST(number_ AS {WIDE}) - CAST(before_ AS {WIDE}) > 1 "
            f"UNION ALL SELECT {place}, {outcome(NOT_MET)}, first_file_, first_line_ FROM placed WHERE nth_ > 1 "
            f"UNION ALL SELECT {place}, {outcome(CANNOT_TELL)}, {nothing} FROM {self.name}_numbers WHERE NOT sure_"
        )
        self.store.keep(self.name, query)

    def evidence(self, chosen: str) -> str:
        """Answer the query of the chosen events, each with the line before its gap or the first of its number."""
        return (
            f"SELECT {self.events.select()} FROM (SELECT file_, line_ FROM {chosen} "  # noqa: S608 - names made here
            f"UNION SELECT other_file_, other_line_ FROM {chosen} WHERE other_file_ IS NOT NULL) AS w "
            f"JOIN {TABLE} AS e ON e.file_ = w.file_ AND e.line_ = w.line_"
        )
