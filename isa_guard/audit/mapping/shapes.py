"""The shape of a log map: one YAML document for each kind of log, `format: isa-guard/log-map/1`.

Read as `load.shapes` are; what the words mean is decided in `audit.mapping.binding`.
"""

from dataclasses import field
from typing import Annotated, Literal

from isa_guard.frozen import dataclass
from isa_guard.load.declare import Letters, Says
from isa_guard.load.shapes import Expression, Id, Name, Scalar, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """One column of a line."""

    at: Annotated[
        str | None,
        Says("where it stands, as a JSON Pointer: /actor/user/uid in nested JSON, /Header in CSV; /<name> if left out"),
    ] = None  # fmt: skip
    type: Literal["string", "int", "double", "bool", "list"] = "string"
    optional: Annotated[bool, Says("lines may leave it out")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShape:
    """A time, or a day, as the log writes it."""

    of: Annotated[Expression, Says("an expression over `line`")]
    format: Annotated[
        str | None,
        Says("rfc3339, unix-s, unix-ms, unix-us, or a pattern as %d/%m/%Y %H:%M:%S; rfc3339 if left out, 2026-11-24 for a day"),
    ] = None  # fmt: skip
    zone: Annotated[str | None, Says("the time zone of a local time, as Europe/London")] = None
    missing_hour: Annotated[
        Literal["reject", "shift"], Says("a local time that the clocks skipped in spring")
    ] = "reject"
    repeated_hour: Annotated[
        Literal["reject", "first", "second"], Says("a local time that the clocks showed twice in autumn")
    ] = "reject"
    leap: Annotated[Literal["reject", "clamp"], Says("the second 23:59:60")] = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShape:
    """A field of the event: an expression over `line`, perhaps with words for its values; or a time."""

    of: Expression | None = None
    words: Annotated[Id | None, Says("the map of values that it is put through")] = None
    otherwise: Annotated[
        Scalar | None, Says("what every value without a word becomes; without it such a line is rejected")
    ] = None
    time: TimeShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMapDocument:
    """How the lines of one kind of log become events."""

    format: Literal["isa-guard/log-map/1"]
    id: Id
    title: Text
    reads: Literal["jsonl", "csv", "parquet", "text", "table"]
    pattern: Annotated[
        str | None, Letters(2_000, at_least=1), Says("for text: RE2 with a named group for each column")
    ] = None
    delimiter: Annotated[str | None, Letters(1, at_least=1), Says("for csv; a comma if left out")] = None
    header: Annotated[
        tuple[str, ...], Says("for csv: the names of all columns in order, where the file has no header line")
    ] = ()
    others: Annotated[Literal["reject", "ignore"], Says("columns that are not named here")] = "reject"
    as_event: Annotated[
        bool, Says("every field of an event, the agreement's own included, is a column of its own name")
    ] = False
    columns: dict[Name, ColumnShape] = field(default_factory=dict)
    nulls: Annotated[tuple[str, ...], Says("texts that stand for no value")] = ()
    let: dict[Name, Expression] = field(default_factory=dict)
    time: TimeShape
    values: Annotated[dict[Id, dict[str, Scalar]], Says("maps of values, by name")] = field(
        default_factory=dict
    )
    fields: dict[Name, Expression | FieldShape] = field(default_factory=dict)
