r"""A scheduled field as expressions over a column of texts: one for each rule, true where a cell breaks it.

How a cell is read, so that nobody guesses. It is blank where it is null or empty, and then no other rule is asked; white space is
text. An integer is `0`, `-7` or `1500`: no sign `+`, no leading zero, no separator, ASCII digits, 64 bits. A float is a number
of JSON (RFC 8259, section 6) that is finite. A truth value is `true` or `false` as YAML 1.2 writes it (True, TRUE too). A day is
`2026-11-23`; an instant is RFC 3339, with its offset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.frozen import dataclass
from isa_guard.language.column_patterns import rust
from isa_guard.language.constraints import Rule
from isa_guard.language.values import TIMESTAMP_MAX, TIMESTAMP_MIN
from isa_guard.model.schedule import CellType
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from isa_guard.language.constraints import Constraints
    from isa_guard.model.schedule import ScheduledField

_INTEGER: Final = r"\A-?(?:0|[1-9][0-9]*)\z"
_FLOAT: Final = r"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\z"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT: Final = rf"\A{_DAY}[Tt ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\z"
_TRUE: Final = ("true", "True", "TRUE")
_FALSE: Final = ("false", "False", "FALSE")


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a field: `breaks` is true, false and never null."""

    rule: Rule
    breaks: pl.Expr


def compiled(field: ScheduledField, cell: pl.Expr) -> Iterator[Check]:
    """Answer the rules of a field over its column. Raises UsageError where polars is missing."""
    given = cell.fill_null("") != ""
    if not field.nullable:
        yield Check(Rule.NULLABLE, given.not_())
    value = polars().when(given).then(cell)
    if field.type is not CellType.STRING:
        value = _read(field.type, value)
        yield Check(Rule.TYPE, given & value.is_null())
    for rule, broken in _broken(value, field.constraints):
        yield Check(rule, broken.fill_null(value=False))


def _broken(value: pl.Expr, held: Constraints) -> Iterator[tuple[Rule, pl.Expr]]:
    """Where a value breaks its constraints; null for one that is none. As `language.constraints.broken`."""
    if held.allowed is not None:
        yield Rule.ALLOWED, _is_one_of(value, held.allowed).not_()
    if held.forbidden:
        yield Rule.FORBIDDEN, _is_one_of(value, held.forbidden)
    if held.regex is not None:
        pattern = rust(held.regex)
        assert pattern is not None, "load.sent refuses a pattern that is too large"
        yield Rule.REGEX, value.str.contains(pattern).not_()
    if held.minlength is not None:
        yield Rule.MINLENGTH, value.str.len_chars() < held.minlength
    if held.maxlength is not None:
        yield Rule.MAXLENGTH, value.str.len_chars() > held.maxlength
    if held.min is not None:
        yield Rule.MIN, value < held.min
    if held.max is not None:
        yield Rule.MAX, value > held.max


def _is_one_of(value: pl.Expr, words: Sequence[object]) -> pl.Expr:
    found: pl.Expr = polars().any_horizontal([value == polars().lit(word) for word in words])
    return found


def _read(kind: CellType, cell: pl.Expr) -> pl.Expr:
    """A text as a value of the type, null where it is none."""
    library = polars()
    read: pl.Expr
    match kind:
        case CellType.STRING:
            read = cell
        case CellType.INTEGER:
            read = library.when(cell.str.contains(_INTEGER)).then(cell).cast(library.Int64, strict=False)
        case CellType.FLOAT:
            number = library.when(cell.str.contains(_FLOAT)).then(cell).cast(library.Float64, strict=False)
            read = library.when(number.is_finite()).then(number)
        case CellType.BOOLEAN:
            read = (
                library.when(cell.is_in(_TRUE))
                .then(library.lit(True))
                .when(cell.is_in(_FALSE))
                .then(library.lit(False))
            )
        case CellType.DATE:
            day = library.when(cell.str.contains(rf"\A{_DAY}\z")).then(cell)
            read = _from_year_1(day, day.str.to_date("%Y-%m-%d", strict=False)).cast(library.Int64)
        case CellType.DATETIME:
            read = _instant(library.when(cell.str.contains(_INSTANT)).then(cell))
        case _:
            assert_never(kind)
    return read


def _from_year_1(text: pl.Expr, day: pl.Expr) -> pl.Expr:
    """ISO 8601 has a year 0; RFC 3339 and our days do not."""
    found: pl.Expr = polars().when(text.str.starts_with("0000").not_()).then(day)
    return found


def _instant(text: pl.Expr) -> pl.Expr:
    """Microseconds since the epoch, put together from the parts: a year may leave its bounds by the offset alone."""
    library = polars()
    zone = text.str.slice(16).str.extract(r"([Zz]|[+-].{5})\z")
    seconds = text.str.slice(16).str.extract(r"\A:([0-9]{2})").fill_null("00").cast(library.Int64)
    fraction = (
        text.str.slice(16).str.extract(r"\.([0-9]+)").fill_null("0").str.pad_end(6, "0").cast(library.Int64)
    )
    day = _from_year_1(text, text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)).cast(library.Int64)
    hour = text.str.slice(11, 2).cast(library.Int64)
    minutes = hour * 60 + text.str.slice(14, 2).cast(library.Int64)
    away = zone.str.slice(1, 2).cast(library.Int64) * 60 + zone.str.slice(4, 2).cast(library.Int64)
    offset = (
        library.when(zone.str.to_uppercase() == "Z")
        .then(0)
        .when(zone.str.starts_with("-"))
        .then(-away)
        .otherwise(away)
    )
    micros = ((day * 1440 + minutes - offset) * 60 + seconds) * 1_000_000 + fraction
    found: pl.Expr = library.when((hour < 24) & micros.is_between(TIMESTAMP_MIN, TIMESTAMP_MAX)).then(micros)
    return found
