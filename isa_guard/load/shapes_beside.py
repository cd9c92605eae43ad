"""The shapes of the documents beside an agreement or a rule: dispensations, fields and cases. See `load.shapes`."""

from dataclasses import field
from typing import Annotated, Literal

from isa_guard.frozen import dataclass
from isa_guard.load.declare import Entries, Says
from isa_guard.load.shapes import Expression, Id, RuleId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DispensationShape:
    """A time-limited permission to depart from one rule in one scope."""

    rule: RuleId
    scope: Expression
    reason: Text
    approved_by: Text
    approved_on: str
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispensationsDocument:
    """The dispensations of an agreement, by name."""

    format: Literal["isa-guard/dispensations/1"]
    dispensations: dict[Id, DispensationShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsDocument:
    """Extra typed fields that an agreement's own rules read, and what may be sent; each is a cerberus schema."""

    format: Literal["isa-guard/fields/1"]
    transfer: dict[str, dict[str, object]] = field(default_factory=dict)
    export: dict[str, dict[str, object]] = field(default_factory=dict)
    event: dict[str, dict[str, object]] = field(default_factory=dict)
    breach: dict[str, dict[str, object]] = field(default_factory=dict)
    disclosure: dict[str, dict[str, object]] = field(default_factory=dict)
    sent: Annotated[
        dict[Id, dict[str, dict[str, object]]],
        Says("what may be sent of each category, as the schema of one row; nothing else of it may be"),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShape:
    """One fact and the outcome that the rule must have on it."""

    name: Text
    given: dict[str, object] = field(default_factory=dict)
    but: Annotated[tuple[str, ...], Says("fields to leave out")] = ()
    now: str | None = None
    evidence: tuple[str, ...] = ()
    expect: Literal["met", "not-met", "cannot-tell", "not-applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCasesDocument:
    """The cases beside a rule; `agreement` gives the terms that they run under."""

    format: Literal["isa-guard/cases/1"]
    now: str
    agreement: dict[str, object] = field(default_factory=dict)
    given: dict[str, object]
    cases: Annotated[tuple[CaseShape, ...], Entries(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCaseShape:
    """A short log and how often the rule must come to each outcome on it."""

    name: Text
    events: Annotated[tuple[dict[str, object], ...], Entries(1)]
    until: Annotated[str | None, Says("the end of the log; the last event if left out")] = None
    expect: dict[Literal["met", "not-met", "cannot-tell"], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRuleCasesDocument:
    """The cases beside a rule over logs; `given` holds for every event."""

    format: Literal["isa-guard/log-cases/1"]
    agreement: dict[str, object] = field(default_factory=dict)
    given: dict[str, object] = field(default_factory=dict)
    cases: Annotated[tuple[LogCaseShape, ...], Entries(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCaseShape:
    """One fact and the decision that it must come to."""

    name: Text
    given: dict[str, object] = field(default_factory=dict)
    but: tuple[str, ...] = ()
    now: str | None = None
    evidence: tuple[str, ...] = ()
    expect: Literal["permit", "permit-with-obligations", "refer", "refuse", "not-covered"]
    because: Annotated[tuple[RuleId, ...], Says("the rules that stop it, all of them")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCasesDocument:
    """The cases beside an agreement: whole facts and the decision each must come to."""

    format: Literal["isa-guard/agreement-cases/1"]
    now: str
    facts: dict[str, dict[str, object]]
    cases: dict[str, tuple[AgreementCaseShape, ...]]
