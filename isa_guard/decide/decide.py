"""The decision itself: every applicable rule gives an outcome, the outcomes combine, the reasons stay with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.decide.plan import NothingMatched, Step, plan_for
from isa_guard.decide.terms import agreement_for
from isa_guard.decide.verdict import combined
from isa_guard.errors import Defect, UsageError
from isa_guard.language import exact
from isa_guard.language.condition import Condition
from isa_guard.language.exact import EvalError
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import quick_value
from isa_guard.language.template import fill
from isa_guard.language.types import DATE
from isa_guard.language.values import day_text, from_date, from_datetime, to_date, to_datetime
from isa_guard.model.decision import Decision, Finding, Obligation
from isa_guard.model.rule import Otherwise
from isa_guard.uk.periods import end_of_day, london_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from isa_guard.errors import Place
    from isa_guard.language.checker import Checked
    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.facts import Fact, FactKind
    from isa_guard.model.rule import Dispensation, Duty

Variables = dict[str, "Value"]


def decide(agreement: Agreement, fact: Fact, *, now: datetime) -> Decision:
    """Decide one fact under one version of an agreement, as at `now` (aware).

    Raises NothingMatched where no rule applies to the fact, and UsageError for a `now` without an offset.
    """
    findings, obligations = weigh(agreement, fact, now=now)
    if all(finding.outcome is Outcome.NOT_APPLICABLE for finding in findings):
        what = f"no rule of {agreement.id} {agreement.version} applies to this {fact.kind.value}"
        raise NothingMatched(f"{what}; a rule must match before anything is permitted")
    return Decision(combined(findings, obligations), agreement, fact, now, findings, obligations)


def weigh(
    agreement: Agreement, fact: Fact, *, now: datetime
) -> tuple[tuple[Finding, ...], tuple[Obligation, ...]]:
    """Answer what every rule about such facts says of this one, and what it obliges to; nothing is combined yet."""
    if now.utcoffset() is None:
        raise UsageError("`now` names no instant: give it an offset from UTC")
    plan = plan_for(agreement, fact.kind)
    variables = variables_for(agreement, fact.kind, fact.values, now)
    today = london_day(now)
    evidenced = frozenset(one.field for one in fact.evidence)
    findings: list[Finding] = []
    obligations: list[Obligation] = []
    for step, outcome in zip(plan.steps, plan.program.outcomes(variables), strict=True):
        if outcome is Outcome.NOT_APPLICABLE:
            findings.append(step.silent)
            continue
        finding = _finding(step, outcome, fact, variables, evidenced, today)
        findings.append(finding)
        if step.rule.duties and _binds(finding):
            obligations += (
                _obligation(step, duty, variables) for duty in step.rule.duties if _applies(duty, variables)
            )
    return tuple(findings), tuple(obligations)


def variables_for(
    agreement: Agreement, kind: FactKind, values: Mapping[str, Value], now: datetime
) -> Variables:
    """Answer what rules read, in the order of their scope: the fact, the clock, the agreement where its terms vary."""
    variables: Variables = {
        kind.value: values,
        "now": from_datetime(now),
        "today": from_date(london_day(now)),
    }
    if agreement.varied:
        variables["agreement"] = agreement_for(agreement, values)
    return variables


def _binds(finding: Finding) -> bool:
    """Answer whether a rule's duties are owed: where it is met, dispensed from, or only advises."""
    if finding.outcome is Outcome.CANNOT_TELL:
        return False
    return (
        finding.outcome is Outcome.MET
        or bool(finding.dispensation)
        or finding.rule.otherwise is Otherwise.ADVISE
    )


def _finding(
    step: Step, outcome: Outcome, fact: Fact, variables: Variables, evidenced: frozenset[str], today: date
) -> Finding:
    rule = step.rule
    asserted: tuple[str, ...] = ()
    if outcome is Outcome.MET:
        if rule.evidenced:
            asserted = tuple(field for field in rule.evidenced if field not in evidenced)
        if not asserted:  # nothing is left to satisfy
            return Finding(
                rule,
                outcome,
                step.clauses,
                fill(rule.seen, variables.values()),
                "",
                (),
                (),
                "",
                _place(step, fact),
                None,
            )
        outcome = Outcome.CANNOT_TELL
    missing: tuple[str, ...] = ()
    cause = ""
    if asserted:
        cause = "; ".join(dict(fact.unsupported)[one] for one in asserted if one in dict(fact.unsupported))
    elif outcome is Outcome.CANNOT_TELL:
        missing, cause = _why_not_told(step, fact, variables)
    dispensation = live_dispensation(step, outcome, variables, today)
    place = _place(step, fact)
    seen, satisfy = fill(rule.seen, variables.values()), fill(rule.satisfy, variables.values())
    ended = None if dispensation else _ended_dispensation(step, outcome, variables, today)
    if ended is not None:  # what was allowed until lately is the first thing that people ask about
        seen = f"{seen}; a dispensation from this ended on {day_text(from_date(ended))}"
    return Finding(rule, outcome, step.clauses, seen, satisfy, missing, asserted, cause, place, dispensation)


def _why_not_told(step: Step, fact: Fact, variables: Variables) -> tuple[tuple[str, ...], str]:
    """Answer the fields that are needed and not given, or else what the exact reading says stopped it."""
    rule = step.rule
    error = exact.cause(Condition(rule.when, rule.require), variables)
    if error is None:
        raise Defect(f"the two readings of {rule.id} disagree: nothing is decided")
    if not error.path:
        return (), error.what
    needed = [field for field in rule.needs if "[]" not in field and field not in fact.places]
    return tuple(dict.fromkeys([error.path, *needed])), ""


def _place(step: Step, fact: Fact) -> Place:
    """Answer where the first field that the rule reads stands, or the fact itself."""
    for path in step.rule.shows:
        place = fact.places.get(path)
        if place is not None:
            return place
    return fact.place


def live_dispensation(
    step: Step, outcome: Outcome, variables: Mapping[str, Value], today: date
) -> Dispensation | None:
    """Answer a dispensation that is in date and in scope for a rule that would refuse or refer."""
    if outcome is not Outcome.NOT_MET or step.rule.otherwise not in {Otherwise.REFUSE, Otherwise.REFER}:
        return None
    for one in step.dispensations:
        if one.approved_on is None or one.expires is None or not one.approved_on <= today <= one.expires:
            continue
        if _value(one.scope, variables) is True:
            return one
    return None


def _ended_dispensation(
    step: Step, outcome: Outcome, variables: Mapping[str, Value], today: date
) -> date | None:
    """Answer when the last dispensation that would have helped ended, if one did."""
    if outcome is not Outcome.NOT_MET:
        return None
    ended = [
        one.expires
        for one in step.dispensations
        if one.expires is not None and one.expires < today and _value(one.scope, variables) is True
    ]
    return max(ended, default=None)


def _applies(duty: Duty, variables: Variables) -> bool:
    """Answer whether a duty arises; one whose condition cannot be told is owed until it can."""
    return duty.when is None or _value(duty.when, variables) is not False


def _obligation(step: Step, duty: Duty, variables: Variables) -> Obligation:
    return Obligation(step.rule, step.clauses, duty.do, _by(duty, variables))


def _value(checked: Checked, variables: Mapping[str, Value]) -> Value | EvalError:
    return quick_value(checked, tuple(variables))(*variables.values())


def _by(duty: Duty, variables: Variables) -> datetime | None:
    if duty.by is None:
        return None
    by = _value(duty.by, variables)
    if isinstance(by, EvalError) or not isinstance(by, int):
        return None
    return end_of_day(to_date(by)) if duty.by.type == DATE else to_datetime(by)
