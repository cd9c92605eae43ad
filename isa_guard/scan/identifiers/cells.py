"""The cells of a column as distinct plain texts, each with how often and where it stands.

Everything here stays in columns: one alternation throws out what can hold nothing, and only what is left is
told apart. It reads polars frames, and imports polars only when it is called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.plain import INVISIBLE, REPLACED
from isa_guard.scan.identifiers.shape import shape_pattern
from isa_guard.uk.identifiers import IDENTIFIERS, Strength

if TYPE_CHECKING:
    from types import ModuleType

    import polars as pl

    from isa_guard.uk.identifiers import Identifier

PLACES: Final = 5  # the first few are enough to go and look
_EDGE: Final = r"(?-u:\b)"
# A date, six digits: too common to be worth a look in a cell that names nothing.
_ALONE: Final = tuple(one for one in IDENTIFIERS if one.strength is not Strength.WEAK)
_UNNAMED: Final = tuple(one for one in IDENTIFIERS if one.strength is Strength.WEAK)


def polars() -> ModuleType:
    """The library that reads tables. Raises UsageError where it is not installed."""
    try:
        import polars as pl
    except ImportError:
        what = "looking into tables needs polars, which is not installed: `pip install 'isa-guard[scan]'`"
        raise UsageError(what) from None
    return pl


@dataclass(frozen=True, slots=True)
class Cells:
    """Distinct plain cells of one column: frame `value`, `rows` (how many), `places` (the first row numbers).

    `filled` counts the cells of the column that hold anything.
    """

    frame: pl.DataFrame
    filled: int

    def __repr__(self) -> str:
        return f"Cells({len(self.frame)} distinct of {self.filled})"


def texts(series: pl.Series) -> pl.Series | None:
    """A column as texts; None for one that holds only truth values or nothing.

    Whole numbers kept as floating-point numbers, as tables with gaps have them, are read as whole numbers.
    """
    frames = polars()
    kind = series.dtype
    if kind in (frames.Boolean, frames.Null):
        return None
    if kind == frames.String:
        return series
    if kind.is_float():
        whole = series.filter(series.is_not_null() & series.is_finite())
        # A larger floating-point number is no longer exact.
        if len(whole) and bool((whole == whole.floor()).all()) and bool((whole.abs() < 2**53).all()):
            return series.cast(frames.Int64, strict=False).cast(frames.String)
        return series.cast(frames.String)
    if kind == frames.Datetime and bool((series.dt.date().cast(kind) == series).all()):
        days: pl.Series = series.dt.date().cast(frames.String)  # days kept as moments: midnight says nothing
        return days
    if kind in (frames.Binary, frames.Object):
        decoded: pl.Series = frames.Series(
            series.name, [_decoded(one) for one in series.to_list()], dtype=frames.String
        )
        return decoded
    if kind.is_nested():
        encoded: pl.Series = (
            series.to_frame().select(frames.struct(frames.all()).struct.json_encode()).to_series()
        )
        return encoded
    return series.cast(frames.String)


def plain(series: pl.Series) -> pl.Series:
    """The texts in plain form, as `normalise` makes them."""
    if series.str.len_bytes().sum() != series.str.len_chars().sum():
        series = series.str.replace_many(list(REPLACED), list(REPLACED.values()))
        series = series.str.replace_many(list(INVISIBLE), [""] * len(INVISIBLE))
    return series


def cells(series: pl.Series, named: frozenset[str]) -> Cells:
    """The distinct cells in which something may stand, its heading naming these entities."""
    frames = polars()
    filled = len(series) - series.null_count()
    frame = frames.DataFrame({"value": series}).with_row_index("row")
    value = frames.col("value")
    # What has no check has figures, and a word that names it in the same cell.
    named_figures = value.str.contains(_words(_UNNAMED)) & value.str.contains("[0-9]")
    hits = frame.filter(value.str.contains(_alternation(named)) | named_figures)
    hits = hits.with_columns(value.str.strip_chars())
    return Cells(_distinct(hits), filled)


def every_cell(series: pl.Series) -> Cells:
    """All distinct cells that hold anything."""
    frames = polars()
    value = frames.col("value")
    frame = frames.DataFrame({"value": series.str.strip_chars()}).with_row_index("row").filter(value != "")
    return Cells(_distinct(frame), len(frame))


def _distinct(frame: pl.DataFrame) -> pl.DataFrame:
    frames = polars()
    grouped = frame.group_by("value", maintain_order=True)
    return grouped.agg(frames.len().alias("rows"), frames.col("row").head(PLACES).alias("places"))


def whole(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which cells are, as a whole, written like the identifier."""
    return values.str.contains(_ascii(f"^(?:{identifier.pattern})$"))


def possible(values: pl.Series, named: frozenset[str]) -> list[tuple[int, list[Identifier]]]:
    """By its place, each cell that may hold something, with what it may hold."""
    held: dict[int, list[Identifier]] = {}
    for identifier in IDENTIFIERS:
        for place in _within(values, identifier, named).arg_true().to_list():
            held.setdefault(place, []).append(identifier)
    return sorted(held.items())


def _within(values: pl.Series, identifier: Identifier, named: frozenset[str]) -> pl.Series:
    """Which cells hold what is written like it; where that is no evidence, only those with a word that names it.

    The heading of the column may be that word.
    """
    holds = values.str.contains(_bounded(identifier))
    if identifier.strength is not Strength.WEAK or identifier.entity in named:
        return holds
    return holds & values.str.contains(_words((identifier,)))


def telling(values: pl.Series, identifier: Identifier) -> int:
    """How many cells have a form peculiar to the identifier."""
    if not identifier.telling:
        return 0
    return int(values.str.contains(f"^(?:{shape_pattern(identifier.telling)})$").sum())


def _alternation(named: frozenset[str]) -> str:
    parts = [_bounded(one) for one in _ALONE if one.entity != "address"]  # an address holds a postcode
    parts += [f"{_EDGE}(?:{one.pattern}){_EDGE}" for one in _UNNAMED if one.entity in named]
    return _ascii("|".join(parts))


def _bounded(identifier: Identifier) -> str:
    # A telephone number may begin with + or (, which is no edge of a word.
    return _ascii(f"{'' if identifier.entity == 'phone' else _EDGE}(?:{identifier.pattern}){_EDGE}")


def _ascii(pattern: str) -> str:
    """The pattern with letters of either case in ASCII alone: K is not the sign of kelvin, and it is faster."""
    return pattern.replace("(?i:", "(?i-u:")


def _words(identifiers: tuple[Identifier, ...]) -> str:
    keywords = sorted({keyword for one in identifiers for keyword in one.keywords})
    joined = "|".join(
        re.escape(one).replace(r"\ ", "[ _-]?").replace(r"\/", "/").replace(r"\&", "&") for one in keywords
    )
    return f"(?i-u:\\b(?:{joined})\\b)"


def _decoded(value: object) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
