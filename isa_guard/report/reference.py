"""The reference pages, made from what the program itself uses: rules, fields of facts, functions, the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.functions import FUNCTIONS
from isa_guard.language.types import List, Record
from isa_guard.model.act_fields import FORMS
from isa_guard.report.log_page import log_rule_page
from isa_guard.report.page import rule_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.facts import FactKind

MADE = "<!-- Made by `make docs`; a test compares it with the program. -->"


def rules_page(agreement: Agreement) -> str:
    """Answer one page with every rule that an agreement uses, as `isa-guard explain` shows them."""
    parts = [MADE, "", f"# Rules in use under {agreement.id} {agreement.version}", ""]
    pages = [rule_page(rule, agreement) for rule in agreement.rules]
    pages += [log_rule_page(rule, agreement) for rule in agreement.log_rules]
    for page in pages:
        parts += ["\n".join(f"#{line}" if line.startswith("#") else line for line in page.splitlines()), ""]
    return "\n".join(parts)


def functions_page() -> str:
    """Answer the page of the functions of the rule language."""
    lines = [
        MADE,
        "",
        "# Functions of the rule language",
        "",
        "A subset of CEL, and what agreements need beyond it.",
        "",
    ]
    for function in FUNCTIONS:
        lines += [f"`{function.signature}`", "", function.doc, ""]
    return "\n".join(lines)


def fields_page(schemas: Mapping[FactKind, Record]) -> str:
    """Answer the page of the fields of every kind of fact."""
    lines = [MADE, "", "# Fields of facts", ""]
    lines += [
        "Only `reference` is required: what is not given is asked for, not refused. Private fields are never shown.",
        "",
    ]
    for kind, record in schemas.items():
        lines += [
            f"## {kind.value}",
            "",
            "| field | kind | what it says |",
            "|---|---|---|",
            *_rows(record, ""),
            "",
        ]
    return "\n".join(lines)


def acts_page() -> str:
    """Answer the page of the acts of people: who may do each, and what it says."""
    lines = [MADE, "", "# Acts of people", ""]
    lines += [
        "Each is signed by the person's own key. Private fields stay in the act's document, which can be erased; all others are in",
        "the record for ever, and are codes, days, times or numbers.",
        "",
    ]
    for action, form in FORMS.items():
        offices = ", ".join(one.value for one in form.offices)
        kinds = " or ".join(f"`{one.value}`" for one in form.matters)
        opens = "opens a matter of" if form.opens else "goes on with a matter of"
        lines += [f"## {action.value}", "", f"It {opens} {kinds}. By: {offices}.", ""]
        if form.record.fields:
            lines += ["| field | kind | what it says |", "|---|---|---|", *_act_rows(form.record), ""]
    return "\n".join(lines)


def _act_rows(record: Record) -> Iterator[str]:
    for field, row in zip(record.fields, _rows(record, ""), strict=True):
        yield row if field.optional else row.replace(" |", " (required) |", 1)


def _rows(record: Record, prefix: str) -> Iterator[str]:
    from isa_guard.language.types import is_private

    for field in record.fields:
        inner = field.type.element if isinstance(field.type, List) else field.type
        kind = str(field.type).replace("'", "")
        note = " (private)" if not isinstance(inner, Record) and is_private(field.type) else ""
        yield f"| `{prefix}{field.name}` | {kind}{note} | {field.doc} |"
        if isinstance(inner, Record):
            suffix = "[]" if isinstance(field.type, List) else ""
            yield from _rows(inner, f"{prefix}{field.name}{suffix}.")
