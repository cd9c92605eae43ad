"""How each dialect of SQL writes what the columns reading needs: one table, and what is not in it cannot be printed.

Every entry names each of its operands once where it can: operands are texts, and a text said twice at every
level of a deep expression grows without end. What must be said twice goes through `bound`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError
from isa_guard.language.types import (
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    List,
    String,
    Timestamp,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class Dialect(StrEnum):
    """A dialect of SQL that conditions can be printed in."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class NotPrintable(IsaGuardError):
    """A construct that has no exact text in SQL; `construct` names it. The python reading takes such a rule."""

    def __init__(self, construct: str) -> None:
        super().__init__(f"{construct} cannot be printed as SQL")
        self.construct = construct


_TYPES: Final[dict[type[Type], tuple[str, str]]] = {
    Bool: ("BOOLEAN", "BOOLEAN"),
    Int: ("BIGINT", "BIGINT"),
    Double: ("DOUBLE", "DOUBLE"),
    String: ("VARCHAR", "STRING"),
    Bytes: ("BLOB", "BINARY"),
    Timestamp: ("BIGINT", "BIGINT"),
    Duration: ("BIGINT", "BIGINT"),
    Date: ("INTEGER", "INT"),
}
# DuckDB, Spark. Integers there: no sum may leave its type unseen, so sums are wide or tried.
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "add": (
        "TRY_CAST(CAST({0} AS HUGEINT) + CAST({1} AS HUGEINT) AS BIGINT)",
        "try_add({0}, {1})",
    ),
    "subtract": (
        "TRY_CAST(CAST({0} AS HUGEINT) - CAST({1} AS HUGEINT) AS BIGINT)",
        "try_subtract({0}, {1})",
    ),
    "multiply": (
        "TRY_CAST(CAST({0} AS HUGEINT) * CAST({1} AS HUGEINT) AS BIGINT)",
        "try_multiply({0}, {1})",
    ),
    "divide": ("({0} // {1})", "({0} div {1})"),  # towards zero in both; never asked to divide by zero
    "remainder": ("({0} % {1})", "({0} % {1})"),
    "add doubles": ("({0} + {1})", "({0} + {1})"),
    "subtract doubles": ("({0} - {1})", "({0} - {1})"),
    "multiply doubles": ("({0} * {1})", "({0} * {1})"),
    # IEEE 754 by itself only in DuckDB: Spark fails, or gives NULL, where the divisor is zero.
    "divide doubles": (
        "({0} / {1})",
        (
            "CASE WHEN {1} = CAST(0 AS DOUBLE) THEN {0} * CAST(CASE WHEN CAST({1} AS STRING) = '-0.0' "
            "THEN '-Infinity' ELSE 'Infinity' END AS DOUBLE) ELSE {0} / {1} END"
        ),
    ),
    "negate double": ("(-{0})", "(-{0})"),
    "nan": ("isnan({0})", "isnan({0})"),
    "whole part": ("CAST(trunc({0}) AS BIGINT)", "CAST({0} AS BIGINT)"),
    "code points": ("length({0})", "length({0})"),
    "octets": ("octet_length({0})", "octet_length({0})"),
    "elements": ("len({0})", "array_size({0})"),
    "contains": ("contains({0}, {1})", "contains({0}, {1})"),
    "startsWith": ("starts_with({0}, {1})", "startswith({0}, {1})"),
    "endsWith": ("ends_with({0}, {1})", "endswith({0}, {1})"),
    "concatenate": ("({0} || {1})", "({0} || {1})"),
    "concatenate lists": ("list_concat({0}, {1})", "concat({0}, {1})"),
    "holds": ("list_contains({0}, {1})", "array_contains({0}, {1})"),
    "element": ("{0}[CAST({1} AS INTEGER) + 1]", "get({0}, CAST({1} AS INT))"),
    "list": ("[{0}]", "array({0})"),
    "each": ("list_transform({0}, lambda {1}: {2})", "transform({0}, {1} -> {2})"),
    "where": ("list_filter({0}, lambda {1}: {2})", "filter({0}, {1} -> {2})"),
    "bound": ("list_transform([{0}], lambda {1}: {2})[1]", "transform(array({0}), {1} -> {2})[0]"),
    "utf8": ("encode({0})", "CAST({0} AS BINARY)"),
    "civil": ("(DATE '1970-01-01' + CAST({0} AS INTEGER))", "date_add(DATE '1970-01-01', CAST({0} AS INT))"),
    "matches": ("regexp_matches({0}, {1})", ""),  # Java's engine is not RE2
    "column": ('"{0}"', "`{0}`"),
    "parameter": ("${0}", ":{0}"),
}
# Texts no longer than this are said twice rather than bound: binding makes a list of each value.
_SHORT: Final = 60
# Every name that is made here begins with it; no column of the reader's may.
MADE: Final = "isa_"


class Spelling:
    """One dialect. Gives texts for texts, and keeps count of the names it had to make."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._column = list(Dialect).index(dialect)
        self._made = 0

    def __call__(self, what: str, *operands: str) -> str:
        """The text of an operation. Raises NotPrintable when the dialect has none."""
        entry = _TEXTS.get(what, ("", ""))[self._column]
        if not entry:
            raise NotPrintable(f"{what} in {self.dialect}")
        return entry.format(*operands)

    def type(self, type_: Type) -> str:
        """The type of a column that holds such values. Raises NotPrintable for records and periods."""
        if isinstance(type_, List):
            inside = self.type(type_.element)
            return f"{inside}[]" if self.dialect is Dialect.DUCKDB else f"ARRAY<{inside}>"
        names = _TYPES.get(type(type_))
        if names is None:
            raise NotPrintable(f"a column of {type_}")
        return names[self._column]

    def cast(self, text: str, type_: Type) -> str:
        """The text, of that type whatever SQL would have made of it."""
        return f"CAST({text} AS {self.type(type_)})"

    def variable(self) -> str:
        """A name for a value inside a lambda, given to no other."""
        self._made += 1
        return f"{MADE}x{self._made}"

    def bound(self, text: str, use: Callable[[str], str]) -> str:
        """`use` of a text that it may say often: the text itself when short, else a name bound to its value."""
        if len(text) <= _SHORT:
            return use(text)
        name = self.variable()
        return self("bound", text, name, use(name))

    def bound_both(self, first: str, second: str, use: Callable[[str, str], str]) -> str:
        """As `bound`, for two texts."""
        return self.bound(first, lambda one: self.bound(second, lambda other: use(one, other)))


def unless_null(texts: tuple[str, ...], result: str) -> str:
    """`result`, or NULL where one of the texts is: for what SQL would otherwise answer despite a NULL."""
    if not texts:
        return result
    return f"CASE WHEN {' OR '.join(f'{text} IS NULL' for text in texts)} THEN NULL ELSE {result} END"
