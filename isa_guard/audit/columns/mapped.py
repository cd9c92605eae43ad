"""A mapping as SQL: from the columns of a plain line to the fields of an event.

`doubt` is what must hold on no row: where it does, a line might be rejected, and the file goes to the row reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.plain import NotPlainError
from isa_guard.audit.mapping.bound import AT, LINE, REFERENCE, SOURCE
from isa_guard.audit.mapping.strict import is_strict
from isa_guard.audit.mapping.times import ISO_DAY, RFC3339, SCALES
from isa_guard.language.columns import Dialect, NotPrintable, Printer
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.syntax import path_of
from isa_guard.language.types import Int, List, String, Timestamp
from isa_guard.model.log import FIRST_INSTANT, LAST_INSTANT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.mapping.mapping import FieldMapping, LogMapping
    from isa_guard.language.types import Type

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = (
    _DAY
    + "[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


class Mapped:
    """The SQL of one mapping, over a relation `l` with a column l0, l1 ... for each column of the line.

    Raises NotPlainError for what has no text here.
    """

    def __init__(
        self, database: Database, mapping: LogMapping, types: Mapping[str, Type], name: str, file: int
    ) -> None:
        self.database = database
        self.mapping = mapping
        self.types = types
        self.name = name
        self.doubts: list[str] = []
        self.joins: list[str] = []
        self.places = {column.name: f"l.l{n}" for n, column in enumerate(mapping.columns)}
        self.printer = Printer(Dialect.DUCKDB, {f"{LINE}.{name}": text for name, text in self.places.items()})
        self.doubts += [f"{self.places[one.name]} IS NULL" for one in mapping.columns if not one.optional]
        self.at = self._field(mapping.fields[0])
        self.doubts.append(f"{self.at} IS NULL")
        self.fields = {AT: self.at, SOURCE: self._text(mapping.id)}
        for field in mapping.fields[1:]:
            if field.field == SOURCE:
                self.fields[SOURCE] = f"coalesce({self._field(field)}, {self._text(mapping.id)})"
            elif field.field in types:
                self.fields[field.field] = self._field(field)
            elif not _plainly(field):
                self._field(field)  # not read by any rule, but it may reject the line
        if REFERENCE in types:
            given = self.fields.get(REFERENCE, "NULL")
            made = f"{self._text(f'{mapping.id}:{file}:')} || l.line_"
            self.fields[REFERENCE] = f"coalesce({given}, {made})"

    @property
    def doubt(self) -> str:
        """The SQL of whether a line may be rejected."""
        return " OR ".join(f"({one})" for one in self.doubts)

    def _text(self, text: str) -> str:
        name = f"{self.name}_t{len(self.database.given)}"
        self.database.given[name] = text
        return f"CAST(${name} AS VARCHAR)"

    def _field(self, field: FieldMapping) -> str:
        """The SQL of a field, NULL where it is absent."""
        value = self._value(field)
        if field.words is not None:
            return self._words(field, value)
        if field.time is not None:
            return self._time(field, value)
        if isinstance(field.of.type, Timestamp) or field.field == AT:
            raise NotPlainError("a time made by an expression")
        match field.of.type:
            case String():
                return f"nullif({value}, '')"
            case List():
                return f"list_filter({value}, lambda isa_x: isa_x != '')"
            case _:
                return value

    def _value(self, field: FieldMapping) -> str:
        path = path_of(field.of.expr)
        if path is not None and len(path) == 2 and path[0] == LINE:
            return self.places[path[1]]
        if not is_strict(field.of):
            raise NotPlainError("an expression that does without a value")
        try:
            text = self.printer.of(field.of).text
        except NotPrintable as error:
            raise NotPlainError(str(error)) from None
        if self.printer.lookups:
            raise NotPlainError("an expression that asks Python")
        given = [f"{self.places[one.split('.')[1]]} IS NOT NULL" for one in sorted(field.of.needed)]
        self.doubts.append(" AND ".join((*given, f"({text}) IS NULL")))
        return f"({text})"

    def _words(self, field: FieldMapping, value: str) -> str:
        assert field.words is not None
        wanted = self.types.get(field.field)
        table = f"{self.name}_words{len(self.joins)}"
        spelled = Spelling(Dialect.DUCKDB).type
        result = spelled(wanted) if wanted is not None else "VARCHAR"
        rows = [(code, word if wanted is not None else "") for code, word in field.words.items()]
        self.database.fill(table, {"code_": spelled(field.of.type), "word_": result}, rows)
        self.joins.append(f"LEFT JOIN {table} ON {table}.code_ = {value}")
        given = f"{value} IS NOT NULL" + (f" AND {value} != ''" if isinstance(field.of.type, String) else "")
        if field.otherwise is None:
            self.doubts.append(f"{given} AND {table}.code_ IS NULL")
            return f"{table}.word_"
        name = f"{self.name}_o{len(self.database.given)}"
        self.database.given[name] = field.otherwise
        return f"CASE WHEN {table}.code_ IS NULL AND {given} THEN CAST(${name} AS {result}) ELSE {table}.word_ END"

    def _time(self, field: FieldMapping, value: str) -> str:
        assert field.time is not None
        form = field.time.name
        kind = field.of.type
        if form in SCALES and isinstance(kind, Int):
            found = f"TRY_CAST(CAST({value} AS HUGEINT) * {SCALES[form]} AS BIGINT)"
            return self._in_years(found, f"{value} IS NOT NULL")
        given = f"{value} IS NOT NULL AND {value} != ''"
        if form == RFC3339 and isinstance(kind, String):
            found = f"epoch_us(TRY_CAST({value} AS TIMESTAMPTZ))"
            self.doubts.append(f"{given} AND NOT regexp_full_match({value}, '{_TIME}')")
            return self._in_years(found, given)
        if form == ISO_DAY and isinstance(kind, String):
            days = f"(TRY_CAST({value} AS DATE) - DATE '1970-01-01')"
            strange = f"NOT regexp_full_match({value}, '{_DAY}') OR {value} < '0001' OR {days} IS NULL"
            self.doubts.append(f"{given} AND ({strange})")
            return f"CAST({days} AS INTEGER)"
        raise NotPlainError(f"times written {form}")

    def _in_years(self, found: str, given: str) -> str:
        self.doubts.append(
            f"{given} AND coalesce({found} NOT BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT}, TRUE)"
        )
        return f"({found})"


def _plainly(field: FieldMapping) -> bool:
    """Whether a field is a column as it stands, which can reject no line."""
    path = path_of(field.of.expr)
    return path is not None and len(path) == 2 and field.words is None and field.time is None
