"""Lines of JSON that are plainly as they should be, many at a time: what makes up nearly all of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Required, TypedDict

from isa_guard.audit.lines.columns import line_reader, quick_reader
from isa_guard.errors import UsageError
from isa_guard.language.types import Bool, Int, String
from isa_guard.language.values import INT_MAX, INT_MIN
from isa_guard.model.log import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from isa_guard.audit.lines.columns import Refused, Values
    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.types import Type

    Decode: TypeAlias = Callable[[Any], Any]

LIMIT_DEPTH: Final = 100


class Quick:
    """Reads lines that are plainly as they should be, and answers None for any other.

    `":` ends every key that has no space before its colon. So there are at least as many of them on a line as there
    are keys; where there are just as many as the object read has, no key stands twice. Nothing is left to
    chance: a line with such a space, or an escape of U+0000, is not plain.
    """

    def __init__(self, mapping: LogMapping) -> None:
        try:
            import msgspec
        except ImportError:
            what = "audits need msgspec, which is not installed: `pip install 'isa-guard[audit]'`"
            raise UsageError(what) from None
        self._failures = (msgspec.MsgspecError, ValueError, RecursionError)
        reader = line_reader(mapping)
        self._quick, self._careful = quick_reader(reader), reader.careful
        self._nulls = frozenset({None, *mapping.nulls})
        self._names = {column.path[0]: column.name for column in mapping.columns}
        self._needed = tuple(column.name for column in mapping.columns if not column.optional)
        # Keys that no column stands for may be repeated too, so that they are read as well.
        self._whole = mapping.others_ignored or not all(map(_is_plain, mapping.columns))
        self._renamed = any(key != name for key, name in self._names.items())
        self._as_read = not self._whole and not self._renamed and not mapping.nulls
        self._finished = self._typed if self._whole else self._flat
        shape = dict[str, Any] if self._whole else _shape(mapping, msgspec)
        self._decode: Decode = msgspec.json.Decoder(shape).decode

    def all(self, lines: list[bytes | None], text: bytes) -> list[Values | Refused | None] | None:
        """Answer the values of all lines, which were split from `text`; None if one of them is not plain."""
        if not _is_tight(text):
            return None
        try:
            found = [*map(self._decode, lines)]
        except (TypeError, *self._failures):  # TypeError: a line that is too long
            return None
        # No line can have fewer than its keys. So if all have as many together, each has.
        keys = text.count(b'":')
        if keys != sum(map(len, found)) and not (self._whole and keys == sum(map(_keys, found))):
            return None
        if self._whole and any(_brackets(line) > LIMIT_DEPTH for line in lines if line is not None):
            return None
        if self._as_read and b"null" not in text:
            return found
        return [*map(self._finished, found)]

    def one(self, line: bytes) -> Values | Refused | None:
        """Answer the values of a line."""
        if not _is_tight(line) or (self._whole and _brackets(line) > LIMIT_DEPTH):
            return None
        try:
            found = self._decode(line)
        except self._failures:
            return None
        keys = line.count(b'":')
        if keys != len(found) and not (self._whole and keys == _keys(found)):
            return None
        return self._finished(found)

    def _typed(self, found: dict[str, object]) -> Values | Refused:
        """Any object, its columns of any type."""
        values = self._quick(found)
        return self._careful(found) if values is None else values

    def _flat(self, found: Values) -> Values | Refused:
        """What msgspec has taken for the columns of the log, and found to be of their types."""
        if self._renamed:
            names = self._names
            found = {names[key]: value for key, value in found.items()}
        nulls = self._nulls
        if nulls.isdisjoint(found.values()):
            return found
        found = {name: value for name, value in found.items() if value not in nulls}
        absent = [name for name in self._needed if name not in found]
        return (Fault.MISSING, absent[0]) if absent else found


def _is_tight(octets: bytes) -> bool:
    """Answer whether no space stands between a key and its colon, and no escape stands for U+0000."""
    if b" :" in octets or (b"\t" in octets and b"\t:" in octets) or (b"\r" in octets and b"\r:" in octets):
        return False
    return b"\\" not in octets or b"\\u0000" not in octets


def _brackets(octets: bytes) -> int:
    return octets.count(b"{") + octets.count(b"[")


def _keys(found: object) -> int:
    waiting, keys = [found], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            keys += len(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return keys


def _is_plain(column: Column) -> bool:
    return len(column.path) == 1 and _kind(column.type) is not None


def _kind(type_: Type) -> Any:
    """Answer what msgspec takes for it and nothing else. A decimal is looked at again: it may not be exact."""
    match type_:
        case String(values=None):
            return str
        case Int():
            return int
        case Bool():
            return bool
        case _:
            return None


def _shape(mapping: LogMapping, msgspec: Any) -> Any:
    """The object that a line should hold, for msgspec."""
    shape = {}
    for column in mapping.columns:
        kind = _kind(column.type)
        if kind is int:
            kind = Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
        if column.optional and mapping.nulls and kind is not str:
            kind |= Literal[tuple(sorted(mapping.nulls))]
        shape[column.path[0]] = (kind | None) if column.optional else Required[kind]
    return TypedDict("Line", shape, total=False)  # type: ignore[operator]
