"""A kept release as a line of JSON, and back."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final, TypedDict

from isa_guard.scan.disclosure.cells import TEXT, Cell, CellKind
from isa_guard.scan.disclosure.earlier import Earlier
from isa_guard.scan.disclosure.table import Axis, Sum
from isa_guard.scan.export.releases.release import OCTETS, ColumnDigests, Release

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = "isa-guard/release/1"


class _Table(TypedDict):
    digest: str
    rows: list[str]
    columns: list[str]
    counts: list[list[tuple[str, int, int | None] | None]]
    sums: list[tuple[str, int, list[int]]]


def as_line(release: Release) -> str:
    """Answer a release as one line of JSON, the same for the same release."""
    data = {
        "format": FORMAT,
        "export": release.export,
        "reference": release.reference,
        "to": release.recipient,
        "purpose": release.purpose,
        "population": release.population,
        "tables": [_table(one) for one in release.tables],
        "keys": {one.name: _packed(one.digests) for one in release.keys},
        "order": {one.name: _packed(one.digests) for one in release.order},
        "records": release.records,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def of_line(line: str) -> Release:
    """Answer the release of a line. Raises ValueError, TypeError or LookupError for anything that `as_line` does not write."""
    data = json.loads(line)
    if data["format"] != FORMAT:
        raise ValueError(FORMAT)
    return Release(
        str(data["export"]),
        str(data["reference"]),
        str(data["to"]),
        str(data["purpose"]),
        str(data["population"]),
        tuple(_earlier(one) for one in data["tables"]),
        _columns(data["keys"]),
        _columns(data["order"]),
        int(data["records"]),
    )


def _table(one: Earlier) -> dict[str, object]:
    return {
        "digest": one.digest,
        "rows": one.rows,
        "columns": one.columns,
        "counts": [[_cell(cell) for cell in row] for row in one.counts],
        "sums": [[each.axis.value, each.total, each.parts] for each in one.sums],
    }


def _cell(cell: Cell) -> list[object] | None:
    return [cell.kind.value, cell.low, cell.high] if cell.counts else None


def _earlier(data: _Table) -> Earlier:
    return Earlier(
        str(data["digest"]),
        tuple(map(str, data["rows"])),
        tuple(map(str, data["columns"])),
        tuple(tuple(_read(cell) for cell in row) for row in data["counts"]),
        tuple(Sum(Axis(axis), int(total), tuple(map(int, parts))) for axis, total, parts in data["sums"]),
    )


def _read(cell: tuple[str, int, int | None] | None) -> Cell:
    if cell is None:
        return TEXT
    kind, low, high = cell
    return Cell(CellKind(kind), int(low), None if high is None else int(high))


def _packed(digests: tuple[bytes, ...]) -> str:
    return b64encode(b"".join(digests)).decode()


def _columns(data: Mapping[str, str]) -> tuple[ColumnDigests, ...]:
    found = []
    for name, text in data.items():
        octets = b64decode(text, validate=True)
        digests = tuple(octets[at : at + OCTETS] for at in range(0, len(octets), OCTETS))
        found.append(ColumnDigests(name, digests))
    return tuple(found)
