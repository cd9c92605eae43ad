"""The columns that a log map declares: where they stand, of which type, and whether they fit the form of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import AT, Bound
from isa_guard.audit.mapping.mapping import Column
from isa_guard.audit.mapping.patterns import line_pattern
from isa_guard.language.pattern import PatternError
from isa_guard.language.types import (
    BOOL,
    DOUBLE,
    INT,
    STRING,
    Bool,
    Date,
    Double,
    Int,
    List,
    String,
    Timestamp,
)
from isa_guard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.mapping.shapes import ColumnShape, LogMapDocument
    from isa_guard.language.types import Record, Type
    from isa_guard.load.yaml import Document

TYPES: Final[Mapping[str, Type]] = {
    "string": STRING,
    "int": INT,
    "double": DOUBLE,
    "bool": BOOL,
    "list": List(STRING),
}
NESTED: Final = frozenset({"jsonl"})  # forms in which a column may stand within another
LISTS: Final = frozenset({"jsonl", "parquet", "table"})


class ColumnBinder(Bound):
    """Reads what a document says of columns and of the form of lines."""

    def __init__(self, document: Document, shape: LogMapDocument, event: Record) -> None:
        super().__init__(document)
        self.shape = shape
        self.event = event

    def columns(self) -> tuple[Column, ...]:
        """Answer the columns; `problems` say what is wrong with them."""
        self._form()
        found = [self._column(name, one) for name, one in self.shape.columns.items()]
        if self.shape.as_event:
            found += self._of_event({column.name for column in found})
        if not found:
            self.fault("no column is named", (), "add `columns:`, or `as-event: true`")
        self._refuse_twice(found)
        if self.shape.header:
            self._in_header(found)
        if self.shape.pattern is not None and self.shape.reads == "text":
            self._groups(self.shape.pattern, found)
        return tuple(found)

    def _form(self) -> None:
        """What goes with one form of log and not with another."""
        shape = self.shape
        if (shape.pattern is not None) != (shape.reads == "text"):
            self.fault("`pattern` goes with `reads: text`, and is needed there", ("pattern",))
        if shape.header and shape.reads != "csv":
            self.fault("`header` goes with `reads: csv`", ("header",))
        if len(set(shape.header)) < len(shape.header):
            self.fault("a column is named twice", ("header",))
        if shape.delimiter is None:
            return
        if shape.reads != "csv":
            self.fault("`delimiter` goes with `reads: csv`", ("delimiter",))
        if shape.delimiter in '"\r\n' or not shape.delimiter.isascii():
            self.fault("this cannot set cells apart", ("delimiter",), "a comma, semicolon, bar or tab")

    def _column(self, name: str, shape: ColumnShape) -> Column:
        if shape.type == "list" and self.shape.reads not in LISTS:
            self.fault("a log of text alone has no lists", ("columns", name, "type"))
        return Column(name, self._path(name, shape), TYPES[shape.type], shape.optional)

    def _path(self, name: str, shape: ColumnShape) -> tuple[str, ...]:
        """A JSON Pointer (RFC 6901)."""
        if shape.at is None:
            return (name,)
        where = ("columns", name, "at")
        if not shape.at.startswith("/"):
            self.fault("a column stands at a JSON Pointer", where, f"write /{shape.at.strip('/') or name}")
            return (name,)
        steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in shape.at[1:].split("/"))
        if len(steps) > 1 and self.shape.reads not in NESTED:
            hint = "a slash in the name of a column is written ~1"
            self.fault(f"in {self.shape.reads} no column stands within another", where, hint)
        return steps

    def _of_event(self, taken: set[str]) -> list[Column]:
        """Every field of the event that a line can hold, as a column of its own name; times and days as text."""
        return [
            Column(field.name, (field.name,), kind, field.optional and field.name != AT)
            for field in self.event.fields
            if field.name not in taken and (kind := _held(field.type)) is not None
        ]

    def _refuse_twice(self, columns: list[Column]) -> None:
        seen: dict[tuple[str, ...], str] = {}
        for column in columns:
            first = seen.setdefault(column.path, column.name)
            if first != column.name:
                what = f"`{first}` and `{column.name}` stand at the same place"
                self.fault(what, ("columns", column.name), "declare it once", at_key=True)

    def _in_header(self, columns: list[Column]) -> None:
        names = self.shape.header
        for column in columns:
            if column.path[0] not in names:
                what, hint = (
                    f"the header has no column `{column.path[0]}`",
                    did_you_mean(column.path[0], names),
                )
                self.fault(what, ("columns", column.name), hint)

    def _groups(self, pattern: str, columns: list[Column]) -> None:
        try:
            groups = line_pattern(pattern).groups
        except PatternError as error:
            self.fault(str(error), ("pattern",))
            return
        held = {column.path[0]: column.name for column in columns}
        for group in groups:
            if group not in held:
                self.fault(
                    f"no column tells what the group `{group}` is", ("columns",), f"add `{group}: {{}}`"
                )
        for key, name in held.items():
            if key not in groups:
                self.fault(f"the pattern has no group `{key}`", ("columns", name), did_you_mean(key, groups))


def _held(type_: Type) -> Type | None:
    match type_:
        case String() | Date() | Timestamp():
            return STRING
        case Bool() | Int() | Double():
            return type_
        case List(element=String()):
            return List(STRING)
        case _:
            return None
