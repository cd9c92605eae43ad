"""What one cell of a released table says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.scan.disclosure.cells import LARGEST, Cell, CellKind, read_cell


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("7", 7),
        (" 12 ", 12),
        ("1,234", 1234),
        ("1 234 567", 1234567),
        ("1\u00a0234", 1234),
        ("12 [note 3]", 12),
        ("12 [r]", 12),
        ("12³", 12),
        ("\uff11\uff12", 12),
    ],
)
def test_a_count_is_read_as_people_print_it(text: str, number: int) -> None:
    assert read_cell(text) == Cell(CellKind.COUNT, number, number)


def test_a_whole_number_of_a_spreadsheet_is_a_count_and_keeps_its_decimals() -> None:
    assert read_cell("3.0") == Cell(CellKind.COUNT, 3, 3, Decimal("3.0"))


@pytest.mark.parametrize("text", ["[c]", "c", "C", "*", "**", "..", "[x]", "x", "Suppressed", "* [note 1]"])
def test_a_marker_withholds_any_number(text: str) -> None:
    assert read_cell(text) == Cell(CellKind.WITHHELD, 0, None)


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("<5", CellKind.BELOW, 0, 4),
        ("< 5", CellKind.BELOW, 0, 4),
        ("<=5", CellKind.BELOW, 0, 5),
        ("≤5", CellKind.BELOW, 0, 5),
        ("fewer than 5", CellKind.BELOW, 0, 4),
        ("Less than 10", CellKind.BELOW, 0, 9),
        ("5 or fewer", CellKind.BELOW, 0, 5),
        ("1 to 4", CellKind.RANGE, 1, 4),
        ("1-4", CellKind.RANGE, 1, 4),
        ("1–4", CellKind.RANGE, 1, 4),
        ("between 1 and 4", CellKind.RANGE, 1, 4),
        (">5", CellKind.RANGE, 6, None),
        ("5+", CellKind.RANGE, 5, None),
        ("at least 5", CellKind.RANGE, 5, None),
        ("[z]", CellKind.INAPPLICABLE, 0, 0),
        ("-", CellKind.DASH, 0, None),
        ("–", CellKind.DASH, 0, None),
    ],
)
def test_a_range_is_a_bound(text: str, kind: CellKind, low: int, high: int | None) -> None:
    assert read_cell(text) == Cell(kind, low, high)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("12.5%", CellKind.PERCENTAGE, "12.5"),
        ("12 per cent", CellKind.PERCENTAGE, "12"),
        ("12.50", CellKind.MEASURE, "12.50"),
        ("£1,200", CellKind.MEASURE, "1200"),
        ("-3", CellKind.MEASURE, "-3"),
    ],
)
def test_a_figure_that_counts_nobody_is_kept_as_printed(text: str, kind: CellKind, number: str) -> None:
    cell = read_cell(text)
    assert (cell.kind, str(cell.number)) == (kind, number)
    assert not cell.counts


@pytest.mark.parametrize("text", ["12 (34.5%)", "12(34.5 %)"])
def test_a_percentage_beside_a_count_is_kept(text: str) -> None:
    assert read_cell(text) == Cell(CellKind.COUNT, 12, 12, percent=Decimal("34.5"))


def test_a_percentage_beside_a_marker_is_kept() -> None:
    assert read_cell("[c] (3.2%)") == Cell(CellKind.WITHHELD, percent=Decimal("3.2"))


@pytest.mark.parametrize(
    "text", ["White", "2021-22", "2021-2022", "4-1", "A12", "1.2.3", "5 staff", "<0", "9" * 70]
)
def test_anything_else_is_words(text: str) -> None:
    assert read_cell(text).kind is CellKind.TEXT


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_nothing_is_blank(text: str) -> None:
    assert read_cell(text).kind is CellKind.BLANK


@given(st.text(max_size=80))
def test_every_text_says_something(text: str) -> None:
    cell = read_cell(text)
    assert cell.low >= 0
    assert cell.high is None or cell.high >= cell.low


@given(st.integers(0, LARGEST))
def test_a_count_with_separators_is_the_same_count(number: int) -> None:
    assert read_cell(f"{number:,}") == read_cell(str(number)) == Cell(CellKind.COUNT, number, number)
