"""The agreed periods that clocks run by, and where the agreement says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.uk.periods import Period, due

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreed period with the clauses that it stands in and the recorded readings that it is read by."""

    period: Period
    rule: str
    readings: tuple[str, ...]

    @property
    def calendar(self) -> str:
        """The id of the calendar that it counts by, "" where it needs none."""
        return self.period.calendar.id if self.period.calendar is not None else ""

    def end(self, start: datetime) -> datetime:
        """Answer the last instant of it from a start. Raises PeriodError, OutsideCalendar."""
        return due(start, self.period)


def agreed(agreement: Agreement, path: str, rule_id: str, category: str = "") -> Agreed | None:
    """Answer the period that a rule holds people to, for a category where it varies; None where none was agreed."""
    value = term(agreement, path, category)
    if not isinstance(value, Period):
        return None
    return Agreed(value, *source(agreement, rule_id, f"at most {value}"))


def term(agreement: Agreement, path: str, category: str = "") -> Value | None:
    """Answer the value of a term, for a category where it varies by categories; None where the agreement has none."""
    for one in agreement.terms:
        if one.path == path:
            varied = (v.value for v in one.variations if v.by == "category" and v.of == category)
            return next(varied, one.value)
    return None


def source(agreement: Agreement, rule_id: str, words: str) -> tuple[str, tuple[str, ...]]:
    """Answer where the agreement says a thing, by the rule that holds people to it, and the readings that the rule relies on."""
    numbers = [clause.number for clause in agreement.clauses_of(rule_id)]
    where = f", clause {numbers[0]}" if numbers else ""
    readings = tuple(f"{one.reading} ({one.id})" for one in agreement.readings_of(rule_id))
    return f"{agreement.id} {agreement.version}{where}: {words}", readings
