"""What a table holds, column by column and identifier by identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.cells import Cells, cells, every_cell, plain, possible, texts
from isa_guard.scan.identifiers.columns import Heading, readings
from isa_guard.scan.identifiers.find import Context, weighed
from isa_guard.scan.identifiers.grading import Confidence, Evidence
from isa_guard.scan.identifiers.headings import names_people
from isa_guard.scan.identifiers.known import NOBODY, Known
from isa_guard.scan.identifiers.tally import Sum, Tally
from isa_guard.scan.identifiers.words import named_by, names_other

if TYPE_CHECKING:
    import polars as pl

_NAMES: Final = "person-name"
_NAMED: Final = frozenset({Evidence.SHAPE, Evidence.HEADING, Evidence.COLUMN})
# One to five words of letters, the first with a capital, with inner hyphens, apostrophes and full stops.
_NAME: Final = r"^\p{Lu}[\p{L}'.-]*(?:,? \p{L}[\p{L}'.-]*){0,4}$"
_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the name of the sheet or file it came from."""

    name: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Found:
    """One identifier in one column: everything but the values.

    `rows` counts the cells that hold it, `graded` the same by how sure it is, surest first; `distinct` counts its
    different values. `confidence`, `shape`, `evidence` and `places`, the first few row numbers from 0, are those of
    the surest grade.
    """

    table: str
    column: str
    entity: str
    rows: int
    graded: tuple[tuple[Confidence, int], ...]
    distinct: int
    places: tuple[int, ...]
    confidence: Confidence
    shape: str
    evidence: frozenset[Evidence]


def scan_table(table: Table, known: Known = NOBODY) -> tuple[Found, ...]:
    """What stands in each column of a table, columns in their order. Raises UsageError where polars is missing."""
    found: list[Found] = []
    for column in table.frame.columns:
        tally = Tally()
        _column(table.frame.get_column(column), known, tally)
        found += [_found(table.name, column, one) for one in tally.sums()]
    return tuple(found)


def _found(table: str, column: str, held: Sum) -> Found:
    surest = held.surest
    return Found(
        table=table,
        column=column,
        entity=held.entity,
        rows=sum(held.rows.values()),
        graded=tuple(sorted(held.rows.items(), reverse=True)),
        distinct=len(held.values),
        places=held.first_places(),
        confidence=surest,
        shape=held.shapes[surest],
        evidence=frozenset(held.evidence[surest]),
    )


def _column(series: pl.Series, known: Known, tally: Tally) -> None:
    heading = series.name
    written = texts(series)
    if written is None:
        return
    readable = plain(written)
    if names_people(heading):
        _names(every_cell(readable), tally)
    held = cells(readable, named_by(heading))
    if held.frame.is_empty():
        return
    taken = _whole(held, heading, known, tally)
    _within(held, taken, Context(heading, known), tally)


def _names(held: Cells, tally: Tally) -> None:
    """A column headed as names, if most of its different cells can be one."""
    named = held.frame.filter(held.frame.get_column("value").str.contains(_NAME))
    if named.is_empty() or len(named) < _SHARE * len(held.frame):
        return
    for value, rows, places in named.iter_rows():
        tally.add(_NAMES, value, rows, places, Confidence.LIKELY, value, _NAMED)


def _whole(held: Cells, heading: str, known: Known, tally: Tally) -> set[int]:
    """The cells that are, as a whole, an identifier: tallied, and answered by their places.

    A cell belongs to the surest reading of its column that accepts it.
    """
    about = Heading.OTHER if names_other(heading) else Heading.OPEN
    taken: set[int] = set()
    for reading in readings(held, named_by(heading), about):
        entity = reading.identifier.entity
        free = [place for place in reading.passed if place not in taken]
        taken.update(free)
        for place, (value, rows, places) in zip(free, held.frame[free].iter_rows(), strict=True):
            canonical = reading.passed[place]
            if not known.covers(entity, canonical):
                tally.add(entity, canonical, rows, places, reading.confidence, value, reading.evidence)
    return taken


def _within(held: Cells, taken: set[int], context: Context, tally: Tally) -> None:
    """What stands inside the cells that are, as a whole, nothing."""
    rest = held.frame[[place for place in range(len(held.frame)) if place not in taken]]
    if rest.is_empty():
        return
    values, counts, places = (rest.get_column(name).to_list() for name in ("value", "rows", "places"))
    for place, identifiers in possible(rest.get_column("value"), named_by(context.heading)):
        for each in weighed(values[place], context, identifiers):
            candidate = each.candidate
            tally.add(
                candidate.identifier.entity,
                candidate.canonical,
                counts[place],
                places[place],
                each.confidence,
                values[place][candidate.start : candidate.end],
                each.evidence,
            )
