"""What is worked out once for an agreement and a kind of fact, so that each decision costs little."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from isa_guard.errors import IsaGuardError
from isa_guard.language.condition import Condition
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import Program, compile_conditions
from isa_guard.model.decision import Finding

if TYPE_CHECKING:
    from isa_guard.model.agreement import Agreement, Clause
    from isa_guard.model.facts import FactKind
    from isa_guard.model.rule import Dispensation, Rule


class NothingMatched(IsaGuardError):
    """No rule of the agreement says anything of this fact: that is no permission."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule with what belongs to it in this agreement."""

    rule: Rule
    clauses: tuple[Clause, ...]
    dispensations: tuple[Dispensation, ...]
    silent: Finding  # what it says of a fact to which it does not apply; the rule's own place stands for none


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of one agreement about one kind of fact, compiled to one program."""

    steps: tuple[Step, ...]
    program: Program


class _Key:
    """An agreement by identity and content: hashing forty clauses at every decision would cost more than deciding."""

    __slots__ = ("agreement", "kind")

    def __init__(self, agreement: Agreement, kind: FactKind) -> None:
        self.agreement = agreement
        self.kind = kind

    def __hash__(self) -> int:
        return hash((id(self.agreement), self.kind))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.agreement is other.agreement and self.kind is other.kind


def plan_for(agreement: Agreement, kind: FactKind) -> Plan:
    """Answer the plan, made at the first call. Raises NothingMatched where no rule is about such facts."""
    return _plan(_Key(agreement, kind))


def _step(rule: Rule, agreement: Agreement) -> Step:
    clauses = agreement.clauses_of(rule.id)
    dispensations = tuple(one for one in agreement.dispensations if one.rule == rule.id)
    silent = Finding(rule, Outcome.NOT_APPLICABLE, clauses, "", "", (), (), "", rule.place, None)
    return Step(rule, clauses, dispensations, silent)


@lru_cache(maxsize=64)
def _plan(key: _Key) -> Plan:
    agreement, kind = key.agreement, key.kind
    rules = [rule for rule in agreement.rules if rule.on is kind]
    if not rules:
        raise NothingMatched(f"no rule of {agreement.id} {agreement.version} is about a {kind.value}")
    steps = tuple(_step(rule, agreement) for rule in rules)
    variables = (kind.value, "now", "today", *(("agreement",) if agreement.varied else ()))
    return Plan(steps, compile_conditions([Condition(rule.when, rule.require) for rule in rules], variables))
