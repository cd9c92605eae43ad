"""Rows drawn at random from tables of which nobody knows beforehand how long they are."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from isa_guard.model.coverage import Drawn
from isa_guard.scan.contents import TablePart
from isa_guard.scan.frames import polars
from isa_guard.scan.readers import read_contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from isa_guard.scan.contents import Content, Spot


class Sampler:
    """Reads files as `read_contents` does, and hands on at most so many rows of a table. `drawn` says of which.

    Every row has the same chance, whatever batch it comes in. Texts and what could not be read are handed on whole.
    """

    def __init__(self, rows: int, seed: int) -> None:
        self._rows = rows
        self._random = Random(seed)  # noqa: S311 - a draw that can be repeated, and no secret
        self.drawn: list[Drawn] = []

    def contents(self, path: Path) -> Iterator[Content]:
        """Answer what stands in a file, its tables last. Raises UsageError where polars is missing."""
        tables: dict[tuple[Spot, tuple[str, ...]], _Reservoir] = {}
        for part in read_contents(path):
            if not isinstance(part, TablePart):
                yield part
                continue
            key = (part.spot, tuple(part.frame.columns))
            if key not in tables:
                tables[key] = _Reservoir(part, self._rows)
            tables[key].add(part, [self._random.random() for _ in range(part.frame.height)])
        for table in tables.values():
            drawn = table.drawn()
            self.drawn.append(Drawn(drawn.spot.file, drawn.spot.part, drawn.frame.height, table.seen))
            yield drawn


class _Reservoir:
    """The rows with the smallest lots, in their order; no more than that is kept of a table."""

    def __init__(self, part: TablePart, rows: int) -> None:
        frames = polars()
        self.seen = 0
        self._part = part
        self._rows = rows
        self._frame = part.frame.clear()
        self._lots: pl.Series = frames.Series("lot", [], dtype=frames.Float64)
        self._numbers: pl.Series = frames.Series("number", [], dtype=frames.Int64)

    def add(self, part: TablePart, lots: list[float]) -> None:
        frames = polars()
        self.seen += part.frame.height
        numbers = frames.Series("number", [part.number(at) for at in range(part.frame.height)], frames.Int64)
        self._frame = frames.concat([self._frame, part.frame], how="vertical_relaxed")
        self._lots = frames.concat([self._lots, frames.Series("lot", lots, frames.Float64)])
        self._numbers = frames.concat([self._numbers, numbers])
        if len(self._lots) > self._rows:
            kept = self._lots.arg_sort().head(self._rows).sort()
            self._frame, self._lots = self._frame[kept], self._lots.gather(kept)
            self._numbers = self._numbers.gather(kept)

    def drawn(self) -> TablePart:
        first = int(self._numbers[0]) if len(self._numbers) else self._part.row
        return TablePart(self._part.spot, self._frame, first, self._numbers)
