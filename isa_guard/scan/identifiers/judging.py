"""Whole cells judged column by column: the same answer as the Python function of the identifier, many at a time.

Each reading takes only cells of a `form` that it reads for certain; every other cell goes to the Python function,
which stays the judge of both (a test holds the two together on every text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.readings import READINGS, entirely, given
from isa_guard.uk.identifiers import contact

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.uk.identifiers import Identifier

# To make ready what reads columns takes as long as to read so many cells one by one.
FEW: Final = 300


def reads_columns(identifier: Identifier) -> bool:
    """Whether an identifier is judged in columns, and not one cell after another."""
    return identifier.entity == "email" or identifier.entity in READINGS


def judged(values: pl.Series, identifier: Identifier) -> pl.Series:
    """The canonical form of each cell that is written, as a whole, like the identifier; null where it is none."""
    if len(values) <= FEW or not reads_columns(identifier):
        return _one_by_one(values, identifier)
    return in_columns(values, identifier)


def in_columns(values: pl.Series, identifier: Identifier) -> pl.Series:
    """As `judged`, of an identifier that is judged in columns, however few cells there are."""
    if identifier.entity == "email":
        return _mail(values, identifier)
    reading = READINGS[identifier.entity]
    frames = polars()
    cell = frames.col("cell")
    readable = values.str.contains(reading.form)
    frame = frames.DataFrame({"cell": values})
    if reading.parts:
        frame = frame.select(reading.parts(cell).alias("cell"))
    # Lazily, so that what several parts of an expression need is worked out once.
    read = frame.lazy().select(reading.canonical(cell).cast(frames.String).alias("cell"))
    every: pl.Series = read.collect().to_series()
    if bool(readable.all()):
        return every
    rest = _one_by_one(values.filter(~readable), identifier)
    return every.scatter((~readable).arg_true(), rest)


def _one_by_one(values: pl.Series, identifier: Identifier) -> pl.Series:
    frames = polars()
    canonical = identifier.canonical
    found: pl.Series = frames.Series(
        "cell", [canonical(one) for one in values.to_list()], dtype=frames.String
    )
    return found


def _mail(values: pl.Series, identifier: Identifier) -> pl.Series:
    """Mailboxes, of which each domain is judged once."""
    frames = polars()
    frame = frames.DataFrame({"cell": values}).with_columns(
        frames.col("cell").str.extract("^(.*)@", 1).alias("local"),
        frames.col("cell").str.extract("@([^@]*)$", 1).alias("domain"),
    )
    domains = frame.get_column("domain").unique().drop_nulls()
    known = frames.DataFrame(
        {"domain": domains, "name": _one_by_one(("a@" + domains), identifier).str.slice(2)},
        schema={"domain": frames.String, "name": frames.String},
    )
    local = frames.col("local")
    found: pl.Series = (
        frame.join(known, on="domain", how="left", maintain_order="left")
        .select(
            given(local.str.contains(entirely(contact.EMAIL_LOCAL)), local + "@" + frames.col("name")).alias(
                "cell"
            )
        )
        .to_series()
    )
    return found
