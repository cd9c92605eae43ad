"""How good the cases are: whether each comes out as expected, and whether they would notice a small wrong.

A case that passes proves little; a rule that no case makes fail proves nothing. So every rule must be seen to
fail, and operators and terms are changed one by one: a change that no case notices is named to the author.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isa_guard.decide.decide import variables_for, weigh
from isa_guard.decide.verdict import combined, stopping
from isa_guard.frozen import dataclass
from isa_guard.language import exact
from isa_guard.language.checker import Checked, check
from isa_guard.language.condition import Condition
from isa_guard.language.faults import ExpressionError
from isa_guard.language.mutants import mutants
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import BOOL
from isa_guard.uk.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.errors import Place
    from isa_guard.language.values import Value
    from isa_guard.load.cases import AgreementCase, RuleCase, RuleCases
    from isa_guard.model.agreement import Agreement, Term
    from isa_guard.model.rule import Rule

NEEDED = (Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that did not come out as expected."""

    name: str
    place: Place
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What a set of cases is worth. `unseen` are outcomes that no case has; `survivors` wrongs that none notices."""

    subject: str
    cases: int
    failed: tuple[Failed, ...]
    unseen: tuple[Outcome, ...]
    mutants: int
    survivors: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every case came out, and every outcome was seen."""
        return not self.failed and not self.unseen


def grade_rule(given: RuleCases) -> Grade:
    """Answer the grade of a rule's cases."""
    rule = given.agreement.rules[0]
    failed: list[Failed] = []
    seen: set[Outcome] = set()
    for case in given.cases:
        findings, _ = weigh(given.agreement, case.fact, now=case.now)
        got = findings[0].outcome
        seen.add(got)
        if got is not case.expect:
            failed.append(Failed(case.name, case.place, case.expect, got))
    unseen = tuple(outcome for outcome in NEEDED if outcome not in seen)
    made, survivors = _unnoticed(rule, given.agreement, given.cases)
    return Grade(rule.id, len(given.cases), tuple(failed), unseen, made, tuple(survivors))


def _unnoticed(rule: Rule, agreement: Agreement, cases: Sequence[RuleCase]) -> tuple[int, list[str]]:
    """Answer how many wrongs were done to the rule, and those that change no case."""
    facts = [variables_for(agreement, case.fact.kind, case.fact.values, case.now) for case in cases]
    honest = [exact.outcome(Condition(rule.when, rule.require), fact) for fact in facts]
    made, survivors = 0, []
    for description, condition in _wronged(rule):
        made += 1
        if all(
            exact.outcome(condition, fact) is outcome for fact, outcome in zip(facts, honest, strict=True)
        ):
            survivors.append(description)
    return made, survivors


def _wronged(rule: Rule) -> Iterator[tuple[str, Condition]]:
    if rule.when is not None:
        for mutant in mutants(rule.when.expr):
            try:
                when = check(mutant.expr, rule.when.scope, BOOL)
                require = check(rule.require.expr, rule.require.scope, BOOL, given=when)
            except ExpressionError:
                continue  # a wrong that the checker refuses needs no case
            yield f"when: {mutant.description}", Condition(when, require)
    for mutant in mutants(rule.require.expr):
        try:
            require = check(mutant.expr, rule.require.scope, BOOL, given=rule.when)
        except ExpressionError:
            continue
        yield f"require: {mutant.description}", Condition(rule.when, require)


def grade_agreement(agreement: Agreement, cases: Sequence[AgreementCase]) -> Grade:
    """Answer the grade of an agreement's cases; its terms are what is changed."""
    failed: list[Failed] = []
    for case in cases:
        verdict, because = _decided(agreement, case)
        if verdict != case.expect:
            failed.append(Failed(case.name, case.place, case.expect, verdict))
        elif case.because and because != case.because:
            expected, got = ", ".join(sorted(case.because)), ", ".join(sorted(because))
            failed.append(Failed(case.name, case.place, f"stopped by {expected}", f"stopped by {got}"))
    honest = [_decided(agreement, case) for case in cases]
    made, survivors = 0, []
    for term in agreement.terms:
        for description, value in changed_values(term):
            made += 1
            other = with_term(agreement, term, value)
            if all(_decided(other, case) == known for case, known in zip(cases, honest, strict=True)):
                survivors.append(f"terms: {term.path} became {description}")
    return Grade(f"{agreement.id} {agreement.version}", len(cases), tuple(failed), (), made, tuple(survivors))


def _decided(agreement: Agreement, case: AgreementCase) -> tuple[str, frozenset[str]]:
    findings, obligations = weigh(agreement, case.fact, now=case.now)
    because = frozenset(finding.rule.id for finding in findings if stopping(finding))
    return combined(findings, obligations).value, because


def changed_values(term: Term) -> Iterator[tuple[str, Value]]:
    """Answer small wrongs of a term's value: one more, one less, one left out, the opposite."""
    value = term.value
    if isinstance(value, Period):
        for amount in (value.amount - 1, value.amount + 1):
            if amount:
                yield str(replace(value, amount=amount)), replace(value, amount=amount)
    elif isinstance(value, bool):
        yield str(not value).lower(), not value
    elif isinstance(value, int):
        yield str(value - 1), value - 1
        yield str(value + 1), value + 1
    elif isinstance(value, tuple) and len(value) > 1:
        for index in range(len(value)):
            yield f"a list without entry {index + 1}", (*value[:index], *value[index + 1 :])


def with_term(agreement: Agreement, term: Term, value: Value) -> Agreement:
    """Answer the agreement with another value of one term, in its rules as well."""
    constant = _put(agreement.constant, ("terms", *term.path.split(".")), value)
    terms = tuple(replace(one, value=value) if one is term else one for one in agreement.terms)
    rules = tuple(_rebound(rule, constant) for rule in agreement.rules)
    return replace(agreement, constant=constant, terms=terms, rules=rules)


def _put(tree: Mapping[str, Value], path: Sequence[str], value: Value) -> Mapping[str, Value]:
    first, *rest = path
    below = tree[first]
    return {**tree, first: _put(below, rest, value) if rest else value}  # type: ignore[arg-type]


def _rebound(rule: Rule, constant: Mapping[str, Value]) -> Rule:
    def again(checked: Checked) -> Checked:
        constants = checked.scope.constants
        if "agreement" not in constants:
            return checked
        scope = replace(
            checked.scope, constants={**constants, "agreement": (constants["agreement"][0], constant)}
        )
        return replace(checked, scope=scope)

    return replace(rule, when=again(rule.when) if rule.when else None, require=again(rule.require))
