"""An event that has, or never has, an answer: triggers and answers of a key in one order of time, nearest first.

Of all answers on the right side the nearest alone matters: the last instant of a period never comes earlier where
the period begins later. It is the last one met while the key's events are gone through from that side, which Spark
does in one pass; the frame the other way round would cost it the square of a key's events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.expectations import AGAIN
from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.spark.events import TABLE
from isa_guard.audit.spark.printed import Printed, Selected, keys_of, of_actions
from isa_guard.decide.logs.expectation import due
from isa_guard.model.log_rule import Order, Wanted

if TYPE_CHECKING:
    from isa_guard.audit.spark.calendar import Calendar
    from isa_guard.audit.spark.events import Events
    from isa_guard.audit.spark.store import Store
    from isa_guard.decide.logs.judgement import Span
    from isa_guard.model.log_rule import Expectation, Selector


class ExpectationOnSpark:
    """One expectation. Making it makes its table `name`."""

    def __init__(
        self,
        store: Store,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Expectation,
        span: Span,
    ) -> None:
        self.store = store
        self.events = events
        self.calendar = calendar
        self.name = name
        self.pattern = pattern
        self.keys = keys_of(events, pattern.by)
        self._select(pattern.trigger, f"{name}_triggers", version)
        self._select(pattern.answer, f"{name}_answers", None)
        self._join(span)

    def _select(self, selector: Selector, table: str, version: int | None) -> None:
        """Make the table of the events that a selector holds for, or may hold for."""
        printed = Printed(self.store, self.events, self.calendar, selector.variable)
        selected = Selected(printed, selector, self.keys, table, version)
        keys = ", ".join(f"e.{key}" for key in self.keys)
        query = (
            f"SELECT e.file_, e.line_, e.at_, {keys}, {self.calendar.due(self.pattern.within)} AS due_, "  # noqa: S608 - printed
            f"{selected.condition} AS holds_, {selected.given} AS given_ FROM {selected.source}"
        )
        if selector is self.pattern.answer:
            query += f" AND {selected.given}"
        self.store.view(table, query, selected.parameters(query))

    def _join(self, span: Span) -> None:
        keys = ", ".join(self.keys)
        after = self.pattern.order is Order.AFTER
        nearest, direction = ("min", "DESC") if after else ("max", "ASC")

        def of(which: str) -> str:
            answer = f"CASE WHEN NOT asks_ AND {which} THEN struct(at_, due_) END"
            return f"{nearest}({answer}) OVER near"

        marked = (
            f"SELECT file_, line_, at_, {keys}, due_, holds_, given_, TRUE AS asks_ FROM {self.name}_triggers "  # noqa: S608 - names made here
            f"UNION ALL SELECT DISTINCT CAST(NULL AS INT), CAST(NULL AS BIGINT), at_, {keys}, due_, holds_, TRUE, FALSE "
            f"FROM {self.name}_answers"
        )
        # RANGE takes in what happened at the same instant: both ends of a period are closed.
        window = (
            f"PARTITION BY {keys} ORDER BY at_ {direction} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
        )
        query = (
            f"WITH t AS (SELECT *, {of('holds_')} AS c, {of('holds_ IS NULL')} AS p FROM ({marked}) "  # noqa: S608 - names made here
            f"WINDOW near AS ({window})) SELECT t.file_, t.line_, t.at_, {keys}, t.due_, t.c.at_ AS certain_, "
            f"t.p.at_ AS possible_, CAST({self._outcome(span)} AS TINYINT) AS outcome_ FROM t WHERE asks_"
        )
        self.store.keep(self.name, query)

    def _outcome(self, span: Span) -> str:
        expected = self.pattern.wanted is Wanted.EXPECT
        hit, miss = (MET, NOT_MET) if expected else (NOT_MET, MET)
        untold = f"WHEN t.holds_ IS NULL OR NOT t.given_ THEN {CANNOT_TELL}"
        if self.pattern.order is Order.AFTER:
            late = f"WHEN t.due_ > {span.end} THEN {CANNOT_TELL}" if self.pattern.within else ""
            return (
                f"CASE {untold} WHEN t.c.at_ <= t.due_ THEN {hit} WHEN t.due_ IS NULL OR t.p.at_ <= t.due_ "
                f"THEN {CANNOT_TELL} {late} ELSE {miss} END"
            )
        uncounted = f"WHEN t.c IS NOT NULL AND t.c.due_ IS NULL THEN {CANNOT_TELL}"
        possible = f"WHEN t.p IS NOT NULL AND (t.p.due_ IS NULL OR t.at_ <= t.p.due_) THEN {CANNOT_TELL}"
        return (
            f"CASE {untold} WHEN t.at_ <= t.c.due_ THEN {hit} {uncounted} {possible} {self._before_the_log(span)} "
            f"ELSE {miss} END"
        )

    def _before_the_log(self, span: Span) -> str:
        if self.pattern.within is None or self.pattern.wanted is Wanted.NEVER:
            return ""
        reach = due(span.begin, self.pattern.within)
        return f"WHEN {'TRUE' if reach is None else f't.at_ <= {reach}'} THEN {CANNOT_TELL}"

    def evidence(self, chosen: str) -> str:
        """Answer the query of the chosen events and of those nearest to them that may answer, by action and key alone."""
        equal = " AND ".join(f"e.{key} = c.{key}" for key in self.keys)
        side = "<=" if self.pattern.order is Order.AFTER else ">="
        candidates = of_actions(self.store, self.events, self.pattern.answer.actions)
        near = (
            "SELECT e.file_, e.line_, e.at_ = c.certain_ OR e.at_ = c.possible_ AS nearest_, row_number() OVER "  # noqa: S608 - names made here
            f"(PARTITION BY c.file_, c.line_ ORDER BY abs(e.at_ - c.at_), e.file_, e.line_) AS nth_ "
            f"FROM {chosen} AS c JOIN {candidates} AS e ON {equal} AND c.at_ {side} e.at_"
        )
        return (
            f"SELECT {self.events.select()} FROM (SELECT file_, line_ FROM {chosen} UNION "  # noqa: S608 - names made here
            f"SELECT file_, line_ FROM ({near}) WHERE nth_ <= {AGAIN} OR nearest_) AS w "
            f"JOIN {TABLE} AS e ON e.file_ = w.file_ AND e.line_ = w.line_"
        )
