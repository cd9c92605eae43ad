"""What every part of the engine hands on: a table of outcomes counted, and findings with their words."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.calendar import HOURS
from isa_guard.decide.logs.windows import HOUR
from isa_guard.language.columns import OUTCOMES
from isa_guard.language.outcome import Outcome
from isa_guard.model.audit import Counts, LogFinding, Tally, rules_over_logs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.audit.columns.database import Database
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.audit import AnyRule

# The numbers that stand for them in tables.
NUMBER: Final = {outcome: number for number, outcome in enumerate(OUTCOMES)}
MET: Final = NUMBER[Outcome.MET]
NOT_MET: Final = NUMBER[Outcome.NOT_MET]
CANNOT_TELL: Final = NUMBER[Outcome.CANNOT_TELL]
TOLD: Final = (Outcome.NOT_MET, Outcome.CANNOT_TELL)


class Told:
    """The counts and findings of one version of the agreement so far."""

    def __init__(self, agreement: Agreement, limit: int) -> None:
        self.agreement = agreement
        self.limit = limit
        self.counts: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
        self.dispensed: Counter[tuple[str, str]] = Counter()
        self.findings: list[LogFinding] = []
        self._clauses_of = cache(agreement.clauses_of)
        self._kept: Counter[tuple[str, Outcome]] = Counter()

    def count(self, rule: str, month: str, outcome: Outcome, number: int) -> None:
        """Count outcomes of a rule in a month."""
        if outcome is not Outcome.NOT_APPLICABLE and number:
            self.counts[rule, month][outcome] += number

    def tallies(self) -> tuple[Tally, ...]:
        """Answer the tally of every rule, in the order of the agreement."""
        return tuple(self.tally(rule) for rule in rules_over_logs(self.agreement))

    def number(self, rule: str, outcome: Outcome) -> int:
        """Answer how often a rule came to an outcome in the whole log."""
        return sum(counts[outcome] for (name, _), counts in self.counts.items() if name == rule)

    def full(self, rule: str, outcome: Outcome) -> bool:
        """Answer whether as many findings are kept as were asked for."""
        return self._kept[rule, outcome] >= self.limit

    def keep(self, rule: AnyRule, judgement: Judgement, seen: str, satisfy: str) -> None:
        """Keep a finding."""
        self._kept[rule.id, judgement.outcome] += 1
        self.findings.append(
            LogFinding(
                rule=rule,
                agreement=self.agreement,
                clauses=self._clauses_of(rule.id),
                outcome=judgement.outcome,
                at=judgement.at,
                places=(judgement.place, *judgement.others),
                seen=seen,
                satisfy=satisfy,
                missing=judgement.missing,
                cause=judgement.cause,
                dispensed=judgement.dispensed,
            )
        )

    def tally(self, rule: AnyRule) -> Tally:
        """Answer the tally of a rule."""
        months = {
            month: Counts(
                counts[Outcome.MET],
                counts[Outcome.NOT_MET],
                counts[Outcome.CANNOT_TELL],
                self.dispensed[rule.id, month],
            )
            for (name, month), counts in sorted(self.counts.items())
            if name == rule.id
        }
        whole = Counts(*(sum(parts) for parts in zip(*months.values(), strict=True))) if months else Counts()
        return Tally(rule, self.agreement, self.agreement.clauses_of(rule.id), whole, months)


def count_table(database: Database, table: str, rules: Iterable[tuple[str, str]], told: Told) -> None:
    """Count a table of outcomes with its instants, `at_`: `rules` gives the column of each rule's outcomes."""
    pairs = list(rules)
    if not pairs:
        return
    columns = ", ".join(column for _, column in pairs)
    query = (
        f"SELECT h.named_, {columns}, count(*) FROM {table} JOIN {HOURS} AS h ON h.hour_ = at_ // {HOUR} "  # noqa: S608 - names made here
        "GROUP BY ALL"
    )
    for month, *outcomes, number in database.rows(query):
        for (rule, _), outcome in zip(pairs, outcomes, strict=True):
            told.count(rule, month, OUTCOMES[outcome], number)
