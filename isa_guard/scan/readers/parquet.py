"""Parquet, batch by batch, every column as text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from isa_guard.scan.contents import TablePart
from isa_guard.scan.frames import polars as library
from isa_guard.scan.readers.streams import seekable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit


def read_parquet(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """The rows of a file; a column that does not go into text is an `Unread`."""
    frames = library().scan_parquet(_source(seekable(stream, visit)), glob=False)
    yield from visit.at("headings").texts("\t".join(frames.collect_schema().names()))
    start = 0
    while True:
        frame = frames.slice(start, visit.limits.rows).collect()
        if frame.is_empty():
            return
        visit.spent.expand(int(frame.estimated_size()))
        written = [_as_text(column) for column in frame.get_columns()]
        lost = [str(number) for number, column in enumerate(written, 1) if column is None]
        if lost:
            yield visit.unread(f"octets that are no text in column {', '.join(lost)}")
        yield TablePart(
            visit.spot, library().DataFrame([one for one in written if one is not None]), start + 1
        )
        start += frame.height


def _source(stream: BinaryIO) -> Path | BinaryIO:
    """The file itself where there is one, so that only what is asked for is read."""
    raw = getattr(stream, "raw", None)
    return Path(raw.name) if isinstance(raw, io.FileIO) and isinstance(raw.name, str) else stream


def _as_text(column: pl.Series) -> pl.Series | None:
    if column.dtype.is_nested():
        lines = [None if one is None else _said(one) for one in column.to_list()]
        nested: pl.Series = library().Series(column.name, lines, library().String)
        return nested
    try:
        written = column.cast(library().String)
    except library().exceptions.PolarsError:
        return None
    # A whole number in a column of floats, which is what a missing identifier among others makes of all.
    return written.str.replace(r"\.0$", "") if column.dtype.is_float() else written


def _said(value: object) -> str:
    """A list or a record as text, an item a line."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "\n".join(map(_said, value))
    return str(value)
