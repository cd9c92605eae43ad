"""At most so much for each key in each window of London time: one row for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.fields import column
from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.columns.printed import Printed

if TYPE_CHECKING:
    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.model.log_rule import Ceiling

# An event's instant, file and line in one number, so that the first event of a window is a least number.
_AT: Final = "18446744073709551616::HUGEINT"  # 2 ** 64
_FILE: Final = "1099511627776::HUGEINT"  # 2 ** 40


class CeilingInColumns:
    """One ceiling. Making it makes its table `name`: windows, and events that cannot be counted."""

    def __init__(
        self,
        database: Database,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Ceiling,
    ) -> None:
        self.database = database
        self.events = events
        self.name = name
        self.pattern = pattern
        self.keys = tuple(column(field) for field in pattern.by)
        selector = pattern.trigger
        printed = Printed(database, events.fields, calendar, selector.variable)
        condition = printed.printer.of(selector.condition)
        relation = printed.relation(name, selector.actions)
        keys = "".join(f"e.{key}, " for key in self.keys)
        given = " AND ".join(("TRUE", *(f"e.{key} IS NOT NULL" for key in self.keys)))
        amount = f"e.{column(pattern.summed)}" if pattern.summed else "1::BIGINT"
        query = (
            f"CREATE TEMP TABLE {name}_counted AS SELECT e.file_, e.line_, e.at_, {keys}{amount} AS amount_, "  # noqa: S608 - printed
            f"{calendar.window(pattern.per)} AS window_, ({condition.text}) IS NOT NULL AND {given} AS counts_ "
            f"FROM {relation} WHERE ({condition.text}) IS DISTINCT FROM FALSE"
        )
        if version is not None:
            query += f" AND h.version_ = {version}"
        database.run(query, printed.parameters(query))
        self._group()

    def _group(self) -> None:
        keys = "".join(f"{key}, " for key in self.keys)
        outcome = (
            f"CASE WHEN sum(amount_) > {self.pattern.at_most} THEN {NOT_MET} "
            f"WHEN count(*) > count(amount_) THEN {CANNOT_TELL} ELSE {MET} END"
        )
        first = f"min(at_ * {_AT} + file_ * {_FILE} + line_)"
        query = (
            f"CREATE TEMP TABLE {self.name} AS SELECT CAST(first_ // {_AT} AS BIGINT) AS at_, "  # noqa: S608 - names made here
            f"CAST(first_ % {_AT} // {_FILE} AS INTEGER) AS file_, CAST(first_ % {_FILE} AS BIGINT) AS line_, "
            f"{keys}window_, counts_, CAST(outcome_ AS TINYINT) AS outcome_ FROM ("
            f"SELECT {keys}window_, TRUE AS counts_, {first} AS first_, {outcome} AS outcome_ "
            f"FROM {self.name}_counted WHERE counts_ GROUP BY {keys}window_ "
            f"UNION ALL SELECT {keys}window_, FALSE, at_ * {_AT} + file_ * {_FILE} + line_, {CANNOT_TELL} "
            f"FROM {self.name}_counted WHERE NOT counts_)"
        )
        self.database.run(query)

    def evidence(self, chosen: str) -> str:
        """Answer the query of every event of the chosen windows, and of the chosen events that cannot be counted."""
        equal = " AND ".join((*(f"n.{key} = c.{key}" for key in self.keys), "n.window_ = c.window_"))
        return (
            f"SELECT {self.events.select()} FROM (SELECT n.file_, n.line_ FROM {chosen} AS c "  # noqa: S608 - names made here
            f"JOIN {self.name}_counted AS n ON {equal} WHERE c.counts_ AND n.counts_ "
            f"UNION SELECT file_, line_ FROM {chosen} WHERE NOT counts_) AS w "
            "JOIN events AS e ON e.file_ = w.file_ AND e.line_ = w.line_ ORDER BY 1, 2"
        )
