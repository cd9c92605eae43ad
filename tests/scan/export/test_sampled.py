"""Rows are drawn with the same chance wherever they stand, and come back with their own numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.scan.contents import Spot, TablePart
from isa_guard.scan.export import sampled
from isa_guard.scan.export.sampled import Sampler

SPOT = Spot("export.csv")


def parts(sizes: list[int]) -> list[TablePart]:
    found, row = [], 2
    for size in sizes:
        numbers = pl.Series(range(row, row + size), dtype=pl.Int64)
        found.append(TablePart(SPOT, pl.DataFrame({"line": numbers.cast(pl.String)}), row, numbers))
        row += size
    return found


def drawn(sizes: list[int], rows: int, seed: int) -> tuple[TablePart, Sampler]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampled, "read_contents", lambda _: iter(parts(sizes)))
        sampler = Sampler(rows, seed)
        (part,) = sampler.contents(Path("export.csv"))
    assert isinstance(part, TablePart)
    return part, sampler


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(1, 50), st.integers(0, 99))
def test_so_many_different_rows_come_each_with_its_number(sizes: list[int], rows: int, seed: int) -> None:
    part, sampler = drawn(sizes, rows, seed)
    lines = [int(one) for one in part.frame.get_column("line")]
    assert lines == [part.number(at) for at in range(len(lines))]
    assert lines == sorted(set(lines))
    assert len(lines) == min(rows, sum(sizes))
    (told,) = sampler.drawn
    assert (told.rows, told.of) == (len(lines), sum(sizes))


def test_each_row_has_the_same_chance_whatever_batch_it_comes_in() -> None:
    seen: Counter[str] = Counter()
    for seed in range(2_000):
        seen.update(drawn([3, 1, 6], 3, seed)[0].frame.get_column("line"))
    # Each of ten rows is drawn 600 times, with a standard deviation of 20.5.
    assert len(seen) == 10
    assert all(abs(many - 600) < 5 * 20.5 for many in seen.values())
