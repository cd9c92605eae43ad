"""The review of one agreement over a period, put together from all that stands in the register."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.agreement import CheckedBy
from isa_guard.review.clocks.clock import Kind, State
from isa_guard.review.clocks.staff import colleagues
from isa_guard.review.pack.changes import changes
from isa_guard.review.pack.clauses import reviewed, rule_counts
from isa_guard.review.pack.sample import draw
from isa_guard.uk.stale import stale_terms

if TYPE_CHECKING:
    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.model.audit import Counts
    from isa_guard.review.clocks.clock import Clock
    from isa_guard.review.clocks.staff import Colleague
    from isa_guard.review.due import Due
    from isa_guard.review.pack.changes import Change
    from isa_guard.review.pack.clauses import ClauseReviewed
    from isa_guard.review.pack.gather import Gathered, Period
    from isa_guard.review.pack.notices import Notice
    from isa_guard.review.pack.sample import Sample
    from isa_guard.uk.stale import Stale

SAMPLE: Final = 25


@dataclass(frozen=True, slots=True)
class Earlier:
    """The register as the last review had it: its size, root and name."""

    size: int
    root: str
    origin: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One review. `versions` are those in force in the period, the newest last; `clauses` are of that one."""

    agreement: Agreement
    versions: tuple[Agreement, ...]
    gathered: Gathered
    counts: dict[str, Counts]
    clauses: tuple[ClauseReviewed, ...]
    sample: Sample
    acts: Ledger  # of this agreement alone
    colleagues: tuple[Colleague, ...]
    due: Due
    changes: tuple[tuple[str, tuple[Change, ...]], ...]  # from one version to the next, by its name
    stale: tuple[tuple[str, Stale], ...]  # by the clause in which it stands
    earlier: Earlier | None
    notices: tuple[Notice, ...] = ()

    def matters(self, kind: MatterKind) -> tuple[Matter, ...]:
        """Answer the matters of a kind under this agreement."""
        return self.acts.matters(kind)

    def clocks(self, kind: Kind) -> tuple[Clock, ...]:
        """Answer the clocks of a kind."""
        return tuple(one for one in self.due.clocks if one.kind is kind)

    def tally(self, kind: Kind) -> dict[State, int]:
        """Answer how many clocks of a kind stand where, as at the end of the period."""
        found: dict[State, int] = {}
        for one in self.clocks(kind):
            state = one.state(self.due.now)
            found[state] = found.get(state, 0) + 1
        return found


def pack(
    versions: Versions,
    gathered: Gathered,
    ledger: Ledger,
    due: Due,
    seed: str,
    size: int,
    earlier: Earlier | None,
) -> Pack:
    """Answer the review of an agreement. `ledger` has the acts that count for the period (`acts_for`), `due` the clocks as at its end."""
    period = gathered.period
    first, last = period.start.date(), period.end.date()
    in_force = (
        tuple(
            one
            for one in versions.agreements
            if one.in_force.start <= last and (one.in_force.until is None or one.in_force.until >= first)
        )
        or versions.agreements[-1:]
    )
    agreement = in_force[-1]
    mine = replace(gathered, decided=tuple(one for one in gathered.decided if one.agreement == agreement.id))
    acts = replace(ledger, acts=tuple(one for one in ledger.acts if one.act.agreement == agreement.id))
    counts = rule_counts(mine, agreement)
    overdue = [one for one in due.overdue if one.kind is Kind.EVIDENCE]
    return Pack(
        agreement=agreement,
        versions=in_force,
        gathered=mine,
        counts=counts,
        clauses=reviewed(agreement, counts, overdue, ledger, period),
        sample=draw(mine.decided, size, seed),
        acts=acts,
        colleagues=colleagues(acts),
        due=due,
        changes=tuple(
            (after.version, changes(before, after)) for before, after in itertools.pairwise(in_force)
        ),
        stale=tuple((one.number, stale) for one in agreement.clauses for stale in stale_terms(one.says)),
        earlier=earlier,
    )


def acts_for(ledger: Ledger, period: Period) -> Ledger:
    """Answer the acts that count for a period: those recorded by its end, and sign-offs whenever they were made.

    What a period shows of a clause can be signed off only once the period is over.
    """
    return replace(
        ledger,
        acts=tuple(
            one for one in ledger.acts if one.recorded_at <= period.end or one.act.action is Action.SIGNED_OFF
        ),
    )


def open_questions(of: Pack) -> tuple[ClauseReviewed, ...]:
    """Answer the clauses that a person must look at and has not signed off."""
    return tuple(
        one
        for one in of.clauses
        if any(c.by is CheckedBy.PERSON for c in one.clause.checks) and one.signed is None
    )
