"""Four judges, one answer: the reference, the quick reading, the exact one and Google's CEL agree on every
generated condition and fact, over true, false and error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.language import exact
from isa_guard.language.checker import Checked, Scope, check
from isa_guard.language.condition import Condition
from isa_guard.language.faults import ExpressionError
from isa_guard.language.outcome import Outcome
from isa_guard.language.parser import parse
from isa_guard.language.printer import show
from isa_guard.language.python import compile_conditions
from isa_guard.language.types import BOOL, Record
from tests.language import generator
from tests.language.judges import ByGoogle, by_reference

if TYPE_CHECKING:
    from isa_guard.language.syntax import Expr

FACTS_EACH = 4


@dataclass
class Tally:
    cases: int = 0
    refused: int = 0
    answers: Counter[bool | None] = field(default_factory=Counter)
    slow: int = 0

    def __str__(self) -> str:
        return (
            f"{self.cases} cases: {self.answers[True]} true, {self.answers[False]} false, "
            f"{self.answers[None]} errors; {self.refused} conditions refused by the checker"
        )


def outcome(answer: bool | None) -> Outcome:
    return {True: Outcome.MET, False: Outcome.NOT_MET, None: Outcome.CANNOT_TELL}[answer]


def made(seed: int) -> tuple[Random, Scope, Expr]:
    chance = Random(seed)
    scope = generator.schema(chance)
    return chance, scope, generator.condition(chance, scope, chance.randint(1, 5))


def exact_answer(checked: Checked, fact: dict[str, object]) -> bool | None:
    value = exact.evaluate(checked, {"transfer": fact})  # type: ignore[dict-item]
    if isinstance(value, exact.EvalError):
        assert "declared type" not in value.what, value
        return None
    assert isinstance(value, bool)
    return value


def judge(seed: int, tally: Tally) -> None:
    chance, scope, expr = made(seed)
    try:
        checked = check(expr, scope, BOOL)
    except ExpressionError:  # a generated comparison with a word outside its vocabulary
        tally.refused += 1
        return
    assert parse(show(expr)) == expr
    program = compile_conditions([Condition(None, checked)], ("transfer",))
    google = ByGoogle(expr, scope)
    record = scope.variables["transfer"]
    assert isinstance(record, Record)
    for _ in range(FACTS_EACH):
        fact = generator.fact(chance, record, expr)
        answer = by_reference(expr, scope, fact)
        found = (program.run(fact)[0], exact_answer(checked, fact), google(fact))
        assert found == (outcome(answer), answer, answer), (seed, show(expr), fact, answer, found, google.why)
        tally.cases += 1
        tally.answers[answer] += 1


def run(seeds: range, least: int) -> None:
    tally = Tally()
    for seed in seeds:
        judge(seed, tally)
    print(tally)  # noqa: T201 - the counts are the evidence
    assert tally.cases >= least
    for answer in (True, False, None):
        assert tally.answers[answer] >= least // 20, "the cases lean to one side"
    assert tally.refused < len(seeds) // 20


def test_four_judges_agree_on_two_thousand_cases() -> None:
    run(range(550), 2000)


@pytest.mark.slow
def test_four_judges_agree_on_fifty_thousand_cases() -> None:
    run(range(10_000, 23_500), 50_000)


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_what_the_checker_accepts_has_no_type_error_on_any_fact_of_the_schema(seed: int) -> None:
    chance, scope, expr = made(seed)
    try:
        checked = check(expr, scope, BOOL)
    except ExpressionError:
        return
    record = scope.variables["transfer"]
    assert isinstance(record, Record)
    for _ in range(FACTS_EACH):
        exact_answer(checked, generator.fact(chance, record, expr))


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_an_absent_field_that_is_not_needed_never_decides_that_nothing_can_be_told(seed: int) -> None:
    """Where no field is `needed`, guards leave no absent field to be read."""
    chance = Random(seed)
    scope = generator.schema(chance)
    scope = Scope(scope.variables, scope.constants)
    expr = generator.condition(chance, scope, 4)
    try:
        checked = check(expr, scope, BOOL)
    except ExpressionError:
        return
    record = scope.variables["transfer"]
    assert isinstance(record, Record)
    for _ in range(FACTS_EACH):
        found = exact.cause(Condition(None, checked), {"transfer": generator.fact(chance, record, expr)})
        assert found is None or "not given" not in found.what


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_an_unrelated_field_never_changes_an_outcome(seed: int) -> None:
    chance, scope, expr = made(seed)
    try:
        checked = check(expr, scope, BOOL)
    except ExpressionError:
        return
    record = scope.variables["transfer"]
    assert isinstance(record, Record)
    program = compile_conditions([Condition(None, checked)], ("transfer",))
    fact = generator.fact(chance, record, expr)
    assert program.run(fact) == program.run(dict(reversed(fact.items())) | {"unheard_of": 1})
