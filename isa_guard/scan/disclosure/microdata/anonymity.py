"""Whether each person is like enough others: k-anonymity, distinct l-diversity, t-closeness, uniqueness.

Sweeney 2002 (k), Machanavajjhala and others 2007 (l), Li, Li and Venkatasubramanian 2007 (t). A missing value
is a value like any other: whoever knows a person knows that it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.disclosure.microdata.records import not_checked
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    import polars as pl
    from polars.dataframe.group_by import GroupBy

    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.microdata.records import Records

MOST_PAIRS: Final = 5_000_000  # classes times values of an ordered sensitive column
_UNNAMED: Final = "no quasi-identifiers are named, and whether people are alike depends on them"
_TOLERANCE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Closeness:
    """The farthest class of a sensitive column, as earth mover's distance from 0 to 1, and how many are too far."""

    farthest: float
    too_far: int


def class_sizes(records: Records) -> tuple[int, ...]:
    """How many people share each combination of quasi-identifiers, smallest first."""
    pl = polars()
    return tuple(_classes(records).agg(pl.len().alias("size"))["size"].sort().to_list())


def k_anonymity(records: Records, limits: Limits) -> tuple[Disclosure, ...]:
    """Whether every combination of quasi-identifiers is shared by k people."""
    if not records.quasi:
        return (not_checked(Check.K_ANONYMITY, (), _UNNAMED),)
    few = [size for size in class_sizes(records) if size < limits.k]
    if not few:
        return ()
    what = (
        f"{sum(few):,} of {records.frame.height:,} people share their {', '.join(records.quasi)} with fewer than "
        f"{limits.k - 1} others; the smallest group is {few[0]}"
    )
    why = "whoever knows these things of a person is left with too few records to choose from"
    return (Disclosure(Check.K_ANONYMITY, records.places(*records.quasi), Severity.BLOCK, what, why),)


def uniqueness(records: Records, limits: Limits) -> tuple[Disclosure, ...]:
    """Whether anybody is the only one with their quasi-identifiers, whatever k the agreement asks for."""
    del limits
    if not records.quasi:
        return (not_checked(Check.UNIQUENESS, (), _UNNAMED),)
    alone = sum(size == 1 for size in class_sizes(records))
    if not alone:
        return ()
    what = f"{alone:,} of {records.frame.height:,} people are the only ones with their {', '.join(records.quasi)}"
    why = "a record of which there is one is its person's, to whoever knows as much of them"
    return (Disclosure(Check.UNIQUENESS, records.places(*records.quasi), Severity.BLOCK, what, why),)


def diversity(records: Records, column: str) -> tuple[int, ...]:
    """How many different sensitive values each class shows, fewest first."""
    pl = polars()
    counts = _classes(records, column).agg(pl.col("value").n_unique().alias("size"))
    return tuple(counts["size"].sort().to_list())


def l_diversity(records: Records, limits: Limits) -> tuple[Disclosure, ...]:
    """Whether every class shows enough different values of every sensitive column (distinct l-diversity)."""
    if not records.quasi or not records.sensitive:
        reason = _UNNAMED if records.sensitive else "no sensitive column is named"
        return (not_checked(Check.L_DIVERSITY, (), reason),)
    found = []
    for column in records.sensitive:
        short = [number for number in diversity(records, column) if number < limits.distinct]
        if short:
            what = f"{len(short):,} groups show fewer than {limits.distinct} values of {column}; the fewest is {short[0]}"
            why = "whoever finds the group learns the value without finding the person"
            found.append(Disclosure(Check.L_DIVERSITY, records.places(column), Severity.BLOCK, what, why))
    return tuple(found)


def t_closeness(records: Records, limits: Limits) -> tuple[Disclosure, ...]:
    """Whether the sensitive values of every class are spread nearly as those of all."""
    if not records.quasi or not records.sensitive:
        reason = _UNNAMED if records.sensitive else "no sensitive column is named"
        return (not_checked(Check.T_CLOSENESS, (), reason),)
    found = []
    for column in records.sensitive:
        measured = closeness(records, column, limits)
        here = records.places(column)
        if measured is None:
            reason = f"{column} has more values and groups than the {MOST_PAIRS:,} pairs that are compared"
            found.append(not_checked(Check.T_CLOSENESS, here, reason))
        elif measured.too_far:
            what = (
                f"the values of {column} in {measured.too_far:,} groups are farther than {limits.closeness:g} from those "
                f"of all; the farthest is {measured.farthest:.3f}"
            )
            why = "whoever finds the group learns that a value is much likelier than it was"
            found.append(Disclosure(Check.T_CLOSENESS, here, Severity.BLOCK, what, why))
    return tuple(found)


def closeness(records: Records, column: str, limits: Limits) -> Closeness | None:
    """The earth mover's distance of each class: by rank for numbers and dates, all values equally far otherwise.

    None where comparing would take more than `MOST_PAIRS` steps.
    """
    kind = records.frame.schema[column]
    ordered = kind.is_numeric() or kind.is_temporal()
    distances = _ordered(records, column) if ordered else _unordered(records, column)
    if distances is None:
        return None
    far = [distance for distance in distances if distance > limits.closeness + _TOLERANCE]
    return Closeness(max(distances), len(far))


def _unordered(records: Records, column: str) -> list[float]:
    """Half the sum of differences; the part above zero alone is the same and needs only values that occur."""
    pl = polars()
    above = (pl.col("p") - pl.col("q")).clip(lower_bound=0).sum().alias("distance")
    return [float(one) for one in _shares(records, column).group_by("class").agg(above)["distance"].to_list()]


def _ordered(records: Records, column: str) -> list[float] | None:
    """The sum of differences of the cumulated shares, over one less than the number of values."""
    pl = polars()
    shares = _shares(records, column)
    values = shares.select("value", "q").unique().sort("value", nulls_last=True).with_row_index("rank")
    classes = shares.select("class").unique()
    if values.height < 2:
        return [0.0] * classes.height
    if values.height * classes.height > MOST_PAIRS:
        return None
    every = classes.join(values, how="cross").join(
        shares.select("class", "value", "p"), on=["class", "value"], how="left", nulls_equal=True
    )
    gap = (pl.col("p").fill_null(0) - pl.col("q")).cum_sum().over("class").abs().alias("gap")
    distance = (pl.col("gap").sum() / (values.height - 1)).alias("distance")
    gaps = every.sort("class", "rank").with_columns(gap)
    return [float(one) for one in gaps.group_by("class").agg(distance)["distance"].to_list()]


def _shares(records: Records, column: str) -> pl.DataFrame:
    """The values of each class with their share in it (p) and among all (q)."""
    pl = polars()
    named = _named(records, column)
    classes = named.group_by(_quasi(records)).agg(pl.len().alias("size")).with_row_index("class")
    joined = named.join(classes, on=_quasi(records), nulls_equal=True)
    within = joined.group_by("class", "value").agg((pl.len() / pl.col("size").first()).alias("p"))
    overall = named.group_by("value").agg((pl.len() / named.height).alias("q"))
    return within.join(overall, on="value", nulls_equal=True)


def _classes(records: Records, column: str | None = None) -> GroupBy:
    return _named(records, column).group_by(_quasi(records))


def _quasi(records: Records) -> list[str]:
    return [f"quasi {number}" for number in range(len(records.quasi))]


def _named(records: Records, column: str | None) -> pl.DataFrame:
    """The columns needed, under names of our own: an export may well have a column called "size"."""
    pl = polars()
    quasi = [pl.col(name).alias(ours) for name, ours in zip(records.quasi, _quasi(records), strict=True)]
    return records.frame.select(*quasi, *([] if column is None else [pl.col(column).alias("value")]))
