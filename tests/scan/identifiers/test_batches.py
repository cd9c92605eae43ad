"""A table that comes in batches is the table in one go, and nothing of its values stays behind."""

from __future__ import annotations

import gc
from collections.abc import Callable
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.scan.identifiers import NOBODY, Known, Limits, Table, TableScan, scan_table
from tests.scan.identifiers.labelled import Corpus, dense, sparse
from tests.uk.identifiers.issued import MAKERS, digits

HEADINGS = ["notes", "nhs_number", "ref", "order_no", "contact", "dob", "surname", "product code", "reg"]
POOL = st.integers(0, 40)  # few enough that values come again in later batches


def cell(entity: str, seed: int, form: str) -> str:
    return form.format(MAKERS[entity](Random(f"{entity} {seed}")))


CELLS = st.one_of(
    st.builds(
        cell,
        st.sampled_from(sorted(MAKERS)),
        POOL,
        st.sampled_from(
            ["{}", "{}", "{}", "NHS number {}", "order {}", "{} and 4010232137", "tel {}, born 1/2/1980"]
        ),
    ),
    POOL.map(lambda seed: digits(Random(seed), 10)),
    st.sampled_from(["", "Bloggs", "nothing", "Doe-Example", "4O1 023 2137"]),
    st.none(),
)


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(0, 60))
    headings = draw(st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=3, unique=True))
    columns = {}
    for heading in headings:
        # Mostly columns of one kind, so that votes are won and lost.
        entity = draw(st.sampled_from(sorted(MAKERS)))
        same = st.builds(cell, st.just(entity), POOL, st.just("{}"))
        columns[heading] = draw(st.lists(st.one_of(same, same, CELLS), min_size=rows, max_size=rows))
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def in_batches(frame: pl.DataFrame, cuts: list[int], known: Known, limits: Limits) -> TableScan:
    scan = TableScan("export", known, limits)
    for start, end in zip([0, *cuts], [*cuts, len(frame)], strict=True):
        scan.add(frame[start:end])
    return scan


@settings(max_examples=15, deadline=None)
@given(tables(), st.data(), st.sampled_from([1_000_000, 30, 7]), st.booleans())
def test_batches_come_to_the_same_as_one_go(
    frame: pl.DataFrame, data: st.DataObject, distinct: int, ours: bool
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frame)), max_size=4)))
    known = Known.of(domains=["mail-of-nobody.co.uk"], postcodes=["CB2 1TN"]) if ours else NOBODY
    limits = Limits(distinct=distinct)
    assert in_batches(frame, cuts, known, limits).found() == in_batches(frame, [], known, limits).found()
    if distinct == Limits().distinct:
        assert in_batches(frame, cuts, known, limits).found() == scan_table(Table("export", frame), known)


def test_a_vote_can_turn_after_the_first_batch() -> None:
    random = Random(3)
    passing = pl.DataFrame({"ref": [MAKERS["nhs-number"](random) for _ in range(20)]})
    failing = pl.DataFrame({"ref": [f"4{digits(random, 9)}" for _ in range(200)]})
    scan = TableScan("export")
    scan.add(passing)
    assert [one.entity for one in scan.found()] == ["nhs-number"]
    scan.add(failing)
    assert scan.found() == ()


def test_no_value_stays_in_memory_once_a_batch_is_read() -> None:
    # Numbers of moderate length are too common to look for in memory; these are not.
    mails = [f"kit.{place}.doe@mail-of-nobody.co.uk" for place in range(40)]
    scan = TableScan("export")
    scan.add(pl.DataFrame({"contact": mails, "notes": [f"e-mail {one}" for one in mails]}))
    assert {(one.column, one.distinct) for one in scan.found()} == {("contact", 40), ("notes", 40)}
    seen: dict[int, object] = {}
    waiting: list[object] = [scan]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type) or callable(one) or type(one).__name__ == "module":
            continue
        seen[id(one)] = one
        waiting += gc.get_referents(one)
    assert [one for one in seen.values() if isinstance(one, str) and "@mail-of-nobody" in one] == []
    kept = [one for one in seen.values() if isinstance(one, pl.Series)]
    assert kept
    assert {one.dtype for one in kept} == {pl.UInt64}


def test_beyond_the_limit_rows_are_counted_and_distinct_values_are_not() -> None:
    frame = pl.DataFrame({"email": [f"kit.{place}@mail-of-nobody.co.uk" for place in range(100)]})
    scan = TableScan("export", limits=Limits(distinct=10))
    scan.add(frame)
    (found,) = scan.found()
    assert (found.rows, found.distinct) == (100, 10)


def test_other_columns_are_another_table() -> None:
    scan = TableScan("export")
    scan.add(pl.DataFrame({"a": ["x"]}))
    with pytest.raises(UsageError, match="same columns"):
        scan.add(pl.DataFrame({"b": ["x"]}))


@pytest.mark.slow
@pytest.mark.parametrize(("make", "rows"), [(sparse, 3_000), (dense, 700)], ids=["sparse", "dense"])
def test_few_cells_read_one_by_one_come_to_the_same_as_many_in_columns(
    make: Callable[[Random, int], Corpus], rows: int
) -> None:
    # Batches of a hundred rows are read cell by cell in Python: nothing that columns leave out was worth reading.
    (columns,) = make(Random(5), rows).tables.values()
    frame = pl.DataFrame(columns)
    limits = Limits(places=rows)
    whole = in_batches(frame, [], NOBODY, limits)
    assert whole.found()
    assert in_batches(frame, [*range(100, rows, 100)], NOBODY, limits).found() == whole.found()
    assert in_batches(frame, [rows // 2], NOBODY, limits).found() == whole.found()
