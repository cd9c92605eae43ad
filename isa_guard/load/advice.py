"""What is wrong with an agreement although it can be read: rules that can never bite, terms nobody uses, stale law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Problem, Severity
from isa_guard.language.condition import Condition
from isa_guard.language.reach import Reach, reaches
from isa_guard.uk.stale import stale_terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from isa_guard.errors import Place
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.rule import Rule


# Terms that no rule reads and clocks run by: the retention of information that is noted as held (`isa-guard due`).
CLOCKED: Final = frozenset({"retention.from_created", "retention.from_closed", "retention.from_last_contact"})


def advice_on(agreement: Agreement, today: date) -> tuple[Problem, ...]:
    """Answer every weakness, in the order of the documents; those of severity ERROR make the agreement unsafe."""
    found = [
        *_unreachable(agreement),
        *_unused_terms(agreement),
        *_unused_names(agreement),
        *_stale(agreement),
        *_ended(agreement, today),
    ]
    return tuple(sorted(found, key=lambda problem: (problem.place, problem.what)))


def _advice(what: str, place: Place, hint: str, code: str) -> Problem:
    return Problem(what, place, hint, code, Severity.ADVICE)


def _unreachable(agreement: Agreement) -> Iterator[Problem]:
    """A rule that no fact can break gives a false sense of safety; one that never applies gives none."""
    for rule in agreement.rules:
        found = reaches(Condition(rule.when, rule.require))
        if found.applies is Reach.NEVER:
            what = f"the rule `{rule.id}` can never apply: its `when` is never true"
            yield Problem(what, rule.place, "mend the condition, or leave the rule out", "unreachable")
        elif found.broken is Reach.NEVER:
            what = f"the rule `{rule.id}` can never be broken: nothing makes its `require` false"
            yield Problem(what, rule.place, "mend the condition, or leave the rule out", "unreachable")
        elif found.met is Reach.NEVER:
            what = f"the rule `{rule.id}` can never be met: nothing makes its `require` true"
            yield Problem(what, rule.place, "mend the condition, or leave the rule out", "unreachable")


def _reads(rule: Rule) -> frozenset[str]:
    """Answer every path that a rule reads anywhere, its messages and duties included."""
    parts = [rule.require, *((rule.when,) if rule.when else ()), *rule.seen.holes, *rule.satisfy.holes]
    parts += [part for duty in rule.duties for part in (duty.when, duty.by) if part is not None]
    return frozenset().union(*(part.reads for part in parts))


def _unused_terms(agreement: Agreement) -> Iterator[Problem]:
    used = frozenset().union(*map(_reads, agreement.rules), *(rule.reads for rule in agreement.log_rules))
    for term in agreement.terms:
        if f"agreement.terms.{term.path}" not in used and term.path not in CLOCKED:
            hint = "name it in a rule, or say in a clause who checks it"
            yield _advice(f"the term `{term.path}` is used by no rule", term.place, hint, "unused-term")


def _unused_names(agreement: Agreement) -> Iterator[Problem]:
    gateways = {gateway for purpose in agreement.purposes for gateway in purpose.gateways}
    categories = {category for purpose in agreement.purposes for category in purpose.categories}
    for kind, names, used in (
        ("gateway", [one.id for one in agreement.gateways], gateways),
        ("category", [one.id for one in agreement.categories], categories),
    ):
        for name in names:
            if name not in used:
                what = f"the {kind} `{name}` belongs to no purpose"
                yield _advice(
                    what, agreement.place, "give it to a purpose, or leave it out", f"unused-{kind}"
                )


def _stale(agreement: Agreement) -> Iterator[Problem]:
    """A recorded reading about the clause shows that somebody has looked; the advice then says so."""
    for clause in agreement.clauses:
        readings = [reading.id for reading in agreement.readings if clause.number in reading.clauses]
        for stale in stale_terms(clause.says):
            since = f" ({stale.since})" if any(letter.isdigit() for letter in stale.since) else ""
            what = f"clause {clause.number} cites {stale.term}: {stale.why}{since}"
            read = f"; read under {', '.join(readings)}" if readings else ""
            yield _advice(what, clause.place, f"instead: {stale.instead}{read}", "stale")


def _ended(agreement: Agreement, today: date) -> Iterator[Problem]:
    period = agreement.in_force
    if period.until is not None and period.until < today:
        what = f"{agreement.id} {agreement.version} is no longer in force: {period}"
        yield _advice(what, agreement.place, "agree a new version; nothing is covered by this one", "ended")
    if period.start > today:
        what = f"{agreement.id} {agreement.version} is not yet in force: {period}"
        yield _advice(what, agreement.place, "nothing is covered by it before", "future")
