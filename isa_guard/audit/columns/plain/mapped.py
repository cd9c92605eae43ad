"""A mapping as SQL: from the columns of a plain line to the fields of an event.

`sure` is what must hold on every row: where it does not, a line might be rejected, and the file goes to the row reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.plain.relation import NotPlainError
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
FEW: Final = 40  # words that are told apart one by one, and not joined


class Mapped:
    """The SQL of one mapping, over a relation `l` with a column l0, l1 ... for each `present` column of the line.

    Raises NotPlainError for what has no text here.
    """

    def __init__(
        self,
        database: Database,
        mapping: LogMapping,
        types: Mapping[str, Type],
        file: int,
        present: frozenset[str],
    ) -> None:
        self.database = database
        self.mapping = mapping
        self.types = types
        self.name = f"map{file}"
        self.present = present
        self.sure: list[str] = []
        self.joins: list[str] = []
        self.places = {
            column.name: f"l.l{n}" for n, column in enumerate(mapping.columns) if column.name in present
        }
        spelled = Spelling(Dialect.DUCKDB).type
        nothing = {one.name: f"CAST(NULL AS {spelled(one.type)})" for one in mapping.columns}
        columns = {f"{LINE}.{name}": text for name, text in {**nothing, **self.places}.items()}
        self.printer = Printer(Dialect.DUCKDB, columns)
        needed = [one.name for one in mapping.columns if not one.optional]
        if not present.issuperset(needed):
            raise NotPlainError("a column that is missing")
        self.sure += [f"{self.places[name]} IS NOT NULL" for name in needed]
        self.at = self._field(mapping.fields[0])
        self.sure.append(f"{self.at} IS NOT NULL")
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

    def _text(self, text: object, type_: str = "VARCHAR") -> str:
        name = f"{self.name}_t{len(self.database.given)}"
        self.database.given[name] = text
        return f"CAST(${name} AS {type_})"

    def _field(self, field: FieldMapping) -> str:
        """The SQL of a field, NULL where it is absent."""
        value = self._value(field)
        if value == "NULL":
            return value
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
            return self.places.get(path[1], "NULL")
        if not is_strict(field.of):
            raise NotPlainError("an expression that does without a value")
        try:
            text = self.printer.of(field.of).text
        except NotPrintable as error:
            raise NotPlainError(str(error)) from None
        if self.printer.lookups:
            raise NotPlainError("an expression that asks Python")
        needed = {one.split(".")[1] for one in field.of.needed}
        if not needed <= self.present:
            return "NULL"
        absent = [f"{self.places[name]} IS NULL" for name in sorted(needed)]
        self.sure.append(" OR ".join((*absent, f"({text}) IS NOT NULL")))
        return f"({text})"

    def _words(self, field: FieldMapping, value: str) -> str:
        assert field.words is not None
        wanted = self.types.get(field.field)
        spelled = Spelling(Dialect.DUCKDB).type
        kind, result = spelled(field.of.type), spelled(wanted) if wanted is not None else "VARCHAR"
        empty = f"{value} IS NULL" + (f" OR {value} = ''" if isinstance(field.of.type, String) else "")
        other = "NULL" if field.otherwise is None else self._text(field.otherwise, result)
        if len(field.words) > FEW:
            known, word = self._joined_words(field, value, kind, result)
        else:
            codes = {code: self._text(code, kind) for code in field.words}
            known = f"{value} IN ({', '.join(codes.values())})"
            # Where each word stands for itself, what is known is what is written.
            cases = "".join(
                f" WHEN {codes[code]} THEN {self._text(word, result)}" for code, word in field.words.items()
            )
            same = all(code == word for code, word in field.words.items())
            word = value if same else f"CASE {value}{cases} END"
        if field.otherwise is None:
            self.sure.append(f"{empty} OR {known}")
            return f"nullif({word}, '')" if isinstance(field.of.type, String) and word == value else word
        return f"CASE WHEN {known} THEN {word} WHEN {empty} THEN NULL ELSE {other} END"

    def _joined_words(self, field: FieldMapping, value: str, kind: str, result: str) -> tuple[str, str]:
        assert field.words is not None
        table = f"{self.name}_words{len(self.joins)}"
        self.database.fill(table, {"code_": kind, "word_": result}, [*field.words.items()])
        self.joins.append(f"LEFT JOIN {table} ON {table}.code_ = {value}")
        return f"{table}.code_ IS NOT NULL", f"{table}.word_"

    def _time(self, field: FieldMapping, value: str) -> str:
        assert field.time is not None
        form = field.time.name
        kind = field.of.type
        if form in SCALES and isinstance(kind, Int):
            found = f"TRY_CAST(CAST({value} AS HUGEINT) * {SCALES[form]} AS BIGINT)"
            return self._in_years(found, f"{value} IS NULL")
        empty = f"{value} IS NULL OR {value} = ''"
        if form == RFC3339 and isinstance(kind, String):
            found = f"epoch_us(TRY_CAST({value} AS TIMESTAMPTZ))"
            self.sure.append(f"{empty} OR regexp_full_match({value}, '{_TIME}')")
            return self._in_years(found, empty)
        if form == ISO_DAY and isinstance(kind, String):
            days = f"(TRY_CAST({value} AS DATE) - DATE '1970-01-01')"
            self.sure.append(
                f"{empty} OR (regexp_full_match({value}, '{_DAY}') AND {value} >= '0001' AND {days} IS NOT NULL)"
            )
            return f"CAST({days} AS INTEGER)"
        raise NotPlainError(f"times written {form}")

    def _in_years(self, found: str, empty: str) -> str:
        self.sure.append(f"{empty} OR coalesce({found} BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT}, FALSE)")
        return f"({found})"


def _plainly(field: FieldMapping) -> bool:
    """Whether a field is a column as it stands, which can reject no line."""
    path = path_of(field.of.expr)
    return path is not None and len(path) == 2 and field.words is None and field.time is None
