"""Identifiers in the tables and texts of an export, held to what its manifest says may stand there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from isa_guard.errors import Place
from isa_guard.model.manifest import Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.contents import line_numbers
from isa_guard.scan.identifiers import Confidence, Context, Evidence, TableScan, find
from isa_guard.scan.identifiers.grading import grade
from isa_guard.uk.identifiers.registry import BY_ENTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from isa_guard.model.manifest import Manifest, ManifestColumn, ManifestFile
    from isa_guard.scan.contents import Spot, TablePart, TextPart
    from isa_guard.scan.identifiers import Found, Known


class InTables:
    """The tables of one file, each scanned batch by batch: a column is judged when it is whole."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.scans: dict[Spot, TableScan] = {}
        self.parts: dict[Spot, list[TablePart]] = {}  # without their cells
        self.heights: dict[Spot, list[int]] = {}

    def add(self, part: TablePart) -> None:
        """Read a batch of a table. Raises UsageError where polars is missing."""
        spot = part.spot
        if spot in self.parts and self.parts[spot][0].frame.columns != part.frame.columns:
            # Another table in the same place.
            spot = replace(spot, part=f"{spot.part} from row {part.row}".strip())
        if spot not in self.scans:
            self.scans[spot] = TableScan(spot.file, self.known)
        self.scans[spot].add(part.frame)
        self.parts.setdefault(spot, []).append(replace(part, frame=part.frame.clear()))
        self.heights.setdefault(spot, []).append(part.frame.height)

    def sure(self) -> bool:
        """Answer whether something stands there that no later row can make doubtful."""
        return any(_sure(found) for scan in self.scans.values() for found in scan.found())

    def seen(self, manifest: Manifest, file: ManifestFile) -> Iterator[Observation]:
        """Answer what stands in the columns of every table."""
        for spot, scan in self.scans.items():
            numbers = partial(_number, self.parts[spot], self.heights[spot])
            columns = self.parts[spot][0].frame.columns
            yield from _in_columns(scan.found(), spot, numbers, columns, manifest, file)


def _number(parts: Sequence[TablePart], heights: Sequence[int], index: int) -> int:
    """Answer the number in its file of the row at an index of the whole table."""
    for part, height in zip(parts, heights, strict=True):
        if index < height:
            return part.number(index)
        index -= height
    return 0


def _in_columns(
    every: Iterable[Found],
    spot: Spot,
    number_of: Callable[[int], int],
    columns: list[str],
    manifest: Manifest,
    file: ManifestFile,
) -> Iterator[Observation]:
    for found in every:
        number = columns.index(found.column) + 1
        column = manifest.columns.get(found.column)
        for confidence, rows in found.graded:
            # A heading that nobody declared may itself be a person's: the column goes by its number.
            named = f"column {found.column}" if column else f"column {number}"
            line = number_of(found.places[0]) if confidence is found.confidence and found.places else 0
            yield Observation(
                Seen.IDENTIFIER,
                _weight(confidence, allowed=_allowed(found.entity, column, file)),
                found.entity,
                _words(found.entity, confidence, rows, f"in {named}"),
                Place(spot.file, line),
                spot.part,
                named,
                found.shape,
                rows,
            )


def in_text(part: TextPart, file: ManifestFile, known: Known) -> Iterator[Observation]:
    """Answer what stands in a text."""
    spot = part.spot
    hits = find(part.text, Context(known=known))
    number = line_numbers(part) if hits else None
    for hit in hits:
        line = number(hit.start) if number else 0
        yield Observation(
            Seen.IDENTIFIER,
            _weight(hit.confidence, allowed=hit.entity in file.holds),
            hit.entity,
            _words(hit.entity, hit.confidence, 1, "in the text"),
            Place(spot.file, line),
            spot.part,
            "",
            hit.shape,
        )


def _sure(found: Found) -> bool:
    """Whether it is certain without the vote of its column, which later rows may turn."""
    own = found.evidence - {Evidence.COLUMN}
    return grade(BY_ENTITY[found.entity].strength, own) is Confidence.CERTAIN


def sure_in_text(part: TextPart, known: Known) -> bool:
    """Answer whether something stands in a text for certain."""
    return any(hit.confidence is Confidence.CERTAIN for hit in find(part.text, Context(known=known)))


def _allowed(entity: str, column: ManifestColumn | None, file: ManifestFile) -> bool:
    if column is None:
        return entity in file.holds
    return column.treatment is Treatment.CLEAR and entity in column.holds


def _weight(confidence: Confidence, *, allowed: bool) -> Weight:
    if allowed:
        return Weight.ALLOWED
    return Weight.DOUBTFUL if confidence is Confidence.POSSIBLE else Weight.STOPS


def _words(entity: str, confidence: Confidence, many: int, where: str) -> str:
    title = BY_ENTITY[entity].title
    return f"{title} {where}, {confidence.word}" + (f", {many:,} times" if many > 1 else "")
