"""The cells of a column as distinct plain texts, each with how often and where it stands.

Everything here stays in columns: one alternation throws out what can hold nothing, and only what is left is
told apart. It reads polars frames, and imports polars only when it is called.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.lanes import in_lane
from isa_guard.scan.identifiers.patterns import bounded, entire, words_of
from isa_guard.scan.identifiers.plain import INVISIBLE, REPLACED
from isa_guard.scan.identifiers.shape import shape_pattern
from isa_guard.uk.identifiers import IDENTIFIERS, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from isa_guard.uk.identifiers import Identifier

# What is never written without a letter.
LETTERED: Final = frozenset(
    one.entity
    for one in IDENTIFIERS
    if one.entity != "police-urn" and all("A" in form.upper() for form in one.forms)
)
# A date, six digits: too common to be worth a look in a cell that names nothing.
_ALONE: Final = tuple(one for one in IDENTIFIERS if one.strength is not Strength.WEAK)
_UNNAMED: Final = tuple(one for one in IDENTIFIERS if one.strength is Strength.WEAK)
# What may be written without a figure: every other form has one, which a test holds to the patterns.
FIGURELESS: Final = frozenset({"email", "ip-address", "person-name"})
# A column of which so many cells hold but a few different ones is read one different cell after another.
_SAMPLE: Final = 1_000
_REPEATED: Final = 10


def texts(series: pl.Series) -> pl.Series | None:
    """A column as texts; None for one that holds only truth values or nothing.

    Whole numbers kept as floating-point numbers, as tables with gaps have them, are read as whole numbers, cell by
    cell: what one cell is must not depend on cells that come in a later batch.
    """
    frames = polars()
    kind = series.dtype
    if kind in (frames.Boolean, frames.Null):
        return None
    if kind == frames.String:
        return series
    if kind.is_float():
        return _whole_numbers(series)
    if kind == frames.Datetime:
        return _days(series)
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
    # Not ASCII is what has more bytes than characters: told in a fifth of the time that a pattern takes.
    other = series.str.len_bytes() != series.str.len_chars()
    other = (other | series.str.contains("\t", literal=True)).fill_null(value=False)
    if not other.any():
        return series
    replaced = series.filter(other).str.replace_many(list(REPLACED), list(REPLACED.values()))
    return series.scatter(other.arg_true(), replaced.str.replace_many(list(INVISIBLE), [""] * len(INVISIBLE)))


def cells(series: pl.Series, named: frozenset[str], first: int, places: int) -> pl.DataFrame:
    """The distinct plain cells in which something may stand, the heading naming these entities.

    Columns `value`, `rows` (how many) and `places` (the numbers of the first few rows, counted on from `first`), in
    the order of their first rows.
    """
    frames = polars()
    hits = _hits(series, named)
    frame = frames.DataFrame({"value": series}).with_row_index("row", first)[hits.arg_true()]
    return _distinct(frame.with_columns(frames.col("value").str.strip_chars()), places)


def _hits(series: pl.Series, named: frozenset[str]) -> pl.Series:
    """In which cells something may stand, each pattern asked only of what the one before it left open."""
    if series.head(_SAMPLE).n_unique() < _SAMPLE // _REPEATED:
        different = series.unique()
        return series.is_in(different.filter(_hold(different, named)).implode())
    return _hold(series, named)


def _hold(series: pl.Series, named: frozenset[str]) -> pl.Series:
    figures = series.str.contains("[0-9]").fill_null(value=False)
    with_figures, without = figures.arg_true(), (~figures).arg_true()
    # What has no check has figures, and a word that names it in the same cell.
    found = either(series.gather(with_figures), _alternation(named), words_of(_UNNAMED))
    bare = series.gather(without).str.contains(_alternation_without_figures(named)).fill_null(value=False)
    return figures.scatter(with_figures.filter(~found), False).scatter(without.filter(bare), True)


def every_cell(series: pl.Series, first: int, places: int) -> pl.DataFrame:
    """All distinct cells that hold anything, as `cells` gives them."""
    frames = polars()
    value = frames.col("value")
    frame = (
        frames.DataFrame({"value": series.str.strip_chars()}).with_row_index("row", first).filter(value != "")
    )
    return _distinct(frame, places)


def _distinct(frame: pl.DataFrame, places: int) -> pl.DataFrame:
    frames = polars()
    # Of different digests the values differ, and numbers are told apart sooner.
    if frame.get_column("value").hash().n_unique() == len(frame):
        return frame.select(
            "value", frames.lit(1, frames.UInt32).alias("rows"), frames.concat_list("row").alias("places")
        )
    grouped = frame.group_by("value", maintain_order=True)
    return grouped.agg(frames.len().alias("rows"), frames.col("row").head(places).alias("places"))


def whole(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which cells are, as a whole, written like the identifier."""
    return values.str.contains(entire(identifier.pattern))


def written_as(
    values: pl.Series, identifiers: Sequence[Identifier]
) -> Iterator[tuple[Identifier, pl.Series]]:
    """The places of the cells that are, as a whole, written like each identifier, where there are any.

    Of those that no cell of a sample is written like, one pattern asks first whether any cell is.
    """
    sample = values.head(_SAMPLE)
    seen = [in_lane(one, whole, sample, one) for one in identifiers]
    frequent = {one.entity for one, found in zip(identifiers, seen, strict=True) if found.result().any()}
    rare = tuple(one for one in identifiers if one.entity not in frequent)
    places = (
        values.str.contains(_any_entire(rare)).arg_true() if rare else values.is_null().clear().arg_true()
    )
    few = values.gather(places)
    asked = [one for one in identifiers if len(few) or one.entity in frequent]
    waiting = [in_lane(one, whole, values if one.entity in frequent else few, one) for one in asked]
    for identifier, written in zip(asked, waiting, strict=True):
        found = written.result().arg_true()
        if identifier.entity not in frequent:
            found = places.gather(found)
        if len(found):
            yield identifier, found


@cache
def _any_entire(identifiers: tuple[Identifier, ...]) -> str:
    return entire("|".join(f"(?:{one.pattern})" for one in identifiers))


def telling(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Which cells have a form peculiar to the identifier."""
    if not identifier.telling:
        return values.is_null()
    return values.str.contains(f"^(?:{shape_pattern(identifier.telling)})$")


def either(values: pl.Series, one: str, other: str) -> pl.Series:
    """Which texts hold one pattern or the other, of which the second is asked only of what is left."""
    holds = values.str.contains(one)
    places = (~holds).arg_true()
    return holds.scatter(places, values.gather(places).str.contains(other))


def alone(values: pl.Series) -> pl.Series:
    """Which cells are one run of letters and figures: what does not begin and end with them is no part of a run."""
    return values.str.contains("^[A-Za-z0-9]+$")


@cache
def _alternation_without_figures(named: frozenset[str]) -> str:
    """What may be written without a figure."""
    figureless = [one for one in (*_ALONE, *_UNNAMED) if one.entity in FIGURELESS]
    return "|".join(bounded(one) for one in figureless if one in _ALONE or one.entity in named)


@cache
def _alternation(named: frozenset[str]) -> str:
    parts = [bounded(one) for one in _ALONE if one.entity != "address"]  # an address holds a postcode
    parts += [bounded(one) for one in _UNNAMED if one.entity in named]
    return "|".join(parts)


def _whole_numbers(series: pl.Series) -> pl.Series:
    """Whole numbers without the `.0` that they have where a table with gaps keeps them as floating-point numbers."""
    frames = polars()
    number = frames.col(series.name)
    # A larger floating-point number is no longer exact.
    is_whole = number.is_finite() & (number == number.floor()) & (number.abs() < 2**53)
    read: pl.Series = (
        series.to_frame()
        .select(
            frames.when(is_whole)
            .then(number.cast(frames.Int64, strict=False).cast(frames.String))
            .otherwise(number.cast(frames.String))
        )
        .to_series()
    )
    return read


def _days(series: pl.Series) -> pl.Series:
    """Moments as texts, days that were kept as moments as days: midnight says nothing."""
    frames = polars()
    moment = frames.col(series.name)
    is_day = moment.dt.date().cast(series.dtype) == moment
    read: pl.Series = (
        series.to_frame()
        .select(
            frames.when(is_day)
            .then(moment.dt.date().cast(frames.String))
            .otherwise(moment.cast(frames.String))
        )
        .to_series()
    )
    return read


def _decoded(value: object) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
