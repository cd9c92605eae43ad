"""The shapes of the documents that people write, as frozen pydantic models.

They say which keys exist and of what kind; what the words mean is decided where they are bound
(`load.agreement`, `load.rules`). Keys are written in kebab-case.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=8_000)]
Version = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Scalar = str | int | float | bool


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Shape(BaseModel):
    """What all document shapes have in common: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=_kebab,
        populate_by_name=False,
        defer_build=True,
        protected_namespaces=(),
    )


class InForceShape(Shape):
    from_: Annotated[str, Field(description="the first day, month or year in which the version is in force")]
    until: Annotated[str | None, Field(description="the last day; leave out if none is stated")] = None
    precision: Literal["day", "month", "year"] | None = None


class PartyShape(Shape):
    name: Text
    kind: Id
    mail: Annotated[tuple[str, ...], Field(strict=False, description="its mail domains")] = ()


class SpocShape(Shape):
    post: Text
    acts_for: Id


class FlowShape(Shape):
    from_: Id
    to: Id


class CategoryShape(Shape):
    title: Text
    fields: Annotated[tuple[str, ...], Field(strict=False, description="the fields that may be sent")] = ()


class PurposeShape(Shape):
    title: Text
    basis: Literal["statutory", "non-statutory"] = "statutory"
    gateways: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    categories: Annotated[tuple[Id, ...], Field(strict=False)]


class ClosureShape(Shape):
    from_: str
    to: str
    why: Text


class CalendarShape(Shape):
    title: Text
    based_on: Id
    version: Version
    known_from: str
    known_until: str
    closed: Annotated[tuple[ClosureShape, ...], Field(strict=False)]


class ChecksShape(Shape):
    rules: Annotated[tuple[RuleId, ...], Field(strict=False)] = ()
    evidence: Id | None = None
    renewed: Literal["once", "yearly", "each-transfer"] | None = None
    person: Id | None = None


class ClauseShape(Shape):
    section: str
    says: Text
    checked_by: ChecksShape


class ReadingShape(Shape):
    question: Text
    reading: Text
    why: Text
    clauses: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    rules: Annotated[tuple[RuleId, ...] | None, Field(strict=False)] = None


class ObligeShape(Shape):
    do: Text
    when: Expression | None = None
    by: Expression | None = None


class SimpleCondition(Shape):
    """A condition on one field, for those who would rather not write an expression."""

    field: str
    is_: Scalar | None = None
    is_not: Scalar | None = None
    at_most: int | float | str | None = None
    at_least: int | float | str | None = None
    before: str | None = None
    after: str | None = None
    one_of: Annotated[tuple[Scalar, ...] | None, Field(strict=False)] = None
    none_of: Annotated[tuple[Scalar, ...] | None, Field(strict=False)] = None
    given: bool | None = None


class RuleShape(Shape):
    id: RuleId
    title: Text
    why: Text
    on: Literal["transfer", "export", "event", "breach", "disclosure"]
    let: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Expression] = {}
    needs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    evidenced: Annotated[tuple[str, ...], Field(strict=False)] = ()
    when: Expression | SimpleCondition | None = None
    require: Expression | SimpleCondition
    otherwise: Literal["not-covered", "refuse", "refer", "advise"]
    obliges: Annotated[tuple[ObligeShape, ...], Field(strict=False)] = ()
    seen: Text
    satisfy: Text


class RuleDocument(RuleShape):
    format: Literal["isa-guard/rule/1"]


class AgreementDocument(Shape):
    format: Literal["isa-guard/agreement/1"]
    id: Id
    version: Version
    title: Text
    in_force: InForceShape
    supersedes: Version | None = None
    inherit: str | None = None
    parties: Annotated[dict[Id, PartyShape], Field(min_length=2)]
    spoc: SpocShape
    flows: Annotated[tuple[FlowShape, ...], Field(strict=False, min_length=1)]
    gateways: dict[Id, Text]
    categories: Annotated[dict[Id, CategoryShape], Field(min_length=1)]
    purposes: Annotated[dict[Id, PurposeShape], Field(min_length=1)]
    calendars: dict[Id, CalendarShape] = {}
    terms: dict[str, object]
    clauses: Annotated[dict[str, ClauseShape], Field(min_length=1)]
    readings: dict[Id, ReadingShape] = {}
    uses: Annotated[tuple[Id, ...], Field(strict=False)]
    without: Annotated[
        tuple[RuleId, ...], Field(strict=False, description="rules of the packs used that do not apply")
    ] = ()
    rules: Annotated[tuple[RuleShape, ...], Field(strict=False)] = ()
    fields: str | None = None
    dispensations: str | None = None


class DispensationShape(Shape):
    rule: RuleId
    scope: Expression
    reason: Text
    approved_by: Text
    approved_on: str
    expires: str


class DispensationsDocument(Shape):
    format: Literal["isa-guard/dispensations/1"]
    dispensations: dict[Id, DispensationShape]


class FieldsDocument(Shape):
    """Extra typed fields that an agreement's own rules read; each kind's fields are a cerberus schema."""

    format: Literal["isa-guard/fields/1"]
    transfer: dict[str, dict[str, object]] = {}
    export: dict[str, dict[str, object]] = {}
    event: dict[str, dict[str, object]] = {}
    breach: dict[str, dict[str, object]] = {}
    disclosure: dict[str, dict[str, object]] = {}


class CaseShape(Shape):
    name: Text
    given: dict[str, object] = {}
    but: Annotated[tuple[str, ...], Field(strict=False, description="fields to leave out")] = ()
    now: str | None = None
    evidence: Annotated[tuple[str, ...], Field(strict=False)] = ()
    expect: Literal["met", "not-met", "cannot-tell", "not-applicable"]


class RuleCasesDocument(Shape):
    """The cases beside a rule; `agreement` gives the terms that they run under."""

    format: Literal["isa-guard/cases/1"]
    now: str
    agreement: dict[str, object] = {}
    given: dict[str, object]
    cases: Annotated[tuple[CaseShape, ...], Field(strict=False, min_length=1)]


class AgreementCaseShape(Shape):
    name: Text
    given: dict[str, object] = {}
    but: Annotated[tuple[str, ...], Field(strict=False)] = ()
    now: str | None = None
    evidence: Annotated[tuple[str, ...], Field(strict=False)] = ()
    expect: Literal["permit", "permit-with-obligations", "refer", "refuse", "not-covered"]
    because: Annotated[
        tuple[RuleId, ...], Field(strict=False, description="the rules that stop it, all of them")
    ] = ()


class AgreementCasesDocument(Shape):
    """The cases beside an agreement: whole facts and the decision each must come to."""

    format: Literal["isa-guard/agreement-cases/1"]
    now: str
    facts: dict[str, dict[str, object]]
    cases: dict[str, Annotated[tuple[AgreementCaseShape, ...], Field(strict=False)]]
