"""The hours in which events lie, each with the day, month and window of London, the version in force and what is due.

London's clock stands a whole number of hours from UTC, so an hour of UTC lies in one day. What a day is, and when a
period from it ends, is answered by our own functions, once for each hour or day that occurs, and joined by the hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.events import TABLE
from isa_guard.decide.logs.expectation import FOR_EVER, due
from isa_guard.decide.logs.windows import HOUR, month_of, window_of
from isa_guard.language.values import from_date, to_datetime
from isa_guard.model.log_rule import Expectation, Window
from isa_guard.uk.periods import Unit, london_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from isa_guard.audit.columns.database import Database
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.uk.periods import Period

HOURS: Final = "hours"
_WINDOWS: Final = (Window.DAY, Window.WEEK, Window.MONTH)


class Calendar:
    """The table of hours of one audit."""

    def __init__(self, database: Database, versions: Versions) -> None:
        self.database = database
        self.versions = versions
        self.periods: list[Period] = []
        self._days: dict[date, tuple[object, ...]] = {}
        for period in _periods(versions.agreements):
            if period not in self.periods:
                self.periods.append(period)

    def make(self) -> None:
        """Make the table, once all events are in theirs."""
        found = self.database.run(f"SELECT DISTINCT at_ // {HOUR} FROM {TABLE} ORDER BY 1").fetchall()  # noqa: S608 - a name made here
        columns = {"hour_": "BIGINT", "on_": "INTEGER", "named_": "VARCHAR", "version_": "INTEGER"}
        columns |= {f"{window}_": "BIGINT" for window in _WINDOWS}
        columns |= {f"due{n}_": "BIGINT" for n in range(len(self.periods))}
        self.database.fill(HOURS, columns, [self._row(hour) for (hour,) in found])

    @property
    def day(self) -> str:
        """Answer the SQL of the day of London on which an event lies, as `day(event.at)` gives it."""
        return "h.on_"

    def joined(self, at: str = "e.at_", name: str = "h") -> str:
        """Answer the join that gives an instant its hour."""
        return f"JOIN {HOURS} AS {name} ON {name}.hour_ = {at} // {HOUR}"

    def due(self, within: Period | None, at: str = "e.at_", name: str = "h") -> str:
        """Answer the SQL of the last instant within a period from an instant, NULL where it cannot be told."""
        if within is None:
            return f"CAST({FOR_EVER} AS BIGINT)"
        if within.unit is Unit.HOURS:  # at most 999,999 of them, so no year that is not known
            return f"({at} + {within.amount * HOUR})"
        return f"{name}.due{self.periods.index(within)}_"

    def window(self, per: Window, at: str = "e.at_", name: str = "h") -> str:
        """Answer the SQL of the first instant of the window in which an instant lies."""
        return f"({at} - {at} % {HOUR})" if per is Window.HOUR else f"{name}.{per}_"

    def _row(self, hour: int) -> tuple[object, ...]:
        day = london_day(to_datetime(hour * HOUR))
        return (hour, *self._of_day(day, hour * HOUR))

    def _of_day(self, day: date, at: int) -> tuple[object, ...]:
        """What is the same for every instant of a day of London: all but the hour."""
        known = self._days.get(day)
        if known is not None:
            return known
        agreements = self.versions.agreements
        version = 0
        if len(agreements) > 1:
            held = self.versions.in_force(day)
            version = next(n for n, one in enumerate(agreements) if one is held)
        windows = (window_of(window)(at) for window in _WINDOWS)
        dues = (due(at, period) for period in self.periods)
        self._days[day] = (from_date(day), month_of(at), version, *windows, *dues)
        return self._days[day]


def _periods(agreements: Iterable[Agreement]) -> Iterable[Period]:
    for agreement in agreements:
        for rule in agreement.log_rules:
            within = rule.pattern.within if isinstance(rule.pattern, Expectation) else None
            if within is not None and within.unit is not Unit.HOURS:
                yield within
