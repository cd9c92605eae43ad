"""Reads a plain file straight into the table of events, or says that it is for the row reader.

A few of its lines are mapped in Python too: where the two readings of one differ, something is wrong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.events import LONGEST, TABLE
from isa_guard.audit.columns.fields import column
from isa_guard.audit.columns.mapped import Mapped
from isa_guard.audit.columns.plain import NotPlainError, look_over, refuse_unless_simple
from isa_guard.errors import Defect, LoadError, Place, Problem
from isa_guard.language.columns import Dialect
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.types import String
from isa_guard.model.log import FileRead, LogEvent, LogPlace

if TYPE_CHECKING:
    from os import stat_result
    from pathlib import Path

    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.audit.columns.plain import Plain
    from isa_guard.audit.mapping.mapping import LogMapping


def read_plain(
    database: Database, events: Events, path: Path, mapping: LogMapping, index: int, name: str = ""
) -> FileRead:
    """Put the events of a file into their table. Raises NotPlainError, and then none of them is in it."""
    refuse_unless_simple(mapping)
    mapped = Mapped(database, mapping, events.typed, f"map{index}", index)
    before = path.stat()
    plain = look_over(path, mapping)
    database.connection.execute("BEGIN")
    try:
        _insert(database, events, path, mapped, index)
        _refuse_changed(path, before)
        _look_again(database, events, mapping, plain, index)
    except BaseException:
        database.connection.execute("ROLLBACK")
        raise
    database.connection.execute("COMMIT")
    return FileRead(name or str(path), mapping.id, plain.sha256, plain.octets, plain.lines, plain.lines, 0, 0)


def _refuse_changed(path: Path, before: stat_result) -> None:
    """What was hashed must be what was read."""
    after = path.stat()
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        what = "was changed while it was read"
        raise LoadError((Problem(what, Place(str(path)), "", "unreadable"),))


def _insert(database: Database, events: Events, path: Path, mapped: Mapped, index: int) -> None:
    import duckdb

    given = dict(mapped.printer.parameters(" ".join((mapped.doubt, *mapped.fields.values()))))
    fields = ", ".join(f"{mapped.fields.get(name, 'NULL')} AS {column(name)}" for name in events.fields)
    query = (
        f"INSERT INTO {TABLE} SELECT {index}, l.line_, CASE WHEN {mapped.doubt} THEN error('doubt') ELSE {mapped.at} END, "  # noqa: S608 - printed
        f"{fields} FROM ({_lines(mapped.mapping)}) AS l {' '.join(mapped.joins)}"
    )
    try:
        database.run(query, {**given, "path": str(path), **_nulls(mapped.mapping)})
    except (duckdb.Error, UnicodeError) as error:
        raise NotPlainError(type(error).__name__) from None


def _lines(mapping: LogMapping) -> str:
    """The query of the lines of a file, numbered, with their columns."""
    spelled = Spelling(Dialect.DUCKDB).type
    kinds, cells = [], []
    for number, one in enumerate(mapping.columns):
        key = one.path[0].replace("'", "''")
        kinds.append(f"'{key}': '{spelled(one.type)}'")
        cell = '"' + one.path[0].replace('"', '""') + '"'
        if isinstance(one.type, String) and mapping.nulls:
            named = ", ".join(f"${name}" for name in _nulls(mapping))
            cell = f"CASE WHEN {cell} IN ({named}) THEN NULL ELSE {cell} END"
        cells.append(f"{cell} AS l{number}")
    return (
        f"SELECT row_number() OVER () AS line_, {', '.join(cells)} FROM read_json($path, "  # noqa: S608 - keys in quotes
        f"format = 'newline_delimited', columns = {{{', '.join(kinds)}}}, maximum_object_size = {LONGEST})"
    )


def _nulls(mapping: LogMapping) -> dict[str, str]:
    return {f"null{number}": text for number, text in enumerate(sorted(mapping.nulls))}


def _look_again(database: Database, events: Events, mapping: LogMapping, plain: Plain, index: int) -> None:
    """Count the events, and hold some of them to what the mapping makes of their lines."""
    counted = database.one(f"SELECT count(*), count(DISTINCT line_) FROM {TABLE} WHERE file_ = {index}")  # noqa: S608 - a number
    if counted != (plain.lines, plain.lines):
        raise NotPlainError("the number of events")
    lines = ", ".join(map(str, sorted(plain.some))) or "0"
    query = f"SELECT {events.select()} FROM {TABLE} AS e WHERE file_ = {index} AND line_ IN ({lines})"  # noqa: S608 - numbers
    found = {event.place.line: event for event in events.fetch(query)}
    for number, values in plain.some.items():
        expected = mapping.event(values, LogPlace(index, number))
        if not isinstance(expected, LogEvent):
            raise NotPlainError("a line that is rejected")
        kept = {name: value for name, value in expected.values.items() if name in events.typed}
        if found[number] != expected._replace(values=kept):
            raise Defect(
                f"file {index}, line {number}: the two readings of the log map {mapping.id} disagree"
            )
