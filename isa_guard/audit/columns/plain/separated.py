"""A CSV file in which no cell is quoted: each line is a record, and each delimiter ends a cell.

Where nothing is quoted there is one way to read a line, and DuckDB fails at one that has a cell too many or too few.
A file with a quote anywhere goes to the row reader, which rejects by line what does not come out right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.plain.relation import (
    EVERY,
    NotPlainError,
    Relation,
    given_nulls,
    refuse_letters,
    without_nulls,
)
from isa_guard.audit.lines.columns import line_reader
from isa_guard.audit.lines.octets import LIMIT_LINE, HashedFile, opened
from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Int, List, String

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.values import Value

_WHOLE: Final = "0|-?[1-9][0-9]{0,18}"  # as the row reader has it: one way to write a number


@dataclass(frozen=True, slots=True)
class _Form:
    """The names of the cells in their order, the line of the header (0: there is none), and what ends each line."""

    names: tuple[str, ...]
    header: int
    returns: int  # carriage returns at the end of a line: 1, or none


def separated(path: Path, mapping: LogMapping) -> Relation:
    """Look at every line of a file. Raises NotPlainError at the first that is not plain, LoadError as every reader."""
    if len(mapping.delimiter) != 1 or not mapping.delimiter.isascii() or mapping.delimiter in '"\n\r ':
        raise NotPlainError("the delimiter")
    with opened(path) as file:
        hashed = HashedFile(file, str(path))
        form, some = _looked_over(hashed, mapping)
        if hashed.octets != path.stat().st_size:
            raise NotPlainError("the number of octets")
    known = {column.path[0] for column in mapping.columns}
    if not mapping.others_ignored and not known.issuperset(form.names):
        raise NotPlainError("a column that is not known")
    columns = [column for column in mapping.columns if column.path[0] in form.names]
    if any(isinstance(column.type, List) for column in columns):
        raise NotPlainError("lists have no place in a cell")
    checks = [one for column in columns for one in _checks(column, mapping)]
    return Relation(
        hashed.sha256,
        hashed.octets,
        hashed.lines - form.header,
        some,
        _query(form, columns, mapping),
        {"path": str(path), **given_nulls(mapping)},
        frozenset(column.name for column in columns),
        tuple(checks),
    )


def _looked_over(hashed: HashedFile, mapping: LogMapping) -> tuple[_Form, dict[int, dict[str, Value]]]:
    """Answer the form of a file, and the values of a few of its lines."""
    form: _Form | None = None
    some: dict[int, dict[str, Value]] = {}
    number = 0
    delimiter = mapping.delimiter.encode()
    for lines in hashed.split():
        text = hashed.text
        if b'"' in text or b"\0" in text:
            raise NotPlainError("a quote")
        refuse_letters(text)
        if form is None:
            form = _form(lines[0] or b"", mapping)
        returns = form.returns * len(lines)
        if text.count(b"\r") != returns or (text + b"\n").count(b"\r\n") != returns or None in lines:
            raise NotPlainError("the end of a line")
        if text.count(delimiter) != len(lines) * (len(form.names) - 1):  # DuckDB takes an empty cell too many
            raise NotPlainError("the number of cells")
        for index in (*range(-number % EVERY, len(lines), EVERY), len(lines) - 1):
            if number + index >= form.header:
                some[number + index + 1] = _values(lines[index] or b"", form.names, mapping)
        number += len(lines)
    if form is None or number != hashed.lines:
        raise NotPlainError("the number of lines")
    return form, some


def _form(line: bytes, mapping: LogMapping) -> _Form:
    names = mapping.header or tuple(line.decode().removesuffix("\r").split(mapping.delimiter))
    folded = [name.lower() for name in names]
    if len(names) < 2 or len(set(folded)) < len(names) or not all(name.strip() for name in names):
        raise NotPlainError("the header")
    return _Form(names, 0 if mapping.header else 1, line.count(b"\r"))


def _values(line: bytes, names: Sequence[str], mapping: LogMapping) -> dict[str, Value]:
    cells = line.decode().removesuffix("\r").split(mapping.delimiter)
    if len(cells) != len(names):
        raise NotPlainError("the number of cells")
    found = line_reader(mapping).careful(dict(zip(names, cells, strict=True)))
    if isinstance(found, tuple):
        raise NotPlainError("a line that is rejected")
    return found


def _checks(column: Column, mapping: LogMapping) -> list[str]:
    """The SQL of what holds where a cell of this column is of its type."""
    place = f"l.l{mapping.columns.index(column)}"
    raw = f"l.r{mapping.columns.index(column)}"
    if isinstance(
        column.type, Int | Bool
    ):  # what could not be converted is NULL, and so not absent but wrong
        return [f"{place} IS NOT NULL OR {raw} IS NULL"]
    return []


def _query(form: _Form, columns: Sequence[Column], mapping: LogMapping) -> str:
    texts = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(form.names)))
    cells = []
    for column in columns:
        number = mapping.columns.index(column)
        # DuckDB takes an empty cell for NULL; what is absent is for the log map to say.
        text = f"coalesce(c{form.names.index(column.path[0])}, '')"
        raw = without_nulls(text, String(), mapping)
        match column.type:
            case Int():
                value = f"CASE WHEN regexp_full_match({raw}, '{_WHOLE}') THEN TRY_CAST({raw} AS BIGINT) END"
            case Bool():
                value = f"CASE {raw} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
            case _:
                value = raw
        cells.append(f"{value} AS l{number}")
        if isinstance(column.type, Int | Bool):
            cells.append(f"{raw} AS r{number}")
    delimiter = mapping.delimiter.replace("'", "''")
    return (
        f"SELECT row_number() OVER () + {form.header} AS line_, {', '.join(cells)} FROM read_csv($path, "  # noqa: S608 - a delimiter in quotes
        f"auto_detect = false, header = {form.header == 1}, delim = '{delimiter}', quote = '', escape = '', comment = '', "
        f"columns = {{{texts}}}, max_line_size = {LIMIT_LINE * 2}, strict_mode = true)"
    )
