"""The page of a rule over logs, in the manner of `report.page`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, assert_never

from isa_guard.language.printer import show
from isa_guard.model.log_rule import Ceiling, Expectation, Order, Sequence, Wanted
from isa_guard.report.page import LEADS_TO, code, item, readings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.log_rule import LogRule, Pattern


def log_rule_page(rule: LogRule, agreement: Agreement) -> str:
    """Answer the page of a rule over logs under an agreement, in Markdown."""
    return "\n".join(_rule(rule, agreement)) + "\n"


def _rule(rule: LogRule, agreement: Agreement) -> Iterator[str]:
    yield f"# {rule.title}"
    yield ""
    yield f"`{rule.id}`, over logs, under {agreement.id} {agreement.version}"
    yield ""
    yield from textwrap.wrap(" ".join(rule.why.split()), 78)
    yield from ("", "## Holds", "")
    for clause in agreement.clauses_of(rule.id):
        yield from item(f"clause {clause.number}: {clause.says}")
    yield from ("", "## Condition", "")
    yield from _pattern(rule.pattern)
    yield f"Not met, it leads to: {LEADS_TO[rule.otherwise]}."
    yield from readings_of(rule.id, agreement)


def _pattern(pattern: Pattern) -> Iterator[str]:
    keys = ", ".join(f"`{name}`" for name in pattern.by)
    same = f" of the same {keys}" if keys else ""
    if pattern.trigger is not None:
        yield from ("for each event where", "", *code(show(pattern.trigger.condition.expr)), "")
    match pattern:
        case Expectation():
            must = "there must be" if pattern.wanted is Wanted.EXPECT else "there must never be"
            side = "before it" if pattern.order is Order.BEFORE else "after it"
            when = f"within {pattern.within} {side}" if pattern.within else f"at any time {side}"
            yield f"{must} another{same}, {when}, where"
            yield from ("", *code(show(pattern.answer.condition.expr)), "")
        case Ceiling():
            what = f"the sum of `{pattern.summed}`" if pattern.summed else "their number"
            yield f"{what} is at most {pattern.at_most}, for each {keys or 'log'} and {pattern.per} in London."
            yield ""
        case Sequence():
            yield f"the numbers in `{pattern.number}` stand once each and none is left out, for each {keys or 'log'}."
            yield ""
        case _:
            assert_never(pattern)
