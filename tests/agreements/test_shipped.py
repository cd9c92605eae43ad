"""What is shipped holds: every rule and agreement passes its cases, and a small wrong in it would be noticed."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.decide.decide import weigh
from isa_guard.decide.grading import grade_agreement, grade_rule
from isa_guard.decide.verdict import stopping
from isa_guard.language.outcome import Outcome
from isa_guard.load.agreement import Shelf, load, load_version
from isa_guard.load.cases import CASES_FILE, read_agreement_cases, read_rule_cases
from isa_guard.load.packs import LOG_RULE_FORMAT
from isa_guard.model.agreement import CheckedBy
from isa_guard.model.decision import Verdict
from isa_guard.model.rule import Otherwise

if TYPE_CHECKING:
    from isa_guard.decide.grading import Grade
    from isa_guard.load.cases import AgreementCase, RuleCases
    from isa_guard.model.agreement import Agreement

ROOT = Path(__file__).parents[2]
EVERY = sorted(path.parent for path in (ROOT / "rules").glob("*/*/rule.yaml"))
# Rules over logs are tried on short logs: tests/agreements/test_shipped_log_rules.py
OVER_LOGS = [folder for folder in EVERY if LOG_RULE_FORMAT in (folder / "rule.yaml").read_text("utf-8")]
RULES = [folder for folder in EVERY if folder not in OVER_LOGS]
AGREEMENTS = sorted(path.parent for path in (ROOT / "policies").glob("*/*/agreement.yaml"))
CAMBRIDGESHIRE = ROOT / "policies" / "cambridgeshire-opcc" / "2018-05"
# Of two equal days either may be taken: what is not sent yet is shared on the later of today and the day asked for.
NO_WRONG = "require: > became >= in transfer.needed_by > today"
LEAST_NOTICED = 0.98


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@cache
def rule_cases(folder: Path) -> RuleCases:
    return read_rule_cases(folder)


@cache
def rule_grade(folder: Path) -> Grade:
    return grade_rule(rule_cases(folder))


@cache
def agreement_at(folder: Path) -> Agreement:
    return load_version(folder, Shelf())


@cache
def agreement_cases(folder: Path) -> tuple[AgreementCase, ...]:
    return read_agreement_cases(folder / CASES_FILE, agreement_at(folder))


@cache
def agreement_grade(folder: Path) -> Grade:
    return grade_agreement(agreement_at(folder), agreement_cases(folder))


def test_rules_and_agreements_are_there() -> None:
    assert len(RULES) >= 63
    assert {name_of(folder) for folder in AGREEMENTS} >= {
        "cambridgeshire-opcc/2018-05",
        "example-care-framework/2024",
        "example-hospital-discharge/2025",
    }


@pytest.mark.parametrize("folder", AGREEMENTS, ids=name_of)
def test_an_agreement_loads_by_its_id_and_stands_in_its_own_folder(folder: Path) -> None:
    versions = load(folder.parent.name)
    assert folder.name in {agreement.version for agreement in versions.agreements}
    assert agreement_at(folder).id == folder.parent.name


@pytest.mark.parametrize("folder", RULES, ids=name_of)
def test_every_case_of_a_rule_comes_out_and_every_outcome_is_seen(folder: Path) -> None:
    grade = rule_grade(folder)
    assert grade.failed == ()
    assert grade.unseen == ()


@pytest.mark.parametrize("folder", RULES, ids=name_of)
def test_a_rule_with_a_condition_is_seen_not_to_apply(folder: Path) -> None:
    given = rule_cases(folder)
    conditional = given.agreement.rules[0].when is not None
    assert conditional == any(case.expect is Outcome.NOT_APPLICABLE for case in given.cases)


@pytest.mark.parametrize("folder", RULES, ids=name_of)
def test_no_two_cases_of_a_rule_have_one_name(folder: Path) -> None:
    names = Counter(case.name for case in rule_cases(folder).cases)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("folder", RULES, ids=name_of)
def test_every_small_wrong_in_a_rule_is_noticed_but_the_one_that_is_none(folder: Path) -> None:
    assert set(rule_grade(folder).survivors) <= {NO_WRONG}


@pytest.mark.parametrize("folder", AGREEMENTS, ids=name_of)
def test_every_case_of_an_agreement_comes_out(folder: Path) -> None:
    assert agreement_grade(folder).failed == ()


@pytest.mark.parametrize("folder", AGREEMENTS, ids=name_of)
def test_every_change_of_a_term_is_noticed(folder: Path) -> None:
    grade = agreement_grade(folder)
    assert grade.mutants > 0
    assert grade.survivors == ()


@pytest.mark.parametrize("folder", AGREEMENTS, ids=name_of)
def test_a_case_that_is_stopped_names_every_rule_that_stops_it(folder: Path) -> None:
    # Without names a case may be stopped by another rule than the one it was written for.
    passing = {Verdict.PERMIT, Verdict.PERMIT_WITH_OBLIGATIONS}
    assert [
        case.name for case in agreement_cases(folder) if (case.expect in passing) == bool(case.because)
    ] == []


def test_the_whole_mutation_score_does_not_fall() -> None:
    grades = [rule_grade(folder) for folder in RULES] + [agreement_grade(folder) for folder in AGREEMENTS]
    made = sum(grade.mutants for grade in grades)
    noticed = made - sum(len(grade.survivors) for grade in grades)
    assert made >= 430
    assert noticed / made >= LEAST_NOTICED


def test_every_rule_is_used_by_some_agreement() -> None:
    used = {rule.id for folder in AGREEMENTS for rule in agreement_at(folder).rules}
    used |= {rule.id for folder in AGREEMENTS for rule in agreement_at(folder).log_rules}
    assert {name_of(folder) for folder in EVERY} - used == set()


def test_every_rule_that_can_stop_something_stops_a_case_of_the_real_agreement() -> None:
    agreement = agreement_at(CAMBRIDGESHIRE)
    stopped: set[str] = set()
    for case in agreement_cases(CAMBRIDGESHIRE):
        findings, _ = weigh(agreement, case.fact, now=case.now)
        stopped |= {finding.rule.id for finding in findings if stopping(finding)}
    binding = {rule.id for rule in agreement.rules if rule.otherwise is not Otherwise.ADVISE}
    # No category of the real agreement is scheduled field by field, so nothing of it can stop.
    assert binding - stopped == {"sharing/schedule"}


def test_the_clauses_of_the_real_agreement_run_on_without_a_gap() -> None:
    numbers = [tuple(map(int, clause.number.split("."))) for clause in agreement_at(CAMBRIDGESHIRE).clauses]
    assert Counter(section for section, _ in numbers) == {
        1: 7, 2: 21, 3: 3, 4: 39, 5: 10, 6: 3, 7: 11, 8: 11, 9: 1,
    }  # fmt: skip
    for section in range(1, 10):
        running = [number for of, number in numbers if of == section]
        assert running == list(range(1, len(running) + 1))


def test_every_clause_of_the_real_agreement_is_accounted_for() -> None:
    agreement = agreement_at(CAMBRIDGESHIRE)
    assert [clause.number for clause in agreement.clauses if not clause.checks] == []
    held = {
        check.what for clause in agreement.clauses for check in clause.checks if check.by is CheckedBy.RULES
    }
    assert held == {rule.id for rule in agreement.rules} | {rule.id for rule in agreement.log_rules}
    assert all(clause.section == clause.number.split(".")[0] for clause in agreement.clauses)


AMBIGUITIES = {
    "who the SPOC acts for": "spoc-tri-force",
    "whose leave onward sharing needs": "onward-authority",
    "what the office itself originated": "spoc-for-opcc-data",
    "what a working day is": "working-day",
    "when notice begins, and clear days": "notice-start",
    "what makes a request formal": "formality",
    "how soon is practicable": "response-time",
    "from when 72 hours run": "breach-start",
    "partner or regulator": "breach-partner",
    "Official Sensitive with a space": "official-sensitive-form",
    "EU, EEA and the United Kingdom": "territory",
    "individual offenders and victims": "individual-cases",
    "additional consideration": "special-consideration",
    "who attests minimisation": "minimisation",
    "IL3, PNN and GSI": "secure-systems",
    "27002 cannot be certified": "baseline-standard",
    "and/or in disposal": "disposal-trigger",
    "induction before access": "induction-before-access",
    "NCALT": "ncalt",
    "the level of vetting": "vetting-level",
    "May 2018 without a day": "commencement",
    "an appointment without a period": "after-appointment",
    "what the record of a refusal holds": "refusal-record",
    "who audits what": "audit-reciprocity",
    "how it is terminated": "termination",
    "the Act of 1998": "stale-law",
}


@pytest.mark.parametrize("reading", AMBIGUITIES.values(), ids=AMBIGUITIES.keys())
def test_an_ambiguity_of_the_text_stands_among_the_readings(reading: str) -> None:
    found = {one.id: one for one in agreement_at(CAMBRIDGESHIRE).readings}
    assert reading in found
    assert found[reading].why


def test_a_reading_can_be_read_without_its_question() -> None:
    # A decision quotes the reading alone: "No." would tell its reader nothing.
    for folder in AGREEMENTS:
        for reading in agreement_at(folder).readings:
            assert not reading.reading.startswith(("Yes", "No.", "No;", "And ")), reading.id
            assert reading.reading.endswith("."), reading.id
