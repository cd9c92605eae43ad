"""What is kept of a release so that later ones can be held against it: digests of its labels, and its counts.

Labels are kept as keyed digests (HMAC-SHA-256), so that the record names no group to whoever has not the key.
What was withheld is kept as withheld.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.cells import TEXT, Cell, CellKind
from isa_guard.scan.disclosure.matching import plain
from isa_guard.scan.disclosure.table import Line, Sum, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = 16  # hexadecimal digits of a label's digest: two labels of one release will not meet


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier release: the digest of all of it, the digests of its labels, its counts, its sums."""

    digest: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[Cell, ...], ...]
    sums: tuple[Sum, ...]


def keep(table: Table, key: bytes) -> Earlier:
    """What to keep of a table. `key` is the repository's own, the same for every release to be compared."""
    rows, columns = (_digests(lines, key) for lines in (table.rows, table.columns))
    counts = tuple(tuple(_bare(cell) for cell in row) for row in table.cells)
    said = repr((rows, columns, [[(cell.kind.value, cell.low, cell.high) for cell in row] for row in counts]))
    return Earlier(_digest(said, key), rows, columns, counts, table.sums)


def as_table(earlier: Earlier) -> Table:
    """The kept release as a table whose labels are digests; compare it with `digested` of another."""
    rows, columns = (
        tuple(Line(at, (label,)) for at, label in enumerate(labels, start=1))
        for labels in (earlier.rows, earlier.columns)
    )
    return Table(rows, columns, earlier.counts, earlier.sums)


def digested(table: Table, key: bytes) -> Table:
    """A table with its labels replaced by their digests, its places kept."""
    rows, columns = (
        tuple(Line(line.at, (label,)) for line, label in zip(lines, _digests(lines, key), strict=True))
        for lines in (table.rows, table.columns)
    )
    return Table(rows, columns, table.cells, table.sums, table.doubtful)


def _digests(lines: Iterable[Line], key: bytes) -> tuple[str, ...]:
    return tuple(_digest("\x1f".join(plain(line.label)), key)[:_KEPT] for line in lines)


def _digest(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _bare(cell: Cell) -> Cell:
    """A count or marker without the percentage beside it; whatever counts nobody is not kept."""
    if not cell.counts:
        return TEXT
    return Cell(CellKind(cell.kind), cell.low, cell.high)
