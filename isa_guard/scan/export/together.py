"""What tables of one export give away together, and what an amount says of who contributed most to it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.scan.contents import TablePart, TextPart
from isa_guard.scan.disclosure.cells import CellKind
from isa_guard.scan.disclosure.dominance import Contributions, dominance
from isa_guard.scan.disclosure.linked import linked
from isa_guard.scan.disclosure.matching import plain
from isa_guard.scan.export.disclosed import disclosed, doubt
from isa_guard.scan.export.figures import HEADING
from isa_guard.scan.readers import read_contents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isa_guard.model.manifest import Manifest, ManifestFile
    from isa_guard.model.observation import Observation
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Line, Table
    from isa_guard.scan.export.figures import Figured, Figures

NAMED: Final = ("row", "column", "amount")
MOST: Final = 5_000_000  # contributions
APART: Final = "whole and parts have not the same number of tables, and were not checked together"
UNREADABLE: Final = "who contributed could not be read: a CSV of row, column and amount is needed"
SHORT: Final = "the contributions come to another amount than is shown, or belong to no cell of it"
LACKING: Final = "an amount is shown, and who contributed to it is not declared"


def seen_together(
    manifest: Manifest, folder: Path, figures: Figures, limits: Limits
) -> Iterator[Observation]:
    """Answer what follows from a whole with its parts, and from what each contributor gave."""
    of_file: dict[str, list[Figured]] = {}
    for one in figures.tables:
        of_file.setdefault(one.part.spot.file, []).append(one)
    tables = {file.path: of_file.get(str(folder / file.path), []) for file in manifest.files}
    for file in manifest.files:
        if file.parts:
            yield from _whole_and_parts(file, tables, limits)
        path = folder / file.contributions
        if file.contributions and path.resolve().is_relative_to(folder.resolve()):
            yield from _contributed(tables[file.path], path, limits)
        elif file.contributions:
            yield from (doubt(one.part, UNREADABLE) for one in tables[file.path])


def _whole_and_parts(
    file: ManifestFile, tables: Mapping[str, Sequence[Figured]], limits: Limits
) -> Iterator[Observation]:
    wholes, parts = tables[file.path], [tables[part] for part in file.parts]
    if file.rest is None or not wholes or any(len(part) != len(wholes) for part in parts):
        yield from (doubt(one.part, APART) for one in wholes)
        return
    for whole, *others in zip(wholes, *parts, strict=True):
        publications = (whole, *others)
        for found in linked(whole.table, tuple(one.table for one in others), file.rest, limits):
            # A rest that nobody published is told of at the whole, which gives it away.
            at = found.publication if found.publication < len(publications) else 0
            yield disclosed(found, publications[at].part, HEADING)


def _contributed(tables: Sequence[Figured], path: Path, limits: Limits) -> Iterator[Observation]:
    if len(tables) > 1:
        yield doubt(tables[0].part, "the file has several tables, and contributions belong to one")
    if len(tables) != 1:
        return
    one = tables[0]
    try:
        amounts = _amounts(path, one.table)
    except (UsageError, LookupError, InvalidOperation, OSError):
        yield doubt(one.part, UNREADABLE)
        return
    given = [Contributions(*cell, tuple(parts)) for cell, parts in amounts.items()]
    for found in dominance(one.table, given, limits):
        yield disclosed(found, one.part, HEADING)
    for row, column, cell in one.table.places():
        if cell.kind is not CellKind.MEASURE:
            continue
        parts = amounts.get((row, column))
        if parts is None:
            yield doubt(one.part, LACKING)
        elif sum(parts, Decimal(0)) != cell.number:
            yield doubt(one.part, SHORT)


def _amounts(path: Path, table: Table) -> dict[tuple[int, int], list[Decimal]]:
    """Answer what was given to each cell. Raises UsageError, LookupError, InvalidOperation where it cannot be told."""
    rows, columns = _by_label(table.rows), _by_label(table.columns)
    found: dict[tuple[int, int], list[Decimal]] = {}
    many = 0
    for part in read_contents(path):
        match part:
            case TextPart():
                continue  # the headings, which are handed on as a text as well
            case TablePart() if set(NAMED) <= set(part.frame.columns) and many + part.frame.height <= MOST:
                many += part.frame.height
            case _:
                raise UsageError(UNREADABLE)
        for row, column, amount in part.frame.select(NAMED).iter_rows():
            number = Decimal(amount or "")
            if not number.is_finite():
                raise UsageError(UNREADABLE)
            found.setdefault((rows[_plain(row)], columns[_plain(column)]), []).append(number)
    return found


def _by_label(lines: Sequence[Line]) -> dict[str, int]:
    """Answer the lines by the last word of their labels; one that stands twice names no line."""
    labels = [plain(line.label)[-1] if line.label else "" for line in lines]
    return {label: at for at, label in enumerate(labels) if labels.count(label) == 1}


def _plain(label: str | None) -> str:
    return plain((label or "",))[0]
