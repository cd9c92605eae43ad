"""The columns reading: a checked expression as SQL over a table with a row for each fact.

NULL stands for an error, and SQL's three-valued AND and OR absorb it as CEL's do. An absent field is NULL too:
to read it is an error, to ask has() is not. A text is NULL exactly where `exact.evaluate` gives an error, for
rows that keep to the schema and no list of which holds a NULL.

Nothing of a rule or an agreement is ever SQL: a number goes in as a number, all else as a named parameter, and
a column only under the text that the caller's own list has for it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.column_lookups import Lookup
from isa_guard.language.column_statement import Statement
from isa_guard.language.column_walk import Walk
from isa_guard.language.outcome import Outcome
from isa_guard.language.sql_dialects import Dialect, NotPrintable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.checker import Checked
    from isa_guard.language.condition import Condition
    from isa_guard.language.values import Value

__all__ = ["OUTCOMES", "SETTINGS", "Column", "Dialect", "Lookup", "NotPrintable", "Printer", "outcome_column"]

# What the number in an outcome column stands for.
OUTCOMES: Final = (Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL, Outcome.NOT_APPLICABLE)
# What the texts rely on, besides the defaults of each.
SETTINGS: Final[Mapping[Dialect, Mapping[str, str]]] = MappingProxyType(
    {
        Dialect.DUCKDB: {"ieee_floating_point_ops": "true"},
        Dialect.SPARK: {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"},
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One expression printed, and the lookups whose answers it reads, in the order to join them."""

    text: str
    lookups: tuple[Lookup, ...]


class Printer:
    """Prints the expressions of one query, which share parameters and lookups.

    `columns` gives the SQL for each dotted path that may be read ("event.at"), quoted by the caller; for a record
    that may be absent ("transfer.inner") something that is NULL where it is; and for calls that are worked out
    already ("day(event.at)"). `given` are the values of variables that no column holds, such as `today`. `dated` are the paths whose timestamps surely lie between 1970 and the
    end of 2099: their local time needs no lookup.
    """

    def __init__(
        self,
        dialect: Dialect,
        columns: Mapping[str, str],
        *,
        given: Mapping[str, Value] | None = None,
        dated: frozenset[str] = frozenset(),
    ) -> None:
        self._statement = Statement(dialect, columns, given or {}, dated)

    def of(self, checked: Checked) -> Column:
        """The text of one expression. Raises NotPrintable, after which the printer is as it was before."""
        lookups = dict(self._statement.lookups)
        try:
            return self.column(Walk(self._statement, checked).text)
        except NotPrintable:
            self._statement.lookups = lookups
            raise

    def column(self, text: str) -> Column:
        """A text made of texts that this printer gave."""
        return Column(text, self._statement.lookups_of(text))

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """Every lookup of what has been printed so far, in the order to join them."""
        return tuple(self._statement.lookups.values())

    def parameters(self, text: str) -> dict[str, Value]:
        """The parameters that a text names, with their values: a database refuses those that are not named."""
        return self._statement.parameters_of(text)


def outcome_column(printer: Printer, condition: Condition) -> Column:
    """What becomes of a condition on each row, as the number of its place in OUTCOMES. Never NULL."""
    require = printer.of(condition.require)
    text = f"CASE {require.text} WHEN TRUE THEN 0 WHEN FALSE THEN 1 ELSE 2 END"
    if condition.when is not None:
        when = printer.of(condition.when)
        text = f"CASE {when.text} WHEN TRUE THEN {text} WHEN FALSE THEN 3 ELSE 2 END"
    return printer.column(f"CAST({text} AS TINYINT)")
