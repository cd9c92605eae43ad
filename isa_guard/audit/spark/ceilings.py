"""At most so much for each key in each window of London time: one row for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.spark.events import TABLE
from isa_guard.audit.spark.printed import Printed, Selected, keys_of

if TYPE_CHECKING:
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.model.log_rule import Ceiling

WIDE: Final = "DECIMAL(38, 0)"  # no sum of 64-bit numbers leaves it, where one of BIGINT would fail


class CeilingOnSpark:
    """One ceiling. Making it makes its table `name`: windows, and events that cannot be counted."""

    def __init__(
        self,
        store: Store,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Ceiling,
    ) -> None:
        self.store = store
        self.events = events
        self.name = name
        self.pattern = pattern
        self.keys = keys_of(events, pattern.by)
        printed = Printed(store, events, calendar, pattern.trigger.variable)
        selected = Selected(printed, pattern.trigger, self.keys, name, version)
        keys = "".join(f"e.{key}, " for key in self.keys)
        amount = f"e.{events.columns[pattern.summed]}" if pattern.summed else "1"
        query = (
            f"SELECT e.file_, e.line_, e.at_, {keys}CAST({amount} AS {WIDE}) AS amount_, "  # noqa: S608 - printed
            f"{calendar.window(pattern.per)} AS window_, ({selected.condition}) IS NOT NULL AND {selected.given} AS counts_ "
            f"FROM {selected.source}"
        )
        store.view(f"{name}_counted", query, selected.parameters(query))
        self._group()

    def _group(self) -> None:
        keys = "".join(f"{key}, " for key in self.keys)
        outcome = (
            f"CASE WHEN sum(amount_) > {self.pattern.at_most} THEN {NOT_MET} "
            f"WHEN count(*) > count(amount_) THEN {CANNOT_TELL} ELSE {MET} END"
        )
        query = (
            f"SELECT first_.at_, first_.file_, first_.line_, {keys}window_, counts_, CAST(outcome_ AS TINYINT) AS outcome_ "  # noqa: S608 - names made here
            f"FROM (SELECT {keys}window_, TRUE AS counts_, min(struct(at_, file_, line_)) AS first_, {outcome} AS outcome_ "
            f"FROM {self.name}_counted WHERE counts_ GROUP BY {keys}window_ "
            f"UNION ALL SELECT {keys}window_, FALSE, struct(at_, file_, line_), {CANNOT_TELL} "
            f"FROM {self.name}_counted WHERE NOT counts_)"
        )
        self.store.keep(self.name, query)

    def evidence(self, chosen: str) -> str:
        """Answer the query of every event of the chosen windows, and of the chosen events that cannot be counted."""
        equal = " AND ".join((*(f"n.{key} = c.{key}" for key in self.keys), "n.window_ = c.window_"))
        return (
            f"SELECT {self.events.select()} FROM (SELECT n.file_, n.line_ FROM {chosen} AS c "  # noqa: S608 - names made here
            f"JOIN {self.name}_counted AS n ON {equal} WHERE c.counts_ AND n.counts_ "
            f"UNION SELECT file_, line_ FROM {chosen} WHERE NOT counts_) AS w "
            f"JOIN {TABLE} AS e ON e.file_ = w.file_ AND e.line_ = w.line_ ORDER BY e.file_, e.line_"
        )
