"""What a decision is made of. Every report and every record reads these and nothing else."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.errors import Place
    from isa_guard.model.agreement import Agreement, Clause, Reading
    from isa_guard.model.facts import Fact
    from isa_guard.model.observation import Observation
    from isa_guard.model.rule import Dispensation, Rule


class Verdict(StrEnum):
    """The decision in one word."""

    PERMIT = "permit"
    PERMIT_WITH_OBLIGATIONS = "permit-with-obligations"
    REFER = "refer"
    REFUSE = "refuse"
    NOT_COVERED = "not-covered"


PERMITS: Final = frozenset({Verdict.PERMIT, Verdict.PERMIT_WITH_OBLIGATIONS})


class Finding(NamedTuple):
    """A rule's outcome on one fact, with the clauses it holds, what was seen, what would satisfy it, and where.

    A named tuple rather than a dataclass: a decision makes one for each rule, and a frozen dataclass costs
    four times as much to make.
    """

    rule: Rule
    outcome: Outcome
    clauses: tuple[Clause, ...]
    seen: str
    satisfy: str
    missing: tuple[str, ...]  # fields it needs that are not given
    asserted: tuple[str, ...]  # fields that are only asserted and must be evidenced
    cause: str  # why it cannot be told, where neither of these is the reason
    place: Place
    dispensation: Dispensation | None


class Obligation(NamedTuple):
    """What must be done, by when (None: no time is stated), under which clauses."""

    rule: Rule
    clauses: tuple[Clause, ...]
    do: str
    by: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one fact under one agreement at one moment, and why."""

    verdict: Verdict
    agreement: Agreement
    fact: Fact
    now: datetime
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    observations: tuple[Observation, ...] = ()  # what was seen in the files of an export

    @property
    def applicable(self) -> tuple[Finding, ...]:
        """The findings of rules that apply to the fact."""
        return tuple(one for one in self.findings if one.outcome is not Outcome.NOT_APPLICABLE)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every recorded reading that an applicable rule relies on, once, in order of first use."""
        used = [reading for one in self.applicable for reading in self.agreement.readings_of(one.rule.id)]
        return tuple({reading.id: reading for reading in used}.values())

    @property
    def dispensations(self) -> tuple[Dispensation, ...]:
        """Every dispensation that was relied on."""
        return tuple(one.dispensation for one in self.findings if one.dispensation)
