"""Dispensations: time-limited permissions to depart from one rule in one scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.language.checker import Scope, check
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.types import BOOL
from isa_guard.load.binding import CLOCK
from isa_guard.load.dates import read_day
from isa_guard.load.problems import expression_problems, shaped
from isa_guard.load.shapes_beside import DispensationsDocument
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.rule import Dispensation
from isa_guard.uk.periods import add_months

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from isa_guard.errors import Place
    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Record
    from isa_guard.load.binding import Surroundings
    from isa_guard.load.yaml import Document
    from isa_guard.model.facts import FactKind
    from isa_guard.model.rule import Rule

LONGEST_MONTHS: Final = 12


def read_scope(text: str, schema: Record, kind: FactKind, place: Place) -> Checked:
    """Answer the scope of a dispensation: a condition on facts of a kind. A fact that lacks a field it reads is outside. Raises LoadError."""
    needs = frozenset(f"{kind.value}.{field.name}" for field in schema.fields)
    try:
        return check(parse(text), Scope({kind.value: schema, **CLOCK}, {}, needs), BOOL)
    except ExpressionError as error:
        what = f"the scope is no condition on a {kind.value}: {error}"
        raise LoadError(
            (Problem(what, place, "as transfer.purpose == 'hold-to-account'", "dispensation"),)
        ) from None


def read_dispensations(
    document: Document, surroundings: Surroundings, rules: Mapping[str, Rule], log_rules: Collection[str] = ()
) -> tuple[Dispensation, ...]:
    """Answer the dispensations of a document. Raises LoadError: an unknown rule, an absolute term, over 12 months.

    An unreadable date is no problem of the document: the dispensation counts as expired, and says so.
    """
    shape = shaped(document, DispensationsDocument)
    problems: list[Problem] = []
    found: list[Dispensation] = []
    for name, one in shape.dispensations.items():
        path = ("dispensations", name)
        rule = rules.get(one.rule)
        if one.rule in log_rules:
            what = f"`{one.rule}` is a rule over logs: no dispensation reaches it"
            hint = "dispense the rule that decides the request; the audit lists what was done"
            problems.append(Problem(what, document.place((*path, "rule")), hint, "dispensation"))
            continue
        if rule is None:
            hint = did_you_mean(one.rule, rules)
            problems.append(
                Problem(f"no rule `{one.rule}`", document.place((*path, "rule")), hint, "dispensation")
            )
            continue
        if rule.absolute:
            what = f"`{one.rule}` rests on an absolute term: no dispensation departs from it"
            problems.append(Problem(what, document.place(path), "remove the dispensation", "absolute"))
        approved_on, expires = read_day(one.approved_on), read_day(one.expires)
        if approved_on and expires and expires > add_months(approved_on, LONGEST_MONTHS):
            what = f"a dispensation lasts at most {LONGEST_MONTHS} months"
            problems.append(
                Problem(
                    what, document.place((*path, "expires")), "renew it when the time comes", "dispensation"
                )
            )
        try:
            scope = check(parse(one.scope), surroundings.scope(rule.on, rule.needs), BOOL)
        except ExpressionError as error:
            problems += expression_problems(error, document, (*path, "scope"))
            continue
        place = document.place(path)
        found.append(
            Dispensation(name, one.rule, scope, one.reason, one.approved_by, approved_on, expires, place)
        )
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)
