"""Clause by clause: how each is checked, how often it was met and not met, and what a person must still look at."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action
from isa_guard.model.agreement import CheckedBy
from isa_guard.model.audit import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement, Clause
    from isa_guard.review.clocks.clock import Clock
    from isa_guard.review.pack.gather import Gathered, Period


class Answer(StrEnum):
    """What the period says of a clause."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    CANNOT_TELL = "cannot tell"
    NEVER_TESTED = "never tested"  # machine checks, and no case came up
    OPEN = "for a person"


@dataclass(frozen=True, slots=True)
class ClauseReviewed:
    """One clause: by what it is checked, what came of it, the evidence for it, and who signed it off."""

    clause: Clause
    rules: tuple[str, ...]
    evidence: tuple[str, ...]  # kinds
    person: tuple[str, ...]  # occasions
    counts: Counts
    lacking: tuple[str, ...]  # kinds of evidence that are overdue
    signed: Standing | None

    @property
    def answer(self) -> Answer:
        """What the period says of it, the worst first. A person's finding counts as a rule's does."""
        signed = self.signed.code("outcome") if self.signed is not None else ""
        if self.counts.not_met - self.counts.dispensed > 0 or signed == "not-met" or self.lacking:
            return Answer.NOT_KEPT
        if self.counts.cannot_tell or signed == "cannot-tell":
            return Answer.CANNOT_TELL
        if self.person and self.signed is None:
            return Answer.OPEN
        if self.rules and not self.counts.looked_at and not (self.evidence or self.person):
            return Answer.NEVER_TESTED
        return Answer.KEPT


def rule_counts(gathered: Gathered, agreement: Agreement) -> dict[str, Counts]:
    """Answer how often each rule of an agreement's version came to what, in decisions and in audited logs.

    A decision that a later one of the period replaces is not counted: it was put right.
    """
    replaced = {one.supersedes for one in gathered.decided if one.supersedes}
    found: dict[str, Counts] = {}
    for one in gathered.decided:
        if (one.agreement, one.version) != (agreement.id, agreement.version) or one.id in replaced:
            continue
        for rule in one.met:
            found[rule] = found.get(rule, Counts()).plus(Counts(met=1))
        for each in one.found:
            found[each.rule] = found.get(each.rule, Counts()).plus(_of(each.outcome, each.dispensation))
    for _, _, audit in gathered.audits:
        for under in audit.under:
            if (under.agreement, under.version) != (agreement.id, agreement.version):
                continue
            for tally in under.rules:
                counts = Counts(tally.met, tally.not_met, tally.cannot_tell, tally.dispensed)
                found[tally.rule] = found.get(tally.rule, Counts()).plus(counts)
    return found


def reviewed(
    agreement: Agreement, counts: dict[str, Counts], evidence: Iterable[Clock], ledger: Ledger, period: Period
) -> tuple[ClauseReviewed, ...]:
    """Answer every clause, none left out. `evidence` are the clocks of evidence that are overdue."""
    overdue = {one.about for one in evidence}
    signed = _signed(ledger, agreement, period)
    return tuple(_reviewed(one, counts, overdue, signed.get(one.number)) for one in agreement.clauses)


def _reviewed(
    clause: Clause, counts: dict[str, Counts], overdue: set[str], signed: Standing | None
) -> ClauseReviewed:
    by = {kind: tuple(c.what for c in clause.checks if c.by is kind) for kind in CheckedBy}
    total = Counts()
    for rule in by[CheckedBy.RULES]:
        total = total.plus(counts.get(rule, Counts()))
    lacking = tuple(one for one in by[CheckedBy.EVIDENCE] if one in overdue)
    return ClauseReviewed(
        clause, by[CheckedBy.RULES], by[CheckedBy.EVIDENCE], by[CheckedBy.PERSON], total, lacking, signed
    )


def _signed(ledger: Ledger, agreement: Agreement, period: Period) -> dict[str, Standing]:
    """Answer the last sign-off of each clause that was recorded in the period or after it, for days that it covers."""
    found: dict[str, Standing] = {}
    for one in ledger.opened(Action.SIGNED_OFF):
        start, end = one.day("from"), one.day("to")
        if one.act.agreement != agreement.id or start is None or end is None:
            continue
        if start <= period.start.date() and end >= period.end.date():
            found[one.code("clause")] = one
    return found


def _of(outcome: str, dispensation: str) -> Counts:
    match outcome:
        case "met":
            return Counts(met=1)
        case "not-met":
            return Counts(not_met=1, dispensed=int(bool(dispensation)))
        case "cannot-tell":
            return Counts(cannot_tell=1)
        case _:
            return Counts()


def tally(answers: Sequence[ClauseReviewed]) -> dict[Answer, int]:
    """Answer how many clauses came to each answer."""
    return {answer: sum(one.answer is answer for one in answers) for answer in Answer}
