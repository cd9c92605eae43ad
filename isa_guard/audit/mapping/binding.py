"""Binds a log map: its columns are typed, its expressions checked, its times and words made ready.

Every fault of a document is reported at once, each at its own line and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import AT, LINE, Bound, in_order
from isa_guard.audit.mapping.columns import ColumnBinder
from isa_guard.audit.mapping.event import to_event
from isa_guard.audit.mapping.mapping import FieldMapping, LogMapping, Reads
from isa_guard.audit.mapping.time_binding import bound_time
from isa_guard.audit.mapping.words import bound_words
from isa_guard.errors import LoadError
from isa_guard.language.checker import check
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.scope import Scope
from isa_guard.language.syntax import Name, Select
from isa_guard.language.types import Date, Field, List, Record, String, Timestamp, accepts
from isa_guard.load.problems import expression_problems
from isa_guard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from isa_guard.audit.mapping.mapping import Column
    from isa_guard.audit.mapping.shapes import FieldShape, LogMapDocument, TimeShape
    from isa_guard.language.checker import Checked
    from isa_guard.language.syntax import Expr
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Document, Path

NEVER_LEFT_OUT: Final = ("reference", "source")  # these two have a value of their own where none is mapped


class MapBinder(Bound):
    """Binds one document for events of one type; `problems` are what stopped it."""

    def __init__(self, document: Document, shape: LogMapDocument, event: Record) -> None:
        super().__init__(document)
        self.shape = shape
        self.event = event

    def bind(self, digest: str) -> LogMapping:
        """Answer the mapping. Raises LoadError with every problem."""
        shape = self.shape
        of_columns = ColumnBinder(self.document, shape, self.event)
        columns = of_columns.columns()
        self.problems += of_columns.problems
        self._prepare(columns)
        time = self._time(AT, shape.time, ("time",))
        fields = [*self._as_event(), *self._fields()]
        if self.problems or time is None:
            raise LoadError(in_order(self.problems))
        mapped = (time, *fields)
        return LogMapping(
            id=shape.id,
            title=shape.title,
            reads=Reads(shape.reads),
            columns=columns,
            others_ignored=shape.others == "ignore",
            nulls=frozenset(shape.nulls),
            pattern=shape.pattern or "",
            delimiter=shape.delimiter or ",",
            fields=mapped,
            event=to_event(shape.id, columns, mapped, self.event),
            digest=digest,
            header=shape.header,
        )

    def _prepare(self, columns: tuple[Column, ...]) -> None:
        record = Record(LINE, tuple(Field(one.name, one.type, one.optional) for one in columns))
        needed = frozenset(f"{LINE}.{one.name}" for one in columns if one.optional)
        self.scope = Scope({LINE: record}, needed=needed)
        self.lets: dict[str, Expr] = {}
        for name, text in self.shape.let.items():
            try:
                self.lets[name] = parse(text)
            except ExpressionError as error:
                self.problems += expression_problems(error, self.document, ("let", name))

    def _checked(self, text: str, path: Path) -> Checked | None:
        try:
            return check(parse(text), self.scope, lets=self.lets)
        except ExpressionError as error:
            self.problems += expression_problems(error, self.document, path)
            return None

    def _fields(self) -> list[FieldMapping]:
        found = []
        for name, shape in self.shape.fields.items():
            path: Path = ("fields", name)
            field = self.event.field(name)
            if name == AT:
                self.fault("`at` comes from `time`", path, at_key=True)
            elif field is None:
                hint = did_you_mean(name, [one.name for one in self.event.fields])
                self.fault(f"an event has no field `{name}`", path, hint, at_key=True)
            else:
                found.append(self._field(field, shape, path))
        return [one for one in found if one is not None]

    def _field(self, field: Field, shape: str | FieldShape, path: Path) -> FieldMapping | None:
        if isinstance(shape, str):
            return self._plain(field, shape, path)
        if (shape.of is None) == (shape.time is None):
            self.fault("a field has either `of` or `time`", path)
            return None
        if shape.words is None and shape.otherwise is not None:
            self.fault("`otherwise` goes with `words`", (*path, "otherwise"))
        if shape.time is not None:
            if shape.words is not None:
                self.fault("a time is put through no words", (*path, "words"))
            return self._time(field.name, shape.time, (*path, "time"))
        assert shape.of is not None
        if shape.words is None:
            return self._plain(field, shape.of, (*path, "of"))
        checked = self._checked(shape.of, (*path, "of"))
        if checked is None:
            return None
        words, otherwise, problems = bound_words(self.document, self.shape, shape, checked, field, path)
        self.problems += problems
        return FieldMapping(field.name, checked, words, otherwise)

    def _plain(self, field: Field, text: str, path: Path) -> FieldMapping | None:
        checked = self._checked(text, path)
        if checked is None:
            return None
        if not accepts(field.type, checked.type):
            self.fault(f"`{field.name}` is {field.type}, but this is {checked.type}", path, _hint(field))
        elif isinstance(field.type, String) and field.type.values is not None:
            given = checked.type.values if isinstance(checked.type, String) else None
            if given is None or not set(given) <= set(field.type.values):
                hint = f"write {{of: ..., words: ...}}; the words are {', '.join(field.type.values)}"
                self.fault(f"`{field.name}` is one of its own words, and this may be another", path, hint)
        return FieldMapping(field.name, checked, None, None)

    def _time(self, name: str, shape: TimeShape, path: Path) -> FieldMapping | None:
        checked = self._checked(shape.of, (*path, "of"))
        field = self.event.field(name)
        if checked is None or field is None:
            return None
        form, problems = bound_time(self.document, shape, checked, field, path)
        self.problems += problems
        return FieldMapping(name, checked, None, None, form)

    def _as_event(self) -> list[FieldMapping]:
        """Every column that is a field of the event; one that `fields` maps too is left to it."""
        if not self.shape.as_event:
            return []
        record = self.scope.variables[LINE]
        assert isinstance(record, Record)
        return [
            self._as_it_is(field)
            for field in self.event.fields
            if field.name != AT and field.name not in self.shape.fields and record.field(field.name)
        ]

    def _as_it_is(self, field: Field) -> FieldMapping:
        checked = check(Select(Name(LINE), field.name), self.scope)
        form, _ = bound_time(self.document, None, checked, field, ("as-event",))
        words: dict[Value, Value] | None = None
        if isinstance(field.type, String) and field.type.values is not None:
            words = {word: word for word in field.type.values}
        return FieldMapping(field.name, checked, words, None, form)


def _hint(field: Field) -> str:
    match field.type:
        case Date():
            return "write date(...), or {time: {of: ..., format: ...}}"
        case Timestamp():
            return "write timestamp(...), or {time: {of: ..., format: ...}}"
        case List():
            return "write [...], or name a column of the type `list`"
        case _:
            return ""
