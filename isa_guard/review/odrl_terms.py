"""The words of ODRL and DPV that an agreement is said in, and the agreed values as these vocabularies have them.

ODRL 2.2, the Open Digital Rights Language, is a W3C Recommendation (https://www.w3.org/TR/odrl-model/); DPV, the Data Privacy
Vocabulary, is kept by a W3C community group (https://w3id.org/dpv). What neither has a word for stands in a namespace of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, assert_never
from urllib.parse import quote

from isa_guard.uk.periods import Period, Unit
from isa_guard.uk.working_days import Count

if TYPE_CHECKING:
    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement, Term

Node: TypeAlias = "str | list[Node] | dict[str, Node]"

OURS: Final = "https://isa-guard.org/ns/agreement#"
PROFILE: Final = "https://isa-guard.org/ns/agreement"
ODRL: Final = "http://www.w3.org/ns/odrl/2/"
# How the measures that terms speak of are called in DPV; terms of other groups are no measures.
MEASURES: Final = {
    "training": "dpv:StaffTraining",
    "vetting": "dpv:BackgroundChecks",
    "review": "dpv:ReviewProcedure",
    "channel": "dpv:TechnicalMeasure",
    "disposal": "dpv:OrganisationalMeasure",
    "marking": "dpv:OrganisationalMeasure",
}  # fmt: skip
_LINKS: Final = (
    "action", "assignee", "assigner", "consentingParty", "constraint", "duty", "informedParty", "leftOperand", "obligation",
    "operator", "partOf", "permission", "profile", "prohibition", "target",
)  # fmt: skip


def namespace(agreement: Agreement) -> str:
    """Answer the namespace of what one version of an agreement names: its parties, purposes, categories, rules."""
    version = quote(agreement.version, safe="")
    return f"https://isa-guard.org/agreement/{agreement.id}/{version}#"


def context(agreement: Agreement) -> Node:
    """Answer the JSON-LD context, whole: the file is read without fetching anything."""
    links: dict[str, Node] = {one: {"@id": f"odrl:{one}", "@type": "@id"} for one in _LINKS}
    names: dict[str, Node] = {
        "odrl": ODRL,
        "dpv": "https://w3id.org/dpv#",
        "dct": "http://purl.org/dc/terms/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "isa": OURS,
        "this": namespace(agreement),
        "uid": "@id",
        "type": "@type",
        "title": "dct:title",
        "description": "dct:description",
        "rightOperand": {"@id": "odrl:rightOperand"},
    }
    return names | links


def duration(value: Value) -> str | None:
    """Answer an agreed period as xsd:duration; None for one that has none there, as working days and clear days."""
    if not isinstance(value, Period) or value.count is Count.CLEAR:
        return None
    amount = value.amount
    match value.unit:
        case Unit.HOURS:
            return f"PT{amount}H"
        case Unit.DAYS:
            return f"P{amount}D"
        case Unit.WEEKS:
            return f"P{7 * amount}D"
        case Unit.MONTHS:
            return f"P{amount}M"
        case Unit.YEARS:
            return f"P{amount}Y"
        case Unit.WORKING_DAYS | Unit.SCHOOL_DAYS:
            return None
    assert_never(value.unit)


def within(value: Value) -> Node:
    """Answer the constraint that something is done within an agreed period.

    A period that is no xsd:duration stands in words, with an operand of ours: rounded to days it would be another period.
    """
    length = duration(value)
    if length is None:
        return constraint("isa:agreedPeriod", "odrl:lteq", {"@value": str(value)})
    return constraint("odrl:elapsedTime", "odrl:lteq", {"@value": length, "@type": "xsd:duration"})


def constraint(left: str, operator: str, right: Node) -> Node:
    """Answer a constraint."""
    return {"type": "odrl:Constraint", "leftOperand": left, "operator": operator, "rightOperand": right}


def link(kind: str, name: str) -> Node:
    """Answer a reference to what the agreement names."""
    return {"@id": named(kind, name)}


def named(kind: str, *names: str) -> str:
    """Answer the name of what the agreement names, in its own namespace."""
    return "this:" + "-".join((kind, *(quote(one, safe="") for one in names)))


def term(agreement: Agreement, path: str) -> Term | None:
    """Answer the term of that path; None where nothing of the kind was agreed."""
    return next((one for one in agreement.terms if one.path == path), None)


def held(one: Term, category: str, party: str) -> Value:
    """Answer the value of a term for a category and a party: what is agreed for the category goes first, as in decisions."""
    varied = {(each.by, each.of): each.value for each in one.variations}
    return varied.get(("category", category), varied.get(("party", party), one.value))


def words(value: Value) -> str:
    """Answer a value in words."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
