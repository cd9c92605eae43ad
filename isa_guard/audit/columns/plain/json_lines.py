"""A JSONL file of which no line could be rejected for its form: hashed, counted, and every line of it looked at.

This proves, before DuckDB reads the same file, that every line is one object of the columns of its mapping and no
other, each of its type. DuckDB alone would not do: it takes NaN, commas too many, `2.7` for 3 and `null` for a record.
What it is left to find is a key that stands twice, at which it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from isa_guard.audit.columns.events import LONGEST
from isa_guard.audit.columns.plain.relation import (
    EVERY,
    NotPlainError,
    Relation,
    given_nulls,
    quoted,
    refuse_letters,
    without_nulls,
)
from isa_guard.audit.lines.octets import HashedFile, opened
from isa_guard.language.columns import Dialect
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.types import Bool, Int, List
from isa_guard.language.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

    Decode = Callable[[Any], Any]

GLANCE: Final = 1 << 16


def json_lines(path: Path, mapping: LogMapping) -> Relation:
    """Look at every line of a file. Raises NotPlainError at the first that is not plain, LoadError as every reader."""
    if mapping.others_ignored:
        raise NotPlainError("keys that are passed over may stand twice")
    likely = _glanced(path, mapping)
    if len(likely) < len(mapping.columns):
        try:
            return _looked_over(path, mapping, likely)
        except NotPlainError:
            pass  # perhaps for a column that no line at the beginning or the end has
    return _looked_over(path, mapping, mapping.columns)


def _glanced(path: Path, mapping: LogMapping) -> tuple[Column, ...]:
    """Answer the columns that are needed, and those whose names stand at the beginning or the end of a file."""
    with opened(path) as file:
        text = file.read(GLANCE)
        file.seek(max(0, path.stat().st_size - GLANCE))
        text += file.read(GLANCE)
    return tuple(one for one in mapping.columns if not one.optional or f'"{one.path[0]}"'.encode() in text)


def _looked_over(path: Path, mapping: LogMapping, columns: Sequence[Column]) -> Relation:
    decode = _decoder(columns)
    number = 0
    some: dict[int, dict[str, Value]] = {}
    with opened(path) as file:
        hashed = HashedFile(file, str(path))
        for lines in hashed.split():
            if b"\\u" in hashed.text:  # it may be no letter, or one in another form
                raise NotPlainError("an escape")
            refuse_letters(hashed.text)
            try:
                found = [*map(decode, lines)]
            except (ValueError, TypeError, RecursionError):
                raise NotPlainError("a line") from None
            for index in (*range(-number % EVERY, len(found), EVERY), len(found) - 1):
                some[number + index + 1] = _values(found[index], columns, mapping)
            number += len(found)
        if number != hashed.lines or hashed.octets != path.stat().st_size:
            raise NotPlainError("the number of lines")  # it is packed, or it grew
    return Relation(
        hashed.sha256,
        hashed.octets,
        number,
        some,
        _query(mapping, columns),
        {"path": str(path), **given_nulls(mapping)},
        frozenset(one.name for one in columns),
    )


def _query(mapping: LogMapping, columns: Sequence[Column]) -> str:
    spelled = Spelling(Dialect.DUCKDB).type
    kinds, cells = [], []
    for column in columns:
        key = column.path[0].replace("'", "''")
        kinds.append(f"'{key}': '{spelled(column.type)}'")
        cell = without_nulls(quoted(column.path[0]), column.type, mapping)
        cells.append(f"{cell} AS l{mapping.columns.index(column)}")
    return (
        f"SELECT row_number() OVER () AS line_, {', '.join(cells)} FROM read_json($path, "  # noqa: S608 - keys in quotes
        f"format = 'newline_delimited', columns = {{{', '.join(kinds)}}}, maximum_object_size = {LONGEST})"
    )


def _decoder(columns: Sequence[Column]) -> Decode:
    import msgspec

    fields: list[Any] = []
    for number, column in enumerate(columns):
        kind, name = _kind(column.type), f"c{number}"
        fields.append((name, kind | None, None) if column.optional else (name, kind))
    keys = {f"c{number}": column.path[0] for number, column in enumerate(columns)}
    line = msgspec.defstruct("Line", fields, rename=keys, forbid_unknown_fields=True, gc=False, kw_only=True)
    decode: Decode = msgspec.json.Decoder(line).decode
    return decode


def _values(line: Any, columns: Sequence[Column], mapping: LogMapping) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for number, column in enumerate(columns):
        value = getattr(line, f"c{number}")
        if value is not None and not (isinstance(value, str) and value in mapping.nulls):
            found[column.name] = tuple(value) if isinstance(value, list) else value
    return found


def _kind(type_: Type) -> Any:
    import msgspec

    match type_:
        case Int():
            return Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
        case Bool():
            return bool
        case List():
            return list[str]
        case _:
            return str
