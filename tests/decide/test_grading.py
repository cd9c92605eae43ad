"""What cases are worth: a case that fails is told, and a wrong that none notices is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isa_guard.decide.grading import changed_values, grade_agreement, grade_rule, with_term
from isa_guard.errors import LoadError, Place
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import BOOL, INT, PERIOD, STRING, List
from isa_guard.load.cases import read_agreement_cases, read_rule_cases
from isa_guard.model.agreement import Term
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import Period, Unit
from tests.load.documents import loaded, rule, small, write

CASES: dict[str, Any] = {
    "format": "isa-guard/cases/1",
    "now": "2026-11-23T09:00:00Z",
    "agreement": {"terms": {"volume": {"most": 500}}},
    "given": {"volume": 1},
    "cases": [
        {"name": "few", "given": {"volume": 500}, "expect": "met"},
        {"name": "many", "given": {"volume": 501}, "expect": "not-met"},
        {"name": "nobody says", "but": ["volume"], "expect": "cannot-tell"},
    ],
}


def rule_folder(folder: Path, cases: dict[str, Any] | None = None, **changes: Any) -> Path:
    write(folder, {"format": "isa-guard/rule/1", **rule(**changes)}, "rule.yaml")
    write(folder, cases or CASES, "cases.yaml")
    return folder


def test_cases_that_see_every_outcome_and_notice_every_wrong_have_full_marks(tmp_path: Path) -> None:
    grade = grade_rule(read_rule_cases(rule_folder(tmp_path)))
    assert (grade.subject, grade.cases, grade.failed, grade.unseen, grade.survivors) == (
        "own/volume",
        3,
        (),
        (),
        (),
    )
    assert grade.mutants > 0
    assert grade.passed


def test_a_wrong_in_when_is_looked_for_too(tmp_path: Path) -> None:
    needs = ["transfer.volume", "transfer.personal"]
    grade = grade_rule(
        read_rule_cases(rule_folder(tmp_path, when="transfer.personal || transfer.volume > 0", needs=needs))
    )
    assert any(survivor.startswith("when: ") for survivor in grade.survivors)


def test_a_wrong_that_the_checker_refuses_needs_no_case(tmp_path: Path) -> None:
    """Dropping the guard `has(...)` leaves an expression that cannot be loaded at all."""
    guarded = "has(transfer.volume) && transfer.volume <= 500"

    def made(name: str, **changes: Any) -> int:
        return grade_rule(read_rule_cases(rule_folder(tmp_path / name, **changes))).mutants

    assert made("a", needs=None, require=guarded) < made("b", require=guarded)
    in_when = {"when": guarded, "require": "transfer.volume > 0"}
    assert made("c", needs=None, **in_when) < made("d", **in_when)


def test_an_outcome_that_no_case_has_is_named(tmp_path: Path) -> None:
    only = {**CASES, "cases": CASES["cases"][:1]}
    grade = grade_rule(read_rule_cases(rule_folder(tmp_path, only)))
    assert grade.unseen == (Outcome.NOT_MET, Outcome.CANNOT_TELL)
    assert not grade.passed


def test_a_case_that_fails_is_told_with_what_came_out(tmp_path: Path) -> None:
    wrong = {**CASES, "cases": [{**CASES["cases"][0], "expect": "not-met"}, *CASES["cases"][1:]]}
    failed = grade_rule(read_rule_cases(rule_folder(tmp_path, wrong))).failed
    assert [(one.name, one.expected, one.got) for one in failed] == [("few", "not-met", "met")]
    assert failed[0].place.line > 0


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"now": "soon"}, "`soon` is no time"),
        ({"cases": [{"name": "x", "but": ["personal"], "expect": "met"}]}, "cannot be left out"),
        ({"cases": [{"name": "x", "but": ["storage.place"], "expect": "met"}]}, "cannot be left out"),
        ({"cases": [{"name": "x", "given": {"volume": "many"}, "expect": "met"}]}, "whole number"),
        ({"cases": [{"name": "x", "now": "later", "expect": "met"}]}, "`later` is no time"),
        ({"cases": []}, "too short"),
    ],
)
def test_cases_that_cannot_be_read_are_told(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    with pytest.raises(LoadError, match=what):
        read_rule_cases(rule_folder(tmp_path, {**CASES, **change}))


AGREEMENT_CASES: dict[str, Any] = {
    "format": "isa-guard/agreement-cases/1",
    "now": "2026-11-23T09:00:00Z",
    "facts": {"one": {"transfer": {"volume": 500}}},
    "cases": {
        "one": [
            {"name": "few", "expect": "permit"},
            {"name": "many", "given": {"volume": 501}, "expect": "refuse", "because": ["own/volume"]},
        ]
    },
}


def test_an_agreement_whose_cases_stand_at_the_edge_notices_every_change_of_a_term(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    write(tmp_path, AGREEMENT_CASES, "cases.yaml")
    grade = grade_agreement(agreement, read_agreement_cases(tmp_path / "cases.yaml", agreement))
    assert (grade.subject, grade.cases, grade.failed, grade.mutants, grade.survivors) == (
        "small 1",
        2,
        (),
        2,
        (),
    )


def test_an_agreement_whose_cases_stand_far_from_the_edge_does_not(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    far = {**AGREEMENT_CASES, "cases": {"one": [{"name": "few", "given": {"volume": 3}, "expect": "permit"}]}}
    write(tmp_path, far, "cases.yaml")
    grade = grade_agreement(agreement, read_agreement_cases(tmp_path / "cases.yaml", agreement))
    assert grade.survivors == ("terms: volume.most became 499", "terms: volume.most became 501")


@pytest.mark.parametrize(
    ("case", "expected", "got"),
    [
        ({"name": "x", "expect": "refuse"}, "refuse", "permit"),
        ({"name": "x", "given": {"volume": 501}, "expect": "refuse", "because": ["own/other"]}, "stopped by own/other", "stopped by own/volume"),
    ],
)  # fmt: skip
def test_an_agreements_case_that_fails_is_told(
    tmp_path: Path, case: dict[str, Any], expected: str, got: str
) -> None:
    agreement = loaded(tmp_path, small())
    write(tmp_path, {**AGREEMENT_CASES, "cases": {"one": [case]}}, "cases.yaml")
    failed = grade_agreement(agreement, read_agreement_cases(tmp_path / "cases.yaml", agreement)).failed
    assert [(one.expected, one.got) for one in failed] == [(expected, got)]


@pytest.mark.parametrize(
    "facts", [{"other": {"transfer": {}}}, {"one": {"transfer": {}, "breach": {}}}, {"one": {"parcel": {}}}]
)
def test_a_case_of_a_fact_that_is_not_there_is_told(tmp_path: Path, facts: dict[str, Any]) -> None:
    agreement = loaded(tmp_path, small())
    write(tmp_path, {**AGREEMENT_CASES, "facts": facts}, "cases.yaml")
    with pytest.raises(LoadError, match="no fact of that name"):
        read_agreement_cases(tmp_path / "cases.yaml", agreement)


def test_a_case_of_an_agreement_that_is_not_typed_is_told(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    write(
        tmp_path,
        {**AGREEMENT_CASES, "cases": {"one": [{"name": "x", "given": {"volume": "?"}, "expect": "permit"}]}},
        "cases.yaml",
    )
    with pytest.raises(LoadError, match="whole number"):
        read_agreement_cases(tmp_path / "cases.yaml", agreement)


DAYS = calendar("england-and-wales")


@pytest.mark.parametrize(
    ("kind", "value", "wrongs"),
    [
        (PERIOD, Period(10, Unit.WORKING_DAYS, DAYS), ["9 working days", "11 working days"]),
        (PERIOD, Period(1, Unit.YEARS), ["2 years"]),
        (BOOL, True, ["false"]),
        (BOOL, False, ["true"]),
        (INT, 5, ["4", "6"]),
        (List(STRING), ("a", "b"), ["a list without entry 1", "a list without entry 2"]),
        (List(STRING), ("a",), []),
        (STRING, "as soon as practicable", []),
    ],
)
def test_the_small_wrongs_of_a_term(kind: Any, value: Any, wrongs: list[str]) -> None:
    term = Term("a.b", kind, value, (), absolute=False, place=Place("f"))
    assert [description for description, _ in changed_values(term)] == wrongs
    if isinstance(value, tuple) and len(value) > 1:
        assert [changed for _, changed in changed_values(term)] == [("b",), ("a",)]


def test_a_changed_term_is_changed_for_the_rules_as_well(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small(terms={"volume": {"most": 500}, "deep": {"er": {"est": 1}}}))
    other = with_term(agreement, agreement.terms[0], 7)
    assert other.terms[0].value == 7
    assert other.constant["terms"] == {"volume": {"most": 7}, "deep": {"er": {"est": 1}}}
    assert agreement.terms[0].value == 500
    from isa_guard.language.exact import evaluate

    assert evaluate(other.rules[0].require, {"transfer": {"volume": 8}, "now": 0, "today": 0}) is False


def test_a_changed_term_reaches_rules_that_read_the_agreement_as_a_variable(tmp_path: Path) -> None:
    varied = {"volume": {"most": {"default": 500, "by-category": {"cases": 20}}}}
    agreement = loaded(tmp_path, small(terms=varied, rules=[rule(when="transfer.volume > 0")]))
    write(tmp_path, AGREEMENT_CASES, "cases.yaml")
    grade = grade_agreement(agreement, read_agreement_cases(tmp_path / "cases.yaml", agreement))
    assert (grade.failed, grade.survivors) == ((), ())


def test_every_wrong_is_done_once_and_the_ones_that_nobody_notices_are_named(tmp_path: Path) -> None:
    needs = ["transfer.volume", "transfer.personal"]
    changes = {"when": "transfer.personal", "require": "transfer.volume <= 500", "needs": needs}
    given = {**CASES, "given": {"volume": 1, "personal": True}}
    strong = grade_rule(read_rule_cases(rule_folder(tmp_path / "strong", given, **changes)))
    assert (strong.cases, strong.mutants) == (3, 4)
    assert strong.survivors == ()
    cases = [{"name": "few", "given": {"volume": 1}, "expect": "met"}]
    weak = grade_rule(read_rule_cases(rule_folder(tmp_path / "weak", {**given, "cases": cases}, **changes)))
    assert weak.mutants == 4
    assert set(weak.survivors) == {
        "require: <= became < in transfer.volume <= 500",
        "require: 500 became 499",
        "require: 500 became 501",
    }


def test_a_wrong_that_the_checker_refuses_does_not_end_the_search(tmp_path: Path) -> None:
    """The first wrong of each part drops a guard; the ones after it are done all the same."""
    guarded = "has(transfer.volume) && transfer.volume <= 500 && transfer.volume >= 0"
    both: dict[str, Any] = {
        "needs": None,
        "when": guarded,
        "require": f"!({guarded}) || transfer.volume != 7",
    }
    grade = grade_rule(read_rule_cases(rule_folder(tmp_path, **both)))
    changed = {survivor.split(": ")[0] for survivor in grade.survivors}
    assert changed <= {"when", "require"}
    assert grade.mutants > 8


def test_a_wrong_may_not_change_what_an_expression_is(tmp_path: Path) -> None:
    """Dropping one side of a sum leaves a number where a condition must stand: no wrong of ours does that."""
    grade = grade_rule(read_rule_cases(rule_folder(tmp_path, require="transfer.volume + 1 <= 501")))
    assert all("must be" not in survivor for survivor in grade.survivors)
    assert grade.mutants > 4


@pytest.mark.parametrize(
    ("kind", "value", "changed"),
    [
        (
            PERIOD,
            Period(10, Unit.WORKING_DAYS, DAYS),
            [Period(9, Unit.WORKING_DAYS, DAYS), Period(11, Unit.WORKING_DAYS, DAYS)],
        ),
        (BOOL, True, [False]),
        (INT, 5, [4, 6]),
        (List(INT), (1, 2, 3), [(2, 3), (1, 3), (1, 2)]),
    ],
)
def test_the_small_wrongs_are_what_their_words_say(kind: Any, value: Any, changed: list[Any]) -> None:
    term = Term("a.b", kind, value, (), absolute=False, place=Place("f"))
    assert [one for _, one in changed_values(term)] == changed


def test_only_the_term_that_is_changed_changes(tmp_path: Path) -> None:
    terms = {"volume": {"most": 500, "least": 2}}
    both = rule(when="transfer.volume >= agreement.terms.volume.least")
    agreement = loaded(tmp_path, small(terms=terms, rules=[both]))
    least = agreement.terms[1]
    other = with_term(agreement, least, 9)
    assert [(one.path, one.value) for one in other.terms] == [("volume.most", 500), ("volume.least", 9)]
    from isa_guard.language.exact import evaluate

    asked: dict[str, Any] = {"transfer": {"volume": 5}, "now": 0, "today": 0}
    changed, kept = other.rules[0], agreement.rules[0]
    assert changed.when is not None
    assert kept.when is not None
    assert (evaluate(changed.when, asked), evaluate(kept.when, asked)) == (False, True)
    assert evaluate(changed.require, asked) is True
    assert changed.require.scope.constants["agreement"][0] is kept.require.scope.constants["agreement"][0]


def test_a_failed_case_of_an_agreement_names_itself_its_line_and_every_rule(tmp_path: Path) -> None:
    rules = [rule(id="own/a"), rule(id="own/b")]
    clauses = {"1": {"section": "1", "says": "x", "checked-by": {"rules": ["own/a", "own/b"]}}}
    agreement = loaded(tmp_path, small(rules=rules, clauses=clauses))
    many = {"name": "many", "given": {"volume": 501}, "expect": "refuse", "because": ["own/c", "own/d"]}
    wrong = {"name": "few", "expect": "refuse"}
    write(tmp_path, {**AGREEMENT_CASES, "cases": {"one": [many, wrong]}}, "cases.yaml")
    grade = grade_agreement(agreement, read_agreement_cases(tmp_path / "cases.yaml", agreement))
    first, second = grade.failed
    assert (first.name, first.expected, first.got) == (
        "many",
        "stopped by own/c, own/d",
        "stopped by own/a, own/b",
    )
    assert (second.name, second.expected, second.got) == ("few", "refuse", "permit")
    assert first.place.line > 0
    assert second.place.line > first.place.line
    assert grade.unseen == ()
