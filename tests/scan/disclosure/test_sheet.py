"""The tables of a sheet are found with their headings, their totals and their gaps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.disclosure.cells import BLANK, WITHHELD, CellKind
from isa_guard.scan.disclosure.sheet import Dash, Reading, find_tables
from isa_guard.scan.disclosure.table import Axis, Sum, Table
from tests.scan.disclosure.tables import summed


def sheet(text: str) -> list[list[str]]:
    """A sheet of lines with cells parted by bars."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]


def only(text: str) -> Table:
    (found,) = find_tables(sheet(text))
    return found


def shown(table: Table) -> list[list[int | None]]:
    return [[cell.known for cell in row] for row in table.cells]


STAFF = """
Table 1: staff of an invented unit by ethnicity, 31 March
Ethnicity | Officers | Staff | Total
White     | 40 | 31 | 71
Asian     | 6  | *  | *
Black     | 7  | *  | *
Total     | 53 | 40 | 93
Note: counts below five are withheld.
"""


def test_a_table_is_found_between_its_title_and_its_notes() -> None:
    table = only(STAFF)
    assert [line.label for line in table.rows] == [("White",), ("Asian",), ("Black",), ("Total",)]
    assert [line.label for line in table.columns] == [("Officers",), ("Staff",), ("Total",)]
    assert shown(table) == [[40, 31, 71], [6, None, None], [7, None, None], [53, 40, 93]]
    assert (table.at(1, 1).row, table.at(1, 1).column) == (4, 3)
    assert set(table.sums) == {Sum(Axis.ROW, 3, (0, 1, 2)), Sum(Axis.COLUMN, 2, (0, 1))}
    assert not table.doubtful


def test_totals_that_no_word_names_are_found_by_their_numbers() -> None:
    table = only("""
Area | 2021/22 | 2022/23
North | 14 | 22
South | 31 | 19
East | 8 | 12
Constabulary | 53 | 53
""")
    assert table.sums == (Sum(Axis.ROW, 3, (0, 1, 2)),)


def test_numbers_that_add_up_once_by_chance_are_no_total() -> None:
    assert only("Area | Crimes\nNorth | 3\nSouth | 4\nEast | 7\n").sums == ()


def test_a_total_may_come_first() -> None:
    table = only("Group | A | B\nAll staff | 12 | 9\nMale | 7 | 4\nFemale | 5 | 5")
    assert table.sums == (Sum(Axis.ROW, 0, (1, 2)),)


def test_subtotals_and_the_grand_total_each_have_their_parts() -> None:
    table = only("""
Rank | North | South
Constable | 10 | 12
Sergeant | 4 | 5
Total officers | 14 | 17
Analyst | 6 | 7
Clerk | 3 | 1
Total staff | 9 | 8
Grand total | 23 | 25
""")
    along_rows = {one for one in table.sums if one.axis is Axis.ROW}
    assert along_rows == {
        Sum(Axis.ROW, 2, (0, 1)),
        Sum(Axis.ROW, 5, (3, 4)),
        Sum(Axis.ROW, 6, (0, 1, 3, 4)),
        Sum(Axis.ROW, 6, (2, 5)),
    }


def test_headings_nest_over_rows_and_columns() -> None:
    table = only("""
      |        | 2023 |      | 2024 |
Force | Group  | Men  | Women | Men | Women
A     | Asian  | 5    | 6     | 7   | 8
      | Black  | 9    | 9     | 9   | 9
B     | Asian  | 6    | 6     | 6   | 6
      | Black  | 7    | 8     | 7   | 5
""")
    assert [line.label for line in table.rows] == [("A", "Asian"), ("A", "Black"), ("B", "Asian"), ("B", "Black")]  # fmt: skip
    assert [line.label for line in table.columns] == [("2023", "Men"), ("2023", "Women"), ("2024", "Men"), ("2024", "Women")]  # fmt: skip


def test_a_heading_on_a_row_of_its_own_stands_over_the_rows_below() -> None:
    table = only("""
Group | Count | Leavers
Officers | |
Asian | 6 | 7
White | 60 | 9
Total | 66 | 16
Staff | |
Asian | 5 | 5
White | 40 | 8
Total | 45 | 13
""")
    assert table.rows[0].label == ("Officers", "Asian")
    assert table.rows[5].label == ("Staff", "Total")
    assert set(table.sums) == {Sum(Axis.ROW, 2, (0, 1)), Sum(Axis.ROW, 5, (3, 4))}


def test_years_head_columns_and_are_no_counts() -> None:
    table = only("Offence | 2021 | 2022 | 2023\nTheft | 30 | 41 | 12\nFraud | 10 | 9 | 8")
    assert [line.label for line in table.columns] == [("2021",), ("2022",), ("2023",)]
    assert shown(table) == [[30, 41, 12], [10, 9, 8]]


def test_counts_that_look_like_years_are_counts() -> None:
    table = only("Area | Crimes | Arrests\nNorth | 2001 | 1999\nSouth | 1987 | 2020")
    assert shown(table) == [[2001, 1999], [1987, 2020]]


def test_age_bands_label_rows_and_are_no_ranges() -> None:
    table = only("Age | Deaths | Cases\n1-4 | 6 | 9\n5-9 | 7 | 12\n10-14 | 8 | 8")
    assert [line.label for line in table.rows] == [("1-4",), ("5-9",), ("10-14",)]
    assert shown(table) == [[6, 9], [7, 12], [8, 8]]


def test_a_range_below_a_heading_is_data() -> None:
    table = only("Group | North | South\nAsian | 1-4 | 1-4\nWhite | 30 | 20")
    assert [cell.kind for cell in table.cells[0]] == [CellKind.RANGE, CellKind.RANGE]


def test_a_blank_among_counts_is_withheld() -> None:
    table = only("Group | North | South\nAsian | | 6\nWhite | 30 | 20\nTotal | 34 | 26")
    assert table.cells[0][0] is WITHHELD


def test_several_tables_on_one_sheet_are_found_apart() -> None:
    found = find_tables(
        sheet("""
Table 1
Group | A | B
x1 | 5 | 6
x2 | 7 | 8

Table 2
Group | A | B
y1 | 15 | 16
y2 | 17 | 18
""")
    )
    assert [shown(one) for one in found] == [[[5, 6], [7, 8]], [[15, 16], [17, 18]]]
    assert found[1].rows[0].at == 8


def test_tables_side_by_side_are_found_apart() -> None:
    found = find_tables(sheet("Group | A | B | | Group | C\nx1 | 5 | 6 | | y1 | 9\nx2 | 7 | 8 | | y2 | 4"))
    assert [shown(one) for one in found] == [[[5, 6], [7, 8]], [[9], [4]]]
    assert found[1].columns[0].at == 6


def test_a_total_set_off_by_a_blank_row_belongs_to_its_table() -> None:
    table = only("Group | A | B\nx1 | 5 | 6\nx2 | 7 | 8\n\nTotal | 12 | 14")
    assert table.sums == (Sum(Axis.ROW, 2, (0, 1)),)
    assert table.rows[2].at == 5


def test_percentages_and_amounts_count_nobody() -> None:
    table = only("Group | Staff | % of staff | Average age\nx1 | 5 | 40 | 37\nx2 | 7 | 60 | 41")
    assert [cell.kind for cell in table.cells[0]] == [CellKind.COUNT, CellKind.PERCENTAGE, CellKind.MEASURE]


def test_a_total_that_adds_up_to_nothing_is_doubtful() -> None:
    table = only("Group | A | B\nx1 | 5 | 6\nx2 | 7 | 8\nTotal | 99 | 14")
    assert table.sums == ()
    assert [one.total for one in table.doubtful] == [2]


@pytest.mark.parametrize(("total", "kind"), [("7", CellKind.COUNT), ("9", CellKind.WITHHELD)])
def test_the_sums_say_whether_a_dash_is_nil(total: str, kind: CellKind) -> None:
    table = only(f"Group | A | B\nx1 | - | 6\nx2 | 7 | 8\nTotal | {total} | 14")
    assert table.cells[0][0].kind is kind


@pytest.mark.parametrize(("dash", "kind"), [(Dash.NIL, CellKind.COUNT), (Dash.WITHHELD, CellKind.WITHHELD)])
def test_a_publisher_may_say_what_a_dash_means(dash: Dash, kind: CellKind) -> None:
    (table,) = find_tables(sheet("Group | A\nx1 | -\nx2 | 7"), Reading(dash))
    assert table.cells[0][0].kind is kind


def test_prose_is_no_table() -> None:
    assert find_tables(sheet("Dear requester\nThank you for your letter | of May\nYours")) == ()
    assert find_tables([]) == ()


@given(
    st.lists(st.lists(st.integers(1, 900), min_size=2, max_size=5), min_size=2, max_size=6).filter(
        lambda body: len({len(row) for row in body}) == 1
    )
)
@settings(max_examples=60, deadline=None)
def test_the_totals_of_any_table_are_found(body: list[list[int]]) -> None:
    numbers = summed(body)
    high, wide = len(body), len(body[0])
    names = [*(f"group {row}" for row in range(high)), "Total"]
    lines = [["Group", *(f"area {column}" for column in range(wide)), "Total"]]
    lines += [[name, *map(str, row)] for name, row in zip(names, numbers, strict=True)]
    (table,) = find_tables(lines)
    assert set(table.sums) == {
        Sum(Axis.ROW, high, tuple(range(high))),
        Sum(Axis.COLUMN, wide, tuple(range(wide))),
    }


@given(st.lists(st.lists(st.sampled_from(["", "a", "Total", "1", "2020", "*", "<5", "1-4", "5%", "-"]), max_size=5), max_size=7))  # fmt: skip
def test_any_sheet_is_searched(lines: list[list[str]]) -> None:
    for table in find_tables(lines):
        assert all(len(row) == len(table.columns) for row in table.cells)
        for row, column, cell in table.places():
            line = lines[table.rows[row].at - 1]
            at = table.columns[column].at - 1
            text = line[at] if at < len(line) else ""
            assert bool(text) or cell in {WITHHELD, BLANK}
