"""One log's mapping, bound and ready: what a line holds, and how it becomes an event."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.audit.mapping.times import TimeFormat
    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent, LogPlace, Rejected

ToEvent: TypeAlias = "Callable[[Mapping[str, Value], LogPlace], LogEvent | Rejected]"


class Reads(StrEnum):
    """The form of a log's lines."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    TEXT = "text"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a line. `path` is where it stands: keys of nested JSON objects, or the one name of a column."""

    name: str  # the field of `line` in expressions
    path: tuple[str, ...]
    type: Type  # Bool, Int, Double or String; List of String where the form has lists
    optional: bool


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """How one field of the event comes from a line: an expression over `line`, and words for its values.

    `words` of None means that the value stands as it is; `otherwise` is what any value without a word becomes
    (None: the line is rejected). Where there is a `time`, the expression gives what is written and not yet the
    instant or day.
    """

    field: str
    of: Checked
    words: Mapping[Value, Value] | None
    otherwise: Value | None
    time: TimeFormat | None = None


@dataclass(frozen=True, slots=True)
class LogMapping:
    """A mapping. `event` makes of the columns of one line, by their names, an event or says why it is none."""

    id: str
    title: str
    reads: Reads
    columns: tuple[Column, ...]
    others_ignored: bool  # whether columns that are not named are passed over; else they reject the line
    nulls: frozenset[str]  # texts that stand for an absent value
    pattern: str  # RE2 with a named group for each column, where lines are text
    delimiter: str  # where lines are CSV
    fields: tuple[FieldMapping, ...]
    event: ToEvent
    digest: str  # SHA-256 of the document
    header: tuple[str, ...] = ()  # the names of the columns of a CSV file without a header line
