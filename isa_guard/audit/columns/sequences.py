"""Every number once and none left out, for each key: by the order of the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.fields import column
from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.columns.printed import Printed

if TYPE_CHECKING:
    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.model.log_rule import Sequence

BUCKET: Final = 4_096  # numbers


class SequenceInColumns:
    """One sequence. Making it makes its table `name`; an event after a gap stands in it twice."""

    def __init__(
        self,
        database: Database,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Sequence,
    ) -> None:
        self.database = database
        self.events = events
        self.name = name
        self.keys = tuple(column(field) for field in pattern.by)
        selector = pattern.trigger
        printed = Printed(database, events.fields, calendar, selector.variable if selector else "event")
        condition = printed.printer.of(selector.condition).text if selector else "TRUE"
        relation = printed.relation(name, selector.actions if selector else None)
        keys = "".join(f"e.{key}, " for key in self.keys)
        number = f"e.{column(pattern.number)}"
        given = " AND ".join(f"{one} IS NOT NULL" for one in (*(f"e.{key}" for key in self.keys), number))
        query = (
            f"CREATE TEMP TABLE {name}_numbers AS SELECT e.file_, e.line_, e.at_, {keys}{number} AS number_, "  # noqa: S608 - printed
            f"({condition}) IS NOT NULL AND {given} AS sure_ FROM {relation} "
            f"WHERE ({condition}) IS DISTINCT FROM FALSE"
        )
        if version is not None:
            query += f" AND h.version_ = {version}"
        database.run(query, printed.parameters(query))
        self._look_for_odd()
        self._order()

    def _look_for_odd(self) -> None:
        """Make the table of buckets of numbers, and say of each whether it must be put in order.

        A bucket is in order where no number stands twice in it, none is left out between its first and last, and it goes
        on where the one before it ends. To order every number of a log would take longer than all other rules do.
        """
        keys = "".join(f"{key}, " for key in self.keys)
        by = f"PARTITION BY {keys.removesuffix(', ')} " if keys else ""
        within = f"CAST(number_ - {BUCKET} * (number_ // {BUCKET}) AS INTEGER)"
        seen = f"bit_count(bitstring_agg({within}, {1 - BUCKET}, {BUCKET - 1}))"
        query = (
            f"CREATE TEMP TABLE {self.name}_buckets AS WITH counted AS ("  # noqa: S608 - names made here
            f"SELECT {keys}number_ // {BUCKET} AS bucket_, count(*) AS many_, {seen} AS seen_, "
            "min(number_)::HUGEINT AS least_, max(number_)::HUGEINT AS greatest_ "
            f"FROM {self.name}_numbers WHERE sure_ GROUP BY ALL), "
            f"judged AS (SELECT {keys}bucket_, many_ <> seen_ OR greatest_ - least_ + 1 <> seen_ "
            f"OR coalesce(lag(greatest_) OVER o + 1 <> least_, FALSE) AS odd_ FROM counted WINDOW o AS ({by}ORDER BY bucket_)) "
            f"SELECT *, coalesce(lead(odd_) OVER o, FALSE) AS before_odd_ FROM judged WINDOW o AS ({by}ORDER BY bucket_)"
        )
        self.database.run(query)

    def _order(self) -> None:
        """Make the table: first of their numbers, again, after a gap with the line before it, and untold."""
        keys = "".join(f"{key}, " for key in self.keys)
        by = f"PARTITION BY {keys.removesuffix(', ')} " if keys else ""
        same = f"PARTITION BY {keys}number_ ORDER BY file_, line_"
        place = "file_, line_, at_"
        nothing = "NULL::INTEGER AS other_file_, NULL::BIGINT AS other_line_"
        equal = "".join(f"n.{key} = b.{key} AND " for key in self.keys)
        bucketed = (
            f"(SELECT n.*, b.odd_, b.before_odd_ FROM {self.name}_numbers AS n JOIN {self.name}_buckets AS b "  # noqa: S608 - names made here
            f"ON {equal}n.number_ // {BUCKET} = b.bucket_ WHERE n.sure_)"
        )
        query = (
            f"CREATE TEMP TABLE {self.name} AS WITH placed AS (SELECT *, row_number() OVER s AS nth_, "  # noqa: S608 - names made here
            f"first_value(file_) OVER s AS first_file_, first_value(line_) OVER s AS first_line_ "
            f"FROM {bucketed} WHERE odd_ OR before_odd_ WINDOW s AS ({same})), "
            f"firsts AS (SELECT {place}, number_, odd_, lag(number_) OVER o AS before_, lag(file_) OVER o AS other_file_, "
            f"lag(line_) OVER o AS other_line_ FROM placed WHERE nth_ = 1 WINDOW o AS ({by}ORDER BY number_)) "
            f"SELECT {place}, {MET}::TINYINT AS outcome_, {nothing} FROM {bucketed} WHERE NOT odd_ "
            f"UNION ALL SELECT {place}, {MET}, NULL, NULL FROM firsts WHERE odd_ "
            f"UNION ALL SELECT {place}, {NOT_MET}, other_file_, other_line_ FROM firsts "
            "WHERE odd_ AND number_::HUGEINT - before_::HUGEINT > 1 "
            f"UNION ALL SELECT {place}, {NOT_MET}, first_file_, first_line_ FROM placed WHERE odd_ AND nth_ > 1 "
            f"UNION ALL SELECT {place}, {CANNOT_TELL}, NULL, NULL FROM {self.name}_numbers WHERE NOT sure_"
        )
        self.database.run(query)

    def evidence(self, chosen: str) -> str:
        """Answer the query of the chosen events, each with the line before its gap or the first of its number."""
        return (
            f"SELECT {self.events.select()} FROM (SELECT file_, line_ FROM {chosen} "  # noqa: S608 - names made here
            f"UNION SELECT other_file_, other_line_ FROM {chosen} WHERE other_file_ IS NOT NULL) AS w "
            "JOIN events AS e ON e.file_ = w.file_ AND e.line_ = w.line_ ORDER BY 1, 2"
        )
