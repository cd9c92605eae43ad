"""A release is put to every check; nothing heavy is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from isa_guard.errors import UsageError
from isa_guard.scan.disclosure.checks import check_table
from isa_guard.scan.disclosure.finding import Check, Severity, passes
from isa_guard.scan.disclosure.limits import Limits
from isa_guard.scan.disclosure.sheet import find_tables
from isa_guard.scan.disclosure.table import Table
from tests.scan.disclosure.tables import FIVE, table


def only(text: str) -> Table:
    (found,) = find_tables([[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()])
    return found


# Staff of an invented unit that withholds counts below five.
CARELESS = """
Ethnicity | Officers | Staff | Total | % of all
White     | 38 | 27 | 65 | 78.3
Asian     | 9  | *  | 12 | 14.5
Black     | 1  | *  | *  | 6.0
Not stated | 0 | 1  | 1  | 1.2
Total     | 48 | 35 | 83 | 100
"""
CAREFUL = """
Ethnicity | Officers | Staff | Total
White     | 38 | 27 | 65
All other groups | 10 | 8 | 18
Total     | 48 | 35 | 83
"""


def test_a_careless_table_is_caught_by_every_check_that_concerns_it() -> None:
    checks = {one.check for one in check_table(only(CARELESS), FIVE) if one.severity is Severity.BLOCK}
    assert checks == {Check.THRESHOLD, Check.SUPPRESSION, Check.PERCENTAGE, Check.SELF_IDENTIFICATION}


def test_the_same_figures_by_wider_groups_pass() -> None:
    assert check_table(only(CAREFUL), FIVE) == ()


def test_a_finding_names_nobody_and_no_label() -> None:
    for one in check_table(only(CARELESS), FIVE):
        assert "Asian" not in one.what + one.why
        assert "Black" not in one.what + one.why


def test_what_is_only_weighed_passes_and_what_is_unchecked_does_not() -> None:
    found = check_table(table("12 0 12", "7 9 16", "5 6 11", "24 15 39"), FIVE)
    assert {one.severity for one in found} == {Severity.WARN}
    assert passes(found)
    assert not passes(check_table(table("* 20 15", "12 14 26", "15 34 49"), FIVE))


def test_limits_without_sense_are_refused() -> None:
    with pytest.raises(UsageError, match="p_percent"):
        check_table(only(CAREFUL), Limits(p_percent=Limits().p_percent - 10))


def test_the_checks_load_neither_solver_nor_frames() -> None:
    code = "import sys, isa_guard.scan.disclosure.checks, isa_guard.scan.disclosure.linked; print({'polars', 'highspy', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(("module", "call"), [("highspy", "suppression"), ("polars", "records")])
def test_a_missing_library_is_said_with_its_remedy(
    module: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isa_guard.scan.disclosure.solver import _highs
    from isa_guard.scan.frames import polars

    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"pip install 'isa-guard\[scan\]'"):
        {"suppression": _highs, "records": polars}[call]()
