"""The page of a rule or a clause: what the terminal shows and what the reference is made of, from one source."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.language.printer import show
from isa_guard.model.agreement import CheckedBy
from isa_guard.model.rule import Otherwise
from isa_guard.report.words import field_doc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.agreement import Agreement, Clause
    from isa_guard.model.rule import Rule

LEADS_TO: Final = {
    Otherwise.NOT_COVERED: "not covered: the agreement does not permit it",
    Otherwise.REFUSE: "refused",
    Otherwise.REFER: "referred to a person",
    Otherwise.ADVISE: "advice only; it stops nothing",
}


def rule_page(rule: Rule, agreement: Agreement) -> str:
    """Answer the page of a rule under an agreement, in Markdown."""
    return "\n".join(_rule(rule, agreement)) + "\n"


def clause_page(clause: Clause, agreement: Agreement) -> str:
    """Answer the page of a clause: what it says, how it is checked, how it is read."""
    return "\n".join(_clause(clause, agreement)) + "\n"


def _rule(rule: Rule, agreement: Agreement) -> Iterator[str]:
    yield f"# {rule.title}"
    yield ""
    yield f"`{rule.id}`, about a {rule.on.value}, under {agreement.id} {agreement.version}"
    yield ""
    yield from textwrap.wrap(" ".join(rule.why.split()), 78)
    yield from ("", "## Holds", "")
    for clause in agreement.clauses_of(rule.id):
        yield from item(f"clause {clause.number}: {clause.says}")
    yield from ("", "## Condition", "")
    if rule.when is not None:
        yield from ("applies when", "", *code(show(rule.when.expr)), "")
    yield from ("requires", "", *code(show(rule.require.expr)), "")
    yield f"Not met, it leads to: {LEADS_TO[rule.otherwise]}."
    if rule.needs:
        yield from ("", "## Needs", "")
        for name in rule.needs:
            yield from item(
                f"`{name}`{_said(rule, name, agreement)}{' (evidenced)' if name in rule.evidenced else ''}"
            )
    if rule.duties:
        yield from ("", "## Obliges to", "")
        for duty in rule.duties:
            by = f", by `{show(duty.by.expr)}`" if duty.by else ""
            yield from item(f"{duty.do}{by}")
    yield from readings_of(rule.id, agreement)


def _said(rule: Rule, dotted: str, agreement: Agreement) -> str:
    """Answer what the schema says of a field."""
    doc = field_doc(agreement.schemas[rule.on], dotted)
    return f": {doc}" if doc else ""


def _clause(clause: Clause, agreement: Agreement) -> Iterator[str]:
    yield f"# Clause {clause.number} of {agreement.title}"
    yield ""
    yield from textwrap.wrap(clause.says, 78)
    yield from ("", "## Checked by", "")
    for check in clause.checks:
        if check.by is CheckedBy.RULES:
            titles = {rule.id: rule.title for rule in agreement.rules}
            titles |= {rule.id: rule.title for rule in agreement.log_rules}
            yield from item(f"the rule `{check.what}`: {titles.get(check.what, '')}")
        elif check.by is CheckedBy.EVIDENCE:
            yield from item(
                f"evidence: {check.what.replace('-', ' ')}{f', renewed {check.renewed}' if check.renewed else ''}"
            )
        else:
            yield from item(f"a person: {check.what.replace('-', ' ')}")
    readings = [one for one in agreement.readings if clause.number in one.clauses]
    if readings:
        yield from ("", "## Read as", "")
        for reading in readings:
            yield from item(f"{reading.id}: {reading.question} {reading.reading} Why: {reading.why}")


def readings_of(rule_id: str, agreement: Agreement) -> Iterator[str]:
    """Answer the readings that a rule relies on, as a section; nothing where there are none."""
    readings = agreement.readings_of(rule_id)
    if readings:
        yield from ("", "## Read as", "")
        for reading in readings:
            yield from item(f"{reading.id}: {reading.question} {reading.reading} Why: {reading.why}")


def item(text: str) -> list[str]:
    """Answer the lines of an entry of a list."""
    return textwrap.wrap(
        " ".join(text.split()),
        78,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def code(text: str) -> list[str]:
    """Answer the lines of an expression, set off from the text."""
    return textwrap.wrap(
        text,
        74,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
