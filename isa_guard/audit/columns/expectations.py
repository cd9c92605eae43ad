"""An event that has, or never has, an answer: triggers and answers as two tables, joined to the nearest in time.

Of all answers on the right side the nearest alone matters: the last instant of a period never comes earlier where
the period begins later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.fields import column
from isa_guard.audit.columns.outcomes import CANNOT_TELL, MET, NOT_MET
from isa_guard.audit.columns.printed import Printed, of_actions
from isa_guard.decide.logs.expectation import due
from isa_guard.model.log_rule import Order, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.columns.calendar import Calendar
    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.decide.logs.judgement import Span
    from isa_guard.language.values import Value
    from isa_guard.model.log_rule import Expectation, Selector

CERTAIN: Final = "holds_"
POSSIBLE: Final = "holds_ IS NULL"
AGAIN: Final = 100  # answers of one event that are judged again, nearest first


class ExpectationInColumns:
    """One expectation. Making it makes its table `name`."""

    def __init__(
        self,
        database: Database,
        events: Events,
        calendar: Calendar,
        version: int | None,
        name: str,
        pattern: Expectation,
        span: Span,
    ) -> None:
        self.database = database
        self.events = events
        self.calendar = calendar
        self.name = name
        self.pattern = pattern
        self.keys = tuple(column(field) for field in pattern.by)
        self._side = "<=" if pattern.order is Order.AFTER else ">="
        triggers = self._selected(pattern.trigger, version)
        answers, given = self._selected(pattern.answer, None)
        query = f"CREATE TEMP TABLE {name}_answers AS SELECT * FROM ({answers}) WHERE given_"  # noqa: S608 - printed
        database.run(query, given)
        self._join(span, *triggers)

    def _selected(self, selector: Selector, version: int | None) -> tuple[str, Mapping[str, Value]]:
        """The query of the events that a selector holds for, or may hold for, with its parameters."""
        printed = Printed(self.database, self.events.fields, self.calendar, selector.variable)
        condition = printed.printer.of(selector.condition)
        relation = printed.relation(f"{self.name}_{selector.variable}", selector.actions)
        keys = ", ".join(f"e.{key}" for key in self.keys)
        given = " AND ".join(f"e.{key} IS NOT NULL" for key in self.keys)
        query = (
            f"SELECT e.file_, e.line_, e.at_, {keys}, {self.calendar.due(self.pattern.within)} "  # noqa: S608 - printed
            f"AS due_, {condition.text} AS holds_, {given} AS given_ FROM {relation} "
            f"WHERE ({condition.text}) IS DISTINCT FROM FALSE"
        )
        if version is not None:
            query += f" AND h.version_ = {version}"
        return query, printed.parameters(query)

    def _join(self, span: Span, triggers: str, given: Mapping[str, Value]) -> None:
        t_keys = ", ".join(f"t.{key}" for key in self.keys)
        query = (
            f"CREATE TEMP TABLE {self.name} AS SELECT t.file_, t.line_, t.at_, {t_keys}, t.due_, "  # noqa: S608 - names made here
            f"CAST({self._outcome(span)} AS TINYINT) AS outcome_ "
            f"FROM ({triggers}) AS t {self._answer('c', CERTAIN)} {self._answer('p', POSSIBLE)}"
        )
        self.database.run(query, given)

    def _answer(self, name: str, which: str) -> str:
        """The join of an answer of a kind that decides: without a period any on the right side does, else the nearest."""
        count = f"SELECT count(*), count(due_) FROM {self.name}_answers WHERE {which}"  # noqa: S608 - names made here
        many, dated = self.database.one(count)
        if not many:
            return f"CROSS JOIN (SELECT NULL::BIGINT AS at_, NULL::BIGINT AS due_) AS {name}"
        if self.pattern.within is not None and self.pattern.order is Order.BEFORE and many == dated:
            return self._covering(name, which)
        if self.pattern.within is not None:
            return self._nearest(name, which, "t")
        extreme = "max" if self.pattern.order is Order.AFTER else "min"
        keys = ", ".join(self.keys)
        return (
            f"LEFT JOIN (SELECT {keys}, {extreme}(at_) AS at_, any_value(due_) AS due_ FROM {self.name}_answers "  # noqa: S608 - names made here
            f"WHERE {which} GROUP BY {keys}) AS {name} ON {self._equal('t', name)} AND t.at_ {self._side} {name}.at_"
        )

    def _covering(self, name: str, which: str) -> str:
        """The join of the span that answers before an event cover without a break, both of its ends taken in.

        Most keys have one span, and then to be in it needs no order of events: a sort of the whole log is spared.
        """
        keys = ", ".join(self.keys)
        table = f"{self.name}_{name}"
        before = f"PARTITION BY {keys} ORDER BY at_, due_ ROWS BETWEEN UNBOUNDED PRECEDING AND"
        self.database.run(
            f"CREATE TEMP TABLE {table} AS WITH reached AS (SELECT *, max(due_) OVER ({before} 1 PRECEDING) AS reach_ "  # noqa: S608 - names made here
            f"FROM {self.name}_answers WHERE {which}), "
            f"spans AS (SELECT *, count(*) FILTER (WHERE reach_ IS NULL OR at_ > reach_ + 1) OVER ({before} CURRENT ROW) AS nth_ "
            f"FROM reached) SELECT {keys}, nth_, min(at_) AS at_, max(due_) AS due_ FROM spans GROUP BY {keys}, nth_"
        )
        (most,) = self.database.one(f"SELECT max(nth_) FROM {table}")  # noqa: S608 - a name made here
        join = "LEFT" if most == 1 else "ASOF LEFT"
        return f"{join} JOIN {table} AS {name} ON {self._equal('t', name)} AND t.at_ >= {name}.at_"

    def _nearest(self, name: str, which: str, to: str) -> str:
        """The join of the nearest answer of a kind on the right side."""
        keys = ", ".join(self.keys)
        return (
            f"ASOF LEFT JOIN (SELECT DISTINCT {keys}, at_, due_ FROM {self.name}_answers WHERE {which}) AS {name} "  # noqa: S608 - names made here
            f"ON {self._equal(to, name)} AND {to}.at_ {self._side} {name}.at_"
        )

    def _equal(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.{key} = {other}.{key}" for key in self.keys)

    def _outcome(self, span: Span) -> str:
        expected = self.pattern.wanted is Wanted.EXPECT
        hit, miss = (MET, NOT_MET) if expected else (NOT_MET, MET)
        untold = f"WHEN t.holds_ IS NULL OR NOT t.given_ THEN {CANNOT_TELL}"
        if self.pattern.order is Order.AFTER:
            late = f"WHEN t.due_ > {span.end} THEN {CANNOT_TELL}" if self.pattern.within else ""
            return (
                f"CASE {untold} WHEN c.at_ <= t.due_ THEN {hit} WHEN t.due_ IS NULL OR p.at_ <= t.due_ "
                f"THEN {CANNOT_TELL} {late} ELSE {miss} END"
            )
        uncounted = f"WHEN c.at_ IS NOT NULL AND c.due_ IS NULL THEN {CANNOT_TELL}"
        possible = f"WHEN p.at_ IS NOT NULL AND (p.due_ IS NULL OR t.at_ <= p.due_) THEN {CANNOT_TELL}"
        return (
            f"CASE {untold} WHEN t.at_ <= c.due_ THEN {hit} {uncounted} {possible} {self._before_the_log(span)} "
            f"ELSE {miss} END"
        )

    def _before_the_log(self, span: Span) -> str:
        if self.pattern.within is None or self.pattern.wanted is Wanted.NEVER:
            return ""
        reach = due(span.begin, self.pattern.within)
        return f"WHEN {'TRUE' if reach is None else f't.at_ <= {reach}'} THEN {CANNOT_TELL}"

    def evidence(self, chosen: str) -> str:
        """Answer the query of the chosen events and of those nearest to them that may answer, by action and key alone."""
        candidates = of_actions(self.database, self.pattern.answer.actions)
        nearest = (
            f"SELECT t.*, c.at_ AS certain_, p.at_ AS possible_ FROM {chosen} AS t "  # noqa: S608 - names made here
            f"{self._nearest('c', CERTAIN, 't')} {self._nearest('p', POSSIBLE, 't')}"
        )
        return (
            f"SELECT {self.events.select()} FROM (SELECT file_, line_ FROM {chosen} UNION "  # noqa: S608 - names made here
            f"SELECT e.file_, e.line_ FROM ({nearest}) AS n JOIN {candidates} AS e "
            f"ON {self._equal('e', 'n')} AND n.at_ {self._side} e.at_ "
            f"QUALIFY row_number() OVER (PARTITION BY n.file_, n.line_ ORDER BY abs(e.at_ - n.at_)) <= {AGAIN} "
            "OR e.at_ = n.certain_ OR e.at_ = n.possible_) AS w "
            "JOIN events AS e ON e.file_ = w.file_ AND e.line_ = w.line_ ORDER BY 1, 2"
        )
