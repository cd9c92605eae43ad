"""The shapes of the documents that people write.

They say which keys exist and of what kind; what the words mean is decided where they are bound
(`load.agreement`, `load.binding`). Keys are written in kebab-case. The annotations are read at run time, by
`load.reader` and, for pydantic, by `load.models`; the docstrings go into the published JSON Schemas.
"""

from dataclasses import field
from typing import Annotated, Literal

from isa_guard.frozen import dataclass
from isa_guard.load.declare import Entries, Letters, Says

Name = Annotated[str, Letters(pattern=r"^[a-z][a-z0-9_]*$")]
Id = Annotated[str, Letters(64, r"^[a-z0-9]+(-[a-z0-9]+)*$")]
RuleId = Annotated[str, Letters(80, r"^[a-z0-9-]+/[a-z0-9-]+$")]
Text = Annotated[str, Letters(4_000, at_least=1)]
Expression = Annotated[str, Letters(8_000, at_least=1)]
Version = Annotated[str, Letters(64, at_least=1)]
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceShape:
    """When the version is in force."""

    from_: Annotated[str, Says("the first day, month or year in which the version is in force")]
    until: Annotated[str | None, Says("the last day; leave out if none is stated")] = None
    precision: Literal["day", "month", "year"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyShape:
    """A party to the agreement."""

    name: Text
    kind: Id
    mail: Annotated[tuple[str, ...], Says("its mail domains")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpocShape:
    """The single point of contact: a post, never a person."""

    post: Text
    acts_for: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowShape:
    """Who may send to whom."""

    from_: Id
    to: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryShape:
    """A category of data."""

    title: Text
    fields: Annotated[tuple[str, ...], Says("the fields that may be sent")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeShape:
    """What data may be shared for, under which powers."""

    title: Text
    basis: Literal["statutory", "non-statutory"] = "statutory"
    gateways: tuple[Id, ...] = ()
    categories: tuple[Id, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureShape:
    """Days on which the calendar is closed, both ends included."""

    from_: str
    to: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarShape:
    """A calendar of the agreement's own, made from another."""

    title: Text
    based_on: Id
    version: Version
    known_from: str
    known_until: str
    closed: tuple[ClosureShape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksShape:
    """How a clause is held: by rules, by evidence or by a person."""

    rules: tuple[RuleId, ...] = ()
    evidence: Id | None = None
    renewed: Literal["once", "yearly", "each-transfer"] | None = None
    person: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseShape:
    """One numbered statement of the agreement."""

    section: str
    says: Text
    checked_by: ChecksShape


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingShape:
    """How an ambiguity is read, and why."""

    question: Text
    reading: Text
    why: Text
    clauses: Annotated[tuple[str, ...], Entries(1)]
    rules: tuple[RuleId, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligeShape:
    """What must be done later, and by when."""

    do: Text
    when: Expression | None = None
    by: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleCondition:
    """A condition on one field, for those who would rather not write an expression."""

    field: str
    is_: Scalar | None = None
    is_not: Scalar | None = None
    at_most: int | float | str | None = None
    at_least: int | float | str | None = None
    before: str | None = None
    after: str | None = None
    one_of: tuple[Scalar, ...] | None = None
    none_of: tuple[Scalar, ...] | None = None
    given: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShape:
    """A typed condition tied to clauses."""

    id: RuleId
    title: Text
    why: Text
    on: Literal["transfer", "export", "event", "breach", "disclosure"]
    let: dict[Name, Expression] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    evidenced: tuple[str, ...] = ()
    when: Expression | SimpleCondition | None = None
    require: Expression | SimpleCondition
    otherwise: Literal["not-covered", "refuse", "refer", "advise"]
    obliges: tuple[ObligeShape, ...] = ()
    seen: Text
    satisfy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDocument(RuleShape):
    """A rule in a file of its own."""

    format: Literal["isa-guard/rule/1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRuleShape:
    """What must hold between the events of a log: expect, never, at-most or no-gap."""

    id: RuleId
    title: Text
    why: Text
    let: dict[Name, Expression] = field(default_factory=dict)
    for_each: Annotated[
        Expression | None, Says("a condition on `event`: the events that the rule is about")
    ] = None
    expect: Annotated[Expression | None, Says("a condition on `other`: the event that must be there")] = None
    never: Annotated[Expression | None, Says("a condition on `other`: the event that must not be there")] = (
        None
    )
    within: Annotated[Expression | None, Says("a period; leave out for at any time")] = None
    order: Annotated[Literal["before", "after"] | None, Says("where the other event is looked for")] = None
    at_most: Annotated[Expression | int | None, Says("how many, in each window")] = None
    sum: Annotated[str | None, Says("the field to add up; leave out to count events")] = None
    per: Literal["hour", "day", "week", "month"] | None = None
    no_gap: Annotated[str | None, Says("the field that numbers the events")] = None
    by: Annotated[tuple[str, ...], Says("fields that must agree, as `ref`")] = ()
    otherwise: Literal["not-covered", "refuse", "refer", "advise"]
    seen: Text
    satisfy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRuleDocument(LogRuleShape):
    """A rule over logs in a file of its own."""

    format: Literal["isa-guard/log-rule/1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """One version of one agreement."""

    format: Literal["isa-guard/agreement/1"]
    id: Id
    version: Version
    title: Text
    in_force: InForceShape
    supersedes: Version | None = None
    inherit: str | None = None
    parties: Annotated[dict[Id, PartyShape], Entries(2)]
    spoc: SpocShape
    flows: Annotated[tuple[FlowShape, ...], Entries(1)]
    gateways: dict[Id, Text]
    categories: Annotated[dict[Id, CategoryShape], Entries(1)]
    purposes: Annotated[dict[Id, PurposeShape], Entries(1)]
    calendars: dict[Id, CalendarShape] = field(default_factory=dict)
    terms: dict[str, object]
    clauses: Annotated[dict[str, ClauseShape], Entries(1)]
    readings: dict[Id, ReadingShape] = field(default_factory=dict)
    uses: tuple[Id, ...]
    without: Annotated[tuple[RuleId, ...], Says("rules of the packs used that do not apply")] = ()
    rules: tuple[RuleShape, ...] = ()
    log_rules: Annotated[tuple[LogRuleShape, ...], Says("rules over logs, of this agreement alone")] = ()
    fields: str | None = None
    dispensations: str | None = None
