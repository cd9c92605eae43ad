"""The shipped rules over logs hold: every case comes out, every outcome is seen, a small wrong would be noticed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from isa_guard.decide.logs.grading import grade_log_rule
from isa_guard.load.log_cases import LogRuleCases, read_log_rule_cases
from isa_guard.load.packs import RULE_FILE, read_rule
from tests.agreements.test_shipped import CAMBRIDGESHIRE, OVER_LOGS, agreement_at, name_of

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.decide.grading import Grade


@cache
def cases(folder: Path) -> LogRuleCases:
    rule, _ = read_rule(folder / RULE_FILE, str(folder / RULE_FILE))
    return read_log_rule_cases(folder, rule)


@cache
def grade(folder: Path) -> Grade:
    return grade_log_rule(cases(folder))


def test_rules_over_logs_are_there() -> None:
    assert len(OVER_LOGS) >= 11
    assert {name_of(folder) for folder in OVER_LOGS} == {
        rule.id for rule in agreement_at(CAMBRIDGESHIRE).log_rules
    }


@pytest.mark.parametrize("folder", OVER_LOGS, ids=name_of)
def test_every_case_comes_out_and_every_outcome_is_seen(folder: Path) -> None:
    assert grade(folder).failed == ()
    assert grade(folder).unseen == ()


@pytest.mark.parametrize("folder", OVER_LOGS, ids=name_of)
def test_every_small_wrong_is_noticed(folder: Path) -> None:
    assert grade(folder).mutants > 0
    assert grade(folder).survivors == ()


@pytest.mark.parametrize("folder", OVER_LOGS, ids=name_of)
def test_no_two_cases_have_one_name(folder: Path) -> None:
    names = [case.name for case in cases(folder).cases]
    assert len(names) == len(set(names))
