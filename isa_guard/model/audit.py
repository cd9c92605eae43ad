"""What an audit is made of: what was read, how often each rule came to each outcome, and the departures."""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.model.facts import FactKind
from isa_guard.model.rule import Otherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from isa_guard.model.agreement import Agreement, Clause
    from isa_guard.model.log import FileRead, LogPlace, Rejected
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Rule

AnyRule: TypeAlias = "Rule | LogRule"
JUDGED: Final = (Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL)
# The term by which an agreement lets a log hold lines that cannot be read.
TOLERANCE: Final = ("audit", "rejected_at_most")


class Counts(NamedTuple):
    """How often a rule came to each outcome; `dispensed` of those not met were allowed by a dispensation."""

    met: int = 0
    not_met: int = 0
    cannot_tell: int = 0
    dispensed: int = 0

    @property
    def looked_at(self) -> int:
        """How many events, windows or runs were judged."""
        return self.met + self.not_met + self.cannot_tell

    def plus(self, other: Counts) -> Counts:
        """Answer both together."""
        return Counts(*map(add, self, other))


@dataclass(frozen=True, slots=True)
class Tally:
    """One rule over the whole log and month by month."""

    rule: AnyRule
    agreement: Agreement
    clauses: tuple[Clause, ...]
    counts: Counts
    months: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One outcome that was not met or cannot be told, with the lines that prove it: the event's own first."""

    rule: AnyRule
    agreement: Agreement
    clauses: tuple[Clause, ...]
    outcome: Outcome
    at: int
    places: tuple[LogPlace, ...]
    seen: str
    satisfy: str
    missing: tuple[str, ...]
    cause: str
    dispensed: str


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit. `findings` may be fewer than the tallies count; `files` and `tallies` leave nothing out."""

    agreements: tuple[Agreement, ...]
    now: datetime
    engine: str
    begin: int | None
    end: int | None
    files: tuple[FileRead, ...]
    rejected: tuple[Rejected, ...]  # the first of them; the files say how many there are
    tallies: tuple[Tally, ...]
    findings: tuple[LogFinding, ...]
    recorded: int | None = None  # the leaf index of the audit's record, where one was made

    @property
    def audited(self) -> int:
        """How many lines became events."""
        return sum(one.audited for one in self.files)

    @property
    def refused(self) -> int:
        """How many lines could not be read."""
        return sum(one.rejected for one in self.files)

    @property
    def tolerated(self) -> int:
        """How many lines that cannot be read the strictest agreement lets pass; none where none says so."""
        return min((tolerance_of(agreement) for agreement in self.agreements), default=0)

    def total(self, *, outcome: Outcome) -> int:
        """Answer how often any rule that binds came to an outcome that no dispensation allows."""
        binding = [one.counts for one in self.tallies if one.rule.otherwise is not Otherwise.ADVISE]
        if outcome is Outcome.NOT_MET:
            return sum(counts.not_met - counts.dispensed for counts in binding)
        return sum(counts.cannot_tell if outcome is Outcome.CANNOT_TELL else counts.met for counts in binding)

    @property
    def exit_code(self) -> int:
        """The strictest exit code of all (DESIGN 5): 4 where a line could not be read, or there was no event."""
        if self.refused > self.tolerated or not self.audited or not self.tallies:
            return 4
        if any(_departed(one) and one.rule.otherwise is not Otherwise.REFER for one in self.tallies):
            return 1
        untold = self.total(outcome=Outcome.CANNOT_TELL) or any(map(_departed, self.tallies))
        return 3 if untold else 0


def rules_over_logs(agreement: Agreement) -> tuple[AnyRule, ...]:
    """Answer the rules that a log is held to: those about its events one by one, then those between them."""
    each = tuple(rule for rule in agreement.rules if rule.on is FactKind.EVENT)
    return (*each, *agreement.log_rules)


def in_order(findings: Iterable[LogFinding]) -> tuple[LogFinding, ...]:
    """Answer findings in the order of time, then of place and rule: the same from every engine."""
    return tuple(sorted(findings, key=lambda one: (one.at, one.places[0], one.rule.id)))


def _departed(tally: Tally) -> bool:
    binds = tally.rule.otherwise is not Otherwise.ADVISE
    return binds and tally.counts.not_met > tally.counts.dispensed


def tolerance_of(agreement: Agreement) -> int:
    """Answer how many lines that cannot be read an agreement lets pass."""
    found: object = agreement.constant["terms"]
    for step in TOLERANCE:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else 0
