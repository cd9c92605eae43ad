"""The hours in which events lie, each with the day, month and window of London, the version in force and what is due.

As in the columns engine: our own functions answer once for each hour that occurs, and the answers go to every executor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.spark.events import TABLE
from isa_guard.decide.logs.expectation import FOR_EVER, due
from isa_guard.decide.logs.windows import HOUR, month_of, window_of
from isa_guard.language.columns import OUTCOMES
from isa_guard.language.values import from_date, to_datetime
from isa_guard.model.log_rule import Expectation, Window
from isa_guard.uk.periods import Unit, london_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.audit.columns.outcomes import Told
    from isa_guard.audit.spark.store import Store
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.uk.periods import Period

HOURS: Final = "hours"
_WINDOWS: Final = (Window.DAY, Window.WEEK, Window.MONTH)


class Calendar:
    """The table of hours of one audit."""

    def __init__(self, store: Store, versions: Versions) -> None:
        self.store = store
        self.versions = versions
        self.periods = tuple(dict.fromkeys(_periods(versions.agreements)))

    def make(self) -> None:
        """Make the table, once all events are in theirs."""
        found = self.store.all(f"SELECT DISTINCT at_ div {HOUR} AS hour_ FROM {TABLE} ORDER BY hour_")  # noqa: S608 - a name made here
        columns = [("hour_", "BIGINT"), ("on_", "INT"), ("named_", "STRING"), ("version_", "INT")]
        columns += [(f"{window}_", "BIGINT") for window in _WINDOWS]
        columns += [(f"due{n}_", "BIGINT") for n in range(len(self.periods))]
        self.store.fill(HOURS, columns, [self._row(hour) for (hour,) in found])

    def joined(self, at: str = "e.at_") -> str:
        """Answer the join that gives an instant its hour, `h`."""
        return f"JOIN {HOURS} AS h ON h.hour_ = {at} div {HOUR}"

    def due(self, within: Period | None) -> str:
        """Answer the SQL of the last instant within a period from an event, NULL where it cannot be told."""
        if within is None:
            return f"CAST({FOR_EVER} AS BIGINT)"
        if within.unit is Unit.HOURS:  # at most 999,999 of them, so no year that is not known
            return f"(e.at_ + {within.amount * HOUR})"
        return f"h.due{self.periods.index(within)}_"

    def window(self, per: Window) -> str:
        """Answer the SQL of the first instant of the window in which an event lies."""
        return f"(e.at_ - e.at_ % {HOUR})" if per is Window.HOUR else f"h.{per}_"

    def count(self, table: str, rules: Sequence[tuple[str, str]], told: Told) -> None:
        """Count a table of outcomes with its instants: `rules` gives the column of each rule's outcomes."""
        columns = ", ".join(column for _, column in rules)
        query = f"SELECT h.named_, {columns}, count(*) FROM {table} AS e {self.joined()} GROUP BY h.named_, {columns}"  # noqa: S608 - names made here
        for month, *outcomes, number in self.store.rows(query):
            for (rule, _), outcome in zip(rules, outcomes, strict=True):
                told.count(rule, month, OUTCOMES[outcome], number)

    def _row(self, hour: int) -> tuple[object, ...]:
        at = hour * HOUR
        day = london_day(to_datetime(at))
        agreements = self.versions.agreements
        version = 0
        if len(agreements) > 1:
            held = self.versions.in_force(day)
            version = next(n for n, one in enumerate(agreements) if one is held)
        windows = (window_of(window)(at) for window in _WINDOWS)
        dues = (due(at, period) for period in self.periods)
        return (hour, from_date(day), month_of(at), version, *windows, *dues)


def _periods(agreements: Iterable[Agreement]) -> Iterable[Period]:
    for agreement in agreements:
        for rule in agreement.log_rules:
            within = rule.pattern.within if isinstance(rule.pattern, Expectation) else None
            if within is not None and within.unit is not Unit.HOURS:
                yield within
