"""Holds events one by one against the agreement, each under the version in force on its day."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from isa_guard.decide.logs.between import BetweenEvents, every_event
from isa_guard.decide.logs.each import EachEvent
from isa_guard.decide.logs.judgement import message
from isa_guard.decide.logs.windows import HOUR, month_of
from isa_guard.language.outcome import Outcome
from isa_guard.language.values import to_datetime
from isa_guard.model.audit import Audit, Counts, LogFinding, Tally, in_order, rules_over_logs
from isa_guard.model.log import Blank, LogEvent, Rejected
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.model.audit import AnyRule
    from isa_guard.model.log import FileRead
    from isa_guard.model.rule import Rule

ENGINE: Final = "rows"


class _Version:
    """One version of the agreement with what its rules have seen."""

    def __init__(self, agreement: Agreement, audit: RowsAudit, now: datetime) -> None:
        self.agreement = agreement
        self.findings: defaultdict[tuple[str, Outcome], list[LogFinding]] = defaultdict(list)
        self.dispensed: Counter[tuple[str, int]] = Counter()
        self.limit = audit.limit
        self.each = EachEvent(agreement, now, self.keep_each, self.has_room)
        alone = len(audit.versions.agreements) == 1
        judges = every_event if alone else lambda event: audit.version_at(event.at) is self
        self.between = BetweenEvents(agreement.log_rules, judges)

    def has_room(self, rule: Rule) -> bool:
        """Answer whether one more event that cannot be told is to be kept."""
        return len(self.findings[rule.id, Outcome.CANNOT_TELL]) < self.limit

    def keep_each(self, rule: Rule, judgement: Judgement) -> None:
        """Keep what a rule about single events did not find met."""
        if judgement.dispensed:
            self.dispensed[rule.id, judgement.at // HOUR] += 1
        kept = self.findings[rule.id, judgement.outcome]
        if len(kept) < self.limit:
            seen, satisfy = self.each.words(rule, judgement)
            kept.append(self._finding(rule, judgement, seen, satisfy))

    def settle(self, until: int | None) -> None:
        """Judge what was open, and keep what was not met."""
        for rule, judgement in self.between.settle(until):
            kept = self.findings[rule.id, judgement.outcome]
            if len(kept) < self.limit:
                seen, satisfy = message(rule.seen, judgement), message(rule.satisfy, judgement)
                kept.append(self._finding(rule, judgement, seen, satisfy))

    def _finding(self, rule: AnyRule, judgement: Judgement, seen: str, satisfy: str) -> LogFinding:
        return LogFinding(
            rule=rule,
            agreement=self.agreement,
            clauses=self.agreement.clauses_of(rule.id),
            outcome=judgement.outcome,
            at=judgement.at,
            places=(judgement.place, *judgement.others),
            seen=seen,
            satisfy=satisfy,
            missing=judgement.missing,
            cause=judgement.cause,
            dispensed=judgement.dispensed,
        )

    def tallies(self) -> list[Tally]:
        """Answer the tally of every rule, in the order of the agreement."""
        counted = {**self.each.tally(), **self.between.tally()}
        return [self._tally(rule, counted) for rule in rules_over_logs(self.agreement)]

    def _tally(self, rule: AnyRule, counted: Mapping[tuple[str, str], Counter[Outcome]]) -> Tally:
        allowed: Counter[str] = Counter()
        for (name, hour), number in self.dispensed.items():
            if name == rule.id:
                allowed[month_of(hour * HOUR)] += number
        months = {
            month: _counts(outcomes, allowed[month])
            for (name, month), outcomes in sorted(counted.items())
            if name == rule.id
        }
        whole = Counts(*(sum(parts) for parts in zip(*months.values(), strict=True))) if months else Counts()
        return Tally(rule, self.agreement, self.agreement.clauses_of(rule.id), whole, months)


def _counts(outcomes: Counter[Outcome], dispensed: int) -> Counts:
    return Counts(outcomes[Outcome.MET], outcomes[Outcome.NOT_MET], outcomes[Outcome.CANNOT_TELL], dispensed)


class RowsAudit:
    """An audit under way. `limit` is how many findings of each rule and outcome are kept with their words."""

    def __init__(self, versions: Versions, now: datetime, limit: int) -> None:
        self.versions = versions
        self.now = now
        self.limit = limit
        self.rejected: list[Rejected] = []
        self.parts = tuple(_Version(agreement, self, now) for agreement in versions.agreements)
        self._by_hour: dict[int, _Version] = {}

    def version_at(self, at: int) -> _Version:
        """Answer the version that judges an event of that instant."""
        if len(self.parts) == 1:
            return self.parts[0]
        hour = at // HOUR
        if hour not in self._by_hour:
            agreement = self.versions.in_force(london_day(to_datetime(hour * HOUR)))
            self._by_hour[hour] = next(part for part in self.parts if part.agreement is agreement)
        return self._by_hour[hour]

    def read(self, lines: Iterable[LogEvent | Rejected | Blank]) -> None:
        """Read lines; files may come in any order."""
        betweens = [part.between.judge for part in self.parts]
        for line in lines:
            if isinstance(line, LogEvent):
                self.version_at(line.at).each.judge(line)
                for judge in betweens:
                    judge(line)
            elif isinstance(line, Rejected) and len(self.rejected) < self.limit:
                self.rejected.append(line)

    def finished(self, files: tuple[FileRead, ...], until: int | None) -> Audit:
        """Answer the audit, once everything was read. To be called once."""
        for part in self.parts:
            part.settle(until)
        begin = [part.between.begin for part in self.parts if part.between.begin is not None]
        end = [part.between.end for part in self.parts if part.between.end is not None]
        kept = [one for part in self.parts for found in part.findings.values() for one in found]
        return Audit(
            agreements=self.versions.agreements,
            now=self.now,
            engine=ENGINE,
            begin=min(begin, default=None),
            end=max(end, default=None),
            files=files,
            rejected=tuple(self.rejected),
            tallies=tuple(tally for part in self.parts for tally in part.tallies()),
            findings=in_order(kept),
        )
