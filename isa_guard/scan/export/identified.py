"""Identifiers in the tables and texts of an export, held to what its manifest says may stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.errors import Place
from isa_guard.model.manifest import Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.identifiers import Confidence, Context, Table, find, scan_table
from isa_guard.uk.identifiers.registry import BY_ENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.manifest import Manifest, ManifestColumn, ManifestFile
    from isa_guard.scan.contents import TablePart, TextPart
    from isa_guard.scan.identifiers import Known

    Part: TypeAlias = TablePart | TextPart

LINES: Final = frozenset("\n")


def in_table(part: TablePart, manifest: Manifest, file: ManifestFile, known: Known) -> Iterator[Observation]:
    """Answer what stands in the columns of a table. Raises UsageError where polars is missing."""
    spot = part.spot
    for found in scan_table(Table(spot.file, part.frame), known):
        number = part.frame.columns.index(found.column) + 1
        column = manifest.columns.get(found.column)
        for confidence, rows in found.graded:
            # A heading that nobody declared may itself be a person's: the column goes by its number.
            named = f"column {found.column}" if column else f"column {number}"
            line = part.row + found.places[0] if confidence is found.confidence and found.places else 0
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
    for hit in find(part.text, Context(known=known)):
        line = part.line + part.text.count("\n", 0, hit.start) if part.line else 0
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
