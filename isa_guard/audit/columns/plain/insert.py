"""Reads a plain file straight into the table of events, or says that it is for the row reader.

A few of its lines are mapped in Python too: where the two readings of one differ, something is wrong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.columns.events import STORED, TABLE
from isa_guard.audit.columns.plain.json_lines import json_lines
from isa_guard.audit.columns.plain.mapped import Mapped
from isa_guard.audit.columns.plain.parquet import parquet
from isa_guard.audit.columns.plain.relation import MAGIC, NotPlainError, refuse_unless_simple
from isa_guard.audit.columns.plain.separated import separated
from isa_guard.audit.mapping.mapping import Reads
from isa_guard.errors import Defect, LoadError, Place, Problem
from isa_guard.model.log import FileRead, LogEvent, LogPlace

if TYPE_CHECKING:
    from os import stat_result
    from pathlib import Path

    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.audit.columns.plain.relation import Relation
    from isa_guard.audit.mapping.mapping import LogMapping


def read_plain(
    database: Database, events: Events, path: Path, mapping: LogMapping, index: int, name: str = ""
) -> FileRead:
    """Put the events of a file into their table. Raises NotPlainError, and then none of them is in it."""
    refuse_unless_simple(mapping)
    if MAGIC & set(str(path)):
        raise NotPlainError("the name of the file")
    before = path.stat()
    relation = relation_of(database, path, mapping)
    mapped = Mapped(database, mapping, events.typed, index, relation.present)
    events.need(name for name, text in mapped.fields.items() if text != "NULL")
    database.connection.execute("BEGIN")
    try:
        _insert(database, events, relation, mapped, index)
        _refuse_changed(path, before)
        _look_again(database, events, mapping, relation, index)
    except BaseException:
        database.connection.execute("ROLLBACK")
        raise
    database.connection.execute("COMMIT")
    lines = relation.lines
    return FileRead(name or str(path), mapping.id, relation.sha256, relation.octets, lines, lines, 0, 0)


def relation_of(database: Database, path: Path, mapping: LogMapping) -> Relation:
    """Answer a file as a relation. Raises NotPlainError where it is for the row reader."""
    match mapping.reads:
        case Reads.JSONL:
            return json_lines(path, mapping)
        case Reads.CSV:
            return separated(path, mapping)
        case Reads.PARQUET:
            return parquet(database, path, mapping)
        case Reads.TEXT | Reads.TABLE:
            raise NotPlainError("the form of the log")


def _refuse_changed(path: Path, before: stat_result) -> None:
    """What was hashed must be what was read."""
    after = path.stat()
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        what = "was changed while it was read"
        raise LoadError((Problem(what, Place(str(path)), "", "unreadable"),))


def _insert(database: Database, events: Events, relation: Relation, mapped: Mapped, index: int) -> None:
    import duckdb

    # As a filter, a condition is asked only of the rows that all those before it let through.
    sure = " AND ".join(f"({one})" for one in (*relation.checks, *mapped.sure))
    names = [name for name in events.stored if mapped.fields.get(name, "NULL") != "NULL"]
    columns = ", ".join(("file_", "line_", "at_", *(events.stored[name] for name in names)))
    fields = "".join(f", {mapped.fields[name]}" for name in names)
    query = (
        f"INSERT INTO {STORED} ({columns}) SELECT {index}, l.line_, {mapped.at}{fields} "  # noqa: S608 - printed
        f"FROM ({relation.query}) AS l {' '.join(mapped.joins)} WHERE {sure}"
    )
    given = dict(mapped.printer.parameters(query))
    try:
        database.run(query, {**given, **relation.given})
    except (duckdb.Error, UnicodeError) as error:
        raise NotPlainError(type(error).__name__) from None


def _look_again(
    database: Database, events: Events, mapping: LogMapping, relation: Relation, index: int
) -> None:
    """Count the events, and hold some of them to what the mapping makes of their lines."""
    (counted,) = database.one(f"SELECT count(*) FROM {TABLE} WHERE file_ = {index}")  # noqa: S608 - a number
    if counted != relation.lines:
        raise NotPlainError("the number of events")
    lines = ", ".join(map(str, sorted(relation.some))) or "0"
    query = f"SELECT {events.select()} FROM {TABLE} AS e WHERE file_ = {index} AND line_ IN ({lines})"  # noqa: S608 - numbers
    found = {event.place.line: event for event in events.fetch(query)}
    for number, values in relation.some.items():
        expected = mapping.event(values, LogPlace(index, number))
        if not isinstance(expected, LogEvent):
            raise NotPlainError("a line that is rejected")
        kept = {name: value for name, value in expected.values.items() if name in events.typed}
        if found.get(number) != expected._replace(values=kept):
            raise Defect(
                f"file {index}, line {number}: the two readings of the log map {mapping.id} disagree"
            )
