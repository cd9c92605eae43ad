"""How good the cases of a rule over logs are: as `decide.grading`, with wrongs done to times, keys and ceilings as well."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from isa_guard.decide.grading import NEEDED, Failed, Grade
from isa_guard.decide.logs.between import BetweenEvents
from isa_guard.language.checker import check
from isa_guard.language.faults import ExpressionError
from isa_guard.language.mutants import mutants
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import BOOL
from isa_guard.model.log_rule import Ceiling, Expectation, Order, Selector, Sequence, Wanted, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.load.log_cases import LogCase, LogRuleCases
    from isa_guard.model.log_rule import LogRule, Pattern


def grade_log_rule(given: LogRuleCases) -> Grade:
    """Answer the grade of the cases of a rule over logs."""
    rule = given.agreement.log_rules[0]
    failed: list[Failed] = []
    honest = [outcomes(rule, case) for case in given.cases]
    for case, got in zip(given.cases, honest, strict=True):
        if got != case.expect:
            failed.append(Failed(case.name, case.place, _told(case.expect), _told(got)))
    seen = {outcome for got in honest for outcome in got}
    unseen = tuple(outcome for outcome in NEEDED if outcome not in seen)
    made, survivors = 0, []
    for description, pattern in _wronged(rule.pattern):
        made += 1
        other = replace(rule, pattern=pattern)
        if all(outcomes(other, case) == known for case, known in zip(given.cases, honest, strict=True)):
            survivors.append(description)
    return Grade(rule.id, len(given.cases), tuple(failed), unseen, made, tuple(survivors))


def outcomes(rule: LogRule, case: LogCase) -> Mapping[Outcome, int]:
    """Answer how often the rule comes to each outcome on the case's log."""
    between = BetweenEvents((rule,))
    for event in case.events:
        between.judge(event)
    for _ in between.settle(case.until):
        pass
    total: Counter[Outcome] = Counter()
    for counted in between.tally().values():
        total += counted
    return dict(total)


def _told(expected: Mapping[Outcome, int]) -> str:
    parts = [f"{expected[outcome]} {outcome.value}" for outcome in Outcome if expected.get(outcome)]
    return ", ".join(parts) or "nothing judged"


def _wronged(pattern: Pattern) -> Iterator[tuple[str, Pattern]]:
    for index, key in enumerate(pattern.by):
        yield f"by: without {key}", replace(pattern, by=(*pattern.by[:index], *pattern.by[index + 1 :]))
    match pattern:
        case Expectation():
            yield from _wrong_expectations(pattern)
        case Ceiling():
            for what, trigger in _wrong_selectors(pattern.trigger):
                yield f"for-each: {what}", replace(pattern, trigger=trigger)
            for most in (pattern.at_most - 1, pattern.at_most + 1):
                yield f"at-most became {most}", replace(pattern, at_most=most)
            if pattern.summed is not None:
                yield "counts events, not the sum", replace(pattern, summed=None)
            for per in Window:
                if per is not pattern.per:
                    yield f"per {per}", replace(pattern, per=per)
        case Sequence():
            if pattern.trigger is not None:
                for what, trigger in _wrong_selectors(pattern.trigger):
                    yield f"for-each: {what}", replace(pattern, trigger=trigger)
        case _:
            assert_never(pattern)


def _wrong_expectations(pattern: Expectation) -> Iterator[tuple[str, Expectation]]:
    for what, trigger in _wrong_selectors(pattern.trigger):
        yield f"for-each: {what}", replace(pattern, trigger=trigger)
    for what, answer in _wrong_selectors(pattern.answer):
        yield f"{pattern.wanted}: {what}", replace(pattern, answer=answer)
    other = Order.AFTER if pattern.order is Order.BEFORE else Order.BEFORE
    yield f"order: {other}", replace(pattern, order=other)
    opposite = Wanted.NEVER if pattern.wanted is Wanted.EXPECT else Wanted.EXPECT
    yield f"{opposite} for {pattern.wanted}", replace(pattern, wanted=opposite)
    if pattern.within is None:
        return
    yield "within: at any time", replace(pattern, within=None)
    for amount in (pattern.within.amount - 1, pattern.within.amount + 1):
        if amount:
            changed = replace(pattern.within, amount=amount)
            yield f"within: {changed}", replace(pattern, within=changed)


def _wrong_selectors(selector: Selector) -> Iterator[tuple[str, Selector]]:
    """Small wrongs of a condition; every action is let in, so that a change of the action itself is seen."""
    scope = selector.condition.scope
    for mutant in mutants(selector.condition.expr):
        try:
            condition = check(mutant.expr, scope, BOOL)
        except ExpressionError:
            continue  # a wrong that the checker refuses needs no case
        yield mutant.description, replace(selector, condition=condition, actions=_every(selector))


def _every(selector: Selector) -> frozenset[str]:
    from isa_guard.model.schemas import ACTIONS

    return selector.actions | frozenset(ACTIONS)
