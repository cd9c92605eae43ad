"""A JSONL file of which no line could be rejected for its form: hashed, counted, and every line of it looked at.

This proves, before DuckDB reads the same file, that every line is one object of the columns of its mapping and no
other, each of its type. DuckDB alone would not do: it takes NaN, commas too many, `2.7` for 3 and `null` for a record.
What it is left to find is a key that stands twice, at which it fails.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Final

from isa_guard.audit.lines.octets import HashedFile, opened
from isa_guard.audit.mapping.mapping import Reads
from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Int, List, String
from isa_guard.language.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

EVERY: Final = 4_096  # which lines are read in Python as well
MAGIC: Final = frozenset("*?[]{}")  # DuckDB would take a name with these for a pattern


class NotPlainError(IsaGuardError):
    """The file is for the row reader: something in it, or in its mapping, is not plain."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What the pass over a file found. `some` are the values of a few lines by their numbers."""

    sha256: str
    octets: int
    lines: int
    some: Mapping[int, Mapping[str, Value]]


def refuse_unless_simple(mapping: LogMapping) -> None:
    """Answer nothing where the columns of a mapping can be read by DuckDB. Raises NotPlainError."""
    keys = [column.path[0].lower() for column in mapping.columns]
    if mapping.reads is not Reads.JSONL or mapping.others_ignored or len(set(keys)) < len(keys):
        raise NotPlainError("the form of the log")
    for column in mapping.columns:
        if len(column.path) > 1 or _kind(column.type) is None:
            raise NotPlainError(f"the column {column.name}")


def look_over(path: Path, mapping: LogMapping) -> Plain:
    """Look at every line of a file. Raises NotPlainError at the first that is not plain, LoadError as every reader."""
    if MAGIC & set(str(path)):
        raise NotPlainError("the name of the file")
    decode = _decoder(mapping)
    number = 0
    some: dict[int, Mapping[str, Value]] = {}
    with opened(path) as file:
        hashed = HashedFile(file, str(path))
        for lines in hashed.split():
            _refuse_letters(hashed.text)
            try:
                found = [*map(decode, lines)]
            except (ValueError, TypeError, RecursionError):
                raise NotPlainError("a line") from None
            for index in (*range(-number % EVERY, len(found), EVERY), len(found) - 1):
                some[number + index + 1] = _values(found[index], mapping)
            number += len(found)
        if number != hashed.lines or hashed.octets != path.stat().st_size:
            raise NotPlainError("the number of lines")  # it is packed, or it grew
        return Plain(hashed.sha256, hashed.octets, number, some)


def _refuse_letters(text: bytes) -> None:
    """Refuse what would have to be brought to one form of Unicode, and escapes that may be no letters."""
    if b"\\u" in text:
        raise NotPlainError("an escape")
    if text.isascii():
        return
    try:
        if unicodedata.is_normalized("NFC", text.decode()):
            return
    except UnicodeDecodeError:
        pass
    raise NotPlainError("the form of a letter")


def _decoder(mapping: LogMapping) -> Callable[[Any], Any]:
    import msgspec

    fields: list[Any] = []
    whole = Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
    for number, column in enumerate(mapping.columns):
        kind = _kind(column.type)
        kind = whole if kind is int else kind
        name = f"c{number}"
        fields.append((name, kind | None, None) if column.optional else (name, kind))
    keys = {f"c{number}": column.path[0] for number, column in enumerate(mapping.columns)}
    line = msgspec.defstruct("Line", fields, rename=keys, forbid_unknown_fields=True, gc=False, kw_only=True)
    decode: Callable[[Any], Any] = msgspec.json.Decoder(line).decode
    return decode


def _values(line: Any, mapping: LogMapping) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for number, column in enumerate(mapping.columns):
        value = getattr(line, f"c{number}")
        if value is not None and not (isinstance(value, str) and value in mapping.nulls):
            found[column.name] = tuple(value) if isinstance(value, list) else value
    return found


def _kind(type_: Type) -> Any:
    match type_:
        case String(values=None):
            return str
        case Int():
            return int
        case Bool():
            return bool
        case List(element=String(values=None)):
            return list[str]
        case _:
            return None
