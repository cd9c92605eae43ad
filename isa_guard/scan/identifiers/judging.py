"""Whole cells judged column by column: the same answer as the Python function of the identifier, many at a time.

Each reading takes only cells of a `form` that it reads for certain; every other cell goes to the Python function,
which stays the judge of both (a test holds the two together on every text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.readings import READINGS, Reading, entirely, given
from isa_guard.uk.identifiers import contact

if TYPE_CHECKING:
    from collections.abc import Callable

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
    return Judging(values).in_columns(values.is_not_null().arg_true(), identifier)


class Judging:
    """The cells of one column, judged for one identifier after another: what several read of them is read once."""

    def __init__(self, values: pl.Series) -> None:
        self._values = values
        self._readable: dict[str, tuple[pl.Series, pl.Series]] = {}
        self._parts: dict[tuple[str, Callable[[pl.Series], pl.DataFrame]], pl.DataFrame] = {}

    def judged(self, places: pl.Series, identifier: Identifier) -> pl.Series:
        """The canonical form of the cells at these places, written as a whole like the identifier."""
        if len(places) <= FEW or not reads_columns(identifier):
            return _one_by_one(self._values.gather(places), identifier)
        return self.in_columns(places, identifier)

    def in_columns(self, places: pl.Series, identifier: Identifier) -> pl.Series:
        """As `judged`, of an identifier that is judged in columns, however few cells there are."""
        if identifier.entity == "email":
            return _mail(self._values.gather(places), identifier)
        reading = READINGS[identifier.entity]
        readable, numbers = self._of_form(reading.form)
        parts = self._parts_of(reading, readable)
        here = readable.gather(places)
        rows = numbers.gather(places.filter(here))
        text = polars().String
        every: pl.Series = parts[rows].select(reading.canonical().cast(text).alias("cell")).to_series()
        if bool(here.all()):
            return every
        rest = _one_by_one(self._values.gather(places.filter(~here)), identifier)
        empty: pl.Series = polars().repeat(None, len(places), dtype=text, eager=True)
        return empty.scatter(here.arg_true(), every).scatter((~here).arg_true(), rest)

    def _of_form(self, form: str) -> tuple[pl.Series, pl.Series]:
        """Which cells are of a form, and the number of each among them."""
        if form not in self._readable:
            readable = self._values.str.contains(form)
            self._readable[form] = (readable, readable.cum_sum() - readable.cast(polars().UInt32))
        return self._readable[form]

    def _parts_of(self, reading: Reading, readable: pl.Series) -> pl.DataFrame:
        """The parts of the readable cells."""
        key = (reading.form, reading.parts)
        if key not in self._parts:
            self._parts[key] = reading.parts(self._values.filter(readable))
        return self._parts[key]


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
