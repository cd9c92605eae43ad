"""What two releases, or one and its parts, give away that neither does alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.model.manifest import Rest
from isa_guard.scan.disclosure.cells import WITHHELD, Cell, CellKind
from isa_guard.scan.disclosure.differencing import differencing, differencing_from
from isa_guard.scan.disclosure.earlier import keep
from isa_guard.scan.disclosure.finding import Disclosure, Severity, passes
from isa_guard.scan.disclosure.groups import self_identification
from isa_guard.scan.disclosure.linked import linked
from isa_guard.scan.disclosure.suppression import suppression
from isa_guard.scan.disclosure.table import Line, Table, table_of
from isa_guard.scan.disclosure.threshold import small_counts
from tests.scan.disclosure.tables import FIVE, count, table

KEY = b"an invented key of the repository"


def places(found: tuple[Disclosure, ...]) -> list[tuple[int, int]]:
    return [(at.row, at.column) for one in found if one.severity is Severity.BLOCK for at in one.cells]


def test_a_small_difference_in_either_direction_is_a_small_group() -> None:
    one, other = table("9 20 29", "12 14 26", "21 34 55"), table("7 20 27", "12 15 27", "19 35 54")
    assert places(differencing(one, other, FIVE)) == places(differencing(other, one, FIVE))
    assert places(differencing(one, other, FIVE)) == [(1, 1), (1, 3), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]


def test_lines_are_matched_by_label_whatever_their_order() -> None:
    one = table_of(((count(9),), (count(20),)), ["Asian", "White"], ["Staff"])
    other = table_of(((count(20),), (count(9),)), [" white", "ASIAN"], ["staff"])
    assert differencing(one, other, FIVE) == ()


def test_releases_about_different_things_could_not_be_compared() -> None:
    one = table_of(((count(9),),), ["Asian"], ["Staff"])
    (found,) = differencing(one, table_of(((count(8),),), ["North"], ["Staff"]), FIVE)
    assert found.severity is Severity.UNCHECKED


def test_a_label_that_stands_twice_matches_nothing() -> None:
    one = table_of(((count(9),), (count(20),)), ["Other", "Other"], ["Staff"])
    (found,) = differencing(one, one, FIVE)
    assert found.severity is Severity.UNCHECKED


def test_what_one_release_shows_another_cannot_withhold() -> None:
    one, other = table("* * 29", "* * 26", "21 34 55"), table("9 20 29", "12 14 26", "21 34 55")
    assert set(places(differencing(one, other, FIVE))) == {(1, 1), (1, 2), (2, 1), (2, 2)}
    changed = table("9 20 29", "12 24 36", "21 44 65")
    assert {one.severity for one in differencing(one, changed, FIVE)} == {Severity.WARN}


def test_an_earlier_release_is_kept_without_its_labels() -> None:
    one = replace(table("9 20 29", "12 14 26", "21 34 55"), rows=(Line(1, ("Asian",)), Line(2, ("Black",)), Line(3, ("Total",))))  # fmt: skip
    kept = keep(one, KEY)
    assert "Asian" not in repr(kept)
    assert keep(one, b"another key").rows != kept.rows
    assert keep(one, KEY) == kept
    newer = replace(one, cells=((count(11), *one.cells[0][1:]), *one.cells[1:]))
    assert (
        places(differencing_from(newer, kept, KEY, FIVE))
        == places(differencing(newer, one, FIVE))
        == [(1, 1)]
    )


def test_a_record_under_another_key_cannot_be_compared() -> None:
    one = table("9 20 29", "12 14 26", "21 34 55")
    (found,) = differencing_from(one, keep(one, b"another key"), KEY, FIVE)
    assert found.severity is Severity.UNCHECKED


CELLS = st.one_of(st.integers(0, 12).map(count), st.just(Cell(CellKind.BELOW, 0, 4)), st.just(Cell(CellKind.RANGE, 2, 3)))  # fmt: skip


def values(cell: Cell) -> range:
    return range(1 if cell.kind is CellKind.BELOW else cell.low, (cell.high or 0) + 1)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
@settings(deadline=None)
def test_a_difference_is_small_where_every_pair_of_counts_differs_by_few(
    pairs: list[tuple[Cell, Cell]],
) -> None:
    """Against every pair of numbers that the two cells can stand for."""
    one, other = (
        table_of((tuple(pair[side] for pair in pairs),), ["people"], map(str, range(len(pairs))))
        for side in (0, 1)
    )
    expected = []
    for column, (here, there) in enumerate(pairs, start=1):
        differences = {first - second for first, second in product(values(here), values(there))}
        if all(0 < one < 5 for one in differences) or all(-5 < one < 0 for one in differences):
            expected.append((1, column))
    found = tuple(each for each in differencing(one, other, FIVE) if "differs" in each.what)
    assert places(found) == expected


# A unit that three forces share. All figures are invented.
GROUPS = ("White", "Asian", "Black", "Mixed", "Total")


def publication(*lines: str) -> Table:
    """Ethnicity of the unit's staff: officers, staff, all."""
    return replace(
        table(*lines),
        rows=tuple(Line(at, (name,)) for at, name in enumerate(GROUPS, start=2)),
        columns=tuple(Line(at, (name,)) for at, name in enumerate(("Officers", "Staff", "Total"), start=2)),
    )


UNIT = publication("61 47 108", "17 17 34", "19 16 35", "14 14 28", "111 94 205")
FORCE_A = publication("25 20 45", "9 8 17", "8 7 15", "8 6 14", "50 41 91")
FORCE_B = publication("20 14 34", "7 6 13", "6 7 13", "5 6 11", "38 33 71")
# A has 17 Asian people in the unit, B 13, the unit 34: four are C's, which C withholds.
FORCE_C = publication("* * 29", "* * *", "* * *", "* * *", "23 20 43")


def test_each_forces_reply_is_safe_by_itself() -> None:
    for one in (UNIT, FORCE_A, FORCE_B, FORCE_C):
        assert suppression(one, FIVE) == ()


def test_the_three_replies_and_the_whole_give_the_third_force_away() -> None:
    found = linked(UNIT, (FORCE_A, FORCE_B, FORCE_C), Rest.NOBODY, FIVE)
    assert not passes(found)
    # Every count that the third force withheld is exactly what the others leave of the unit.
    assert len(places(found)) == sum(cell is WITHHELD for row in FORCE_C.cells for cell in row) == 11
    assert all(one.what.startswith("publication 4: ") and "exactly" in one.what for one in found)


def test_the_third_force_need_not_publish_at_all() -> None:
    found = linked(UNIT, (FORCE_A, FORCE_B), Rest.UNPUBLISHED, FIVE)
    assert places(found) == [(3, 2), (3, 3), (3, 4), (4, 3), (5, 2), (5, 3), (5, 4)]
    assert not passes(found)


def broad(*lines: str) -> Table:
    """The corrected reply: one agreed owner of the figures, and groups wide enough for the smallest force."""
    return replace(
        table(*lines),
        rows=tuple(
            Line(at, (name,)) for at, name in enumerate(("White", "All other groups", "Total"), start=2)
        ),
        columns=tuple(Line(at, (name,)) for at, name in enumerate(("Officers", "Staff", "Total"), start=2)),
    )


BROAD_UNIT = broad("61 47 108", "50 47 97", "111 94 205")
BROAD_A = broad("25 20 45", "25 21 46", "50 41 91")
BROAD_B = broad("20 14 34", "18 19 37", "38 33 71")
BROAD_C = broad("16 13 29", "7 7 14", "23 20 43")


def test_the_corrected_replies_leave_nothing_small() -> None:
    for one in (BROAD_UNIT, BROAD_A, BROAD_B, BROAD_C):
        assert all(check(one, FIVE) == () for check in (small_counts, suppression, self_identification))
    assert linked(BROAD_UNIT, (BROAD_A, BROAD_B, BROAD_C), Rest.NOBODY, FIVE) == ()
    assert linked(BROAD_UNIT, (BROAD_A, BROAD_B), Rest.UNPUBLISHED, FIVE) == ()


def test_a_subgroup_leaves_its_rest() -> None:
    everyone, officers = table("30 21 51", "40 33 73", "70 54 124"), table("28 12 40", "31 22 53", "59 34 93")
    assert places(linked(everyone, (officers,), Rest.UNPUBLISHED, FIVE)) == [(1, 1)]


@st.composite
def wholes_and_parts(draw: st.DrawFn) -> tuple[Table, Table, Table]:
    numbers = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=2, max_size=2)
    first, second = draw(numbers), draw(numbers)
    sums = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]
    tables = []
    for body in (sums, first, second):
        cells = [[count(number) if draw(st.booleans()) else WITHHELD for number in row] for row in body]
        tables.append(table_of(tuple(map(tuple, cells)), "ab", "cd"))
    return tables[0], tables[1], tables[2]


@given(wholes_and_parts())
@settings(max_examples=60, deadline=None)
def test_linked_releases_give_away_what_listing_shows(three: tuple[Table, Table, Table]) -> None:
    """Each cell of the whole is the sum of the same cell of both parts, and of nothing else."""
    expected = []
    for which, row, column in product(range(3), range(2), range(2)):
        if three[which].cells[row][column].known is not None:
            continue
        known = [one.cells[row][column].known for one in three]
        fitting = {
            (a + b, a, b)[which]
            for a, b in product(range(40), repeat=2)
            if all(
                shown is None or shown == number for shown, number in zip(known, (a + b, a, b), strict=True)
            )
        }
        if max(fitting) - min(fitting) < 5:
            expected.append((which + 1, row + 1, column + 1))
    found = [
        (int(one.what.split(":")[0].split()[1]), at.row, at.column)
        for one in linked(three[0], three[1:], Rest.NOBODY, FIVE)
        for at in one.cells
    ]
    assert found == expected


def test_totals_are_linked_like_any_cell() -> None:
    whole = table("10 12 22", "8 9 17", "18 21 39")
    assert linked(whole, (whole,), Rest.UNPUBLISHED, FIVE) == ()
