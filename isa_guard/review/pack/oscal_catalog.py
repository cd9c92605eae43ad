"""The clauses of an agreement as an OSCAL catalog, for programs that hold findings against controls.

A section is a group; a clause is a control with its statement, one assessment objective (that it is kept), and an assessment method
for each way in which the agreement has it checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.model.agreement import CheckedBy
from isa_guard.review.pack.oscal_names import (
    OSCAL,
    control_id,
    line,
    method,
    named,
    objective_id,
    parties,
    prop,
    prose,
    token,
    written,
)
from isa_guard.uk.periods import start_of_day

if TYPE_CHECKING:
    from isa_guard.model.agreement import Agreement, Check, Clause
    from isa_guard.review.pack.oscal_names import Tree

# The name `method` of a property is defined by NIST in this namespace (SP 800-53A).
RMF: Final = "http://csrc.nist.gov/ns/rmf"


def as_catalog(agreement: Agreement) -> str:
    """Answer the clauses as an OSCAL catalog in JSON: of the same files of an agreement always the same bytes."""
    sections: dict[str, list[Clause]] = {}
    for one in agreement.clauses:
        sections.setdefault(one.section, []).append(one)
    catalog: dict[str, Tree] = {
        "uuid": named("catalog", agreement.digest),
        "metadata": {
            "title": line(f"Clauses of {agreement.id} {agreement.version}: {agreement.title}"),
            # Nothing says when the files were written; the version is in force from this day on.
            "last-modified": start_of_day(agreement.in_force.start).isoformat(),
            "version": line(agreement.version),
            "oscal-version": OSCAL,
            "props": [prop("sha256", agreement.digest)],
            "parties": parties(agreement),
            "remarks": "The clauses are in the words of those who encoded the agreement, not of those who signed it.",
        },
        "groups": [_group(section, clauses) for section, clauses in sections.items()],
    }
    return written({"catalog": catalog})


def _group(section: str, clauses: list[Clause]) -> Tree:
    return {
        "id": token("section", section),
        "title": line(f"Section {section}"),
        "controls": [_control(one) for one in clauses],
    }


def _control(clause: Clause) -> Tree:
    name = control_id(clause.number)
    statement: Tree = {"id": f"{name}_smt", "name": "statement", "prose": prose(clause.says)}
    objective: Tree = {
        "id": objective_id(clause.number),
        "name": "assessment-objective",
        "prose": prose(f"Clause {clause.number} was kept in the period of the review."),
    }
    return {
        "id": name,
        "title": line(f"Clause {clause.number}"),
        "props": [{"name": "label", "value": line(clause.number)}],
        "parts": [statement, objective, *(_method(name, at, one) for at, one in enumerate(clause.checks, 1))],
    }


def _method(control: str, at: int, check: Check) -> Tree:
    name = f"{control}_asm-{at}"
    objects: Tree = {"id": f"{name}_obj", "name": "assessment-objects", "prose": prose(_looked_at(check))}
    return {
        "id": name,
        "name": "assessment-method",
        "props": [{"name": "method", "ns": RMF, "value": method(check.by)}],
        "parts": [objects],
    }


def _looked_at(check: Check) -> str:
    match check.by:
        case CheckedBy.RULES:
            return f"Every decision and every audited log that the rule {check.what} applies to."
        case CheckedBy.EVIDENCE:
            renewed = f", renewed {check.renewed}" if check.renewed else ""
            return f"Evidence of the kind {check.what}{renewed}."
        case CheckedBy.PERSON:
            return f"What a person sees who looks, on the occasion {check.what}; the answer is signed off."
    assert_never(check.by)
