"""From the columns of a line to an event: one function, compiled for each mapping.

A field whose expression reads an optional column that is absent is absent itself; one that fails otherwise rejects the
line. The compiled text falls back to the exact reading of an expression whenever anything is raised. Nothing of a
document is ever code: texts go in as escaped literals or bound values.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import AT, LINE, REFERENCE, SOURCE
from isa_guard.audit.mapping.strict import is_strict
from isa_guard.audit.mapping.time_binding import reader_for
from isa_guard.audit.mapping.times import in_years
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.python import python_expression
from isa_guard.language.syntax import path_of
from isa_guard.language.types import List, String, Timestamp
from isa_guard.model.log import Fault, LogEvent, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.audit.mapping.mapping import Column, FieldMapping, ToEvent
    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Record, Type
    from isa_guard.language.values import Value

_FAILED: Final = object()


def to_event(
    mapping: str, columns: Sequence[Column], fields: Sequence[FieldMapping], event: Record
) -> ToEvent:
    """Answer the function of one mapping. `fields` begins with `at`."""
    maker = _Maker(columns, event)
    lines = ["def event(v0, place):", *maker.normal_inputs(fields)]
    lines += maker.time(fields[0])
    lines.append(f" out = {{{AT!a}: at, {SOURCE!a}: {mapping!a}}}")
    for index, field in enumerate(fields[1:], 1):
        lines += maker.field(field, index)
    lines += [
        f" if {REFERENCE!a} not in out: out[{REFERENCE!a}] = f'{mapping}:{{place[0]}}:{{place[1]}}'",
        " return new(LogEvent, (at, place, out))",
    ]
    exec(compile("\n".join(lines), "<event>", "exec"), maker.space)  # noqa: S102 - names and literals made here
    return maker.space["event"]  # type: ignore[return-value]


class _Maker:
    """Writes the statements of each field. `v` is its value, None where it is absent."""

    def __init__(self, columns: Sequence[Column], event: Record) -> None:
        self.columns = {column.name: column for column in columns}
        self.event = event
        self.space: dict[str, object] = {
            "FAILED": _FAILED,
            "Fault": Fault,
            "LogEvent": LogEvent,
            "Rejected": Rejected,
            "clean": _clean,
            "in_years": in_years,
            "new": tuple.__new__,
            "nfc": normal,
        }

    def normal_inputs(self, fields: Sequence[FieldMapping]) -> list[str]:
        """One text, one form: what expressions compare is compared by code point."""
        read = {name for field in fields if _column(field.of) is None for name in _reads(field.of)}
        texts = [name for name in sorted(read) if isinstance(self.columns[name].type, String)]
        return [
            line
            for name in texts
            for line in (
                f" v = v0.get({name!a})",
                f" if v is not None and not v.isascii(): v0 = {{**v0, {name!a}: nfc(v)}}",
            )
        ]

    def time(self, field: FieldMapping) -> list[str]:
        """Statements that leave the instant in `at`."""
        no_time = f"return Rejected(place, Fault.TIME, {AT!a})"
        read = (
            "in_years" if field.time is None else self._bind("read0", reader_for(field.time, _at(self.event)))
        )
        return [
            *self._value(field, 0, f"return Rejected(place, Fault.TIME, {AT!a})"),
            f" at = None if v is None else {read}(v)",
            f" if at is None: {no_time}",
        ]

    def field(self, field: FieldMapping, index: int) -> list[str]:
        """Statements that put one field into `out`."""
        name = field.field
        lines = self._value(field, index, f"return Rejected(place, Fault.NO_VALUE, {name!a})")
        if field.words is not None:
            return [*lines, *self._words(field, index)]
        wanted = self.event.field(name)
        assert wanted is not None
        if field.time is not None:
            reader = self._bind(f"read{index}", reader_for(field.time, wanted.type))
            return [*lines, *_put(name, f"{reader}(v)", Fault.TIME, text=isinstance(field.of.type, String))]
        match wanted.type:
            case String():
                return [*lines, f" if v: out[{name!a}] = v if v.isascii() else nfc(v)"]
            case List(element=String()):
                return [*lines, f" if v is not None: out[{name!a}] = clean(v)"]
            case Timestamp():
                return [*lines, *_put(name, "in_years(v)", Fault.TIME, text=False)]
            case _:
                return [*lines, f" if v is not None: out[{name!a}] = v"]

    def _bind(self, name: str, value: object) -> str:
        self.space[name] = value
        return name

    def _value(self, field: FieldMapping, index: int, failed: str) -> list[str]:
        """Statements that leave the value of the expression in `v`, or answer that it has none."""
        column = _column(field.of)
        if column is not None:
            missing = [] if self.columns[column].optional else [f" if v is None: {failed}"]
            return [f" v = v0.get({column!a})", *missing]
        again = self._bind(f"again{index}", _again(field.of))
        lines = ["try:", f" v = {self._code(field.of, again)}", "except Exception:"]
        lines += [f" v = {again}(v0)", f" if v is FAILED: {failed}"]
        needed = sorted(path.split(".")[1] for path in field.of.needed)
        if not needed or not is_strict(field.of):
            return [f" {line}" for line in lines]
        guard = " and ".join(f"{name!a} in v0" for name in needed)
        return [" v = None", f" if {guard}:", *(f"  {line}" for line in lines)]

    def _code(self, checked: Checked, again: str) -> str:
        try:
            code = python_expression(checked, (LINE,), self.space)
            compile(code, "<field>", "eval")
        except (SyntaxError, RecursionError, MemoryError):
            return f"{again}(v0)"
        return code

    def _words(self, field: FieldMapping, index: int) -> list[str]:
        name = field.field
        assert field.words is not None
        words = self._bind(f"words{index}", dict(field.words))
        other = self._bind(f"other{index}", _other(field.words, field.otherwise))
        return [
            " if v is not None:",
            f"  w = {words}.get(v)",
            "  if w is None:",
            f"   w = {other}(v)",
            f"   if w is FAILED: return Rejected(place, Fault.UNMAPPED, {name!a})",
            f"  if w is not None: out[{name!a}] = w",
        ]


def _put(name: str, value: str, fault: Fault, *, text: bool) -> list[str]:
    return [
        " if v:" if text else " if v is not None:",
        f"  v = {value}",
        f"  if v is None: return Rejected(place, Fault.{fault.name}, {name!a})",
        f"  out[{name!a}] = v",
    ]


def _at(event: Record) -> Type:
    field = event.field(AT)
    assert field is not None
    return field.type


def _column(checked: Checked) -> str | None:
    """The column, where an expression is nothing but one."""
    path = path_of(checked.expr)
    return path[1] if path is not None and len(path) == 2 and path[0] == LINE else None


def _reads(checked: Checked) -> set[str]:
    return {path.split(".")[1].removesuffix("[]") for path in checked.reads if path.startswith(f"{LINE}.")}


def _again(checked: Checked) -> object:
    """The exact reading: a value, None where an optional column is absent, or _FAILED."""

    def again(line: Mapping[str, Value]) -> object:
        found = evaluate(checked, {LINE: line})
        if not isinstance(found, EvalError):
            return found
        return None if found.path in checked.needed else _FAILED

    return again


def _other(words: Mapping[Value, Value], otherwise: Value | None) -> object:
    """What becomes of a value that is not found at once: the same text in another form, nothing, or any other."""

    def other(value: Value) -> object:
        if value == "":
            return None
        if isinstance(value, str) and not value.isascii():
            found = words.get(normal(value))
            if found is not None:
                return found
        return _FAILED if otherwise is None else otherwise

    return other


def normal(text: str) -> str:
    """Answer the one form (NFC) in which texts are compared."""
    return unicodedata.normalize("NFC", text)


def _clean(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([item if item.isascii() else normal(item) for item in items if item])
